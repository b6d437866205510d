"""Write a plain baseline JPEG anew: one scan, only the tables it uses, nothing else.

What comes out is fixed but for the numbers a decoder needs: sizes, sampling, the
quantisation tables in use, which of Annex K's Huffman tables, and the coded blocks.
"""

from dataclasses import dataclass

from certify.intake.jpeg_segments import DHT, DQT, SOF_BASELINE, SOS, segment
from certify.intake.jpeg_tables import AC_TABLES, DC_TABLES

WHOLE_BLOCK = b"\x00\x3f\x00"  # Ss, Se, Ah Al of a sequential scan, T.81 table B.3
COUNTS, LARGEST = 16, 4
UNSAMPLED = 0x11


class NotPlain(Exception):
    """It has to be coded anew from its coefficients."""


@dataclass
class BaselineParts:
    """What a JPEG consists of, as found.

    Attributes:
        quantisation: (Tq, table of 64 bytes); huffman: ((Tc, Th), lengths and symbols).
    """

    frame: bytes
    scan: bytes
    coded: bytes
    quantisation: dict[int, bytes]
    huffman: dict[tuple[int, int], bytes]


def read_quantisation(body: bytes) -> dict[int, bytes]:
    """Tables of one DQT segment.

    Raises:
        NotPlain: of 16 bit, or malformed.
    """
    tables = {}
    while body:
        if body[0] >= LARGEST or len(body) < 65:  # noqa: PLR2004 - Pq Tq and 64 bytes
            raise NotPlain("quantisation table")
        tables[body[0]], body = body[1:65], body[65:]
    return tables


def read_huffman(body: bytes) -> dict[tuple[int, int], bytes]:
    """Tables of one DHT segment.

    Raises:
        NotPlain: not one of Annex K.
    """
    tables = {}
    while body:
        kind, number = body[0] >> 4, body[0] & 15
        length = 1 + COUNTS + sum(body[1 : 1 + COUNTS])
        table, body = body[1:length], body[length:]
        if kind > 1 or table not in (AC_TABLES if kind else DC_TABLES):
            raise NotPlain("own Huffman table")
        tables[kind, number] = table
    return tables


def write_baseline(parts: BaselineParts) -> bytes:
    """Return the segments between SOI (or the Adobe marker) and EOI.

    Raises:
        NotPlain: several scans, a missing table.
    """
    count = parts.frame[5]
    components = [parts.frame[6 + 3 * n : 9 + 3 * n] for n in range(count)]
    chosen = [parts.scan[1 + 2 * n : 3 + 2 * n] for n in range(count)]
    names = [component[0] for component in components]
    if parts.scan != bytes([count]) + b"".join(chosen) + WHOLE_BLOCK:
        raise NotPlain("scan header")
    if [choice[0] for choice in chosen] != names or len(set(names)) != count:
        raise NotPlain("not all components in one scan, in order")
    try:
        tables = _tables(parts, components, [choice[1] for choice in chosen])
    except KeyError as error:
        raise NotPlain("missing table") from error
    frame, scan = parts.frame[:6], bytes([count])
    for number, (component, choice) in enumerate(
        zip(components, chosen, strict=True), 1
    ):
        sampling = component[1] if count > 1 else UNSAMPLED
        frame += bytes([number, sampling, component[2]])
        scan += bytes([number, choice[1]])
    head = tables + segment(SOF_BASELINE, frame) + segment(SOS, scan + WHOLE_BLOCK)
    return head + parts.coded


def _tables(parts: BaselineParts, components: list[bytes], choices: list[int]) -> bytes:
    written = b"".join(
        segment(DQT, bytes([number]) + parts.quantisation[number])
        for number in sorted({component[2] for component in components})
    )
    used = {(0, choice >> 4) for choice in choices}
    used |= {(1, choice & 15) for choice in choices}
    for kind, number in sorted(used):
        body = bytes([kind << 4 | number]) + parts.huffman[kind, number]
        written += segment(DHT, body)
    return written
