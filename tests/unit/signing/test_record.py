"""The record in a copy is read back whatever form an XML writer gave it."""

import pytest

from signing.record import PROPERTIES, read_record, xmp_packet

RECORD = {**dict.fromkeys(PROPERTIES, "x & <y>"), "attested_at": "2026", "issuer": ""}


@pytest.mark.parametrize("empty", ["<ccr:issuer></ccr:issuer>", "<ccr:issuer/>"])
def test_a_paper_whose_issuer_was_not_named(empty: str) -> None:
    packet = xmp_packet(RECORD)
    assert b"<ccr:issuer></ccr:issuer>" in packet
    written = packet.replace(b"<ccr:issuer></ccr:issuer>", empty.encode())
    assert read_record(written) == RECORD
