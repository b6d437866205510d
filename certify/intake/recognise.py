"""Which format is it? By its first bytes, never by its name."""

from pathlib import Path

from certify.intake.facts import Kind

_SIGNATURES = (
    (b"\xff\xd8\xff", Kind.JPEG),
    (b"\x89PNG\r\n\x1a\n", Kind.PNG),
    (b"II*\x00", Kind.TIFF),
    (b"MM\x00*", Kind.TIFF),
)
_PDF_HEADER_WITHIN = 1024  # ISO 32000-1 Annex H, implementation note 13


def recognise(path: Path) -> Kind:
    """Return the format, `Kind.UNKNOWN` for everything not taken."""
    with path.open("rb") as file:
        head = file.read(_PDF_HEADER_WITHIN)
    for signature, kind in _SIGNATURES:
        if head.startswith(signature):
            return kind
    return Kind.PDF if b"%PDF-" in head else Kind.UNKNOWN
