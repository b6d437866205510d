"""Pictures of signature and seal for development signatories and authorities.

NĐ 30/2020 Phụ lục I wants transparent PNG: the signature blue, the seal red and of
its real size. These say "THỬ NGHIỆM", so no copy made with them can pass for real.
"""

from io import BytesIO

from PIL import Image, ImageDraw

from api.samples.ink import BLUE, SealText, seal, signature
from api.samples.sheet import DPI, MM
from api.samples.typeface import Style, Typeface

SEAL_MM = 36.0
SIGNATURE_MM = (46.0, 22.0)
_NOTE = "THỬ NGHIỆM"


def signature_picture(name: str) -> bytes:
    """Draw a person's development signature.

    Returns:
        PNG of 46 × 22 mm at 300 dpi, transparent; the same for the same name.
    """
    width, height = SIGNATURE_MM
    picture = Image.new("RGBA", (round(width * MM), round(height * MM)), (*BLUE, 0))
    picture.alpha_composite(signature(name, width, height - 3))
    font = Typeface(dpi=DPI).font(Style(6, bold=True))
    ImageDraw.Draw(picture).text(
        (picture.width - 8, picture.height - 8),
        _NOTE,
        font=font,
        fill=(*BLUE, 220),
        anchor="rs",
    )
    return _png(picture)


def seal_picture(authority_name: str) -> bytes:
    """Draw an authority's development seal.

    Returns:
        PNG of 36 × 36 mm at 300 dpi, transparent; the same for the same name.
    """
    return _png(seal(SealText(authority_name.upper(), _NOTE), SEAL_MM))


def _png(picture: Image.Image) -> bytes:
    buffer = BytesIO()
    picture.save(buffer, "PNG", dpi=(DPI, DPI))
    return buffer.getvalue()
