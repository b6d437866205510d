"""Fuzz the verifier: a verdict of the closed list, and never a good one."""

import hashlib
import logging
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path

from api.rendering import render
from api.schemas.verification import ReportOut
from certify.attestation import CertifiedCopy
from certify.inspection import Inspection, inspection_from_json
from certify.isolation.runner import IsolatedRunner
from certify.ports import Inspector
from certify.verdict import Colour, Verdict
from certify.verify import Report, VerifyCopy
from signing.inspect import inspect_file
from signing.inspector import INSPECT_MODULE, INSPECT_TASK, SandboxedInspector
from signing.revocation import RevocationClient
from tests.fuzz.chance import Random, chance
from tests.fuzz.faster import speed_up
from tests.fuzz.left_behind import at_most
from tests.fuzz.mutate import pdf_file, raw, sealed
from tests.fuzz.seeds import corpus_seeds
from tests.fuzz.target import Broken, Case
from tests.fuzz.world import VerifierWorld, open_world
from tests.support.clock import FakeClock

Change = Callable[[bytes, Random], bytes]
FROM_CORPUS = 0.5
CUT = 0.2  # of ours that end behind the first signature: a third of the work
CHANGES: Mapping[str, Change] = {
    "cms": sealed.change_cms,
    "timestamp token": sealed.change_token,
    "contents spelling": sealed.change_spelling,
    "byte range": sealed.change_range,
    "evidence": sealed.change_evidence,
    "signature dictionary": sealed.change_signature_dictionary,
    "record": sealed.change_record,
    "revisions": sealed.append_copy_of_last,
    "appended": pdf_file.append_revision,
    "references": pdf_file.change_references,
    "rewritten objects": pdf_file.change_objects,
    "rewritten tree": pdf_file.change_tree,
    "bytes": raw.change,
}
FAMILIES = (*CHANGES, "splice")
GOOD = {Verdict.OURS_IN_FORCE, Verdict.OURS_EARLIER_EDITION, Verdict.OTHER_AUTHORITY}


class VerifierTarget:
    """Files that somebody wants verified."""

    name = "verifier"
    limit_seconds = 10.0

    def __init__(self, *, seed: int, folder: Path) -> None:
        self._seed = seed
        self._world = open_world(folder)
        self._begun = {
            f"{name}, one signature": sealed.first_signature(data)
            for name, data in self._world.copies.items()
        }
        self._strangers = {
            name: data
            for name, data in corpus_seeds().items()
            if name.startswith("signed/")
        }
        self._runner = IsolatedRunner(tasks=[INSPECT_TASK], preload=[INSPECT_MODULE])
        clock = FakeClock(self._world.now)
        self._near = _Judges(self._world, _InProcess(self._world))
        self._far = _Judges(
            self._world,
            SandboxedInspector(
                runner=self._runner,
                trust_dir=self._world.trust,
                revocation=RevocationClient(clock=clock),
                clock=clock,
            ),
        )
        self._log = _Tracebacks()
        logging.getLogger().addHandler(self._log)

    def make(self, number: int) -> Case:
        rng = chance(self.name, self._seed, number)
        family = FAMILIES[number % len(FAMILIES)]
        pool = self._world.copies if rng.random() > CUT else self._begun
        if self._strangers and rng.random() < FROM_CORPUS:
            pool = self._strangers
        origin = rng.choice(sorted(pool))
        if family == "splice":
            others = [*self._world.copies.values(), *self._strangers.values()]
            return Case(number, family, origin, raw.splice(pool[origin], others, rng))
        return Case(number, family, origin, CHANGES[family](pool[origin], rng))

    def judge(self, case: Case, path: Path, folder: Path) -> str:
        del case, folder
        self._log.seen.clear()
        speed_up()  # only ever in the batch worker
        answer = self._near.judge(path)
        if self._log.seen:
            raise Broken(f"logged: {self._log.seen[0]}")
        return answer

    def judge_isolated(self, case: Case, path: Path, folder: Path) -> str:
        del case, folder
        with at_most(self.limit_seconds, self._runner):
            return self._far.judge(path)

    def close(self) -> None:
        logging.getLogger().removeHandler(self._log)
        self._runner.close()


class _Judges:
    """The same file with the register and without it."""

    def __init__(self, world: VerifierWorld, inspector: Inspector) -> None:
        inspector = _Once(inspector)
        self._genuine = {copy.newest.stored.sha256 for copy in world.released}
        register = _Released(world.released)
        self._with = VerifyCopy(
            inspector=inspector, register=register, roster=world.roster
        )
        self._without = VerifyCopy(
            inspector=inspector, register=None, roster=world.roster
        )

    def judge(self, path: Path) -> str:
        ours, alone = self._with(path), self._without(path)
        changed = hashlib.sha256(path.read_bytes()).hexdigest() not in self._genuine
        for report in (ours, alone):
            _demand_shown(report)
            if changed:
                _demand_not_good(report)
        return f"{ours.verdict} / {alone.verdict}" if changed else "unchanged"


def _demand_not_good(report: Report) -> None:
    if report.verdict in GOOD or report.text.colour is Colour.GREEN:
        raise Broken(f"a changed file is {report.verdict}")
    if report.text.exit_code == 0:
        raise Broken(f"exit code 0 for {report.verdict}")


def _demand_shown(report: Report) -> None:
    """Every way a report is shown must bear whatever the file says of itself."""
    if report.verdict is Verdict.OURS_ALTERED and not report.problems:
        raise Broken("altered, but not said how")
    ReportOut.of(report).model_dump_json().encode()
    page = render(
        "report.html",
        development=True,
        report=report,
        other_code=False,
        checked_at=datetime.now(UTC),  # noqa: TID251 - shown only
        sealed_report=None,
        back="/verify",
    )
    if not page.encode():
        raise Broken("an empty page")


class _Once:
    """Inspects a file once, however often it is judged."""

    def __init__(self, inspector: Inspector) -> None:
        self._inspector = inspector
        self._last: tuple[bytes, Inspection] | None = None

    def inspect(self, path: Path) -> Inspection:
        data = path.read_bytes()
        if self._last is None or self._last[0] != data:
            self._last = (data, self._inspector.inspect(path))
        return self._last[1]


class _InProcess:
    """Fills the Inspector port without a child."""

    def __init__(self, world: VerifierWorld) -> None:
        self._arguments = {"trust": str(world.trust), "now": world.now.isoformat()}

    def inspect(self, path: Path) -> Inspection:
        arguments = {"path": str(path), **self._arguments}
        return inspection_from_json(inspect_file(arguments))


class _Released:
    """A register that knows the copies of the world."""

    def __init__(self, copies: object) -> None:
        self._copies: list[CertifiedCopy] = list(copies)  # type: ignore[call-overload]  # a sequence of them

    def released(self, verification_code: str) -> CertifiedCopy | None:
        codes = {copy.statement.verification_code: copy for copy in self._copies}
        return codes.get(verification_code)

    def released_file(self, sha256: str) -> CertifiedCopy | None:
        return {copy.newest.stored.sha256: copy for copy in self._copies}.get(sha256)


class _Tracebacks(logging.Handler):
    """Remembers every exception somebody logs."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.seen: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        if record.exc_info:
            self.seen.append(record.getMessage()[:200])
