"""One service on one data folder, and children that work in it.

All is imported and read once, in the process that forks; a child builds its service
in a tenth of a second. Books and archive begin anew with every epoch.
"""

import os
import pickle
import sys
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, nullcontext
from pathlib import Path
from typing import Any, TypeVar

import signing.sealer  # noqa: F401 - imported before any fork, as the next two
import storage.archive.s3
import storage.postgresql  # noqa: F401 - as above
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
from keys.base import SigningKey
from keys.open import open_key
from signing.inspector import INSPECT_MODULE, INSPECT_TASK
from tests.chaos.faults import Setup
from tests.chaos.hsm import Token, token_of
from tests.chaos.injection import SteppingClock
from tests.chaos.servers import Misbehaviour, start
from tests.chaos.stores import Books, Shelves, open_stores
from tests.support.papers import compared_papers, draw_paper

Result = TypeVar("Result")
EPOCH = 20
"""Papers of an epoch. Each new process asks the store about every object there is."""
BUSY_SECONDS = 0.3  # a locked database is noticed soon enough for a test
PATIENT_SECONDS = 30.0  # for everybody else: a killed one's locks are just ending


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

    def __init__(
        self,
        settings: Settings,
        *,
        misbehaviour: Misbehaviour,
        books: Books,
        shelves: Shelves,
        token: Token | None,
    ) -> None:
        """Take an initialised data folder; read in the papers of an epoch."""
        self.settings = settings
        self.misbehaviour = misbehaviour
        self.books = books
        self.token = token
        self._shelves = shelves
        self._jobs = 0
        self._runner = IsolatedRunner(tasks=[INSPECT_TASK], preload=[INSPECT_MODULE])
        self._runner._zygote = ZygoteProcess([INSPECT_MODULE])
        self._runner._zygote.await_ready(60)
        self._keys = _opened(settings)  # half a second, so not in every child
        paper = settings.data.with_name("paper.jpg")
        draw_paper(paper)
        self.papers: Sequence[str] = self.in_child(
            lambda services: compared_papers(services, paper, EPOCH)
        )
        books.keep()

    def anew(self) -> None:
        """Begin an epoch: the same papers, nothing issued, the machine's own time."""
        self.misbehaviour.ahead = 0
        changed = self.books.anew() | self._shelves.anew()
        self.settings = self.settings.model_copy(update=changed)

    def mend(self) -> None:
        """End whatever goes wrong."""
        self.misbehaviour.reset()
        if self.token:
            self.token.put_back()

    def wait(self, seconds: float) -> None:
        """Let time pass, for the servers too."""
        self.misbehaviour.ahead += seconds

    def clock(self) -> SteppingClock:
        """The clock of a new process."""
        return SteppingClock(self.misbehaviour.ahead)

    def close(self) -> None:
        self._runner.close()

    def services(
        self, clock: SteppingClock, lock_timeout_seconds: float = PATIENT_SECONDS
    ) -> Services:
        """Build the service in this (child) process."""
        patience = {"database_lock_timeout_seconds": lock_timeout_seconds}
        settings = self.settings.model_copy(update=patience)
        opening.open_key = self._open_key
        wiring._development_pki = lambda _plan: nullcontext()  # type: ignore[assignment,return-value] # served by our liar
        # no zygotes that nobody uses: the inspector gets ours, intake starts late
        IsolatedRunner.warm_up = lambda _self: None  # type: ignore[method-assign]
        services = wiring.build_services(settings, clock)
        runner: Any = services.verify._inspector._runner  # type: ignore[attr-defined]
        runner._zygote = AdoptedZygote(self._runner._zygote)  # type: ignore[arg-type]
        # jobs of different children must not share a number in the one zygote
        runner._numbers = iter(range(self._jobs, self._jobs + 1_000_000))
        return services

    def in_child(self, work: Callable[[Services], Result]) -> Result:
        """Run in a fresh child process."""
        code, data = self._fork(lambda: work(self.services(self.clock())))
        if code != 0:
            raise RuntimeError(f"a healthy child ended with {code}")
        result: Result = pickle.loads(data)  # noqa: S301 - of our own child
        return result

    def fate(self, work: Callable[[], int]) -> int:
        """Run in a child that may be killed; its exit code, or minus the signal."""
        return self._fork(lambda: os._exit(work()))[0]

    def _open_key(self, settings: Any) -> SigningKey:
        if self.token:
            return open_key(self.token.settings[settings.key_id])
        return self._keys[settings.key_id]

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


@contextmanager
def open_world(folder: Path, setup: Setup) -> Iterator[World]:
    """Start all servers, make an authority and its papers."""
    misbehaviour = Misbehaviour()
    data = DataFolder(folder / "data")
    with ExitStack() as stack:
        books, shelves = stack.enter_context(open_stores(setup, data, misbehaviour))
        settings = Settings(
            data=data.path,
            **books.first(),
        )
        initialise(settings)
        server = start(data.pki, data.choices().pki_port, misbehaviour)
        stack.callback(server.join)
        stack.callback(server.kill)
        token = None
        if setup.keys == "softhsm":
            token = stack.enter_context(token_of(data.pki / "keys", folder))
        world = World(
            settings,
            misbehaviour=misbehaviour,
            books=books,
            shelves=shelves,
            token=token,
        )
        stack.callback(world.close)
        yield world


def _opened(settings: Settings) -> dict[str, SigningKey]:
    folder = DataFolder(settings.data)
    with wiring.open_storage(folder, settings) as storage:
        opener = build_key_opener(folder, settings, SystemClock())
        return {
            record.id: opener(record)
            for record in storage.signing_keys.keys(folder.choices().authority_id)
        }
