"""The structural parse: what passes, what does not, what is dropped."""

from io import BytesIO

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from certify.intake.jpeg import clean_jpeg
from certify.intake.jpeg_segments import NotPassable
from tests.support import scans

PLAIN = scans.jpeg(scans.drawing())


def segment(marker: int, body: bytes) -> bytes:
    return bytes([0xFF, marker]) + (len(body) + 2).to_bytes(2) + body


def after_soi(data: bytes, *segments: bytes) -> bytes:
    return data[:2] + b"".join(segments) + data[2:]


def decoded(data: bytes) -> scans.Array:
    with Image.open(BytesIO(data)) as image:
        return np.asarray(image)


def test_only_the_picture_is_kept() -> None:
    noisy = after_soi(
        PLAIN,
        segment(0xE1, b"Exif\0\0GPS"),
        segment(0xE2, b"ICC_PROFILE\0"),
        segment(0xED, b"Photoshop"),
        segment(0xFE, b"comment"),
    )
    clean = clean_jpeg(noisy + b"tail \xff\xd9 more")
    assert clean == clean_jpeg(PLAIN)
    for gone in (b"Exif", b"ICC", b"Photoshop", b"comment", b"tail", b"JFIF"):
        assert gone not in clean.stream
    assert np.array_equal(decoded(clean.stream), decoded(PLAIN))


def test_cleaning_twice_changes_nothing() -> None:
    once = clean_jpeg(PLAIN)
    assert clean_jpeg(once.stream) == once


def test_restart_intervals_and_fill_bytes_are_understood() -> None:
    restarting = scans.jpeg(scans.drawing(), restart_marker_rows=2)
    filled = restarting[:2] + b"\xff\xff\xff" + restarting[2:]
    clean = clean_jpeg(filled)
    assert np.array_equal(decoded(clean.stream), decoded(restarting))


def test_adobe_marker_is_rebuilt_without_its_luggage() -> None:
    without_jfif = clean_jpeg(PLAIN).stream
    body = b"Adobe" + bytes([0, 100]) + b"\xab\xcd\xef\x01" + b"\x01" + b"luggage"
    clean = clean_jpeg(after_soi(without_jfif, segment(0xEE, body)))
    assert segment(0xEE, b"Adobe\0\x64\0\0\0\0\x01") in clean.stream
    assert b"luggage" not in clean.stream


def test_rgb_jpeg_keeps_its_colours() -> None:
    rgb = scans.jpeg(scans.drawing(), keep_rgb=True)
    with pytest.raises(NotPassable, match=r"component names|contradict"):
        clean_jpeg(rgb)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "no SOI"),
        (b"\xff\xd8", "no marker"),
        (PLAIN[:200], "out of the file|no marker"),
        (PLAIN[:-2], "truncated"),
        (PLAIN[:-1000], "truncated"),
        (scans.jpeg(scans.drawing("CMYK")), "CMYK"),
        (b"\xff\xd8\xff\xd9", "no frame"),
        (after_soi(PLAIN, segment(0xC9, b"x")), "marker C9"),
        (after_soi(PLAIN, b"\xff\xd8"), "misplaced"),
        (after_soi(PLAIN, segment(0xDC, b"\0\1")), "marker DC"),
        (after_soi(PLAIN, segment(0xC0, b"\x08\0\1\0\1\1\1\x11\0")), "one frame"),
        (PLAIN.replace(b"\xff\xc0\0\x11\x08", b"\xff\xc0\0\x11\x0c"), "8 bit"),
        (PLAIN.replace(b"\xff\xc0", b"\xff\xc1"), "marker C1"),
        (
            after_soi(PLAIN, segment(0xEE, b"Adobe\0\x64\0\0\0\0\0")),
            "contradict",
        ),
    ],
)
def test_what_must_be_decoded(data: bytes, reason: str) -> None:
    with pytest.raises(NotPassable, match=reason):
        clean_jpeg(data)


@given(st.binary(max_size=200), st.integers(0, len(PLAIN)), st.integers(0, 60))
def test_any_bytes_pass_clean_or_not_at_all(junk: bytes, at: int, cut: int) -> None:
    """Whatever is spliced in: no exception but NotPassable, and a stable result."""
    try:
        clean = clean_jpeg(PLAIN[:at] + junk + PLAIN[at + cut :])
    except NotPassable:
        return
    assert clean.stream.endswith(b"\xff\xd9")
    assert clean_jpeg(clean.stream) == clean
