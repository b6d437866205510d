"""One issuance in a child process that meets a fault. Runs in the child only."""

import os
import resource
import signal
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import Engine, event, text

from api.data_folder import DataFolder
from api.services import Services
from api.wiring import open_database
from certify.errors import CertifyError
from keys.base import KeyUnreachable
from keys.file import FileKey
from storage.database import Database
from tests.chaos.faults import CLOCK_STEPS, OF_SERVER, OF_STORE, Fault

if TYPE_CHECKING:
    from tests.chaos.world import World

RELEASED, WAITS, FAULT_OF_OURS, RELEASED_EARLY = 0, 4, 70, 99
FULL_AT_BYTES = 4096


class SteppingClock:
    """The machine's clock with an offset that a fault may change."""

    def __init__(self, offset_seconds: float = 0) -> None:
        self.offset = timedelta(seconds=offset_seconds)

    def now(self) -> datetime:
        return datetime.now(UTC) + self.offset  # noqa: TID251 - this is the Clock


class Tapped:
    """A collaborator whose every call is announced before and after."""

    def __init__(self, inner: object, tap: Callable[[str, str], None]) -> None:
        self._inner = inner
        self._tap = tap

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._inner, name)
        if not callable(value):
            return value

        def call(*arguments: Any, **named: Any) -> Any:
            self._tap("before", name)
            result = value(*arguments, **named)
            self._tap("after", name)
            # what make_ready and prepare return is part of the chain of types
            tapped = name in {"make_ready", "prepare"}
            return Tapped(result, self._tap) if tapped else result

        return call


class Injection:
    """Applies one fault to one run of the main job."""

    def __init__(
        self, fault: Fault, *, clock: SteppingClock, world: "World", attestation_id: str
    ) -> None:
        self._fault = fault
        self._clock = clock
        self._world = world
        self._misbehaviour = world.misbehaviour
        self._attestation_id = attestation_id
        self._completing = False
        self._locked: AbstractContextManager[object] | None = None
        self._past: Any = world.books.connect()

    def run(self, services: Services) -> int:
        """Issue; the exit code of the child, unless it is killed."""
        issue: Any = services.issue
        for part in ("_register", "_scans", "_archive", "_sealer", "_inspector"):
            setattr(issue, part, Tapped(getattr(issue, part), self._reach))
        self._arm()
        try:
            services.issue(self._attestation_id)
        except CertifyError:
            return WAITS
        except BaseException:  # noqa: BLE001 - the harness reports what escaped
            traceback.print_exc(file=sys.stderr)
            return FAULT_OF_OURS
        return RELEASED

    def _arm(self) -> None:
        """Prepare the faults that count occasions."""
        match self._fault.kind:
            case "kill_in_sql":
                event.listen(Engine, "after_cursor_execute", _killer(self._fault))
            case "kill_in_fsync":
                real, kill = os.fsync, _killer(self._fault)

                def fsync(descriptor: int) -> None:
                    kill()
                    real(descriptor)

                os.fsync = fsync  # type: ignore[assignment] # dies in the write
            case kind if not self._fault.call:
                self._misbehaviour.kill(kind, os.getpid(), self._fault.occasion)
            case _:
                pass

    def _reach(self, side: str, call: str) -> None:
        if (side, call) == ("before", "complete"):
            self._completing = True
        if not self._completing and self._released():
            os._exit(RELEASED_EARLY)
        if (self._fault.side, self._fault.call) == (side, call):
            self._strike()

    def _released(self) -> bool:
        """Look past all code under test: is there an edition?"""
        cursor = self._past.cursor()
        cursor.execute(
            "SELECT count(*) FROM editions"  # noqa: S608 - our own hexadecimal id
            f" WHERE attestation_id = '{self._attestation_id}'"
        )
        found = cursor.fetchone()
        cursor.close()
        return bool(found and found[0])

    def _strike(self) -> None:
        kind = self._fault.kind
        if kind not in {*OF_SERVER, *OF_STORE}:  # their proxies say so themselves
            self._misbehaviour.reach()
        match kind:
            case "kill":
                os.kill(os.getpid(), signal.SIGKILL)
            case "disk_full":
                _fill_disk()
            case "database_locked":
                self._lock_database()
            case "key_away":
                FileKey.sign_digest = _away  # type: ignore[method-assign] # no answer
            case "hsm_out" if self._world.token:
                self._world.token.take_away()
            case _ if kind in CLOCK_STEPS:
                self._clock.offset += timedelta(seconds=CLOCK_STEPS[kind])
            case _:
                self._misbehaviour.set(kind)

    def _lock_database(self) -> None:
        """Keep everybody from writing, to the end of this process."""
        if self._locked is None:  # a call may come twice
            self._locked = _lock(self._open())
            self._locked.__enter__()

    def _open(self) -> Database:
        """A connection beside those of the code under test."""
        settings = self._world.settings
        return open_database(DataFolder(settings.data), settings)


@contextmanager
def _lock(database: Database) -> Iterator[None]:
    """Keep everybody from writing: all of SQLite, or attestations on a server."""
    with database.writing() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("LOCK TABLE attestations IN EXCLUSIVE MODE"))
        yield


def _fill_disk() -> None:
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    limits = (FULL_AT_BYTES, resource.RLIM_INFINITY)
    resource.setrlimit(resource.RLIMIT_FSIZE, limits)


def _killer(fault: Fault) -> Callable[..., None]:
    left = fault.occasion

    def kill(*_: object) -> None:
        nonlocal left
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    return kill


def _away(self: FileKey, _digest: bytes) -> bytes:
    raise KeyUnreachable(key_id=self.key_id)
