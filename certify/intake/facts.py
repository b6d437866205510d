"""What was found out about an upload; the checks judge only these."""

from dataclasses import dataclass
from enum import StrEnum

from certify.fingerprint import PageFingerprint
from certify.intake import limits


class Kind(StrEnum):
    """Formats taken, recognised by content, never by name."""

    PDF = "pdf"
    JPEG = "jpeg"
    PNG = "png"
    TIFF = "tiff"
    JPEG2000 = "jpeg2000"
    HEIC = "heic"
    UNKNOWN = "unknown"


class Problem(StrEnum):
    """Why no page could be read at all."""

    NONE = ""
    ENCRYPTED = "encrypted"
    UNREADABLE = "unreadable"
    TOO_BIG_DECODED = "too big decoded"  # the canonical scan would be
    UNSUPPORTED = "unsupported"  # sound, but of a kind we do not decode


class Form(StrEnum):
    """Interactive forms of a PDF."""

    NONE = ""
    ACROFORM = "acroform"
    XFA = "xfa"


class PrintedCode(StrEnum):
    """What a QR code on a page is; never what it says, which may be personal."""

    CERTIFIED_COPY = "certified_copy"
    OTHER = "other"


class Conversion(StrEnum):
    """Colour conversions that changed pixel values."""

    NONE = ""
    CMYK = "cmyk"
    PROFILE = "profile"


@dataclass(frozen=True)
class PageGeometry:
    """Known before anything is decoded.

    Attributes:
        number: 1-based.
        size_mm: paper size (width, height) as displayed; None when the file has no
            resolution and none was stated.
        source_dpi: (horizontal, vertical) of the scan's own pixels, also when the
            page is rendered; None for a page without images of note.
        stated_off: how far the stated paper's aspect is from the image's, 0.05 = 5 %.
        rendered: why the page is not taken as one image; "" when it is.
        turned: degrees or mirroring were baked into the pixels.
        deep: its decoder holds 4 bytes per sample (JPEG 2000): a lower limit.
    """

    number: int
    width_px: int
    height_px: int
    size_mm: tuple[float, float] | None
    source_dpi: tuple[float, float] | None
    stated_off: float = 0.0
    rendered: str = ""
    hidden_text: bool = False
    turned: bool = False
    deep: bool = False

    @property
    def too_many_pixels(self) -> bool:
        """Refused before decoding."""
        most = limits.DEEP_PAGE_PIXELS if self.deep else limits.PAGE_PIXELS
        return limits.too_many_pixels(self.width_px, self.height_px, most)

    @property
    def absurd_size(self) -> bool:
        """No sheet of paper has this size."""
        return self.size_mm is not None and (
            max(self.size_mm) > limits.PAGE_LONGEST_MM
            or min(self.size_mm) < limits.PAGE_SHORTEST_MM
        )


@dataclass(frozen=True)
class PageLook:
    """Known once the page was decoded.

    Attributes:
        channels: 1 or 3; bits: 1 or 8, of the canonical image.
        ink: share of a reduced picture clearly darker than the paper.
        skew_degrees: of the lines of text, 0.0 when not measurable.
        paper: how bright the paper is, of 255.
        darkest: how bright the darkest tenth of what is on it is, of 255; 0.0 when
            there is nothing.
        same_as: an earlier page whose canonical image has the same bytes.
        fingerprint: to know the paper again; None for a page without print.
        codes: what two-dimensional codes are printed on it.
        same_sheet_as: an earlier page that seems to be another scan of this sheet.
        across: how much the print is ordered in rows, from 1 to -1 (in columns).
        edge_px, edge_mm: spread σ of the sharper edges; None when not measurable.
        cut_pieces: how many pieces of print an edge of the image cuts through.
    """

    number: int
    channels: int
    bits: int
    ink: float
    skew_degrees: float
    conversion: Conversion
    paper: float = 255.0
    darkest: float = 0.0
    same_as: int | None = None
    fingerprint: PageFingerprint | None = None
    codes: tuple[PrintedCode, ...] = ()
    same_sheet_as: int | None = None
    across: float = 1.0
    edge_px: float | None = None
    edge_mm: float | None = None
    cut_pieces: int = 0


@dataclass(frozen=True)
class DocumentFacts:
    """Everything the checks may look at.

    Attributes:
        foreign: name of a known format that is not taken; "" for any other.
        actions: names of actions that run, open or send something.
        links, annotations: how many were left out.
        layers: optional content, that can show and hide.
        looks: empty when the canonical scan could not be made.
    """

    kind: Kind
    size_bytes: int
    problem: Problem = Problem.NONE
    foreign: str = ""
    repaired: bool = False
    form: Form = Form.NONE
    actions: tuple[str, ...] = ()
    attachments: bool = False
    signed: bool = False
    layers: bool = False
    links: int = 0
    annotations: int = 0
    page_count: int = 0
    pages: tuple[PageGeometry, ...] = ()
    looks: tuple[PageLook, ...] = ()

    @property
    def buildable(self) -> bool:
        """A canonical scan can be made, and within the limits."""
        return (
            self.problem is Problem.NONE
            and 0 < self.page_count <= limits.PAGES
            and len(self.pages) == self.page_count
            and not any(
                p.size_mm is None or p.absurd_size or p.too_many_pixels
                for p in self.pages
            )
        )
