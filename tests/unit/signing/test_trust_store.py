"""What a trust folder trusts: nothing by name, unlisted, or beyond its line.

Two hierarchies that bear the same names stand in for the national ones: only the
manifest tells them apart.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from asn1crypto import x509 as asn1_x509
from cryptography.hazmat.primitives.serialization import Encoding

from certify.clock import SystemClock
from certify.inspection import Indication, Inspection
from certify.roster import RosterEntry
from certify.trust import Hierarchy, ManifestError, Purpose, vouched
from certify.verdict import Verdict
from certify.verify import Report, VerifyCopy
from keys.open import open_key
from signing.trust import TrustError, load_trust_anchors, load_trust_store
from signing.vouching import readable
from tests.support.pki import HOLDERS, PkiOnDisk, RunningPki, make_pki
from tests.support.sealing import SEAL, Sealed, inspect
from tests.support.trust import Listed, listed, make_trust, rewrite

NOW = SystemClock().now()
LONG_AGO = datetime(2021, 1, 1, tzinfo=UTC)
WIDE = (datetime(2020, 1, 1, tzinfo=UTC), datetime(2060, 1, 1, tzinfo=UTC))
SIGNERS = frozenset({Purpose.SIGNATURE, Purpose.SEAL})
TIME = frozenset({Purpose.TIMESTAMP})


@pytest.fixture(scope="module")
def namesake(tmp_path_factory: pytest.TempPathFactory) -> PkiOnDisk:
    """Another PKI whose certificates bear exactly the names of the first."""
    folder = tmp_path_factory.mktemp("namesake") / "pki"
    return make_pki(folder, clock=SystemClock(), holders=HOLDERS)


def problems(folder: Path, now: datetime = NOW) -> list[str]:
    return [p.code for p in load_trust_store(folder, now).problems]


def test_a_listed_certificate_is_trusted_and_nothing_is_wrong(
    running_pki: RunningPki, tmp_path: Path
) -> None:
    trust = make_trust(tmp_path, listed("root", running_pki.pki.root))
    assert problems(trust) == []
    anchors = load_trust_anchors(trust, NOW, Purpose.SEAL)
    assert anchors.roots == (running_pki.pki.root,)


def test_a_file_that_is_not_listed_is_named_and_not_used(
    running_pki: RunningPki, namesake: PkiOnDisk, tmp_path: Path
) -> None:
    trust = make_trust(tmp_path, listed("root", running_pki.pki.root))
    pem = namesake.pki.root.public_bytes(Encoding.PEM)
    (trust / "roots" / "more.crt").write_bytes(pem)
    assert problems(trust) == ["unlisted"]
    assert load_trust_anchors(trust, NOW, Purpose.SEAL).roots == (running_pki.pki.root,)


def test_the_same_name_with_another_key_is_another_certificate(
    running_pki: RunningPki, namesake: PkiOnDisk, tmp_path: Path
) -> None:
    root = running_pki.pki.root
    assert namesake.pki.root.subject == root.subject
    trust = make_trust(tmp_path, listed("root", root))
    swapped = namesake.pki.root.public_bytes(Encoding.PEM)
    (trust / "roots" / "root.pem").write_bytes(swapped)
    assert problems(trust) == ["fingerprint"]
    with pytest.raises(TrustError):
        load_trust_anchors(trust, NOW, Purpose.SEAL)


@pytest.mark.parametrize(
    ("content", "code"), [(None, "missing"), (b"no certificate", "unreadable")]
)
def test_a_line_without_its_file_is_named(
    content: bytes | None, code: str, running_pki: RunningPki, tmp_path: Path
) -> None:
    trust = make_trust(tmp_path, listed("root", running_pki.pki.root))
    file = trust / "roots" / "root.pem"
    file.unlink() if content is None else file.write_bytes(content)
    assert problems(trust) == [code]


def test_two_certificates_in_one_file_are_not_one(
    running_pki: RunningPki, tmp_path: Path
) -> None:
    trust = make_trust(tmp_path, listed("root", running_pki.pki.root))
    file = trust / "roots" / "root.pem"
    file.write_bytes(file.read_bytes() * 2)
    assert problems(trust) == ["unreadable"]


def test_a_folder_without_a_manifest_trusts_nothing(tmp_path: Path) -> None:
    with pytest.raises(ManifestError):
        load_trust_store(tmp_path, NOW)


@pytest.mark.parametrize(
    ("start", "end", "code"),
    [
        (WIDE[0], NOW - timedelta(days=1), "expired"),
        (NOW + timedelta(days=1), None, "not_yet"),
    ],
)
def test_outside_its_time_an_anchor_signs_nothing_new(
    start: datetime,
    end: datetime | None,
    code: str,
    running_pki: RunningPki,
    tmp_path: Path,
) -> None:
    line = listed("root", running_pki.pki.root, valid_from=start, valid_to=end)
    trust = make_trust(tmp_path, line)
    store = load_trust_store(trust, NOW)
    assert [(p.code, p.grave) for p in store.problems] == [(code, False)]
    with pytest.raises(TrustError):
        load_trust_anchors(trust, NOW, Purpose.SEAL)


def test_an_intermediate_joins_and_vouches_for_nothing(
    running_pki: RunningPki, tmp_path: Path
) -> None:
    """Real files often embed the leaf alone."""
    seal = open_key(running_pki.key_settings(SEAL)).certificate
    chain = listed(
        "issuing",
        running_pki.pki.issuing,
        file="intermediates/issuing.pem",
        purposes=frozenset({Purpose.CHAIN}),
    )
    trust = make_trust(tmp_path, listed("root", running_pki.pki.root), chain)
    store = load_trust_store(trust, NOW)
    assert vouched(store.vouching(seal, (), NOW), Purpose.SEAL)
    assert store.anchors(Purpose.SEAL).path(seal, (), NOW)[-1] == running_pki.pki.root
    alone = make_trust(tmp_path / "alone", chain)
    assert load_trust_store(alone, NOW).vouching(seal, (), NOW) == ()


def test_a_certificate_nobody_can_read_is_passed_over(
    running_pki: RunningPki,
) -> None:
    """Strangers embed what they like beside their signer's certificate."""
    good = asn1_x509.Certificate.load(running_pki.pki.root.public_bytes(Encoding.DER))
    odd = asn1_x509.Certificate.load(good.dump())
    odd["tbs_certificate"]["version"] = 7
    assert readable([odd, good]) == [running_pki.pki.root]


# --- a finished copy under manifests that say other things ---


Judge = Callable[..., Report]


@pytest.fixture
def judge(sealed_copy: Sealed, tmp_path: Path) -> Judge:
    """Judge the copy under these lines, with a roster that names both signers."""
    sealed, order = sealed_copy

    class InProcess:
        def inspect(self, path: Path) -> Inspection:
            return inspect(path, tmp_path)

    def run(*lines: Listed, hierarchy: str = Hierarchy.DEPLOYMENT) -> Report:
        make_trust(tmp_path, *lines)
        statement = order.statement
        roster = [
            RosterEntry(
                authority_id=statement.authority_id,
                authority_name=statement.authority_name,
                role=role,
                certificate_sha256=digest,
                valid_from=WIDE[0],
                valid_to=WIDE[1],
                hierarchy=hierarchy,
            )
            for role, digest in (
                ("chairman", statement.signatory_certificate),
                ("seal", statement.seal_certificate),
            )
        ]
        verify = VerifyCopy(inspector=InProcess(), register=None, roster=roster)
        return verify(sealed.path)

    return run


def test_with_the_right_lines_it_is_a_certified_copy(
    judge: Judge, running_pki: RunningPki
) -> None:
    report = judge(
        listed("root", running_pki.pki.root, purposes=SIGNERS),
        listed("tsa", running_pki.pki.issuing, purposes=TIME),
    )
    assert report.verdict is Verdict.OTHER_AUTHORITY, report.problems


def test_a_citizens_anchor_never_vouches_for_an_agencys_seal(
    judge: Judge, running_pki: RunningPki
) -> None:
    """The signatures hold and lead to NEAC, which is listed for persons alone."""
    report = judge(
        listed(
            "root",
            running_pki.pki.root,
            hierarchy=Hierarchy.NEAC,
            purposes=frozenset({Purpose.SIGNATURE, Purpose.TIMESTAMP}),
        ),
        hierarchy=Hierarchy.NEAC,
    )
    assert report.verdict is Verdict.SIGNED_NOT_CERTIFIED
    assert report.text.exit_code == 1
    assert any("NEAC" in p and "con dấu" in p for p in report.problems)


def test_the_chain_must_end_in_the_hierarchy_that_the_roster_names(
    judge: Judge, running_pki: RunningPki
) -> None:
    lines = [listed("root", running_pki.pki.root, hierarchy=Hierarchy.NEAC)]
    right = judge(*lines, hierarchy=Hierarchy.NEAC)
    wrong = judge(*lines, hierarchy=Hierarchy.CO_YEU_G2)
    assert right.verdict is Verdict.OTHER_AUTHORITY
    assert wrong.verdict is Verdict.SIGNED_NOT_CERTIFIED


def test_an_anchor_for_signatures_alone_makes_no_time(
    judge: Judge, running_pki: RunningPki
) -> None:
    report = judge(listed("root", running_pki.pki.root, purposes=SIGNERS))
    assert report.verdict is Verdict.UNDETERMINED
    assert all(s.proven_time is None for s in report.inspection.signatures)


def test_an_anchor_for_time_alone_makes_no_signer(
    judge: Judge, running_pki: RunningPki
) -> None:
    report = judge(listed("root", running_pki.pki.root, purposes=TIME))
    assert report.verdict is Verdict.SIGNED_BY_UNTRUSTED


def test_what_was_signed_after_the_trust_ended_is_not_established(
    judge: Judge, running_pki: RunningPki
) -> None:
    report = judge(
        listed("root", running_pki.pki.root, purposes=SIGNERS, valid_to=LONG_AGO),
        listed("tsa", running_pki.pki.issuing, purposes=TIME),
    )
    assert report.verdict is Verdict.UNDETERMINED
    assert report.inspection.signatures[0].indication is Indication.INDETERMINATE


def test_an_archive_timestamp_of_a_withdrawn_tsa_proves_nothing(
    judge: Judge, running_pki: RunningPki
) -> None:
    """Its key could be anybody's now: a token it makes today can bear any time."""
    report = judge(
        listed("root", running_pki.pki.root, purposes=SIGNERS),
        listed("tsa", running_pki.pki.issuing, purposes=TIME, valid_to=LONG_AGO),
    )
    assert report.verdict is Verdict.UNDETERMINED
    assert report.inspection.signatures[-1].sub_indication == "NO_POE"


def test_a_manifest_that_lost_its_lines_makes_the_signers_untrusted(
    sealed_copy: Sealed, running_pki: RunningPki, tmp_path: Path
) -> None:
    trust = make_trust(tmp_path, listed("root", running_pki.pki.root))
    rewrite(trust, [])
    signatures = inspect(sealed_copy[0].path, trust).signatures
    assert all(s.indication is not Indication.TOTAL_PASSED for s in signatures)
