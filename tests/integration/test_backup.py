"""What a backup keeps, refuses and leaves behind."""

import hashlib
import json
import os
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from api.__main__ import main
from api.backup.parts import MANIFEST, SECRETS
from api.data_folder import DataFolder
from api.initialise import initialise
from api.service_key import derive_keys, read_service_keys
from api.settings import Settings
from api.wiring import build_backup, open_storage
from api.wiring.objects import build_archive
from api.wiring.plan import unmetered_plan
from api.wiring.privacy import build_scan_store
from certify.attestation import Act
from certify.clock import SystemClock
from certify.ports import Archive, ScanStore
from storage.archive.folder import FolderArchive
from storage.database import Database
from storage.migrations import HEAD
from storage.scans import FolderScanStore

RELEASED = Path(__file__).parent / "released"
WORDS = "bốn chữ cái ngẫu nhiên"
SCAN = b"%PDF a citizen's paper"
COPY = b"%PDF a certified copy"
Run = Callable[..., tuple[int, Any]]


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with an archived object and a scan; its backup beside it."""
    folder = tmp_path_factory.mktemp("office")
    data = DataFolder(folder / "data")
    initialise(Settings(data=data.path))
    keys = read_service_keys(data.service_key)
    (folder / "scan").write_bytes(SCAN)
    (folder / "copy").write_bytes(COPY)
    scans = FolderScanStore(data.scans, key=derive_keys(keys, "scans")[0])
    scans.put("s1", folder / "scan")
    archive = FolderArchive(data.archive, key=derive_keys(keys, "archive")[0])
    digest = hashlib.sha256(COPY).hexdigest()
    until = SystemClock().now() + timedelta(days=10)
    archive.put_once(f"evidence/a1/{digest}", folder / "copy", digest, until)
    archive.put_once(f"a1/{digest}", folder / "copy", digest, until)
    (folder / "words").write_text(WORDS)
    (folder / "words").chmod(0o600)
    return folder


@pytest.fixture
def certify(
    office: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Run:
    monkeypatch.setenv("CERTIFY_BACKUP_PASSPHRASE_FILE", str(office / "words"))

    def run(*words: object) -> tuple[int, Any]:
        capsys.readouterr()
        code = main([*map(str, words), "--json"])
        said = capsys.readouterr()
        return code, json.loads(said.out)

    return run


@pytest.fixture(scope="module")
def first(office: Path) -> Path:
    settings = Settings(data=office / "data", backup_passphrase_file=office / "words")
    with build_backup(settings, office / "backup") as make:
        made = make()
    assert (made.manifest.objects, made.manifest.scans, made.copied) == (2, 1, 3)
    return office / "backup"


@pytest.fixture
def backup(first: Path, tmp_path: Path) -> Path:
    """A backup to spoil."""
    return shutil.copytree(first, tmp_path / "backup")


def point_of(backup: Path) -> Path:
    (point,) = (backup / "points").iterdir()
    return point


def test_it_comes_back_as_it_was(
    office: Path, backup: Path, tmp_path: Path, certify: Run
) -> None:
    code, said = certify("restore", backup, "--data", tmp_path / "new")
    assert (code, said["put_back"], len(said["beyond"])) == (0, 3, 1)
    old, new = DataFolder(office / "data"), DataFolder(tmp_path / "new")
    assert new.choices() == old.choices()
    assert new.service_key.read_bytes() == old.service_key.read_bytes()
    for part in ("trust", "pictures", "pki"):
        names = {p.relative_to(old.path) for p in (old.path / part).rglob("*")}
        assert names == {p.relative_to(new.path) for p in (new.path / part).rglob("*")}
    within = [*new.path.iterdir(), *(p for p in new.path.rglob("*") if p.is_file())]
    assert [p for p in within if p.stat().st_mode & 0o077] == []
    key = derive_keys(read_service_keys(new.service_key), "archive")[0]
    with open_storage(new, Settings(data=new.path)) as storage:
        head = storage.trail.check(new.choices().authority_id)
    with closing(sqlite3.connect(new.database)) as database:
        (row,) = database.execute(
            "SELECT action, subject FROM trail WHERE sequence = ?", [head.sequence]
        )
    assert row == ("service.restore", said["point"])
    kept = [FolderArchive(f.archive, key=key) for f in (old, new)]
    assert list(kept[0].list("")) == list(kept[1].list("")), "versions too"


def test_what_was_restored_is_on_the_disk_before_it_is_said(
    backup: Path, tmp_path: Path, certify: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: set[int] = set()
    fsync = os.fsync

    def noted(descriptor: int) -> None:
        synced.add(os.fstat(descriptor).st_ino)
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", noted)
    assert certify("restore", backup, "--data", tmp_path / "new")[0] == 0
    new = DataFolder(tmp_path / "new")
    kept = [new.service_key, new.path / "service.json", *new.trust.rglob("*"), new.path]
    assert [path for path in kept if path.stat().st_ino not in synced] == []


def test_what_is_there_is_not_copied_again(
    office: Path, backup: Path, certify: Run
) -> None:
    code, said = certify("backup", backup, "--data", office / "data")
    assert (code, said["objects"], said["copied"]) == (0, 2, 0)
    assert len(list((backup / "points").iterdir())) == 2


def test_it_holds_nothing_in_plain(office: Path, backup: Path) -> None:
    key = (office / "data" / "service.key").read_bytes()
    for path in (p for p in backup.rglob("*") if p.is_file()):
        held = path.read_bytes()
        for secret in (key, SCAN, COPY, b"SQLite format", b"PRIVATE KEY", b"%PDF"):
            assert secret not in held, path.name


def no_manifest(backup: Path) -> None:
    (point_of(backup) / MANIFEST).unlink()


def other_revision(backup: Path) -> None:
    rewrite(backup, lambda body: body | {"revision": "0001"})


def fewer_parts(backup: Path) -> None:
    rewrite(backup, lambda body: body | {"parts": {}})


def manifest_no_text(backup: Path) -> None:
    (point_of(backup) / MANIFEST).write_bytes(b'{"mac": "\xff"}')


def other_point(backup: Path) -> None:
    point = point_of(backup)
    point.rename(point.with_name("20991231T235959000Z"))


def other_words(backup: Path) -> None:
    sealed = point_of(backup) / SECRETS
    text = bytearray(sealed.read_bytes())
    text[-1] ^= 1
    sealed.write_bytes(text)
    digest = hashlib.sha256(text).hexdigest()
    rewrite(backup, lambda body: body | {"secrets_sha256": digest})


def damaged(name: str) -> Callable[[Path], None]:
    def damage(backup: Path) -> None:
        (path,) = backup.rglob(f"{name}.sealed")
        text = bytearray(path.read_bytes())
        text[-20] ^= 1
        path.chmod(0o600)
        path.write_bytes(text)

    return damage


def lost_object(backup: Path) -> None:
    next((backup / "store").rglob("s1.sealed")).unlink()


def rewrite(backup: Path, change: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
    manifest = point_of(backup) / MANIFEST
    manifest.write_text(json.dumps(change(json.loads(manifest.read_text()))))


SPOILED = {
    "no manifest": (no_manifest, "chưa lập xong"),
    "manifest altered": (other_revision, "kê khai"),
    "manifest without parts": (fewer_parts, "kê khai"),
    "manifest not text": (manifest_no_text, "kê khai"),
    "an older point under a newer name": (other_point, "tên thư mục"),
    "secrets altered": (other_words, "Mật khẩu"),
    "database altered": (damaged("database"), "bị sửa"),
    "small files altered": (damaged("data"), "bị sửa"),
    "list altered": (damaged("list"), "bị sửa"),
    "object altered": (damaged("s1"), "bị sửa"),
    "object lost": (lost_object, "scan/s1"),
}


@pytest.mark.parametrize("name", SPOILED)
def test_a_spoiled_backup_is_refused_and_nothing_is_in_place(
    name: str, backup: Path, tmp_path: Path, certify: Run
) -> None:
    spoil, words = SPOILED[name]
    spoil(backup)
    code, said = certify("restore", backup, "--data", tmp_path / "new")
    assert code in {2, 70}, said
    assert words in said["error"]["message"]
    left = {path.name for path in (tmp_path / "new").iterdir()}
    assert left <= {"archive", "scans", ".lock"}, "no key, no scan in plain"


def test_a_restore_that_failed_can_be_run_again(
    backup: Path, tmp_path: Path, certify: Run
) -> None:
    (path,) = backup.rglob("database.sealed")
    whole = path.read_bytes()
    damaged("database")(backup)
    assert certify("restore", backup, "--data", tmp_path / "new")[0] != 0
    path.write_bytes(whole)
    code, said = certify("restore", backup, "--data", tmp_path / "new")
    assert (code, said["point"]) == (0, point_of(backup).name)


def test_only_an_empty_folder_is_restored_into(
    office: Path, backup: Path, certify: Run
) -> None:
    code, said = certify("restore", backup, "--data", office / "data")
    assert code == 2
    assert "thư mục trống" in said["error"]["message"]


def test_an_archive_that_survived_is_left_as_it_is(
    office: Path, backup: Path, tmp_path: Path, certify: Run
) -> None:
    shutil.copytree(office / "data" / "archive", tmp_path / "new" / "archive")
    before = {p: p.stat().st_mtime_ns for p in (tmp_path / "new").rglob("*.sealed")}
    code, said = certify("restore", backup, "--data", tmp_path / "new")
    assert (code, said["put_back"]) == (0, 1), "the scan alone"
    assert {p: p.stat().st_mtime_ns for p in before} == before


def test_what_survived_damaged_is_named_and_comes_back_when_it_is_out_of_the_way(
    office: Path, backup: Path, tmp_path: Path, certify: Run
) -> None:
    shutil.copytree(office / "data" / "archive", tmp_path / "new" / "archive")
    (broken,) = (tmp_path / "new" / "archive" / "objects" / "a1").iterdir()
    broken.chmod(0o600)
    broken.write_bytes(b"rubbish")
    code, said = certify("restore", backup, "--data", tmp_path / "new")
    assert code != 0
    assert f"a1/{broken.stem} còn lại trong kho" in said["error"]["message"]
    broken.rename(tmp_path / "broken")
    code, said = certify("restore", backup, "--data", tmp_path / "new")
    assert (code, said["put_back"]) == (0, 2), "the copy and the scan"


def test_a_full_disk_leaves_no_point(
    office: Path, tmp_path: Path, certify: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_arguments: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as disk:
        disk.setattr("api.backup.make.write_private", full)
        code, said = certify("backup", tmp_path / "b", "--data", office / "data")
    assert code == 4
    assert "hết chỗ trên đĩa" in said["error"]["message"]
    assert list((tmp_path / "b" / "points").iterdir()) == []
    code, said = certify("backup", tmp_path / "b", "--data", office / "data")
    assert (code, said["copied"]) == (0, 0), "objects were kept for this run"


def test_a_backup_does_not_lie_in_what_it_backs_up(office: Path, certify: Run) -> None:
    code, said = certify("backup", office / "data" / "b", "--data", office / "data")
    assert code == 2
    assert "hãy chọn nơi khác" in said["error"]["message"]
    assert not (office / "data" / "b").exists()


def test_what_cannot_be_read_is_named_and_the_rest_kept(
    office: Path, tmp_path: Path, certify: Run
) -> None:
    data = tmp_path / "data"
    shutil.copytree(office / "data", data)
    broken = next((data / "archive" / "objects" / "a1").iterdir())
    broken.chmod(0o600)
    broken.write_bytes(b"rubbish")
    code, said = certify("backup", tmp_path / "b", "--data", data)
    assert (code, said["objects"]) == (1, 1)
    assert said["unreadable"] == [f"a1/{broken.stem}"]
    code, said = certify("restore", tmp_path / "b", "--data", tmp_path / "new")
    assert (code, said["put_back"]) == (0, 2)


def test_a_scan_that_is_damaged_in_the_backup_is_named_and_the_rest_kept(
    office: Path, backup: Path, certify: Run
) -> None:
    (path,) = (backup / "store").rglob("s1.sealed")
    path.chmod(0o600)
    path.write_bytes(b"rubbish")
    code, said = certify("backup", backup, "--data", office / "data")
    assert (code, said["unreadable"]) == (1, ["scan/s1"])
    assert (said["objects"], said["scans"]) == (2, 0)


def test_a_point_with_older_tables_is_migrated_when_it_is_restored(
    office: Path, tmp_path: Path, certify: Run
) -> None:
    """The way back of an upgrade; and nothing is migrated before its backup stands."""
    data = tmp_path / "data"
    shutil.copytree(office / "data", data)
    for path in data.glob("register.db*"):
        path.unlink()
    with closing(sqlite3.connect(data / "register.db")) as database:
        database.executescript((RELEASED / "world-0013.sql").read_text())
        (authority_id,) = database.execute("SELECT id FROM authorities").fetchone()
    folder = DataFolder(data)
    folder.write_choices(
        folder.choices().model_copy(update={"authority_id": authority_id})
    )
    (tmp_path / "taken").write_text("not a folder")
    migrate = ("database", "migrate", "--data", data, "--backup")
    assert certify(*migrate, tmp_path / "taken")[0] == 4
    assert revision(data) == "0013"
    assert certify(*migrate, tmp_path / "b")[0] == 0
    assert revision(data) == HEAD
    manifest = json.loads((point_of(tmp_path / "b") / MANIFEST).read_text())
    assert manifest["revision"] == "0013"
    assert certify("restore", tmp_path / "b", "--data", tmp_path / "new")[0] == 0
    assert revision(tmp_path / "new") == HEAD


def revision(data: Path) -> str | None:
    return Database(f"sqlite:///{data}/register.db").revision()


def test_service_key_and_api_keys_are_rotated_by_commands(
    office: Path, tmp_path: Path, certify: Run
) -> None:
    data = tmp_path / "data"
    shutil.copytree(office / "data", data)
    before = certify("keys", "service", "list", "--data", data)[1]["service_keys"]
    code, said = certify("keys", "service", "rotate", "--data", data)
    assert (code, said["service_keys"][1:]) == (0, before)
    code, said = certify("backup", tmp_path / "b", "--data", data)
    assert (code, said["unreadable"]) == (0, []), "what is older is still read"
    code, made = certify(
        *("keys", "api", "add", "Cổng", "--scope", "partner", "--data", data)
    )
    listed = certify("keys", "api", "list", "--data", data)[1]["api_keys"]
    assert (code, listed[0]["label"]) == (0, "Cổng")
    assert listed[0]["id"] in made["key"]
    why = ("--reason", "thay khóa", "--data", data)
    assert certify("keys", "api", "revoke", listed[0]["id"], *why)[0] == 0
    assert certify("keys", "api", "list", "--data", data)[1]["api_keys"][0][
        "revoked_at"
    ]
    assert certify("keys", "api", "add", "x", "--scope", "all", "--data", data)[0] == 2


def test_a_running_process_goes_on_after_a_rotation(
    office: Path, tmp_path: Path, certify: Run
) -> None:
    settings = Settings(data=shutil.copytree(office / "data", tmp_path / "data"))
    folder = DataFolder(settings.data)
    authority_id, now = folder.choices().authority_id, SystemClock().now()

    def opened() -> tuple[ScanStore, Archive]:
        plan = unmetered_plan(settings, SystemClock())
        return build_scan_store(plan), build_archive(settings, folder, plan.keys)

    scans, archive = opened()
    with open_storage(folder, settings) as running:
        assert certify("keys", "service", "rotate", "--data", folder.path)[0] == 0
        newer_scans, newer_archive = opened()
        newer_scans.put("s2", office / "scan")
        digest = hashlib.sha256(COPY).hexdigest()
        until = now + timedelta(days=10)
        stored = newer_archive.put_once("a2/x", office / "copy", digest, until)
        with open_storage(folder, settings) as restarted:
            act = Act("system", "scan.purge", "lý do")
            head = restarted.trail.record(authority_id, act, "s2", {}, now)
        assert running.trail.check(authority_id) == head
    scans.fetch("s2", tmp_path / "s2")
    archive.fetch(stored, tmp_path / "a2")


def test_a_service_key_of_another_service_is_named_at_once(
    office: Path, tmp_path: Path, certify: Run
) -> None:
    data = shutil.copytree(office / "data", tmp_path / "data")
    (data / "service.key").write_bytes(bytes(32))
    for words in (("database", "reseal"), ("database", "migrate"), ("purge",)):
        code, said = certify(*words, "--data", data)
        assert code == 2, said
        assert "chép service.key đang dùng" in said["error"]["message"]


@pytest.mark.parametrize("words", ["ngắn", ""])
def test_a_weak_passphrase_is_refused(
    words: str,
    office: Path,
    tmp_path: Path,
    certify: Run,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (tmp_path / "words").write_text(words)
    (tmp_path / "words").chmod(0o600)
    monkeypatch.setenv("CERTIFY_BACKUP_PASSPHRASE_FILE", str(tmp_path / "words"))
    code, said = certify("backup", tmp_path / "b", "--data", office / "data")
    assert code == 2
    assert "16" in said["error"]["message"]
