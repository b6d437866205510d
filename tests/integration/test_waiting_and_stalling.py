"""A service that is away, a worker that stalls: the whole service, real servers."""

import hashlib
import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from api.data_folder import DataFolder
from api.devpki import DevelopmentPkiServer
from api.initialise import initialise
from api.services import Services
from api.settings import Settings
from api.wiring import build_services, open_database
from certify.attestation import IssuanceStep
from certify.clock import vietnamese_day
from certify.errors import LeaseHeld, LeaseLost, ServiceUnavailable, StoredDataDamaged
from certify.numbering import DEFAULT_BOOK_KIND
from certify.verify import Verdict
from keys.devpki.responders import DevelopmentPki
from signing.timestamp import HttpTransport
from storage.tables import attestations
from tests.chaos.injection import SteppingClock
from tests.support.confirming import confirm_shown
from tests.support.papers import compared_papers, draw_paper
from tests.support.pki import free_port

# STALLED_LEASE=200 (with --timeout=900) stalls as long as a slow TSA does, by hand.
LEASE_SECONDS = int(os.environ.get("STALLED_LEASE", "8"))  # noqa: TID251 - for one run by hand


@dataclass
class Tsa:
    """The PKI's TSA behind its own HTTP server; a test may hook into its answers."""

    pki: DevelopmentPki
    before: Callable[[], None] = lambda: None
    calls: int = field(default=0)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.pki, name)

    def timestamp(self, request: bytes, now: datetime) -> bytes:
        self.calls += 1
        self.before()
        return self.pki.timestamp(request, now)


@dataclass
class Office:
    settings: Settings
    clock: SteppingClock
    tsa: Tsa
    services: Services
    paper: Path

    def approved(self, count: int) -> list[str]:
        ids = list(compared_papers(self.services, self.paper, count))
        confirm_shown(self.services, ids)
        return ids

    def book(self) -> list[tuple[int, str]]:
        year = vietnamese_day(self.clock.now()).year
        authority = self.services.authority_id
        rows = self.services.register.book(authority, DEFAULT_BOOK_KIND, year)
        return [(row.number.number, row.state) for row in rows]

    def copies_in_archive(self, attestation_id: str) -> list[str]:
        return [o.sha256 for o in self.services.archive.list(f"{attestation_id}/")]

    def stands_still(self) -> None:
        """Beat no more, as on a machine that sleeps: the next pause is a stall."""
        issue: Any = self.services.issue
        issue._heartbeat = replace(issue._heartbeat, at_most=timedelta())

    def waits_for_tsa(self, seconds: float) -> None:
        (tsa,) = self.services.issue._sealer._timestamps.clients  # type: ignore[attr-defined]
        tsa.settings = replace(tsa.settings, timeout_seconds=seconds, tries=1)
        tsa._transport = HttpTransport(tsa.settings)


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An initialised data folder to copy: its keys take seconds to make."""
    folder = tmp_path_factory.mktemp("fresh") / "data"
    initialise(Settings(data=folder))
    return folder


@pytest.fixture
def office(fresh: Path, tmp_path: Path) -> Iterator[Office]:
    clock = SteppingClock()
    port = free_port()
    shutil.copytree(fresh, tmp_path / "data")
    settings = Settings(
        data=tmp_path / "data",
        tsa_urls=f"http://127.0.0.1:{port}/pki/tsa",
        lease_seconds=LEASE_SECONDS,
    )
    tsa = Tsa(DevelopmentPki(DataFolder(settings.data).pki))
    server = DevelopmentPkiServer(
        pki=tsa,  # type: ignore[arg-type]  # it behaves like one
        clock=clock,
        port=port,
    )
    server.start()
    services = build_services(settings, clock)
    draw_paper(tmp_path / "paper.jpg")
    yield Office(settings, clock, tsa, services, tmp_path / "paper.jpg")
    services.close()
    server.stop()


def end_connection() -> None:
    raise ConnectionAbortedError  # the server ends the connection without an answer


def test_while_the_tsa_is_down_no_number_is_taken_and_the_desk_says_why(
    office: Office,
) -> None:
    (attestation_id,) = office.approved(1)
    office.tsa.before = end_connection
    with pytest.raises(ServiceUnavailable):
        office.services.issue(attestation_id)
    view = office.services.cases.attestation(attestation_id)
    assert view.step is IssuanceStep.APPROVED
    assert view.waiting is not None
    assert view.waiting.startswith("Dịch vụ cấp dấu thời gian tạm thời không phản hồi")
    assert office.book() == []
    office.tsa.before = lambda: None
    time.sleep(11)  # an outage is remembered for ten seconds at most
    assert office.services.reconcile().released == [attestation_id]
    assert office.book() == [(1, "complete")]
    assert office.services.cases.attestation(attestation_id).waiting is None


def test_a_queue_waits_for_one_timeout_not_for_one_each(office: Office) -> None:
    office.approved(4)
    office.tsa.before = lambda: time.sleep(3)
    office.waits_for_tsa(1.5)
    result = office.services.reconcile()
    assert set(result.waiting.values()) == {"timestamp.unavailable"}
    assert len(result.waiting) == 4
    assert office.tsa.calls == 1
    assert office.book() == []


def test_a_living_worker_keeps_its_lease_however_slow_the_tsa_is(
    office: Office,
) -> None:
    (attestation_id,) = office.approved(1)
    successor = build_services(office.settings, office.clock)
    office.waits_for_tsa(LEASE_SECONDS + 60)

    def be_slow() -> None:
        if office.tsa.calls == 2:  # 1 proves that it answers, 2 is for the person
            time.sleep(LEASE_SECONDS + 0.5)
            with pytest.raises(LeaseHeld):
                successor.issue(attestation_id)

    office.tsa.before = be_slow
    edition = office.services.issue(attestation_id)
    successor.close()
    copy = office.services.register.released_attestation(attestation_id)
    assert copy is not None
    assert list(copy.editions) == [edition]
    assert office.copies_in_archive(attestation_id) == [edition.stored.sha256]


@pytest.mark.parametrize("stalls_at", ["tsa", 7])
def test_a_stalled_worker_never_releases_beside_its_successor(
    office: Office, stalls_at: str | int
) -> None:
    (attestation_id,) = office.approved(1)
    successor = build_services(office.settings, office.clock)
    office.waits_for_tsa(LEASE_SECONDS + 60)
    office.stands_still()
    released = []

    def stall() -> None:
        """Sleep past the lease; meanwhile another worker takes over and finishes."""
        office.tsa.before = lambda: None
        time.sleep(LEASE_SECONDS + 0.5)
        released.append(successor.issue(attestation_id))

    def answer_late() -> None:
        if (
            stalls_at == "tsa" and office.tsa.calls == 2
        ):  # 1 proves that it answers, 2 is for the person
            stall()

    office.tsa.before = answer_late
    with pytest.raises(LeaseLost):
        office.services.issue(
            attestation_id, lambda step, _: stall() if step == stalls_at else None
        )
    successor.close()
    copy = office.services.register.released_attestation(attestation_id)
    assert copy is not None
    assert list(copy.editions) == released
    assert office.book() == [(1, "complete")]
    archived = office.copies_in_archive(attestation_id)
    assert copy.newest.stored.sha256 in archived
    # 7: the sleeper still archives its own file, which is never released
    assert len(archived) == (2 if stalls_at == 7 else 1)
    with office.services.work_folder() as folder:
        path = folder / "copy.pdf"
        office.services.archive.fetch(copy.newest.stored, path)
        assert office.services.verify(path).verdict is Verdict.OURS_IN_FORCE


def test_an_expired_confirmation_is_given_again_and_keeps_the_number(
    office: Office,
) -> None:
    desk: Any = office.services.desk
    usual = desk._rules
    desk._rules = replace(usual, confirmation_valid=timedelta(seconds=20))
    (attestation_id,) = office.approved(1)
    desk._rules = usual
    number = 1

    def away_when_signing() -> None:
        if office.tsa.calls >= 2:
            end_connection()

    office.tsa.before = away_when_signing
    with pytest.raises(ServiceUnavailable):
        office.services.issue(attestation_id)
    assert office.book() == [(number, "reserved")]
    office.tsa.before = lambda: None
    time.sleep(20)  # longer than an outage is remembered, as well
    assert office.services.reconcile().waiting == {
        attestation_id: "confirmation.invalid"
    }
    confirm_shown(office.services, [attestation_id])
    assert office.services.reconcile().released == [attestation_id]
    assert office.book() == [(number, "complete")]


def test_a_fault_in_one_stops_no_other(office: Office) -> None:
    broken, whole = office.approved(2)
    folder = DataFolder(office.settings.data)
    with (
        closing(open_database(folder, office.settings)) as database,
        database.writing() as rows,  # opens with our key, and makes no sense
    ):
        changed = update(attestations).where(attestations.c.id == broken)
        rows.execute(changed.values(statement="{}"))
    result = office.services.reconcile()
    assert (result.released, result.waiting) == (
        [whole],
        {broken: "stored_data.damaged"},
    )


def test_an_unexplained_object_keeps_numbering_closed(
    office: Office, tmp_path: Path
) -> None:
    stray = tmp_path / "stray.pdf"
    stray.write_bytes(b"%PDF-1.7 of nobody")
    digest = hashlib.sha256(stray.read_bytes()).hexdigest()
    office.services.archive.put_once(
        f"nobody/{digest}", stray, digest, office.clock.now()
    )
    (attestation_id,) = office.approved(1)
    with pytest.raises(StoredDataDamaged, match="không rõ số"):
        office.services.issue(attestation_id)
    assert office.book() == []
