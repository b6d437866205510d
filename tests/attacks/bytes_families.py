"""Forgeries with a hex editor: no PDF library, no key."""

from collections.abc import Mapping

from tests.attacks.kit import Copy, Family, Variants, World

_EACH = 10


def flipped_images(world: World) -> Variants:
    """A bit of a page image."""
    yield from _flips(world, "images", 0, world.copy.data.index(b"\nxref\n"))


def flipped_cms(world: World) -> Variants:
    """A bit of a CMS: certificates, attributes, signature, timestamp."""
    dice = world.random("cms")
    for number in range(_EACH * 3):
        which = number % 3
        cms = bytearray(world.copy.cms(which))
        at = dice.randrange(len(cms))
        cms[at] ^= 1 << dice.randrange(8)
        yield f"{which} at {at}", world.copy.with_cms(which, bytes(cms))


def flipped_store(world: World) -> Variants:
    """A bit between the agency's signature and the archive timestamp (the DSS)."""
    copy = world.copy
    start = copy.signed[1].revision_end
    yield from _flips(world, "store", start, copy.signed[2].contents.start)


def _flips(world: World, name: str, start: int, stop: int) -> Variants:
    dice = world.random(name)
    for _ in range(_EACH):
        data = bytearray(world.copy.data)
        at = dice.randrange(start, stop)
        data[at] ^= 1 << dice.randrange(8)
        yield f"at {at}", bytes(data)


def signature_value_missing(world: World) -> Variants:
    """Universal Signature Forgery: /Contents says nothing (Mladenov et al. 2019)."""
    copy = world.copy
    for which in range(3):
        place = copy.signed[which].contents
        size = place.stop - place.start
        for name, value in (
            ("null", b"null"),
            ("empty", b"<>"),
            ("one zero", b"<00>"),
            ("zeros", b"<" + b"0" * (size - 2) + b">"),
        ):
            data = (
                copy.data[: place.start] + value.ljust(size) + copy.data[place.stop :]
            )
            yield f"{which} {name}", data


def byte_range_missing(world: World) -> Variants:
    """Universal Signature Forgery: /ByteRange says nothing or nonsense."""
    for which in range(3):
        for name, value in (
            ("null", b"null"),
            ("empty", b"[]"),
            ("negative", b"[0 -1 -1 0]"),
            ("two numbers", b"[0 10]"),
            ("zeros", b"[0 0 0 0]"),
        ):
            yield f"{which} {name}", _with_range(world.copy, which, value)
        yield f"{which} removed", _renamed(world.copy, which)


def byte_range_narrowed(world: World) -> Variants:
    """The range covers less than the file, so something is signed by nobody."""
    for which in range(3):
        a, first, second, rest = world.copy.signed[which].values
        for name, values in (
            ("shorter tail", (a, first, second, rest - 40)),
            ("later head", (a + 9, first - 9, second, rest)),
            ("wider gap", (a, first - 64, second, rest)),
            ("gap after", (a, first, second + 64, rest - 64)),
        ):
            text = b"[%d %d %d %d]" % values
            yield f"{which} {name}", _with_range(world.copy, which, text)


def wrapped(world: World) -> Variants:
    """Signature Wrapping: the signed tail moves back, objects stand in the gap."""
    copy = world.copy
    a, first, second, rest = copy.signed[2].values
    for number in range(_EACH):
        gap = b"\n90 0 obj\n<< /Type /Page /Chen %d >>\nendobj\n" % number
        gap += b" " * (200 * number)
        data = copy.data[:second] + gap + copy.data[second:]
        text = b"[%d %d %d %d]" % (a, first, second + len(gap), rest)
        at = copy.signed[2]
        spot = at.range_start + len(gap)
        length = at.range_end - at.range_start
        new = (b"/ByteRange " + text).ljust(length)
        yield f"{len(gap)} bytes", data[:spot] + new + data[spot + length :]


def padded(world: World) -> Variants:
    """Something in the zeros behind the CMS, which no digest covers."""
    for which in range(3):
        place = world.copy.signed[which].contents
        for text in (b"ff", b"01", b"deadbeef", b"3003020101"):
            data = bytearray(world.copy.data)
            data[place.stop - 1 - len(text) : place.stop - 1] = text
            yield f"{which} {text.decode()}", bytes(data)


def hex_case(world: World) -> Variants:
    """The same CMS spelt otherwise: capital hex digits."""
    for which in range(3):
        data = world.copy.data
        place = world.copy.signed[which].contents
        digits = data[place]
        for count in (20, 100, 500, len(digits)):
            changed = digits[:count].upper() + digits[count:]
            yield f"{which} {count}", data[: place.start] + changed + data[place.stop :]


def trailing(world: World) -> Variants:
    """Bytes behind the last %%EOF."""
    for number, tail in enumerate(
        (
            b"\n",
            b" ",
            b"\x00",
            b"%%EOF\n",
            b"\n%%EOF",
            b"% ok\n",
            b"\x00" * 4096,
            b"PK\x03\x04" + b"x" * 90,
            b"<html><script>1</script></html>",
            b"startxref\n0\n%%EOF\n",
        )
    ):
        yield f"tail {number}", world.copy.data + tail


def preceded(world: World) -> Variants:
    """Bytes before or in the header, which readers skip."""
    data = world.copy.data
    for number, head in enumerate(
        (b"\n", b" ", b"\x00", b"GIF89a", b"%PDF-1.4\n", b"%!PS\n", b"x" * 1000)
    ):
        yield f"head {number}", head + data
    for version in (b"%PDF-1.3", b"%PDF-1.9", b"%pdf-1.7"):
        yield version.decode(), version + data[8:]


def cut(world: World) -> Variants:
    """Earlier revisions, and files cut anywhere."""
    copy = world.copy
    for which in (0, 1):
        yield f"after {which}", copy.data[: copy.signed[which].revision_end]
    yield "revision 1", copy.data[: copy.data.index(b"%%EOF\n") + 6]
    dice = world.random("cut")
    for _ in range(_EACH):
        end = dice.randrange(len(copy.data) // 2, len(copy.data) - 1)
        yield f"at {end}", copy.data[:end]


def redirected(world: World) -> Variants:
    """Cross-references that lead a reader to another revision."""
    data = world.copy.data
    starts = [i for i in range(len(data)) if data.startswith(b"\nxref\n", i)]
    last = data.rindex(b"startxref\n") + len(b"startxref\n")
    for start in starts[:-1]:
        yield f"startxref {start}", data[:last] + b"%d\n%%%%EOF\n" % (start + 1)
    for which, old in enumerate(starts[1:]):
        at = data.index(b"/Prev ", old) + 6
        end = data.index(b"\n", at)
        for target in (0, starts[0] + 1, old + 1):
            text = b"%d" % target
            if len(text) <= end - at and text != data[at:end]:
                yield (
                    f"prev {which} {target}",
                    data[:at] + text.ljust(end - at) + data[end:],
                )


def cms_of_another_copy(world: World) -> Variants:
    """A genuine CMS of another genuine copy."""
    for which in range(3):
        for source in range(3):
            data = world.copy.with_cms(which, world.other.cms(source))
            yield f"other's {source} to {which}", data
            if source != which:
                data = world.copy.with_cms(which, world.copy.cms(source))
                yield f"{source} to {which}", data


def spliced(world: World) -> Variants:
    """Head of one genuine copy, tail of another."""
    ours, other = world.copy.data, world.other.data
    for number in range(1, _EACH + 1):
        at = len(ours) * number // (_EACH + 1)
        yield f"at {at}", ours[:at] + other[min(at, len(other)) :]


def _with_range(copy: Copy, which: int, text: bytes) -> bytes:
    at = copy.signed[which]
    length = at.range_end - at.range_start
    new = (b"/ByteRange " + text).ljust(length)[: max(length, len(text) + 11)]
    return copy.data[: at.range_start] + new + copy.data[at.range_end :]


def _renamed(copy: Copy, which: int) -> bytes:
    at = copy.signed[which].range_start
    return copy.data[:at] + b"/ByteRongo" + copy.data[at + 10 :]


FAMILIES: Mapping[str, Family] = {
    "image bytes changed": flipped_images,
    "CMS bytes changed": flipped_cms,
    "DSS bytes changed": flipped_store,
    "USF: no /Contents": signature_value_missing,
    "USF: no /ByteRange": byte_range_missing,
    "byte range with gaps": byte_range_narrowed,
    "SWA: signature wrapping": wrapped,
    "malleable padding": padded,
    "malleable hex case": hex_case,
    "bytes behind the end": trailing,
    "bytes before the header": preceded,
    "revisions cut off": cut,
    "cross-references redirected": redirected,
    "CMS of another copy": cms_of_another_copy,
    "two copies spliced": spliced,
}
