"""Reading a form whose file may be a citizen's paper.

Starlette keeps the first megabyte in memory and the rest in the system's folder for
temporary files, in plain, where other programs and backups see it. Here that rest
goes to the request's private folder, which is removed after the response.
"""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from pathlib import Path
from tempfile import SpooledTemporaryFile

from fastapi import Request
from starlette.datastructures import FormData, Headers
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException, MultiPartParser
from typing_extensions import override


class PrivateParser(MultiPartParser):
    """Starlette's parser, with its files in a folder of our choice."""

    def __init__(
        self,
        headers: Headers,
        stream: AsyncGenerator[bytes, None],
        *,
        folder: Path,
        max_fields: int,
        max_files: int,
    ) -> None:
        """Take what to read, and where a file that is too big for memory goes."""
        super().__init__(headers, stream, max_files=max_files, max_fields=max_fields)
        self._folder = folder

    @override
    def on_headers_finished(self) -> None:
        super().on_headers_finished()
        upload = self._current_part.file
        if upload is None:
            return
        self._files_to_close_on_error.pop().close()  # still empty, so never on disk
        private: SpooledTemporaryFile[bytes] = SpooledTemporaryFile(  # noqa: SIM115 - the form closes it
            max_size=self.spool_max_size, dir=str(self._folder)
        )
        self._files_to_close_on_error.append(private)
        upload.file = private  # type: ignore[assignment]  # as upstream does


async def read_form(
    request: Request, folder: Path, *, max_fields: int, max_files: int = 1
) -> FormData:
    """Read a form with at most so many files; close it when done.

    Raises:
        HTTPException: 400, not a form that can be read.
    """
    kind = request.headers.get("content-type", "")
    if not kind.lower().startswith("multipart/form-data"):
        return await request.form(max_files=0, max_fields=max_fields)
    try:
        async with aclosing(request.stream()) as stream:
            parser = PrivateParser(
                request.headers,
                stream,
                folder=folder,
                max_fields=max_fields,
                max_files=max_files,
            )
            return await parser.parse()
    except MultiPartException as error:
        raise HTTPException(400) from error
