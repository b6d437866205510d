"""One line per event: JSON for machines, words for a terminal; for every process.

A line never quotes what somebody wrote: of an exception it tells the class and where it
happened, of another library's message only its fixed words and numbers. Those messages
quote paths, parameters and values, and one of them would be a code or a name.
"""

import json
import logging
import os
import sys
import threading
import traceback
import warnings
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Literal, TextIO

from typing_extensions import override

LogFormat = Literal["auto", "json", "text"]

_OURS = frozenset({"api", "certify", "keys", "signing", "storage"})
_FRAMES = 8
_HIDDEN = "…"
_log = logging.getLogger("api.process")


def event(
    logger: logging.Logger,
    level: int,
    name: str,
    /,
    **facts: Any,  # noqa: ANN401 - what JSON can say
) -> None:
    """Log one event with its facts; they must hold no personal data."""
    logger.log(level, name, extra={"facts": facts})


def set_up_logging(
    *,
    process: str,
    level: str = "info",
    form: LogFormat = "auto",
    stream: TextIO | None = None,
) -> None:
    """Send everything that is logged, warned of or died of to one stream.

    Args:
        process: what this process is, e.g. "serve" or "worker"; on every line.
        level: "debug", "info", "warning" or "error".
        form: "auto" is JSON, and text on a terminal.
        stream: None takes standard error.
    """
    stream = stream or sys.stderr
    human = form == "text" or (form == "auto" and stream.isatty())
    handler = logging.StreamHandler(stream)
    handler.setFormatter(TextLines() if human else JsonLines(process))
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    warnings.showwarning = _warned
    threading.excepthook = _thread_died
    sys.excepthook = _process_died


def facts_of(record: logging.LogRecord) -> dict[str, Any]:
    """Return what a record tells, without what it might quote."""
    facts: dict[str, Any] = {"event": _words(record)}
    facts |= getattr(record, "facts", {})
    if record.exc_info and record.exc_info[1] is not None:
        facts |= fault(record.exc_info[1])
    return facts


def fault(error: BaseException) -> dict[str, Any]:
    """Tell the class of an exception and where it happened; never its message."""
    return {
        "fault": type(error).__name__,
        "at": [
            f"{frame.filename.rsplit('/', 1)[-1]}:{frame.lineno} {frame.name}"
            for frame in traceback.extract_tb(error.__traceback__)[-_FRAMES:]
        ],
    }


class JsonLines(logging.Formatter):
    """One JSON object on one line."""

    def __init__(self, process: str) -> None:
        """`process` stands on every line."""
        super().__init__()
        self._process = process

    @override
    def format(self, record: logging.LogRecord) -> str:
        """Return the line; time in UTC, milliseconds."""
        at = datetime.fromtimestamp(record.created, UTC)
        line = {
            "time": at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "level": record.levelname.lower(),
            "process": self._process,
            "pid": os.getpid(),
            "logger": record.name,
            **facts_of(record),
        }
        return json.dumps(line, ensure_ascii=False, default=_unknown)


class TextLines(logging.Formatter):
    """One line for eyes, with the same facts."""

    @override
    def format(self, record: logging.LogRecord) -> str:
        """Return the line; local time of the machine."""
        at = datetime.fromtimestamp(record.created).astimezone()
        facts = facts_of(record)
        words = [f"{name}={value}" for name, value in facts.items() if name != "event"]
        start = f"{at:%H:%M:%S} {record.levelname:<7} {record.name}: {facts['event']}"
        return " ".join([start, *words]).replace("\n", " ")


def _words(record: logging.LogRecord) -> str:
    """Return our own message whole; of another library's the fixed words only."""
    if record.name.partition(".")[0] in _OURS:
        return record.getMessage()
    template = str(record.msg).partition("\n")[0]
    if not record.args:
        return template
    given = record.args if isinstance(record.args, tuple) else ()
    hidden = tuple(a if isinstance(a, int | float) else _HIDDEN for a in given)
    try:
        return template % hidden
    except (TypeError, ValueError):
        return template


def _unknown(value: object) -> str:
    return type(value).__name__


def _warned(
    message: Warning | str,  # noqa: ARG001 - it may quote anything
    category: type[Warning],
    filename: str,
    lineno: int,
    file: TextIO | None = None,  # noqa: ARG001 - ours is set up
    line: str | None = None,  # noqa: ARG001 - source text
) -> None:
    at = f"{filename.rsplit('/', 1)[-1]}:{lineno}"
    event(_log, logging.WARNING, "warning", category=category.__name__, at=at)


def _thread_died(died: threading.ExceptHookArgs) -> None:
    name = died.thread.name if died.thread else ""
    if died.exc_value is not None:
        event(_log, logging.ERROR, "thread.died", thread=name, **fault(died.exc_value))


def _process_died(
    _kind: type[BaseException], error: BaseException, _at: TracebackType | None
) -> None:
    event(_log, logging.CRITICAL, "process.died", **fault(error))
