"""`certify init` on a real disk, with the real PKI and database."""

import json
import shutil
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from api.data_folder import DataFolder
from api.initialise import initialise, issue_api_keys
from api.settings import Settings, load_settings
from api.wiring import build_lists, open_storage
from certify.access import Scope
from certify.clock import SystemClock, vietnamese_day
from certify.errors import InvalidInput, NotAllowed

INIT = (sys.executable, "-m", "api", "init", "--json", "--data")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    settings = load_settings(data=tmp_path_factory.mktemp("init") / "data")
    assert initialise(settings)
    yield settings
    shutil.rmtree(settings.data)


def contents(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_nobody_else_may_enter_or_read_secrets(made: Settings) -> None:
    folder = DataFolder(made.data)
    modes = {p: stat.S_IMODE(p.stat().st_mode) for p in made.data.rglob("*")}
    assert stat.S_IMODE(made.data.stat().st_mode) == 0o700
    assert modes[folder.service_key] == 0o600
    assert {modes[p] for p in modes if p.is_dir()} == {0o700}
    for secret in (
        folder.database,
        folder.confirmation_key,
        *folder.pki.rglob("*.p12"),
    ):
        assert modes[secret] == 0o600, secret


def test_people_can_work_at_once(made: Settings) -> None:
    folder = DataFolder(made.data)
    choices = folder.choices()
    today = vietnamese_day(SystemClock().now())
    with open_storage(folder, made) as storage:
        authority = storage.people.authority(choices.authority_id)
        signatory = storage.people.signatory(choices.signatory_id)
        assert authority.name == "Ủy ban nhân dân xã Mường Tè"
        assert storage.people.officer(choices.officer_id).authority_id == authority.id
        assert signatory.mandate.covers(today)
        assert signatory.title_lines == ("CHỦ TỊCH",)
        assert storage.people.seal_authorisation(authority.id, today) is not None
        assert storage.people.enrolled_key(signatory.id).kind == "software-p256"
        assert storage.trail.check(authority.id).sequence == 7


def test_roster_names_both_certificates(made: Settings) -> None:
    folder = DataFolder(made.data)
    lists = build_lists(folder.trust, SystemClock(), None)()
    roster = lists.roster
    assert not lists.roster_problems
    assert not lists.annulment_problems
    assert [entry.role for entry in roster] == ["chairman", "seal"]
    assert len({entry.certificate_sha256 for entry in roster}) == 2
    assert {entry.authority_id for entry in roster} == {folder.choices().authority_id}


def test_second_run_changes_nothing(made: Settings) -> None:
    before = contents(made.data)
    assert not initialise(made)
    assert contents(made.data) == before


def test_api_keys_work_and_are_not_stored(made: Settings) -> None:
    keys = issue_api_keys(made)
    assert [key.label for key in keys] == [
        "Cán bộ tiếp nhận",
        "Người ký",
        "Hệ thống một cửa",
    ]
    with open_storage(DataFolder(made.data), made) as storage:
        found = storage.api_keys.check(keys[1].plain, SystemClock().now())
    assert found is not None
    assert found.scopes == {Scope.SIGN, Scope.READ}
    secret = keys[1].plain[-64:].encode()
    assert not any(secret in data for data in contents(made.data).values())


def test_interrupted_while_building_starts_over(tmp_path: Path) -> None:
    data = tmp_path / "data"
    child = subprocess.Popen((*INIT, data), stdout=subprocess.DEVNULL)
    deadline = time.monotonic() + 30
    while not (data / ".init" / "service.key").exists():
        assert time.monotonic() < deadline
        time.sleep(0.005)
    child.send_signal(signal.SIGKILL)
    child.wait()
    assert not DataFolder(data).initialised
    again = subprocess.run((*INIT, data), capture_output=True, check=True)
    assert json.loads(again.stdout)["created"] is True
    assert DataFolder(data).choices().authority_id
    assert not (data / ".init").exists()


def test_interrupted_while_moving_goes_on(made: Settings, tmp_path: Path) -> None:
    data = tmp_path / "data"
    shutil.copytree(made.data, data)
    building = data / ".init"
    building.mkdir()
    for name in ("service.json", "register.db", "trust"):
        (data / name).rename(building / name)
    key = DataFolder(data).service_key.read_bytes()
    assert initialise(load_settings(data=data))
    assert DataFolder(data).service_key.read_bytes() == key, "nothing is made again"
    assert contents(data).keys() == contents(made.data).keys()


def test_a_disk_that_is_full_at_the_last_step_leaves_no_half_marker(
    made: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else the next run takes a folder for whole that can never be read."""
    choices = DataFolder(made.data).choices()

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="No space"):
        DataFolder(tmp_path).write_choices(choices)
    assert list(tmp_path.iterdir()) == []


def test_two_at_once_make_one(tmp_path: Path) -> None:
    with ThreadPoolExecutor(2) as pool:
        runs = [
            pool.submit(subprocess.run, (*INIT, tmp_path / "data"), capture_output=True)
            for _ in range(2)
        ]
    results = [json.loads(run.result().stdout) for run in runs]
    assert sorted(result["created"] for result in results) == [False, True]
    assert sorted(len(result["api_keys"]) for result in results) == [0, 3]


def test_folder_with_other_things_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "letters.txt").write_text("mine")
    tmp_path.chmod(0o755)
    with pytest.raises(InvalidInput, match="thư mục trống"):
        initialise(load_settings(data=tmp_path))
    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o755, "root may name /srv"
    assert contents(tmp_path) == {"letters.txt": b"mine", ".lock": b""}


def test_half_a_service_is_never_removed(made: Settings, tmp_path: Path) -> None:
    """Somebody lost service.json: archives still hang on the key beside it."""
    data = tmp_path / "data"
    shutil.copytree(made.data, data)
    (data / "service.json").unlink()
    before = contents(data)
    with pytest.raises(InvalidInput):
        initialise(load_settings(data=data))
    assert contents(data) == before


def test_unwritable_place_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(InvalidInput, match="không tạo hoặc ghi được"):
        initialise(load_settings(data=tmp_path / "file" / "data"))


def test_production_has_no_development_authority(tmp_path: Path) -> None:
    settings = load_settings(signs=False, env="production", data=tmp_path / "data")
    with pytest.raises(NotAllowed):
        initialise(settings)
    assert not settings.data.exists()
