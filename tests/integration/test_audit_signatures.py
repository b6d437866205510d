"""What the audit says of a real signed file that is not what the register has."""

from dataclasses import replace
from pathlib import Path

import pytest

from certify.attestation import CertifiedCopy, Edition, StoredObject, TrailHead
from certify.auditing.finding import Finding
from certify.auditing.judgement import judge_file
from certify.auditing.ports import EditionFacts
from certify.inspection import Indication, Inspection
from tests.support.sealing import Sealed, inspect


@pytest.fixture(scope="module")
def copy(sealed_copy: Sealed) -> CertifiedCopy:
    sealed, order = sealed_copy
    id_ = order.statement.attestation_id
    stored = StoredObject(f"{id_}/x", "v", sealed.sha256, sealed.size_bytes)
    return CertifiedCopy(
        attestation_id=id_,
        number=order.number,
        shown_number=order.shown_number,
        statement=order.statement,
        attested_at=order.attested_at,
        editions=(Edition(id_, 1, stored, "issued", order.attested_at),),
    )


@pytest.fixture(scope="module")
def inspection(sealed_copy: Sealed, trust: Path) -> Inspection:
    return inspect(sealed_copy[0].path, trust)


def codes(inspection: Inspection, copy: CertifiedCopy, head: TrailHead) -> set[str]:
    facts = EditionFacts(
        stored=copy.newest.stored,
        attestation_id=copy.attestation_id,
        is_released=True,
        is_committed=True,
        kept_from=None,
        heads=frozenset({head}),
    )
    return {found.code for found in judge_file(inspection, copy, facts)}


def test_a_whole_copy_has_no_finding(
    inspection: Inspection, copy: CertifiedCopy, sealed_copy: Sealed
) -> None:
    assert codes(inspection, copy, sealed_copy[1].trail_head) == set()


def test_what_the_register_has_differently_is_named(
    inspection: Inspection, copy: CertifiedCopy, sealed_copy: Sealed
) -> None:
    head = sealed_copy[1].trail_head
    signature = {"edition.signature", "edition.record"}
    for change in (
        {"signatory_certificate": "ab" * 32},
        {"seal_certificate": "ab" * 32},
        {"page_digest": "ab" * 32},
    ):
        other = replace(copy, statement=replace(copy.statement, **change))
        assert codes(inspection, other, head) == signature, change
    record = {"edition.record"}
    assert codes(inspection, replace(copy, shown_number="07"), head) == record
    assert codes(inspection, copy, TrailHead(1, "ab" * 32)) == record


def test_a_copy_without_its_archive_timestamp_is_named(
    inspection: Inspection,
    copy: CertifiedCopy,
    sealed_copy: Sealed,
    trust: Path,
    tmp_path: Path,
) -> None:
    end = inspection.signatures[1].revision_end
    short = tmp_path / "short.pdf"
    short.write_bytes(sealed_copy[0].path.read_bytes()[:end])
    found = codes(inspect(short, trust), copy, sealed_copy[1].trail_head)
    assert "edition.level" in found


def test_what_cannot_be_judged_today_accuses_nobody(
    inspection: Inspection, copy: CertifiedCopy, sealed_copy: Sealed
) -> None:
    head = sealed_copy[1].trail_head
    late = replace(
        inspection.signatures[-1],
        indication=Indication.INDETERMINATE,
        sub_indication="TRY_LATER",
    )
    waiting = replace(inspection, signatures=(*inspection.signatures[:-1], late))
    assert codes(waiting, copy, head) == {"edition.undetermined"}
    slow = Inspection(inspection.sha256, inspection.size_bytes, problem="time")
    assert codes(slow, copy, head) == {"edition.undetermined"}
    assert not Finding("edition.undetermined", "x").meaning.is_fault
