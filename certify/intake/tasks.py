"""Names of the child's tasks, for the runner's allow-list. Opens nothing."""

READ_SCAN = "certify.intake.child:read_scan"
READ_PAGES = "certify.intake.child:read_pages"
RENDER_PREVIEW = "certify.intake.child:render_preview"

TASKS = (READ_SCAN, READ_PAGES, RENDER_PREVIEW)
PRELOAD = ("certify.intake.child",)

CANONICAL = "canonical.pdf"
"""Name of `READ_SCAN`'s result in the work folder."""
