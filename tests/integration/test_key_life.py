"""A signing key's life, by the commands, while the service goes on running."""

import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from api.initialise import initialise
from api.settings import Settings
from api.wiring import build_services
from certify.clock import SystemClock
from certify.errors import KeyNotUsable
from certify.verdict import Colour
from certify.verify import Report
from keys.devpki.profiles import Validity
from tests.support.key_office import KeyOffice
from tests.support.papers import draw_paper

DEVELOPMENT = ("development-signatory", "development-seal")


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("fresh")
    initialise(Settings(data=folder / "data"))
    draw_paper(folder / "paper.jpg")
    return folder


@pytest.fixture
def office(
    fresh: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> Iterator[KeyOffice]:
    """Every test on a copy of its own: keys are never made unused again."""
    folder = tmp_path / "office"
    shutil.copytree(fresh, folder)
    settings = Settings(data=folder / "data")
    services = build_services(settings)
    yield KeyOffice(folder, settings, services, folder / "paper.jpg", capsys)
    services.close()


def green(report: Report) -> bool:
    return report.text.colour is Colour.GREEN


def test_a_rotation_from_the_request_to_the_retired_key(office: KeyOffice) -> None:
    first = office.confirmed()
    assert green(office.issue(first))
    with_old = office.confirmed()
    ended = office.activated("chu-tich-2026")
    assert "CẢNH BÁO" not in ended.err
    # the overlap: what was confirmed with the old key is signed with it
    with_new = office.confirmed()
    assert green(office.issue(with_old))
    assert green(office.issue(with_new))
    old, seal = map(office.certificate, DEVELOPMENT)
    new = office.certificate("chu-tich-2026")
    assert office.signers(with_old) == [old, seal]
    assert office.signers(with_new) == [new, seal]
    assert [office.uses(k) for k in (*DEVELOPMENT, "chu-tich-2026")] == [2, 3, 1]
    late = office.confirmed()
    office.keys("retire", DEVELOPMENT[0], "--reason", "thay khóa theo kế hoạch")
    assert green(office.issue(late))
    assert all(green(office.verify(a)) for a in (first, with_old, with_new, late))
    again = office.run("keys", "retire", DEVELOPMENT[0], "--reason", "x")
    assert again.code == 2


def test_a_statement_confirmed_with_an_ended_key_goes_back_to_the_queue(
    office: KeyOffice,
) -> None:
    waiting = office.confirmed()
    office.activated("moi")
    office.keys("retire", DEVELOPMENT[0], "--reason", "thay khóa")
    with pytest.raises(KeyNotUsable, match="xác nhận lại để dùng khóa mới"):
        office.services.issue(waiting)
    assert office.number_of(waiting) == 0
    shown = office.services.desk.draft_statement(waiting, office.services.signatory_id)
    assert shown.signatory_key_id == "moi"
    office.services.desk.approve(
        office.services.signatory_id, [waiting], {waiting: shown.content_digest}
    )
    assert green(office.issue(waiting))


def test_freezing_stops_the_running_service_at_once_and_loses_nothing(
    office: KeyOffice,
) -> None:
    waiting = office.confirmed()
    ended = office.keys("freeze", DEVELOPMENT[1], "--reason", "nghi lộ mã PIN")
    assert "đóng băng" in ended.out
    with pytest.raises(KeyNotUsable, match=r"đóng băng.*unfreeze") as caught:
        office.services.issue(waiting)
    assert (caught.value.code, caught.value.exit_code) == ("key.not_usable", 2)
    assert office.number_of(waiting) == 0
    assert "ĐÓNG BĂNG" in office.keys("list").out
    reconciled = office.run("reconcile", "--json")
    assert reconciled.json["waiting"] == {waiting: "key.not_usable"}
    office.keys("unfreeze", DEVELOPMENT[1], "--reason", "đã đổi mã PIN")
    assert green(office.issue(waiting))


def test_a_key_frozen_after_the_number_was_taken_signs_nothing(
    office: KeyOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting = office.confirmed()
    sealer = office.services.issue._sealer
    make_ready = sealer.make_ready

    def freeze_then_compose(statement: object) -> object:
        ready = make_ready(statement)  # type: ignore[arg-type]  # a statement
        prepare = ready.prepare

        def compose(order: object) -> object:
            made = prepare(order)  # type: ignore[arg-type]  # an order
            office.keys("freeze", DEVELOPMENT[0], "--reason", "mất thẻ")
            return made

        object.__setattr__(ready, "prepare", compose)
        return ready

    with monkeypatch.context() as patch:
        patch.setattr(sealer, "make_ready", freeze_then_compose)
        with pytest.raises(KeyNotUsable, match="đóng băng"):
            office.services.issue(waiting)
    number = office.number_of(waiting)
    assert number == 1
    assert office.uses(DEVELOPMENT[0]) == 0
    assert not list(office.services.archive.list(f"{waiting}/"))
    office.keys("unfreeze", DEVELOPMENT[0], "--reason", "thẻ còn trong két")
    assert green(office.issue(waiting))
    assert office.number_of(waiting) == number


def test_a_limit_holds_until_it_is_raised(office: KeyOffice) -> None:
    office.keys("limit", DEVELOPMENT[1], "--uses", 1)
    first, second = office.confirmed(), office.confirmed()
    assert green(office.issue(first))
    with pytest.raises(KeyNotUsable, match="dùng đủ 1 lần"):
        office.services.issue(second)
    office.keys("limit", DEVELOPMENT[1], "--uses", 2)
    assert green(office.issue(second))
    assert "2/2" in office.keys("list").out


def test_dates_are_vietnamese_days_and_hold(office: KeyOffice) -> None:
    waiting = office.confirmed()
    office.keys(
        "activate", DEVELOPMENT[0], "--from", "2026-01-01", "--to", "2026-01-31"
    )
    listed = office.keys("list").out
    assert "00:00 01/01/2026" in listed
    assert "23:59 31/01/2026" in listed
    assert "hết thời gian dùng" in listed
    with pytest.raises(KeyNotUsable, match="hết thời gian sử dụng lúc 23:59"):
        office.services.issue(waiting)


def test_a_key_is_activated_only_when_everything_fits(office: KeyOffice) -> None:
    request = office.generate("dau-2026", "seal")
    refused = office.run("keys", "activate", "dau-2026")
    assert (refused.code, "keys import" in refused.err) == (2, True)
    # not this key's certificate
    office.imported("khac", "seal")
    foreign = office.run("keys", "import", "dau-2026", office.folder / "khac.chain")
    assert refused.code == foreign.code == 2
    assert office.run("keys", "import", "dau-2026", request).code == 2
    # not on the roster: a clear warning, and it can be mended
    warned = office.keys("activate", "khac")
    assert "danh bạ chưa ghi" in warned.err
    # a certificate whose time is over leads nowhere
    now = SystemClock().now()
    over = Validity(now - timedelta(days=9), now - timedelta(days=1))
    office.imported("cu", "seal", validity=over)
    old = office.run("keys", "activate", "cu")
    assert (old.code, "đã hết hạn" in old.err) == (2, True)


def test_the_only_key_is_not_retired_by_accident(office: KeyOffice) -> None:
    refused = office.run("keys", "retire", DEVELOPMENT[1], "--reason", "nhầm")
    assert (refused.code, "--force" in refused.err) == (2, True)
    assert office.run("keys", "retire", DEVELOPMENT[1], "--reason", " ").code == 2
    office.keys("retire", DEVELOPMENT[1], "--reason", "bị lộ", "--force")
    with pytest.raises(KeyNotUsable, match="thôi dùng"):
        office.confirmed()


def test_the_soonest_end_of_a_certificate_is_told(office: KeyOffice) -> None:
    now = SystemClock().now()
    soon = Validity(now - timedelta(days=1), now + timedelta(days=20))
    office.imported("ngan", validity=soon)
    ended = office.keys("list", "--json").json
    (said,) = ended["warnings"]
    assert "còn 20 ngày" in said
    assert "ngan" in said
