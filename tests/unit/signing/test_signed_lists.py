"""The roster and the annulments count under the pinned signer's signature alone."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from api.trust_folder import write_list
from api.trust_seen import SeenSequences
from certify.annulment import Annulment, AnnulmentList, Decision
from certify.attestation import CertifiedCopy, Edition, StoredObject
from certify.clock import SystemClock
from certify.errors import InvalidInput, NotFound
from certify.inspection import Inspection
from certify.lists import SignedLists
from certify.roster import Roster, RosterEntry, roster_entry
from certify.signed_list import ListHead, ListKind, Standing
from certify.trust import Purpose
from certify.verdict import Verdict
from certify.verify import Report, VerifyCopy
from keys.base import SigningKey
from keys.open import open_key
from signing.detached import SignatureRefusedError, sign_detached, verify_detached
from signing.signed_lists import FolderLists
from tests.support.clock import FakeClock
from tests.support.openssl import openssl
from tests.support.pki import RunningPki
from tests.support.sealing import Sealed, inspect
from tests.support.trust import listed, make_trust

NOW = SystemClock().now()
DAY = timedelta(days=1)
PIN = frozenset({Purpose.ROSTER})


@pytest.fixture(scope="module")
def key(running_pki: RunningPki) -> SigningKey:
    """Any key with a certificate; the manifest makes it the roster's signer."""
    return open_key(running_pki.key_settings("deputy"))


@pytest.fixture
def folder(running_pki: RunningPki, key: SigningKey, tmp_path: Path) -> Path:
    return make_trust(
        tmp_path / "trust",
        listed("root", running_pki.pki.root),
        listed("roster", key.certificate, purposes=PIN),
    )


@pytest.fixture
def roster(sealed_copy: Sealed) -> Roster:
    statement = sealed_copy[1].statement
    entries = tuple(
        RosterEntry(
            authority_id=statement.authority_id,
            authority_name=statement.authority_name,
            role=role,
            certificate_sha256=digest,
            valid_from=datetime(2020, 1, 1, tzinfo=UTC),
            valid_to=datetime(2060, 1, 1, tzinfo=UTC),
        )
        for role, digest in (
            ("chairman", statement.signatory_certificate),
            ("seal", statement.seal_certificate),
        )
    )
    return Roster(ListHead("one", 5, NOW - DAY, NOW + DAY), entries)


def annulled(sealed_copy: Sealed) -> Annulment:
    statement = sealed_copy[1].statement
    return Annulment(
        attestation_id=statement.attestation_id,
        authority_id=statement.authority_id,
        authority_name=statement.authority_name,
        code=statement.verification_code,
        shown_number="07",
        decision=Decision("12/QĐ-UBND", date(2026, 11, 23), "Bản chính bị tẩy xóa"),
        annulled_at=NOW,
        cursor=9,
    )


def annulments(roster: Roster, *entries: Annulment) -> AnnulmentList:
    authorities = frozenset(e.authority_id for e in roster.entries)
    return AnnulmentList(roster.head, authorities, entries)


def put(folder: Path, content: Roster | AnnulmentList, key: SigningKey) -> None:
    kind = ListKind.ROSTER if isinstance(content, Roster) else ListKind.ANNULMENTS
    data = content.encode()
    write_list(folder, kind, data, sign_detached(data, key))


def standing(folder: Path, kind: ListKind = ListKind.ROSTER) -> Standing:
    return FolderLists(folder, clock=SystemClock()).read(kind).standing


def test_a_signed_list_comes_back(
    folder: Path, roster: Roster, key: SigningKey, sealed_copy: Sealed
) -> None:
    made = annulments(roster, annulled(sealed_copy))
    put(folder, roster, key)
    put(folder, made, key)
    lists = FolderLists(folder, clock=SystemClock())
    assert lists.read(ListKind.ROSTER).content == roster
    assert lists.read(ListKind.ANNULMENTS).content == made
    manifest = hashlib.sha256((folder / "manifest.json").read_bytes()).hexdigest()
    assert lists() == SignedLists(
        roster.entries, (), made, (), manifest_sha256=manifest, roster_head=roster.head
    )


def test_openssl_finds_the_same_signature(
    folder: Path, roster: Roster, key: SigningKey
) -> None:
    put(folder, roster, key)
    answer = openssl(
        "cms", "-verify", "-binary", "-noverify", "-inform", "DER",
        "-in", folder / "roster.p7s", "-content", folder / "roster.json",
    )  # fmt: skip
    assert answer


def test_whatever_is_changed_the_roster_counts_as_absent(
    folder: Path, roster: Roster, key: SigningKey, running_pki: RunningPki
) -> None:
    other = open_key(running_pki.key_settings("chairman"))  # same CA, not the pin
    data = roster.encode()
    good = sign_detached(data, key)
    changed = data.replace(b'"sequence":5', b'"sequence":6')
    indented = json.dumps(json.loads(data), indent=1).encode()
    cases = [
        (changed, good, Standing.BAD_SIGNATURE),
        (data, sign_detached(data, other), Standing.BAD_SIGNATURE),
        (data, good[:-1] + bytes([good[-1] ^ 1]), Standing.BAD_SIGNATURE),
        (data, b"x", Standing.BAD_SIGNATURE),
        (data, b"", Standing.UNSIGNED),
        (indented, sign_detached(indented, key), Standing.UNREADABLE),
        (b"{}\n", sign_detached(b"{}\n", key), Standing.UNREADABLE),
        (b"\xff", good, Standing.UNREADABLE),
    ]
    for content, signature, expected in cases:
        write_list(folder, ListKind.ROSTER, content, signature)
        assert standing(folder) is expected, (content, expected)
        assert FolderLists(folder, clock=SystemClock())().roster == ()
    (folder / "roster.p7s").unlink()
    write_list(folder, ListKind.ROSTER, data, good)
    (folder / "roster.p7s").unlink()
    assert standing(folder) is Standing.UNSIGNED
    (folder / "roster.json").unlink()
    assert standing(folder) is Standing.ABSENT


def test_one_kind_of_list_does_not_stand_in_for_the_other(
    folder: Path, roster: Roster, key: SigningKey
) -> None:
    data = annulments(roster).encode()
    write_list(folder, ListKind.ROSTER, data, sign_detached(data, key))
    assert standing(folder) is Standing.UNREADABLE


def test_a_signer_whose_line_ended_signs_nothing(
    folder: Path, roster: Roster, key: SigningKey, running_pki: RunningPki
) -> None:
    put(folder, roster, key)
    make_trust(
        folder,
        listed("root", running_pki.pki.root),
        listed("roster", key.certificate, purposes=PIN, valid_to=NOW - DAY),
    )
    assert standing(folder) is Standing.BAD_SIGNATURE


def test_an_older_list_than_the_one_seen_is_refused(
    folder: Path, roster: Roster, key: SigningKey, tmp_path: Path
) -> None:
    seen = SeenSequences(tmp_path / "seen.json")
    lists = FolderLists(folder, clock=SystemClock(), seen=seen)
    put(folder, roster, key)
    assert lists().roster
    put(folder, replace(roster, head=replace(roster.head, sequence=4)), key)
    assert lists().roster == ()
    assert "cũ hơn" in lists().roster_problems[0]
    # another series begins anew; without a memory nobody can tell
    put(folder, replace(roster, head=replace(roster.head, id="two", sequence=1)), key)
    assert lists().roster
    assert seen.highest() == {"roster:one": 5, "roster:two": 1}


def test_a_stale_list_is_believed_in_what_it_says_only(
    folder: Path, roster: Roster, key: SigningKey, sealed_copy: Sealed
) -> None:
    put(folder, roster, key)
    put(folder, annulments(roster, annulled(sealed_copy)), key)
    clock = FakeClock()
    clock.set(NOW + 2 * DAY)
    lists = FolderLists(folder, clock=clock)()
    assert lists.roster == roster.entries
    assert "quá hạn" in lists.roster_problems[0]
    assert lists.annulments is not None
    assert "quá hạn" in lists.annulment_problems[0]


def test_a_list_of_another_series_says_nothing_here(
    folder: Path, roster: Roster, key: SigningKey
) -> None:
    put(folder, roster, key)
    foreign = replace(annulments(roster), head=replace(roster.head, id="two"))
    put(folder, foreign, key)
    lists = FolderLists(folder, clock=SystemClock())()
    assert lists.annulments is None
    assert lists.annulment_problems


def test_a_detached_signature_is_over_exactly_its_bytes(key: SigningKey) -> None:
    signature = sign_detached(b"a", key)
    assert verify_detached(b"a", signature) == key.certificate
    for data, signed in ((b"b", signature), (b"a", b""), (b"a", signature[:-2])):
        with pytest.raises(SignatureRefusedError):
            verify_detached(data, signed)


# --- what the lists make of a finished copy ------------------------------------------


Judge = Callable[[], Report]


@pytest.fixture
def judge(folder: Path, sealed_copy: Sealed) -> Judge:
    class InProcess:
        def inspect(self, path: Path) -> Inspection:
            return inspect(path, folder)

    def run() -> Report:
        verify = VerifyCopy(
            inspector=InProcess(),
            register=None,
            lists=FolderLists(folder, clock=SystemClock()),
        )
        return verify(sealed_copy[0].path)

    return run


def test_the_lists_decide_what_a_well_signed_file_is(
    judge: Judge, folder: Path, roster: Roster, key: SigningKey, sealed_copy: Sealed
) -> None:
    absent = judge()
    assert absent.verdict is Verdict.SIGNED_NOT_CERTIFIED
    assert absent.problems == ("không có danh bạ cơ quan",)
    put(folder, roster, key)
    unknown = judge()
    assert (unknown.verdict, unknown.text.exit_code) == (Verdict.OTHER_AUTHORITY, 3)
    put(folder, annulments(roster), key)
    good = judge()
    assert (good.verdict, good.text.exit_code) == (Verdict.OTHER_IN_FORCE, 0)
    put(folder, annulments(roster, annulled(sealed_copy)), key)
    report = judge()
    assert (report.verdict, report.text.exit_code) == (Verdict.ANNULLED, 1)
    assert report.annulment == annulled(sealed_copy)
    for part in ("12/QĐ-UBND", "23/11/2026", "tẩy xóa"):
        assert part in report.problems[0]


def test_a_list_without_this_authority_leaves_annulment_unknown(
    judge: Judge, folder: Path, roster: Roster, key: SigningKey
) -> None:
    put(folder, roster, key)
    put(folder, replace(annulments(roster), authorities=frozenset({"other"})), key)
    assert judge().verdict is Verdict.OTHER_AUTHORITY


def test_a_forged_list_neither_annuls_nor_clears(
    judge: Judge,
    folder: Path,
    roster: Roster,
    key: SigningKey,
    running_pki: RunningPki,
    sealed_copy: Sealed,
) -> None:
    forger = open_key(running_pki.key_settings("chairman"))
    put(folder, roster, key)
    put(folder, annulments(roster, annulled(sealed_copy)), forger)
    assert judge().verdict is Verdict.OTHER_AUTHORITY
    put(folder, annulments(roster), forger)
    assert judge().verdict is Verdict.OTHER_AUTHORITY


def test_a_register_that_forgot_an_annulment_is_reminded_by_the_list(
    folder: Path, roster: Roster, key: SigningKey, sealed_copy: Sealed
) -> None:
    """As after a restore from an older backup."""
    sealed, order = sealed_copy
    stored = StoredObject("key", "version", sealed.sha256, sealed.size_bytes)
    copy = CertifiedCopy(
        attestation_id=order.statement.attestation_id,
        number=order.number,
        shown_number=order.shown_number,
        statement=order.statement,
        attested_at=order.attested_at,
        editions=(Edition("id", 1, stored, "issued", NOW),),
    )

    class InProcess:
        def inspect(self, path: Path) -> Inspection:
            return inspect(path, folder)

    class Forgetful:
        def released(self, verification_code: str) -> CertifiedCopy | None:
            del verification_code
            return copy

        def released_file(self, sha256: str) -> CertifiedCopy | None:
            return copy if sha256 == sealed.sha256 else None

    verify = VerifyCopy(
        inspector=InProcess(),
        register=Forgetful(),
        lists=FolderLists(folder, clock=SystemClock()),
    )
    put(folder, roster, key)
    assert verify(sealed.path).verdict is Verdict.OURS_IN_FORCE
    put(folder, annulments(roster, annulled(sealed_copy)), key)
    assert verify(sealed.path).verdict is Verdict.ANNULLED


def test_roles_are_not_exchanged(
    judge: Judge, folder: Path, roster: Roster, key: SigningKey
) -> None:
    person, seal = roster.entries
    exchanged = (replace(person, role="seal"), replace(seal, role="delegate"))
    put(folder, replace(roster, entries=exchanged), key)
    assert judge().verdict is Verdict.SIGNED_NOT_CERTIFIED


# --- changing a roster ---


def test_an_entry_is_ended_and_never_removed(roster: Roster) -> None:
    digest = roster.entries[0].certificate_sha256
    ended = roster.ended(digest, NOW)
    assert ended.entries[0].valid_to == NOW
    assert len(ended.entries) == len(roster.entries)
    with pytest.raises(NotFound):
        ended.ended(digest, NOW + DAY)
    with pytest.raises(InvalidInput):
        roster.with_entry(roster.entries[0])
    later = replace(roster.entries[0], valid_from=NOW + DAY)
    assert ended.with_entry(later).entries[-1] == later


@pytest.mark.parametrize(
    "changes",
    [{"role": "signatory"}, {"hierarchy": "any"}, {"valid_to": "2029-01-01T00:00:00"}],
)
def test_an_entry_of_another_form_is_refused(
    changes: dict[str, str], roster: Roster
) -> None:
    row = roster.entries[0].to_json()
    assert roster_entry(row) == roster.entries[0]
    with pytest.raises(ValueError, match=r"."):
        roster_entry({**row, **changes})


@pytest.mark.parametrize(
    ("proven", "within"),
    [
        ("2026-11-23T09:00:00+07:00", True),  # the same instant, written otherwise
        ("2026-11-23T02:00:00Z", True),
        ("2026-11-23T02:00:01.000000Z", False),
        ("2026-11-23T02:00:00", False),
        (None, False),
        ("", False),
    ],
)
def test_instants_are_compared_and_not_their_texts(
    proven: str | None, roster: Roster, *, within: bool
) -> None:
    entry = replace(roster.entries[0], valid_to=datetime(2026, 11, 23, 2, tzinfo=UTC))
    assert entry.covers(proven) is within
