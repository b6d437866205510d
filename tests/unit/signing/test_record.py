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


def test_a_copy_of_before_there_were_checkpoints() -> None:
    older = {n: v for n, v in RECORD.items() if not n.startswith("checkpoint_")}
    assert len(older) == len(RECORD) - 2
    assert read_record(xmp_packet(older)) == older
    assert read_record(xmp_packet({**older, "checkpoint_size": "1"})) == {}
