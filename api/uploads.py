"""Receiving a file: streamed to a private folder, never held in memory.

`api.limits.BodyLimit` counts the bytes while they arrive.
"""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import anyio
from fastapi import Depends, Request
from starlette.datastructures import UploadFile

from api.deps import FolderDep


@dataclass(frozen=True)
class ReceivedFile:
    """Untrusted bytes on local disk, until the response has been sent."""

    path: Path
    size_bytes: int


async def _received(request: Request, folder: FolderDep) -> ReceivedFile:
    """Stream the raw request body to a file."""
    path = folder / "received"
    size = 0
    async with await anyio.open_file(path, "wb") as file:
        async for chunk in request.stream():
            size += len(chunk)
            await file.write(chunk)
    return ReceivedFile(path, size)


ReceivedDep = Annotated[ReceivedFile, Depends(_received)]


def keep_form_file(upload: UploadFile, folder: Path) -> ReceivedFile:
    """Copy a file of a form into a private folder."""
    return keep_form_files([upload], folder)[0]


def keep_form_files(
    uploads: Sequence[UploadFile], folder: Path
) -> Sequence[ReceivedFile]:
    """Copy files of a form into a private folder, in their order."""
    received = []
    for number, upload in enumerate(uploads, 1):
        path = folder / f"received-{number}"
        with path.open("wb") as file:
            shutil.copyfileobj(upload.file, file, 1 << 20)
        received.append(ReceivedFile(path, path.stat().st_size))
    return received
