"""Changes of the tokens of a PDF object: types, names, numbers, references."""

import re

from tests.fuzz.chance import Random, odd_number

_TOKEN = re.compile(
    rb"(?P<ref>\d+ \d+ R)\b|(?P<name>/[^\s/<>\[\]()%]*)|(?P<num>[-+]?\d*\.?\d+)"
    rb"|(?P<hex><[0-9a-fA-F\s]*>)|(?P<str>\((?:[^()\\]|\\.)*\))"
    rb"|(?P<open><<|\[)|(?P<close>>>|\])|(?P<word>true|false|null)",
    re.DOTALL,
)
MOST = 20_000  # bytes of one object that are looked at

NAMES = (
    *(b"/DCTDecode", b"/FlateDecode", b"/LZWDecode", b"/CCITTFaxDecode"),
    *(b"/JBIG2Decode", b"/JPXDecode", b"/RunLengthDecode", b"/ASCIIHexDecode"),
    *(b"/ASCII85Decode", b"/Crypt", b"/DeviceGray", b"/DeviceRGB", b"/DeviceCMYK"),
    *(b"/Indexed", b"/ICCBased", b"/Pattern", b"/Separation", b"/Lab", b"/CalRGB"),
    *(b"/Page", b"/Pages", b"/Catalog", b"/XObject", b"/Image", b"/Form", b"/ObjStm"),
    *(b"/XRef", b"/Sig", b"/DocTimeStamp", b"/JavaScript", b"/Annot", b"/Widget"),
    *(b"/#00", b"/A#20#2fB", b"/#ff#fe", b"/", b"/" + b"N" * 300, b"/\xc3\x28"),
)
PAIRS = (
    *(b"/Filter /FlateDecode", b"/Filter [/FlateDecode /DCTDecode]", b"/Filter []"),
    *(b"/Filter [" + b"/FlateDecode " * 40 + b"]", b"/Decode [1 0]", b"/Decode [0]"),
    *(b"/DecodeParms <</K -1 /Columns 99999>>", b"/DecodeParms [null null]"),
    *(b"/DecodeParms <</Predictor 15 /Colors 60 /Columns 1000000>>",),
    *(b"/ColorSpace [/Indexed /DeviceRGB 255 (abc)]", b"/ColorSpace [/ICCBased 1 0 R]"),
    *(b"/ColorSpace [/Separation /X /DeviceCMYK 1 0 R]", b"/ColorSpace /Pattern"),
    *(b"/Width 1000000000", b"/Height 0", b"/Width -5", b"/BitsPerComponent 16"),
    *(b"/BitsPerComponent 3", b"/ImageMask true", b"/Mask [0 0]", b"/SMask 1 0 R"),
    *(
        b"/SMaskInData 1",
        b"/Rotate 45",
        b"/Rotate 90",
        b"/Rotate (x)",
        b"/UserUnit 1e9",
    ),
    *(b"/UserUnit 0", b"/MediaBox [0 0 0 0]", b"/MediaBox [0 0 1e10 1]"),
    *(b"/MediaBox [9 9 -9 -9]", b"/CropBox [0 0 5 5]", b"/CropBox [nan 0 (a) 5]"),
    *(b"/Parent 1 0 R", b"/Kids [1 0 R 2 0 R]", b"/Count -1", b"/Count 1000000"),
    *(
        b"/Type /ObjStm /N 9 /First 0",
        b"/Extends 1 0 R",
        b"/Length 0",
        b"/Length 1 0 R",
    ),
    *(
        b"/Encrypt 1 0 R",
        b"/Encrypt <</Filter /Standard /V 1 /R 2>>",
        b"/AcroForm 1 0 R",
    ),
    *(
        b"/AcroForm <</XFA (x) /Fields [1 0 R]>>",
        b"/OpenAction <</S /JavaScript /JS (x)>>",
    ),
    *(
        b"/Annots [1 0 R]",
        b"/Annots 1 0 R",
        b"/Resources 1 0 R",
        b"/Contents [1 0 R 1 0 R]",
    ),
    *(b"/Metadata 1 0 R", b"/OCProperties <<>>", b"/Perms <</DocMDP 1 0 R>>"),
    *(b"/DSS <</Certs [1 0 R]>>", b"/DSS 1 0 R", b"/Names <</EmbeddedFiles 1 0 R>>"),
    *(b"/T (\\376\\377\\330\\000\\334)", b"/T <feffd800>", b"/Name <feffdc00d800>"),
    *(b"/Reason <efbbbfff>", b"/M (D:99999999999999+99'99)", b"/M (x)", b"/T 5"),
    *(b"/Version /9.9", b"/Extensions 1 0 R", b"/Prev 0", b"/XRefStm 15", b"/Size 1"),
)


def change_object(body: bytes, rng: Random, objects: int) -> bytes:
    """Change one to three tokens; `objects`: how many numbers refer to something."""
    for _ in range(rng.choice((1, 1, 1, 2, 3))):
        tokens = list(_TOKEN.finditer(body, 0, MOST))
        if not tokens:
            return body + rng.choice(NAMES)
        body = _change(body, tokens, rng, objects)
    return body


def _change(
    body: bytes, tokens: list[re.Match[bytes]], rng: Random, objects: int
) -> bytes:
    token = rng.choice(tokens)
    start, end = token.span()
    match rng.randrange(8):
        case 0:
            new = b""
        case 1:
            new = token[0] + b" " + token[0]
        case 2:
            new = _any_value(rng, objects)
        case 3:  # another token of the same object
            new = rng.choice(tokens)[0]
        case 4:
            end, new = start, _pair(body, start, rng)
        case _:
            new = _same_kind(token, rng, objects)
    return body[:start] + new + body[end:]


def _pair(body: bytes, start: int, rng: Random) -> bytes:
    """A key and its value where a dictionary opens, else beside the token."""
    pair = rng.choice(PAIRS)
    return pair + b" " if body[start : start + 1] == b"/" else b" " + pair + b" "


def _same_kind(token: re.Match[bytes], rng: Random, objects: int) -> bytes:
    match token.lastgroup:
        case "ref":
            return _reference(rng, objects)
        case "name":
            return rng.choice(NAMES)
        case "num":
            near = float(token[0])
            if rng.random() < 0.3:
                return b"%.3f" % (near * rng.choice((0.1, 0.5, 1.01, 2, 10, -1)))
            return b"%d" % odd_number(rng, int(near))
        case "hex" | "str":
            return rng.choice((b"()", b"(", b"<", b"<zz>", b"(" + b"a" * 3000 + b")"))
        case _:
            return _any_value(rng, objects)


def _reference(rng: Random, objects: int) -> bytes:
    number = rng.choice((rng.randint(1, objects + 1), 0, 2**31, rng.randint(1, 5)))
    return b"%d %d R" % (number, rng.choice((0, 0, 0, 1, 65535, 99999)))


def _any_value(rng: Random, objects: int) -> bytes:
    deep = rng.choice((3, 40, 600, 20_000))
    return rng.choice(
        (
            b"null",
            b"true",
            b"(x)",
            b"<41>",
            b"[]",
            b"<<>>",
            b"%d" % odd_number(rng),
            b"1e400",
            b"--5.5.5",
            _reference(rng, objects),
            b"[" + _reference(rng, objects) + b"]",
            b"<</Type /Page /Kids " + _reference(rng, objects) + b">>",
            b"[" * deep + b"]" * deep,
            b"<</A " * deep + b"1" + b">>" * deep,
            rng.choice(NAMES),
        )
    )
