"""Inspection in a real child process, with lists from the trust folder, over years."""

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from certify.clock import SystemClock
from certify.inspection import Indication
from certify.isolation.limits import MIB, Limits
from certify.isolation.runner import IsolatedRunner
from keys.devpki.responders import DevelopmentPki
from signing.inspect import inspect_file
from signing.inspector import INSPECT_MODULE, INSPECT_TASK, SandboxedInspector
from signing.revocation import RevocationClient
from tests.support.pki import RunningPki, free_port
from tests.support.sealing import Sealed, trust_folder


@dataclass
class FrozenClock:
    """A clock that stands where it is put."""

    moment: datetime

    def now(self) -> datetime:
        return self.moment


@pytest.fixture(scope="module")
def runner() -> Iterator[IsolatedRunner]:
    with IsolatedRunner(tasks=[INSPECT_TASK], preload=[INSPECT_MODULE]) as made:
        yield made


def make_inspector(
    runner: IsolatedRunner, trust: Path, clock: FrozenClock | SystemClock
) -> SandboxedInspector:
    return SandboxedInspector(
        runner=runner,
        trust_dir=trust,
        revocation=RevocationClient(clock=clock),
        clock=clock,
    )


def test_a_copy_is_inspected_in_a_child(
    sealed_copy: Sealed, runner: IsolatedRunner, trust: Path
) -> None:
    inspection = make_inspector(runner, trust, SystemClock()).inspect(
        sealed_copy[0].path
    )
    assert inspection.level == "PAdES-B-LTA"
    assert inspection.sha256 == sealed_copy[0].sha256
    assert all(s.indication is Indication.TOTAL_PASSED for s in inspection.signatures)


@pytest.mark.parametrize(
    "data",
    [b"", b"%PDF-1.7", b"\x00" * 1000, b"%PDF-1.7\ntrailer<</Root 1 0 R>>\n%%EOF"],
)
def test_any_bytes_get_an_answer(
    data: bytes, runner: IsolatedRunner, trust: Path, tmp_path: Path
) -> None:
    path = tmp_path / "any.pdf"
    path.write_bytes(data)
    inspection = make_inspector(runner, trust, SystemClock()).inspect(path)
    assert inspection.problem == "damaged"
    assert inspection.size_bytes == len(data)


@pytest.mark.parametrize("end", [b"", b"\n%%EOF\n", b"startxref\n9\n%%EOF\n"])
def test_a_line_without_end_costs_no_time(
    end: bytes, trust: Path, tmp_path: Path
) -> None:
    """Seven seconds a megabyte, while it was read back byte by byte from disk."""
    path = tmp_path / "line.pdf"
    path.write_bytes(b"%PDF-1.7\n" + b"a" * 20_000_000 + end)
    started = time.process_time()
    found = inspect_file(
        {"path": str(path), "trust": str(trust), "now": SystemClock().now().isoformat()}
    )
    assert found["problem"] == "damaged"
    assert time.process_time() - started < 2


def test_a_file_that_needs_too_much_memory_is_over_the_limits(
    sealed_copy: Sealed, trust: Path
) -> None:
    """Not "damaged": the bytes may be those of a genuine copy."""
    limits = Limits(memory_bytes=1 * MIB)
    with IsolatedRunner(
        tasks=[INSPECT_TASK], preload=[INSPECT_MODULE], limits=limits
    ) as poor:
        inspector = make_inspector(poor, trust, SystemClock())
        inspection = inspector.inspect(sealed_copy[0].path)
    assert inspection.problem == "limits"


def test_an_inspection_that_takes_too_long_is_late_and_not_a_verdict(
    sealed_copy: Sealed, trust: Path
) -> None:
    limits = Limits(wall_seconds=0.05)
    with IsolatedRunner(
        tasks=[INSPECT_TASK], preload=[INSPECT_MODULE], limits=limits
    ) as hasty:
        inspector = make_inspector(hasty, trust, SystemClock())
        inspection = inspector.inspect(sealed_copy[0].path)
    assert inspection.problem == "time"
    assert inspection.sha256 == sealed_copy[0].sha256


@pytest.mark.parametrize("days", [2, 40, 400, 900])
def test_with_current_lists_a_copy_stays_good(
    days: int, sealed_copy: Sealed, running_pki: RunningPki, trust: Path, tmp_path: Path
) -> None:
    later = datetime.now(UTC) + timedelta(days=days)  # noqa: TID251 - the future
    pki = DevelopmentPki(running_pki.folder)
    lists = []
    for name in ("root", "issuing"):
        file = tmp_path / f"{name}.crl"
        file.write_bytes(pki.crl(name, later))
        lists.append(str(file))
    found = inspect_file(
        {
            "path": str(sealed_copy[0].path),
            "trust": str(trust),
            "now": later.isoformat(),
            "crls": lists,
        }
    )
    assert {s["indication"] for s in found["signatures"]} == {Indication.TOTAL_PASSED}


def test_without_current_lists_an_old_copy_is_undetermined(
    sealed_copy: Sealed,
    runner: IsolatedRunner,
    running_pki: RunningPki,
    tmp_path: Path,
) -> None:
    """Unknown revocation is "chưa xác định", never "hợp lệ" (domain rule 25)."""
    trust = trust_folder(running_pki, tmp_path / "trust")
    nowhere = f"http://127.0.0.1:{free_port()}/crl"
    (trust / "revocation.json").write_text(json.dumps({"crls": [nowhere]}))
    clock = FrozenClock(SystemClock().now() + timedelta(days=3))
    inspection = make_inspector(runner, trust, clock).inspect(sealed_copy[0].path)
    assert inspection.problem == ""
    assert {s.indication for s in inspection.signatures} == {Indication.INDETERMINATE}
    assert all(s.intact for s in inspection.signatures)


def test_lists_are_fetched_from_the_trust_folders_addresses_only(
    sealed_copy: Sealed,
    runner: IsolatedRunner,
    running_pki: RunningPki,
    tmp_path: Path,
) -> None:
    trust = trust_folder(running_pki, tmp_path / "trust")
    addresses = [f"{running_pki.base}/crl/{name}.crl" for name in ("root", "issuing")]
    (trust / "revocation.json").write_text(json.dumps({"crls": addresses}))
    inspector = make_inspector(runner, trust, SystemClock())
    inspection = inspector.inspect(sealed_copy[0].path)
    assert all(s.indication is Indication.TOTAL_PASSED for s in inspection.signatures)
    assert set(inspector._revocation._lists._held) == set(addresses)
