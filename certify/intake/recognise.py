"""Which format is it? By its first bytes, never by its name."""

from pathlib import Path

from certify.intake.facts import Kind

_SIGNATURES = (
    (b"\xff\xd8\xff", Kind.JPEG),
    (b"\x89PNG\r\n\x1a\n", Kind.PNG),
    (b"II*\x00", Kind.TIFF),
    (b"MM\x00*", Kind.TIFF),
    (b"II+\x00", Kind.TIFF),  # BigTIFF
    (b"MM\x00+", Kind.TIFF),
    (b"\x00\x00\x00\x0cjP  \r\n\x87\n", Kind.JPEG2000),  # ISO/IEC 15444-1 §I.5.1
    (b"\xff\x4f\xff\x51", Kind.JPEG2000),  # its bare codestream, §A.4
)
_NOT_TAKEN = (  # what people send besides: said by its name
    (b"GIF8", "GIF"),
    (b"BM", "BMP"),
    (b"\x97JB2\r\n\x1a\n", "JBIG2"),
    (b"\x00\x00\x00\x0cJXL ", "JPEG XL"),
    (b"\xff\x0a", "JPEG XL"),
    (b"AT&TFORM", "DjVu"),
    (b"PK\x03\x04", "ZIP/Word/Excel"),
    (b"\xd0\xcf\x11\xe0", "Word/Excel"),
    (b"{\\rtf", "RTF"),
)
_HEIC_BRANDS = {b"heic", b"heix", b"heim", b"heis"}  # ISO/IEC 23008-12 annex B
_AVIF_BRANDS = {b"avif", b"avis"}
_PDF_HEADER_WITHIN = 1024  # ISO 32000-1 Annex H, implementation note 13


def recognise(path: Path) -> Kind:
    """Return the format, `Kind.UNKNOWN` for everything not taken."""
    head = _head(path)
    for signature, kind in _SIGNATURES:
        if head.startswith(signature):
            return kind
    if _brands(head) & _HEIC_BRANDS:
        return Kind.HEIC
    return Kind.PDF if b"%PDF-" in head else Kind.UNKNOWN


def name_not_taken(path: Path) -> str:
    """Name a known format that is not taken; "" for anything else."""
    head = _head(path)
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return "WebP"
    if _brands(head) & _AVIF_BRANDS:
        return "AVIF"
    return next((name for start, name in _NOT_TAKEN if head.startswith(start)), "")


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(_PDF_HEADER_WITHIN)


def _brands(head: bytes) -> set[bytes]:
    """Major and compatible brands of an ISO base media file, ISO/IEC 14496-12 §4.3."""
    if head[4:8] != b"ftyp":
        return set()
    box = head[8 : int.from_bytes(head[:4])]
    return {box[at : at + 4] for at in range(0, len(box), 4) if at != 4}  # noqa: PLR2004 - 4 to 7 is the minor version
