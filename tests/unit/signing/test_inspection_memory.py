"""Remembered inspections: for the same bytes and trust, minutes long, never doubt."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pyhanko.sign.ades.report import AdESFailure, AdESIndeterminate
from typing_extensions import override

from certify.clock import SystemClock
from certify.indication_causes import CAUSES
from certify.inspection import Indication, Inspection
from certify.isolation.limits import Limits
from certify.isolation.runner import IsolatedRunner
from certify.verification_policy import STRICTNESS, VerificationPolicy
from signing import cades, validation_time
from signing.inspection_memory import LIFE, Circumstances, InspectionMemory
from signing.inspector import INSPECT_MODULE, INSPECT_TASK, SandboxedInspector
from signing.revocation import RevocationClient
from tests.support.clock import MORNING, FakeClock
from tests.support.pki import RunningPki, free_port
from tests.support.sealing import Sealed, inspect, trust_folder

UNDER = Circumstances(b"this trust", MORNING + timedelta(days=1))


class CountingRunner(IsolatedRunner):
    """Real children, counted."""

    asked = 0

    @override
    def run(
        self, task: str, arguments: Mapping[str, Any], *, limits: Limits | None = None
    ) -> Any:
        self.asked += 1
        return super().run(task, arguments, limits=limits)


@pytest.fixture(scope="module")
def shared_runner() -> Iterator[CountingRunner]:
    with CountingRunner(tasks=[INSPECT_TASK], preload=[INSPECT_MODULE]) as made:
        yield made


@pytest.fixture
def runner(shared_runner: CountingRunner) -> CountingRunner:
    shared_runner.asked = 0
    return shared_runner


@pytest.fixture
def own_trust(running_pki: RunningPki, tmp_path: Path) -> Path:
    return trust_folder(running_pki, tmp_path / "trust")


def make_inspector(runner: IsolatedRunner, trust: Path) -> SandboxedInspector:
    clock = SystemClock()
    return SandboxedInspector(
        runner=runner,
        trust_dir=trust,
        revocation=RevocationClient(clock=clock),
        clock=clock,
        memory=InspectionMemory(clock=clock),
    )


def test_the_same_bytes_are_read_once(
    sealed_copy: Sealed, runner: CountingRunner, own_trust: Path, tmp_path: Path
) -> None:
    inspector = make_inspector(runner, own_trust)
    first = inspector.inspect(sealed_copy[0].path)
    same = tmp_path / "another name.pdf"
    same.write_bytes(sealed_copy[0].path.read_bytes())
    assert inspector.inspect(same) == first
    assert runner.asked == 1
    same.write_bytes(same.read_bytes() + b"\n")
    assert inspector.inspect(same) != first
    assert runner.asked == 2


def test_another_trust_is_another_question(
    sealed_copy: Sealed, runner: CountingRunner, own_trust: Path
) -> None:
    """Neither a changed manifest nor a changed certificate is answered from memory."""
    inspector = make_inspector(runner, own_trust)
    trusted = inspector.inspect(sealed_copy[0].path)
    assert trusted.signatures[0].indication is Indication.TOTAL_PASSED
    manifest = own_trust / "manifest.json"
    value = json.loads(manifest.read_text())
    (anchor,) = value["anchors"]
    anchor["purposes"] = ["roster"]
    manifest.write_text(json.dumps(value))
    untrusted = inspector.inspect(sealed_copy[0].path)
    assert untrusted.signatures[0].indication is not Indication.TOTAL_PASSED
    assert runner.asked == 2


def test_doubt_is_not_remembered(
    sealed_copy: Sealed, runner: CountingRunner, own_trust: Path
) -> None:
    (own_trust / "manifest.json").write_text('{"type": "trust/1", "anchors": []}')
    inspector = make_inspector(runner, own_trust)
    for _ in range(2):
        facts = inspector.inspect(sealed_copy[0].path).signatures
        assert facts[0].indication is Indication.INDETERMINATE
    assert runner.asked == 2


def test_a_late_child_is_asked_again(sealed_copy: Sealed, own_trust: Path) -> None:
    limits = Limits(wall_seconds=0.02)
    with CountingRunner(
        tasks=[INSPECT_TASK], preload=[INSPECT_MODULE], limits=limits
    ) as runner:
        inspector = make_inspector(runner, own_trust)
        for _ in range(2):
            assert inspector.inspect(sealed_copy[0].path).problem == "time"
        assert runner.asked == 2


def test_lists_that_are_not_there_change_nothing_for_a_young_copy(
    sealed_copy: Sealed, runner: CountingRunner, own_trust: Path
) -> None:
    nowhere = f"http://127.0.0.1:{free_port()}/crl"
    (own_trust / "revocation.json").write_text(json.dumps({"crls": [nowhere]}))
    inspector = make_inspector(runner, own_trust)
    first = inspector.inspect(sealed_copy[0].path)
    assert inspector.inspect(sealed_copy[0].path) == first


def test_it_forgets_in_time_and_keeps_few(sealed_copy: Sealed, trust: Path) -> None:
    clock = FakeClock()
    memory = InspectionMemory(clock=clock, entries=2)
    seen = inspect(sealed_copy[0].path, trust)
    for name in ("a", "b", "c"):
        memory.keep(name, UNDER, seen)
    assert memory.recall("a", UNDER) is None, "the oldest gives way"
    assert memory.recall("b", UNDER) == seen
    assert memory.recall("b", replace(UNDER, digest=b"another trust")) is None
    clock.advance(seconds=LIFE.total_seconds())
    assert memory.recall("b", UNDER) is None
    memory.keep("d", replace(UNDER, until=clock.now() + timedelta(seconds=9)), seen)
    assert memory.recall("d", UNDER) == seen
    clock.advance(seconds=10)
    assert memory.recall("d", UNDER) is None, "a list is due"
    memory.keep("e", UNDER, seen)
    clock.advance(seconds=-1)
    assert memory.recall("e", UNDER) is None, "the clock went back"


def test_it_keeps_no_failure_and_nothing_huge(sealed_copy: Sealed, trust: Path) -> None:
    memory = InspectionMemory(clock=FakeClock())
    seen = inspect(sealed_copy[0].path, trust)
    doubtful = replace(
        seen.signatures[0], indication=Indication.INDETERMINATE, sub_indication="NO_POE"
    )
    for bad in (
        Inspection(sha256="", size_bytes=1, problem="damaged"),
        replace(seen, signatures=(doubtful, *seen.signatures[1:])),
        replace(seen, record={"title": "x" * 100_000}),
    ):
        memory.keep("a", UNDER, bad)
        assert memory.recall("a", UNDER) is None


def test_the_policy_says_what_the_code_asks_for() -> None:
    assert STRICTNESS["min_rsa_bits"] == cades._MIN_RSA_BITS
    assert STRICTNESS["min_ec_bits"] == cades._MIN_EC_BITS
    assert STRICTNESS["digests"] == sorted(cades._HASHES)
    assert STRICTNESS["clock_skew_seconds"] == validation_time.SKEW.total_seconds()


def test_every_part_of_a_policy_makes_another_digest() -> None:
    one = VerificationPolicy("aa", "r#1", "a#1", register_asked=True)
    others = (
        replace(one, manifest_sha256="bb"),
        replace(one, roster="r#2"),
        replace(one, annulments="a#2"),
        replace(one, register_asked=False),
        replace(one, id="certified-copy-verification/2"),
    )
    assert len({p.digest for p in (one, *others)}) == 6
    assert one.digest[:16] in one.shown


def test_every_sub_indication_has_a_vietnamese_cause() -> None:
    named = {m.standard_name for kind in (AdESFailure, AdESIndeterminate) for m in kind}
    assert set(CAUSES) == named
    assert len({*CAUSES.values()}) >= len(CAUSES) - 1


def test_each_signature_tells_level_coverage_chain_and_validity(
    sealed_copy: Sealed, trust: Path
) -> None:
    person, agency, stamp = inspect(sealed_copy[0].path, trust).signatures
    assert [f.level for f in (person, agency, stamp)] == ["PAdES-B-LTA"] * 2 + [""]
    assert [f.coverage for f in (person, agency, stamp)] == ["revision"] * 2 + ["file"]
    for facts in (person, agency, stamp):
        assert facts.chain == (
            "THỬ NGHIỆM - CA cấp chứng thư số",
            "THỬ NGHIỆM - CA gốc",
        )
        assert facts.valid_from is not None
        assert facts.valid_to is not None
        begin, end = (
            datetime.fromisoformat(m) for m in (facts.valid_from, facts.valid_to)
        )
        assert begin < SystemClock().now() < end
