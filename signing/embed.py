"""Fonts and pictures as PDF objects (ISO 32000-1 §9.7, §8.9; ISO 19005-2 §6.2.11)."""

import zlib
from pathlib import Path

from pikepdf import Array, Dictionary, Name, Object, Pdf, Stream, String

from signing.fonts import Face, Typeface, load_typeface
from signing.pictures import Picture


class FontPrograms:
    """The copy's faces, compressed once per process and embedded in each file."""

    def __init__(self, cache: Path) -> None:
        """Load the faces from the cache folder, making them on first use."""
        self.typeface: Typeface = load_typeface(cache)
        faces = (self.typeface.regular, self.typeface.bold)
        self._programs = [(face, zlib.compress(face.data, 9)) for face in faces]
        self._unicode_maps = [zlib.compress(_to_unicode(face), 9) for face in faces]

    def embed(self, pdf: Pdf) -> Dictionary:
        """Return a /Font resource dictionary with /Regular and /Bold."""
        fonts = [
            _type0(pdf, face, program, unicode_map)
            for (face, program), unicode_map in zip(
                self._programs, self._unicode_maps, strict=True
            )
        ]
        return Dictionary(Regular=fonts[0], Bold=fonts[1])


def embed_picture(pdf: Pdf, picture: Picture) -> Object:
    """Return an image XObject with a soft mask."""
    mask = _image(pdf, picture, picture.alpha, Name.DeviceGray)
    image = _image(pdf, picture, picture.colour, Name.DeviceRGB)
    image.SMask = mask
    return image


def _image(pdf: Pdf, picture: Picture, data: bytes, space: Name) -> Stream:
    image = Stream(
        pdf,
        data,
        Type=Name.XObject,
        Subtype=Name.Image,
        Width=picture.width_px,
        Height=picture.height_px,
        ColorSpace=space,
        BitsPerComponent=8,
    )
    image.Filter = Name.FlateDecode
    return image


def _type0(pdf: Pdf, face: Face, program: bytes, unicode_map: bytes) -> Object:
    file = Stream(pdf, program, Length1=len(face.data))
    file.Filter = Name.FlateDecode
    to_unicode = Stream(pdf, unicode_map)
    to_unicode.Filter = Name.FlateDecode
    name = Name(f"/{face.name}")
    descriptor = Dictionary(
        Type=Name.FontDescriptor,
        FontName=name,
        Flags=4,  # symbolic: glyphs are addressed by id
        FontBBox=Array(list(face.bounding_box)),
        ItalicAngle=0,
        Ascent=face.ascent,
        Descent=face.descent,
        CapHeight=face.ascent,
        StemV=80,
        FontFile2=file,
    )
    cid_font = Dictionary(
        Type=Name.Font,
        Subtype=Name.CIDFontType2,
        BaseFont=name,
        CIDSystemInfo=Dictionary(
            Registry=String("Adobe"), Ordering=String("Identity"), Supplement=0
        ),
        FontDescriptor=pdf.make_indirect(descriptor),
        W=Array([0, Array(face.widths)]),
        CIDToGIDMap=Name.Identity,
    )
    return pdf.make_indirect(
        Dictionary(
            Type=Name.Font,
            Subtype=Name.Type0,
            BaseFont=name,
            Encoding=Name("/Identity-H"),
            DescendantFonts=Array([pdf.make_indirect(cid_font)]),
            ToUnicode=to_unicode,
        )
    )


def _to_unicode(face: Face) -> bytes:
    """Map glyph ids back to text, so that copy and search work."""
    pairs = sorted((glyph, char) for char, glyph in face.glyph_ids.items())
    blocks = []
    for start in range(0, len(pairs), 100):  # at most 100 entries in a block
        part = pairs[start : start + 100]
        lines = "\n".join(
            f"<{glyph:04X}> <{char.encode('utf-16-be').hex().upper()}>"
            for glyph, char in part
        )
        blocks.append(f"{len(part)} beginbfchar\n{lines}\nendbfchar")
    return _CMAP.format(blocks="\n".join(blocks)).encode()


_CMAP = """/CIDInit /ProcSet findresource begin
12 dict begin
begincmap
/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def
/CMapName /Adobe-Identity-UCS def
/CMapType 2 def
1 begincodespacerange
<0000> <FFFF>
endcodespacerange
{blocks}
endcmap
CMapName currentdict /CMap defineresource pop
end
end"""
