"""The reader of signed files, what it goes by, and what signs the lists and reports."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from api.data_folder import DataFolder
from api.development_keys import (
    open_report_key,
    open_roster_key,
)
from api.service_key import derive_key, read_service_keys
from api.settings import Settings
from api.signed_report import SignedReports
from api.trust_folder import read_anchors
from api.trust_publisher import TrustPublisher
from api.trust_seen import SeenSequences
from api.wiring.outside import build_fetcher
from certify.clock import Clock, SystemClock
from certify.errors import InvalidInput
from certify.isolation.runner import IsolatedRunner
from certify.ports import Inspector
from certify.trail_standing import TrailStandings
from certify.trust import Purpose
from certify.verify import RegisterView, VerifyCopy
from signing.inspection_memory import InspectionMemory
from signing.inspector import (
    INSPECT_MODULE,
    INSPECT_TASK,
    SandboxedInspector,
)
from signing.note_timestamp import note_time
from signing.revocation import RevocationClient
from signing.signed_lists import FolderLists
from signing.timestamp_authority import TokenRefusedError
from signing.trust import load_trust_anchors


@contextmanager
def build_verifier(
    trust: Path,
    register: RegisterView | None = None,
    clock: Clock | None = None,
    *,
    seen: Path | None = None,
    trail: TrailStandings = lambda _sha256: None,
) -> Iterator[VerifyCopy]:
    """Build verification on a trust folder; without a register it works offline.

    Args:
        trust: the folder.
        register: None offline.
        clock: None takes the machine's.
        seen: where the numbers of signed lists are remembered; see `api.trust_seen`.
        trail: tells where our own files stand in the public trail.

    Raises:
        InvalidInput: not a trust folder.
    """
    clock = clock or SystemClock()
    lists = build_lists(trust, clock, seen)
    with build_inspector(trust, clock, remember=True) as inspector:
        yield VerifyCopy(
            inspector=inspector, register=register, lists=lists, trail=trail
        )


def build_lists(trust: Path, clock: Clock, seen: Path | None) -> FolderLists:
    """Build the reader of a trust folder's signed lists.

    Raises:
        InvalidInput: not a trust folder.
    """
    if not any(Purpose.CHAIN not in a.purposes for a in read_anchors(trust)):
        raise InvalidInput(
            field=f"Thư mục tin cậy {trust}", reason="không có chứng thư gốc"
        )
    memory = SeenSequences(seen) if seen is not None else None
    return FolderLists(trust, clock=clock, seen=memory)


def build_publisher(folder: DataFolder, clock: Clock) -> TrustPublisher:
    """Build what issues the signed lists; the key is opened when it is needed."""
    from signing.detached import sign_detached  # noqa: PLC0415 - see the docstring

    return TrustPublisher(
        trust=folder.trust,
        read=FolderLists(
            folder.trust, clock=clock, seen=SeenSequences(folder.trust_seen)
        ).read,
        sign=lambda data: sign_detached(data, open_roster_key(folder)),
        seen=SeenSequences(folder.trust_seen).highest,
        clock=clock,
    )


def build_signed_reports(folder: DataFolder, clock: Clock) -> SignedReports:
    """Build what signs verification reports; the key is opened when it is needed."""
    from signing.detached import sign_detached  # noqa: PLC0415 - see the docstring

    return SignedReports(
        sign=lambda data: sign_detached(data, open_report_key(folder)),
        mac_key=derive_key(read_service_keys(folder.service_key)[0], "report"),
        clock=clock,
    )


def build_note_dates(trust: Path, clock: Clock) -> Callable[[str, bytes], datetime]:
    """Build what verifies the RFC 3161 token of a checkpoint.

    It raises InvalidInput for a token that is not over the checkpoint, or not by a TSA
    of the trust folder.
    """
    anchors = load_trust_anchors(trust, clock.now(), Purpose.TIMESTAMP)

    def dated(note: str, token: bytes) -> datetime:
        try:
            return note_time(note, token, anchors)
        except TokenRefusedError as error:
            raise InvalidInput(
                field="Dấu thời gian của mốc", reason="không đúng hoặc không tin cậy"
            ) from error

    return dated


@contextmanager
def build_inspector(
    trust: Path,
    clock: Clock,
    settings: Settings | None = None,
    *,
    remember: bool = False,
) -> Iterator[Inspector]:
    """Build the reader of signed files; it trusts what lies in one folder.

    Args:
        trust: the folder.
        clock: what "now" is.
        settings: None takes the defaults.
        remember: answer for minutes without reading the same bytes again; never for
            our own work, which is checked each time.
    """
    with IsolatedRunner(tasks=[INSPECT_TASK], preload=[INSPECT_MODULE]) as runner:
        runner.warm_up()
        yield SandboxedInspector(
            runner=runner,
            trust_dir=trust,
            revocation=RevocationClient(
                clock=clock, fetcher=build_fetcher(trust, settings or Settings())
            ),
            clock=clock,
            memory=InspectionMemory(clock=clock) if remember else None,
        )
