import os
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from api.work_folder import PrivateWorkFolder


class Later:
    """A clock one hour ahead: every folder made now is old to it."""

    def now(self) -> datetime:
        return datetime.now(UTC) + timedelta(hours=1)  # noqa: TID251 - a test clock


def test_folder_is_private_and_gone_after(tmp_path: Path) -> None:
    work = PrivateWorkFolder(tmp_path / "work")
    with work() as folder:
        (folder / "scan.pdf").write_bytes(b"secret")
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert list((tmp_path / "work").iterdir()) == []


def test_folder_is_gone_after_an_error(tmp_path: Path) -> None:
    work = PrivateWorkFolder(tmp_path)
    with pytest.raises(FileNotFoundError), work() as folder:
        (folder / "nowhere" / "scan.pdf").write_bytes(b"secret")
    assert list(tmp_path.iterdir()) == []


def test_folder_of_a_killed_process_is_removed_at_start(tmp_path: Path) -> None:
    work = PrivateWorkFolder(tmp_path)
    child = os.fork()
    if child == 0:
        with work() as folder:
            (folder / "scan.pdf").write_bytes(b"secret")
            os._exit(9)
    os.waitpid(child, 0)
    assert len(list(tmp_path.iterdir())) == 1
    assert work.remove_stale(Later()) == 1
    assert list(tmp_path.iterdir()) == []


def test_folder_in_use_is_left_alone(tmp_path: Path) -> None:
    work = PrivateWorkFolder(tmp_path)
    with work() as folder:
        assert PrivateWorkFolder(tmp_path).remove_stale(Later()) == 0
        assert folder.exists()
