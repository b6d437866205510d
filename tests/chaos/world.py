"""One service on one data folder, and children that work in it."""

import os
import pickle
import sys
import traceback
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from typing import Any, TypeVar

from pydantic import SecretStr

import signing.sealer  # noqa: F401 - imported before any fork
from api.data_folder import DataFolder
from api.initialise import initialise
from api.services import Services
from api.settings import Settings
from api.signing_keys import opening
from api.wiring import service as wiring
from api.wiring.keys import build_key_opener
from certify.clock import SystemClock
from certify.isolation.runner import IsolatedRunner
from certify.isolation.zygote_process import ZygoteProcess
from signing.inspector import INSPECT_MODULE, INSPECT_TASK
from tests.chaos.injection import SteppingClock
from tests.chaos.servers import Misbehaviour, start
from tests.support.papers import draw_paper

Result = TypeVar("Result")
LEASE_SECONDS = 5
BUSY_SECONDS = 0.3  # a locked database is noticed soon enough for a test


class AdoptedZygote:
    """The parent's zygote, used by one child after the other."""

    def __init__(self, zygote: ZygoteProcess) -> None:
        self._zygote = zygote
        self.order = zygote.order
        self.pid = zygote.pid

    def usable(self) -> bool:
        return True

    def await_ready(self, _seconds: float) -> None:
        """It has been ready since before the first child."""

    def stop(self) -> None:
        """It goes on for the next child."""


class World:
    """The data folder, its lying servers and the shared inspector's zygote."""

    def __init__(self, folder: Path, database_url: str | None = None) -> None:
        self.settings = Settings(
            data=folder / "data",
            lease_seconds=LEASE_SECONDS,
            database_url=database_url and SecretStr(database_url),
            database_lock_timeout_seconds=BUSY_SECONDS,
        )
        initialise(self.settings)
        self.folder = DataFolder(self.settings.data)
        self.choices = self.folder.choices()
        self.misbehaviour = Misbehaviour()
        self.paper = folder / "paper.jpg"
        draw_paper(self.paper)
        self._server = start(self.folder.pki, self.choices.pki_port, self.misbehaviour)
        self._runner = IsolatedRunner(tasks=[INSPECT_TASK], preload=[INSPECT_MODULE])
        self._runner._zygote = ZygoteProcess([INSPECT_MODULE])
        self._runner._zygote.await_ready(60)
        self._jobs = 0
        # parsing them takes half a second, so not in every child
        with wiring.open_storage(self.folder, self.settings) as storage:
            opener = build_key_opener(self.folder, self.settings, SystemClock())
            self._keys = {
                record.id: opener(record)
                for record in storage.signing_keys.keys(self.choices.authority_id)
            }

    def close(self) -> None:
        self._runner.close()
        self._server.kill()
        self._server.join()

    def services(self, clock: SteppingClock) -> Services:
        """Build the service in this (child) process."""
        opening.open_key = lambda settings: self._keys[settings.key_id]
        wiring._development_pki = lambda _plan: nullcontext()  # type: ignore[assignment,return-value] # served by our liar
        services = wiring.build_services(self.settings, clock)
        runner: Any = services.verify._inspector._runner  # type: ignore[attr-defined]
        runner._zygote = AdoptedZygote(self._runner._zygote)  # type: ignore[arg-type]
        # jobs of different children must not share a number in the one zygote
        runner._numbers = iter(range(self._jobs, self._jobs + 1_000_000))
        return services

    def in_child(self, work: Callable[[Services], Result], ahead: float = 0) -> Result:
        """Run in a fresh child process on a clock that is `ahead` seconds."""
        code, data = self._fork(lambda: work(self.services(SteppingClock(ahead))))
        if code != 0:
            raise RuntimeError(f"a healthy child ended with {code}")
        result: Result = pickle.loads(data)  # noqa: S301 - of our own child
        return result

    def fate(self, work: Callable[[], int]) -> int:
        """Run in a child that may be killed; its exit code, or minus the signal."""
        return self._fork(lambda: os._exit(work()))[0]

    def _fork(self, work: Callable[[], object]) -> tuple[int, bytes]:
        self._jobs += 1_000_000
        read, write = os.pipe()
        sys.stdout.flush()
        sys.stderr.flush()
        pid = os.fork()
        if pid == 0:
            os.close(read)
            try:
                with os.fdopen(write, "wb") as answer:
                    answer.write(pickle.dumps(work()))
            except BaseException:  # noqa: BLE001 - the child must not go on as a parent
                traceback.print_exc()
                os._exit(1)
            os._exit(0)
        os.close(write)
        with os.fdopen(read, "rb") as answer:
            data = answer.read()
        return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), data
