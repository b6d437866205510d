"""A copy for thirty-two years, over four generations of roots, CAs and TSAs."""

from dataclasses import replace
from pathlib import Path

import pytest

from certify.protection import months_after
from certify.verdict import Verdict
from keys.devpki import issue as devpki
from tests.support.generations import Office, open_office

YEARS = 32


@pytest.mark.timeout(600)
def test_renewed_it_is_in_force_every_year_and_without_it_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_office(tmp_path, monkeypatch) as office:
        (attestation_id,) = office.issue()
        issued = office.file(attestation_id).read_bytes()
        # Later TSAs are stronger: the first one's RSA-2048 ends in 2030.
        stronger = replace(devpki.TSA_PROFILE, bits=3072)
        monkeypatch.setattr(devpki, "TSA_PROFILE", stronger)
        ends = []
        for _ in range(YEARS):
            if _is_due(office):
                office.next_generation()
                report = office.services.renew_due()
                assert (report.renewed, report.failed, report.waiting) == ((attestation_id,), {}, {})
                assert report.missing == 0
                office.retire_before()
                ends.append(office.clock.now().year)
            assert _newest(office, attestation_id) is Verdict.OURS_IN_FORCE
            office.clock.set(months_after(office.clock.now(), 12))
        copy = office.copy(attestation_id)
        assert len(copy.editions) == 1 + len(ends) == 4
        assert [e.reason for e in copy.editions] == ["issued", *["renewed"] * 3]
        assert office.file(attestation_id).read_bytes().startswith(issued)
        # Every edition is still ours; the first one would not be without the others.
        for number in range(len(copy.editions) - 1):
            report_of = office.services.verify(office.file(attestation_id, number))
            assert report_of.verdict is Verdict.OURS_EARLIER_EDITION
        alone = office.verify_unrenewed(attestation_id)
        assert alone.verdict is Verdict.UNDETERMINED


def _is_due(office: Office) -> bool:
    report = office.services.renew_due(dry_run=True)
    assert report.missing == 0
    return bool(report.waiting)


def _newest(office: Office, attestation_id: str) -> Verdict:
    report = office.services.verify(office.file(attestation_id))
    print(office.clock.now(), report.verdict, report.problems)
    return report.verdict
