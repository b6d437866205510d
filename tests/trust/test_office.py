"""docs/trust.md, rows of the whole service: TSAs that fail, and what people see."""

import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from api.cli.status import READY, TROUBLE, status
from api.cli.terminal import Terminal
from api.data_folder import DataFolder
from api.initialise import initialise
from api.services import Services
from api.settings import Settings
from api.web_settings import WebSettings
from api.wiring import build_services
from certify.attestation import IssuanceStep
from certify.clock import vietnamese_day
from certify.evidence import evidence_from_json
from certify.numbering import DEFAULT_BOOK_KIND
from keys.devpki.folder import PkiFolder
from keys.devpki.responders import DevelopmentPki
from tests.chaos.injection import SteppingClock
from tests.chaos.throttled_tsa import run
from tests.support.confirming import confirm_shown
from tests.support.faulty_pki import FaultyPki, serving
from tests.support.papers import compared_papers, draw_paper
from tests.support.pki import PkiOnDisk


@pytest.fixture(scope="module")
def office(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[Services, FaultyPki, SteppingClock, Path]]:
    folder = tmp_path_factory.mktemp("office")
    settings = Settings(data=folder / "data")
    initialise(settings)
    data = DataFolder(settings.data)
    port = data.choices().pki_port
    draw_paper(folder / "paper.jpg")
    disk = PkiOnDisk(data.pki, port, DevelopmentPki(data.pki))
    with serving(disk) as faulty:
        clock = SteppingClock()
        services = build_services(settings, clock)
        yield services, faulty, clock, folder / "paper.jpg"
        services.close()


def approved(services: Services, paper: Path) -> str:
    (attestation_id,) = compared_papers(services, paper, 1)
    confirm_shown(services, [attestation_id])
    return attestation_id


def pass_time(faulty: FaultyPki, clock: SteppingClock, **passed: float) -> None:
    """Let the office's and the PKI's clocks go on together."""
    clock.offset += timedelta(**passed)
    faulty.set_clock(clock.offset)


def client(services: Services) -> TestClient:
    app = create_app(services, settings=WebSettings())
    return TestClient(app, base_url="http://127.0.0.1", client=("127.0.0.1", 50000))


def test_down_for_an_hour_it_waits_visibly_and_then_ends_by_itself(
    office: tuple[Services, FaultyPki, SteppingClock, Path],
) -> None:
    services, faulty, clock, paper = office
    attestation_id = approved(services, paper)
    before = services.trail.head(services.authority_id).sequence
    faulty.set(tsa="down")
    for _ in range(120):  # the sweep of every half minute, for an hour
        assert services.reconcile(due=True).released == []
        pass_time(faulty, clock, seconds=30)
    rows = services.trail.head(services.authority_id).sequence - before
    assert 2 <= rows <= 2 * 11
    view = services.cases.attestation(attestation_id)
    assert view.step is IssuanceStep.APPROVED  # no number is taken in vain
    assert view.waiting is not None
    # The second is said when the sweep comes within the moment of being left alone.
    assert "không trả lời" in view.waiting or "chưa gọi lại" in view.waiting
    assert "Thử lại lúc" in view.waiting
    with client(services) as web:
        assert web.get("/health/ready").json()["tsa"] == "away"
        assert web.get("/health/ready").status_code == 200
        desk = web.get("/desk").text
        assert "Người quản trị cần biết" in desk
        assert "không phục vụ" in desk
        page = web.get(f"/desk/originals/{view.original_id}").text
        assert "Thử lại lúc" in page
    assert status(services, terminal=Terminal(as_json=True)) == TROUBLE
    faulty.set()
    time.sleep(1)  # an outage is remembered as long as it took to notice
    pass_time(faulty, clock, minutes=15)  # the longest pause
    assert services.reconcile(due=True).released == [attestation_id]


def test_a_healthy_office_says_so_and_keeps_the_evidence_of_its_checks(
    office: tuple[Services, FaultyPki, SteppingClock, Path],
) -> None:
    services, faulty, _, paper = office
    attestation_id = approved(services, paper)
    edition = services.issue(attestation_id)
    assert status(services, terminal=Terminal(as_json=True)) == READY
    with client(services) as web:
        ready = web.get("/health/ready").json()
        assert {ready[kind] for kind in ("tsa", "revocation", "keys")} == {"ok"}
    key = f"evidence/{edition.stored.key}"
    (stored,) = services.archive.list(key)
    path = paper.with_name("evidence.json")
    services.archive.fetch(stored, path)
    checks = evidence_from_json(path.read_text()).checks
    assert [check.role for check in checks] == ["signatory", "seal", "timestamp"]
    tsa = PkiFolder(faulty.disk.folder).certificate("tsa")
    assert checks[-1].valid_until == tsa.not_valid_after_utc


def test_a_permanent_fault_is_marked_once_and_not_tried_every_sweep(
    office: tuple[Services, FaultyPki, SteppingClock, Path],
) -> None:
    services, faulty, clock, paper = office
    attestation_id = approved(services, paper)
    pass_time(faulty, clock, hours=9)  # the confirmation is too old by now
    services.reconcile(due=True)
    before = services.trail.head(services.authority_id)
    for _ in range(50):
        assert services.reconcile(due=True).waiting == {}
        pass_time(faulty, clock, seconds=30)
    assert services.trail.head(services.authority_id) == before
    waiting = services.cases.attestation(attestation_id).waiting
    assert waiting is not None
    assert "Cần người xử lý" in waiting
    confirm_shown(services, [attestation_id])  # a person acts: at once again
    assert services.reconcile(due=True).released == [attestation_id]
    year = vietnamese_day(clock.now()).year
    rows = services.register.book(services.authority_id, DEFAULT_BOOK_KIND, year)
    assert {row.state for row in rows} == {"complete"}


@pytest.mark.timeout(300)
def test_a_failing_and_throttled_tsa_keeps_nobody_from_b_lta(tmp_path: Path) -> None:
    """Twelve of the acceptance run; `python -m tests.chaos.throttled_tsa` does 200."""
    result = run(tmp_path, 12)
    assert result["found"] == {"PAdES-B-LTA": 12}
    assert result["asked_first_tsa"] <= 22  # throttled it is left alone
