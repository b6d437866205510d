"""Write the canonical file: PDF 1.7, PDF/A-2b (ISO 19005-2), page images only.

Written directly, page by page: memory stays flat for 300 pages, and the same pages
always give the same bytes (no time, no random identifier).
"""

import hashlib
from io import BytesIO
from typing import BinaryIO

from PIL import ImageCms

from certify.intake.encode import ImageStream

CATALOG, PAGES, METADATA, PROFILE = 1, 2, 3, 4
FIRST_PAGE = 5
OBJECTS_PER_PAGE = 3  # page, content, image

_XMP = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/">
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/">
<pdfaid:part>2</pdfaid:part>
<pdfaid:conformance>B</pdfaid:conformance>
</rdf:Description>
</rdf:RDF>
</x:xmpmeta>
<?xpacket end="r"?>
"""


def srgb_profile() -> bytes:
    """Return sRGB as lcms makes it, with its creation date set to a constant."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    # ICC.1:2010 §7.2.8, dateTimeNumber at 24: 2026-01-01 00:00:00
    date = b"".join(n.to_bytes(2) for n in (2026, 1, 1, 0, 0, 0))
    return profile[:24] + date + profile[36:]


def in_points(milli_points: int) -> str:
    """Return a length with exactly three decimals."""
    return f"{milli_points // 1000}.{milli_points % 1000:03d}"


def page_content(width: int, height: int, turn: int = 0) -> bytes:
    """Return the only content stream a canonical page may have.

    Args:
        width: of the page as it is seen, in milli-points.
        height: likewise.
        turn: of the image on it, in degrees clockwise. ISO 32000-2 §8.3.3: a matrix
            turns a picture without touching its data.
    """
    w, h, o = in_points(width), in_points(height), "0"
    matrix = {
        0: (w, o, o, h, o, o),
        90: (o, f"-{h}", w, o, o, h),
        180: (f"-{w}", o, o, f"-{h}", w, h),
        270: (o, h, f"-{w}", o, w, o),
    }[turn]
    return f"q {' '.join(matrix)} cm /Scan Do Q".encode()


class CanonicalWriter:
    """Streams a canonical file. Call `add_page` for each page, then `finish`."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._digest = hashlib.sha256()
        self._offsets: dict[int, int] = {}
        self._at = 0
        self._count = 0
        # the comment's four bytes above 127 mark a binary file (ISO 19005-2 §6.1.2)
        self._write(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")

    def add_page(
        self, image: ImageStream, size: tuple[int, int], turn: int = 0
    ) -> None:
        """Append one page; `size` as it is seen, in milli-points."""
        page = FIRST_PAGE + OBJECTS_PER_PAGE * self._count
        self._count += 1
        box = f"[0 0 {in_points(size[0])} {in_points(size[1])}]"
        self._object(
            page,
            f"<< /Type /Page /Parent {PAGES} 0 R /MediaBox {box} "
            f"/Contents {page + 1} 0 R "
            f"/Resources << /XObject << /Scan {page + 2} 0 R >> >> >>",
        )
        self._stream(page + 1, "", page_content(*size, turn))
        parameters = f" /DecodeParms << {image.parameters} >>"
        self._stream(
            page + 2,
            f"/Type /XObject /Subtype /Image /Width {image.width} "
            f"/Height {image.height} /ColorSpace /{image.colour_space} "
            f"/BitsPerComponent {image.bits} /Filter /{image.stream_filter}"
            + (parameters if image.parameters else ""),
            image.data,
        )

    def finish(self) -> None:
        """Write what all pages share, the cross-reference table and the trailer."""
        self._object(
            CATALOG,
            f"<< /Type /Catalog /Pages {PAGES} 0 R /Metadata {METADATA} 0 R "
            "/OutputIntents [<< /Type /OutputIntent /S /GTS_PDFA1 "
            "/OutputConditionIdentifier (sRGB IEC61966-2.1) "
            f"/Info (sRGB IEC61966-2.1) /DestOutputProfile {PROFILE} 0 R >>] >>",
        )
        pages = [FIRST_PAGE + OBJECTS_PER_PAGE * n for n in range(self._count)]
        kids = " ".join(f"{page} 0 R" for page in pages)
        self._object(PAGES, f"<< /Type /Pages /Count {self._count} /Kids [{kids}] >>")
        self._stream(METADATA, "/Type /Metadata /Subtype /XML", _XMP.encode())
        self._stream(PROFILE, "/N 3", srgb_profile())
        self._trailer()

    def _trailer(self) -> None:
        start = self._at
        size = FIRST_PAGE + OBJECTS_PER_PAGE * self._count
        identifier = self._digest.hexdigest()[:32]
        table = BytesIO()
        table.write(f"xref\n0 {size}\n0000000000 65535 f \n".encode())
        for number in range(1, size):
            table.write(f"{self._offsets[number]:010d} 00000 n \n".encode())
        self._write(table.getvalue())
        self._write(
            f"trailer\n<< /Size {size} /Root {CATALOG} 0 R "
            f"/ID [<{identifier}> <{identifier}>] >>\n"
            f"startxref\n{start}\n%%EOF\n".encode()
        )

    def _object(self, number: int, text: str) -> None:
        self._offsets[number] = self._at
        self._write(f"{number} 0 obj\n{text}\nendobj\n".encode())

    def _stream(self, number: int, dictionary: str, data: bytes) -> None:
        self._offsets[number] = self._at
        head = f"<< {dictionary} /Length {len(data)} >>".replace("<<  ", "<< ")
        self._write(f"{number} 0 obj\n{head}\nstream\n".encode())
        self._write(data)
        self._write(b"\nendstream\nendobj\n")

    def _write(self, data: bytes) -> None:
        self._file.write(data)
        self._digest.update(data)
        self._at += len(data)
