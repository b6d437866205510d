"""Names of the child's tasks, for the runner's allow-list. Opens nothing."""

READ_SCAN = "certify.intake.child:read_scan"
READ_PAGES = "certify.intake.child:read_pages"
RENDER_PREVIEW = "certify.intake.child:render_preview"

ARRANGE = "certify.intake.arrange:arrange"

TASKS = (READ_SCAN, READ_PAGES, RENDER_PREVIEW, ARRANGE)
PRELOAD = ("certify.intake.child", "certify.intake.arrange")

CANONICAL = "canonical.pdf"
"""Name of what `READ_SCAN` and `ARRANGE` make in the work folder."""
