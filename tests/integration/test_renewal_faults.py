"""Renewal that is killed, interrupted, refused or restored: nothing twice, none missed.

A process that is killed does nothing any more: from the moment of the blow every
collaborator is out of its reach, the end of its lease included.
"""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from api.cli.renew import DONE, INCOMPLETE, renew
from api.cli.terminal import Terminal
from api.periodic import duties
from api.settings import Settings
from api.wiring import build_services
from certify.errors import CertificateUnfit, LeaseHeld
from certify.protection import months_after
from certify.renew_due import RenewalReport
from certify.verdict import Verdict
from keys.devpki import issue as devpki
from tests.chaos.injection import Tapped
from tests.support.generations import Office, open_office

DUE = 50  # months: the first TSA's RSA-2048 ends in 2030
PARTS = ("_renewals", "_archive", "_renewer", "_inspector")
BLOWS = (
    ("after", "take"),
    ("after", "intend"),
    ("after", "renew"),
    ("after", "put_once"),  # its evidence
    ("before", "add_edition"),
    ("after", "add_edition"),
)
ARCHIVED = BLOWS.index(("before", "add_edition"))
REST = 2
FIRST_DAY = "first-day.db"


class Killed(BaseException):
    """The process is gone."""


class Blow:
    """Kills at one moment of a run."""

    def __init__(self, side: str, call: str) -> None:
        self._at = side, call
        self._dead = False

    def __call__(self, side: str, call: str) -> None:
        self._dead = self._dead or (side, call) == self._at
        if self._dead:
            raise Killed


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """Released copies under the first TSA, and a second one that lasts longer."""
    folder = tmp_path_factory.mktemp("office")
    with (
        pytest.MonkeyPatch.context() as patch,
        open_office(folder, patch, renew_within_months=DUE) as opened,
    ):
        back_up(opened, FIRST_DAY)
        opened.copies = opened.issue(len(BLOWS) + REST)
        stronger = replace(devpki.TSA_PROFILE, bits=3072)
        patch.setattr(devpki, "TSA_PROFILE", stronger)
        opened.next_generation()
        yield opened


def due_before(office: Office) -> datetime:
    return months_after(office.clock.now(), DUE)


def kill_at(office: Office, blow: tuple[str, str], attestation_id: str) -> None:
    """Renew in a process that is killed at that moment."""
    run: Any = office.services.renew_due._renew
    real = {part: getattr(run, part) for part in PARTS}
    tap = Blow(*blow)
    for part, inner in real.items():
        setattr(run, part, Tapped(inner, tap))
    try:
        with pytest.raises(Killed):
            run(attestation_id, before=due_before(office))
    finally:
        for part, inner in real.items():
            setattr(run, part, inner)


def objects(office: Office, attestation_id: str) -> set[str]:
    return {o.sha256 for o in office.services.archive.list(f"{attestation_id}/")}


@pytest.mark.parametrize("blow", BLOWS, ids=" ".join)
def test_killed_anywhere_it_is_renewed_once(
    office: Office, blow: tuple[str, str]
) -> None:
    attestation_id = office.copies[BLOWS.index(blow)]
    kill_at(office, blow, attestation_id)
    run = office.services.renew_due._renew
    with pytest.raises(LeaseHeld):  # nobody else works on it meanwhile
        run(attestation_id, before=due_before(office))
    left = objects(office, attestation_id)
    assert len(left) == (1 if BLOWS.index(blow) < ARCHIVED else 2)
    office.clock.advance(minutes=16)  # its lease ends by itself
    run(attestation_id, before=due_before(office))
    copy = office.copy(attestation_id)
    assert [(e.sequence, e.reason) for e in copy.editions] == [
        (1, "issued"),
        (2, "renewed"),
    ]
    # A file that was archived and not released is adopted, not made again.
    assert objects(office, attestation_id) == {e.stored.sha256 for e in copy.editions}
    assert left <= objects(office, attestation_id)
    report = office.services.verify(office.file(attestation_id))
    assert report.verdict is Verdict.OURS_IN_FORCE
    issued = office.services.verify(office.file(attestation_id, 0))
    assert issued.verdict is Verdict.OURS_EARLIER_EDITION
    office.services.trail.check(copy.number.authority_id)


def test_interrupted_and_resumed_nothing_is_missed(office: Office) -> None:
    """The rest is due: one is renewed, the next one is killed, then all are done."""
    rest = office.copies[len(BLOWS) :]
    before = look(office)
    assert before.looked_at == len(office.copies)
    assert set(before.waiting) == set(rest)
    with pytest.raises(Killed):
        raise_at_second(office)
    (renewed,) = [i for i in rest if len(office.copy(i).editions) == 2]
    office.clock.advance(minutes=16)
    report = office.services.renew_due()
    assert set(report.renewed) == set(rest) - {renewed}
    assert report.not_due == report.looked_at - len(report.renewed)
    assert report.missing == 0
    assert not report.failed
    assert not report.waiting
    assert office.services.renew_due().renewed == ()  # nothing is left
    assert all(len(office.copy(i).editions) == 2 for i in office.copies)


def raise_at_second(office: Office) -> None:
    due: Any = office.services.renew_due
    real, calls = due._renew, 0

    def renew_or_die(attestation_id: str, *, before: datetime) -> Any:
        nonlocal calls
        calls += 1
        if calls == 2:
            due._renew = real
            kill_at(office, ("after", "intend"), attestation_id)
            raise Killed
        return real(attestation_id, before=before)

    due._renew = renew_or_die
    due()


def look(office: Office) -> RenewalReport:
    return office.services.renew_due(dry_run=True)


def test_what_nobody_watches_is_missing_until_it_is_watched(
    office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    with closing(sqlite3.connect(office.data.database)) as database, database:
        database.execute(
            "DELETE FROM renewals WHERE attestation_id = ?", [office.copies[0]]
        )
    assert look(office).missing == 1
    terminal = Terminal(as_json=False)
    services = office.services
    assert renew(services, within=None, dry_run=True, terminal=terminal) == INCOMPLETE
    assert "THIẾU 1 bản sao" in capsys.readouterr().out
    assert renew(services, within=None, dry_run=False, terminal=terminal) == DONE
    assert "Không bỏ sót bản sao nào." in capsys.readouterr().out
    assert look(office).missing == 0


def test_a_tsa_that_protects_no_longer_is_refused_and_nothing_is_added(
    office: Office,
) -> None:
    """Due within twenty years; but the TSA in use ends when its last token does."""
    attestation_id = office.copies[0]
    archived = objects(office, attestation_id)
    far = months_after(office.clock.now(), 240)
    with pytest.raises(CertificateUnfit):
        office.services.renew_due._renew(attestation_id, before=far)
    assert objects(office, attestation_id) == archived
    report = office.services.renew_due(within_months=240, dry_run=True)
    assert set(report.waiting) == set(office.copies)


def test_the_sweep_renews_a_small_batch(office: Office) -> None:
    made = office.issue(2)  # stamped by the office's first TSA still
    settings = Settings(data=Path("nowhere"), renew_batch=1)
    (renewal,) = (d for d in duties(office.services, settings) if d.name == "renewal")
    renewal.round()
    assert sorted(len(office.copy(i).editions) for i in made) == [1, 2]
    # The other one is left, for the backup below.
    office.copies += made


def test_a_restored_database_gets_its_renewed_editions_back(office: Office) -> None:
    """The backup is of before a renewal; the archive remembers it."""
    (attestation_id,) = look(office).waiting
    back_up(office, "before-renewal.db")
    assert office.services.renew_due().renewed == (attestation_id,)
    newest = office.copy(attestation_id).newest
    restore(office, "before-renewal.db")
    assert len(office.copy(attestation_id).editions) == 1
    assert office.services.reconcile().recovered == [attestation_id]
    copy = office.copy(attestation_id)
    assert [e.reason for e in copy.editions] == ["issued", "renewed"]
    assert copy.newest.stored == newest.stored
    report = look(office)
    assert report.missing == 0
    assert report.waiting[attestation_id].code == "unmeasured"
    assert office.services.renew_due().renewed == ()  # measured, and not due
    assert look(office).waiting == {}


def test_copies_without_a_case_come_back_whole_and_are_renewed_too(
    office: Office,
) -> None:
    """A backup of the first day: nothing but the archive knows of any copy."""
    known = {i: office.copy(i).editions for i in office.copies[:3]}
    (fresh,) = office.issue()
    restore(office, FIRST_DAY)
    assert look(office).looked_at == 0
    recovered = office.services.reconcile().recovered
    assert {fresh, *office.copies} <= set(recovered)
    for attestation_id, editions in known.items():
        copy = office.copy(attestation_id)
        assert [e.stored for e in copy.editions] == [e.stored for e in editions]
        assert [e.reason for e in copy.editions] == ["issued", "renewed"]
    report = office.services.renew_due()
    assert report.renewed == (fresh,)
    assert report.looked_at == len(recovered)
    assert report.missing == 0
    judged = office.services.verify(office.file(fresh))
    assert judged.verdict is Verdict.OURS_IN_FORCE
    assert [e.reason for e in office.copy(fresh).editions] == ["issued", "renewed"]


def back_up(office: Office, name: str) -> None:
    with (
        closing(sqlite3.connect(office.data.database)) as source,
        closing(sqlite3.connect(office.folder / name)) as target,
    ):
        source.backup(target)


def restore(office: Office, name: str) -> None:
    office.services.close()
    for file in office.data.path.glob(f"{office.data.database.name}*"):
        file.unlink()
    shutil.copy(office.folder / name, office.data.database)
    office.services = build_services(office.settings, office.clock)
    office.use_tsa_of(office.generation)
