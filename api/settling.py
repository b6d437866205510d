"""How a data folder comes to be: built beside its place, moved there, marker last."""

import fcntl
import os
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

from api.data_folder import PRIVATE_FOLDER
from api.durable import PRIVATE_FILE, sync_folder
from certify.errors import InvalidInput

MARKER = "service.json"


@contextmanager
def settling(folder: Path) -> Iterator[None]:
    """Make the folder if it is not there; keep others who would settle in it out.

    One that is there stays as it is until parts are moved into it: it may be the
    wrong one.

    Raises:
        InvalidInput: it cannot be made or written.
    """
    try:
        folder.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
        descriptor = os.open(folder / ".lock", os.O_RDWR | os.O_CREAT, PRIVATE_FILE)
    except OSError as error:
        raise InvalidInput(
            field=f"Thư mục dữ liệu {folder}", reason="không tạo hoặc ghi được"
        ) from error
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def refuse_foreign(folder: Path, *, expected: Collection[str]) -> None:
    """Never settle in a folder that holds something else, or half of a service.

    Raises:
        InvalidInput: it does.
    """
    strangers = {entry.name for entry in folder.iterdir()} - {".lock", *expected}
    if strangers:
        raise InvalidInput(
            field=f"Thư mục dữ liệu {folder}",
            reason="đã có tệp khác, hãy chọn một thư mục trống",
        )


def move_into_place(building: Path, folder: Path) -> None:
    """Move all parts, the marker last; can be interrupted anywhere and run again.

    The folder becomes private first.
    """
    folder.chmod(PRIVATE_FOLDER)
    marker = building / MARKER
    for entry in sorted(building.iterdir()):
        if entry != marker:
            entry.rename(folder / entry.name)
    sync_folder(folder)  # the marker never survives a power cut alone
    marker.rename(folder / marker.name)
    building.rmdir()
    sync_folder(folder)
