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
        # Later TSAs are stronger: the first one's RSA-2048 ends in 2030, years before
        # its certificate.
        stronger = replace(devpki.TSA_PROFILE, bits=3072)
        monkeypatch.setattr(devpki, "TSA_PROFILE", stronger)
        renewed_in = []
        for _ in range(YEARS):
            if _is_due(office):
                office.next_generation()
                report = office.services.renew_due()
                assert report.renewed == (attestation_id,), report
                assert report.missing == 0
                office.retire_before()
                renewed_in.append(office.clock.now().year)
            report_of = office.services.verify(office.file(attestation_id))
            assert report_of.verdict is Verdict.OURS_IN_FORCE, office.clock.now()
            office.clock.set(months_after(office.clock.now(), 12))
        assert renewed_in == [2030, 2041, 2052]
        _check_editions(office, attestation_id, issued)


def _check_editions(office: Office, attestation_id: str, issued: bytes) -> None:
    """Every edition is ours for ever; the first would not be without the others."""
    editions = office.copy(attestation_id).editions
    assert [e.reason for e in editions] == ["issued", *["renewed"] * 3]
    files = [office.file(attestation_id, n) for n in range(len(editions))]
    assert files[0].read_bytes() == issued
    assert files[-1].read_bytes().startswith(issued)
    for file in files[:-1]:
        verdict = office.services.verify(file).verdict
        assert verdict is Verdict.OURS_EARLIER_EDITION
    assert office.verify_unrenewed(attestation_id).verdict is Verdict.UNDETERMINED


def _is_due(office: Office) -> bool:
    report = office.services.renew_due(dry_run=True)
    assert report.missing == 0
    return bool(report.waiting)
