"""Invariant 5 for JPEG: nothing but pixels gets into a canonical scan."""

from collections import Counter
from pathlib import Path

import numpy as np
import pikepdf
import pytest

from certify.intake.jpeg import clean_jpeg
from certify.intake.jpeg_tail import gray_if_whole
from tests.support import scans
from tests.support.payloads import CHUNK, KINDS, carriers

COUNT = 200


def traces(payload: bytes, data: bytes) -> int:
    """How many pieces of the payload, 8 bytes or longer, are found."""
    pieces = [
        payload[at : at + CHUNK // 2] for at in range(0, len(payload), CHUNK // 2)
    ]
    return sum(piece in data for piece in pieces)


def test_no_payload_gets_into_a_canonical_scan(tmp_path: Path) -> None:
    found: Counter[str] = Counter()
    for number, carrier in enumerate(carriers(COUNT)):
        path = tmp_path / f"{number}.jpg"
        path.write_bytes(carrier.data)
        workdir = tmp_path / str(number)
        workdir.mkdir()
        _findings, made = scans.read(path, workdir, list(scans.A6_MM))
        assert made is not None, carrier.kind
        assert np.array_equal(scans.pixels(made), carrier.pixels), carrier.kind
        kept = made.read_bytes()
        found[carrier.kind] += traces(carrier.payload, kept)
        found[carrier.kind] += traces(carrier.payload.hex().encode(), kept)
        with pikepdf.open(made) as pdf:
            stream = pdf.pages[0].Resources.XObject.Scan
            assert stream.Filter == pikepdf.Name.DCTDecode
            assert b"\xff\xff" not in stream.read_raw_bytes()
        assert set(found) <= set(KINDS)
    assert sum(found.values()) == 0, found


def test_the_same_picture_gives_the_same_bytes_whatever_it_carried() -> None:
    """Also where the payload is a number of things, not bytes to search for."""
    plain = scans.jpeg(scans.drawing())
    filled = plain[:2] + b"\xff" * 99 + plain[2:]
    assert clean_jpeg(filled) == clean_jpeg(plain)
    behind = plain[:-2] + bytes(range(64)) + b"\xff\xd9"
    other = plain[:-2] + b"another payload behind the blocks" + b"\xff\xd9"
    assert clean_jpeg(behind) == clean_jpeg(other)


@pytest.mark.parametrize("subsampling", [0, 1, 2])
@pytest.mark.parametrize("mode", ["RGB", "L"])
def test_bytes_behind_the_last_block_are_seen(mode: str, subsampling: int) -> None:
    for width in range(150, 166):
        data = scans.jpeg(scans.drawing(mode, (width, 300)), subsampling=subsampling)
        for extra in (8, 9, 20, 1000, 100_000):
            longer = data[:-2] + b"\x5a" * extra + b"\xff\xd9"
            assert gray_if_whole(longer) is None, (width, extra)


def test_plain_scans_keep_their_coded_data() -> None:
    """Coding anew costs twenty times more: it is for the few that need it."""
    kept = 0
    for width in range(150, 214):
        data = scans.jpeg(scans.drawing("RGB", (width, 300)))
        kept += data[data.index(b"\xff\xda") + 14 :] in clean_jpeg(data).stream
    assert kept >= 56
