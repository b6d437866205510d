"""The tree over all trails: it grows, dates and proves; what is tampered is found."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from sqlalchemy import delete, update
from sqlalchemy.exc import IntegrityError

from certify.annulment import Decision
from certify.attestation import Act
from certify.auditing.tree import TreePart
from certify.checkpoint import Checkpoint, NoteKey, open_note
from certify.errors import InvalidInput, ProofPending, TrailContradicted
from certify.merkle import check_inclusion, inclusion_path
from certify.public_trail import StoredCheckpoint, TrailTree
from certify.trail_proof import ProveTrail
from certify.trail_standing import StandingInTrail, TrailState
from storage import audit
from storage.database import Database
from storage.people import SqlPeople
from storage.register import SqlRegister
from storage.tables import authorities, trail
from storage.trail_leaves import STRIDE
from tests.insider.hands import superuser
from tests.support.builders import (
    AUTHORITY_ID,
    SIGNATORY_ID,
    SYSTEM,
    digest_of,
    make_authority,
)
from tests.support.clock import MORNING, FakeClock
from tests.support.desk import SampleDesk
from tests.support.issuing import issue
from tests.support.public_trail import PublicTrail
from tests.support.tampering import in_words_of, tamper

pytestmark = pytest.mark.usefixtures("confirmation")
OTHER = "muong-nhe"


@pytest.fixture
def public(database: Database, clock: FakeClock) -> PublicTrail:
    return PublicTrail(database, clock)


def add_rows(
    database: Database,
    many: int,
    authority_id: str = AUTHORITY_ID,
    at: datetime = MORNING,
) -> None:
    with database.writing() as connection:
        for number in range(many):
            audit.append(
                connection,
                authority_id=authority_id,
                act=Act("system", "scan.attach"),
                subject=f"s{number}",
                details={"sha256": digest_of(str(number))},
                at=at,
            )


def add_authority(database: Database) -> None:
    people = SqlPeople(database=database, clock=FakeClock())
    people.add_authority(make_authority(id=OTHER, unit_code="H35.12.4"), SYSTEM)


def state_of(standing: StandingInTrail, sha256: str) -> TrailState:
    found = standing(sha256)
    assert found is not None
    return found.state


def test_rows_of_all_authorities_become_leaves_and_every_copy_is_provable(
    database: Database,
    public: PublicTrail,
    register: SqlRegister,
    desk: SampleDesk,
    clock: FakeClock,
) -> None:
    tree: TrailTree = public.tree
    assert public.tree.checkpoint() is None
    first = public.checkpoint()
    add_authority(database)
    add_rows(database, 3, OTHER)
    files = []
    for _ in range(2):
        attestation_id = desk.approved().attestation_id
        files.append(issue(register, attestation_id, clock.now()).sha256)
    assert tree.leaf_of_file(files[0]) is None
    add_rows(database, 1 << STRIDE)
    clock.advance(minutes=5)
    second = public.checkpoint()
    assert first.head.size < second.head.size == tree.size()
    assert tree.rows_outside() == 0
    for file in files:
        place = tree.leaf_of_file(file)
        assert place is not None
        assert place.leaf is not None
        assert place.leaf.file == file
        path = inclusion_path(tree.subtree, place.index, second.head.size)
        check_inclusion(place.leaf.hash, place.index, path, second.head)
    found = public.audit(first, second)
    assert found.findings == ()
    standing = StandingInTrail(
        prove=ProveTrail(tree=tree), keys=lambda: [public.publish.key]
    )
    assert state_of(standing, files[0]) is TrailState.PROVEN
    assert state_of(standing, digest_of("unknown")) is TrailState.PENDING
    tamper(database, "UPDATE trail SET digest = previous WHERE action = 'copy.release'")
    assert state_of(standing, files[0]) is TrailState.CONTRADICTED
    assert (found.rows, found.outside) == (second.head.size, 0)
    assert found.checkpoints == 4  # two kept, and the same two in the database


def test_a_round_without_rows_publishes_nothing_and_dates_what_waits(
    database: Database, public: PublicTrail, clock: FakeClock
) -> None:
    public.tsa.away = True
    waiting = public.publish()
    assert (waiting.fresh, "không trả lời" in waiting.waiting_for_token) == (True, True)
    stored = public.tree.checkpoint()
    assert stored is not None
    assert stored.token is None
    public.tsa.away = False
    clock.advance(minutes=5)
    later = public.publish()
    assert (later.fresh, later.added, later.waiting_for_token) == (False, 0, "")
    assert later.checkpoint == waiting.checkpoint
    dated = public.tree.checkpoint()
    assert dated is not None
    assert (dated.note, dated.token_at) == (stored.note, clock.now())
    add_rows(database, 1)
    assert public.publish().added == 1


KEPT = (
    "UPDATE tree_leaves SET sequence = 9 WHERE leaf_index = 1",
    "DELETE FROM tree_leaves WHERE leaf_index = 4",
    "INSERT OR REPLACE INTO tree_leaves SELECT * FROM tree_leaves",
    "INSERT INTO tree_leaves SELECT 9, authority_id, 9, hash, file FROM tree_leaves",
    "DELETE FROM checkpoints",
    "UPDATE checkpoints SET note = ''",
    "INSERT INTO checkpoints SELECT size - 1, root, note, made_at FROM checkpoints",
    "DELETE FROM checkpoint_tokens",
    "INSERT OR REPLACE INTO checkpoint_tokens SELECT * FROM checkpoint_tokens",
)


def test_a_slower_publisher_keeps_no_older_checkpoint(
    database: Database, public: PublicTrail, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else rows between the two could go without the kept one telling."""
    add = public.tree.add_checkpoint

    def overtaken(mine: StoredCheckpoint) -> None:
        monkeypatch.setattr(public.tree, "add_checkpoint", add)
        add_rows(database, 2)
        public.checkpoint()  # by another process
        add(mine)

    monkeypatch.setattr(public.tree, "add_checkpoint", overtaken)
    newest = public.checkpoint()
    assert public.kept.note is not None
    assert open_note(public.kept.note, [public.publish.key]) == newest


def test_keys_that_cannot_be_read_fail_no_verification(
    public: PublicTrail, register: SqlRegister, desk: SampleDesk, clock: FakeClock
) -> None:
    edition = issue(register, desk.approved().attestation_id, clock.now())
    public.checkpoint()

    def unreadable() -> list[NoteKey]:
        raise InvalidInput(field="trail.vkey", reason="không đọc được")

    standing = StandingInTrail(prove=ProveTrail(tree=public.tree), keys=unreadable)
    assert standing(edition.sha256) is None, "nobody can say; the trail is not accused"


def test_while_publication_is_halted_nobody_is_promised_the_next_checkpoint(
    public: PublicTrail, register: SqlRegister, desk: SampleDesk, clock: FakeClock
) -> None:
    public.checkpoint()
    edition = issue(register, desk.approved().attestation_id, clock.now())
    standing = StandingInTrail(
        prove=ProveTrail(tree=public.tree), keys=lambda: [public.publish.key]
    )
    waits = standing(edition.sha256)
    public.tree.refuse(clock.now(), "mốc 8 dòng")
    halted = standing(edition.sha256)
    assert waits is not None
    assert halted is not None
    assert waits.state is halted.state is TrailState.PENDING
    assert "tối đa 5 phút" in waits.sentence
    assert "dừng công bố" in halted.sentence


def test_nobody_changes_what_is_there(database: Database, public: PublicTrail) -> None:
    public.checkpoint()
    for statement in KEPT:
        words = in_words_of(database, statement)
        with pytest.raises(IntegrityError), database.writing() as connection:
            connection.exec_driver_sql(words)
    assert public.codes() == set()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE trail SET digest = previous WHERE sequence = 5",
        "UPDATE checkpoints SET note = note || note",
        "UPDATE tree_leaves SET hash = substr(hash, 2) WHERE leaf_index = 2",
    ],
)
def test_the_publisher_signs_nothing_over_a_tampered_database(
    database: Database, public: PublicTrail, clock: FakeClock, statement: str
) -> None:
    before = public.checkpoint()
    tamper(database, statement)
    clock.advance(minutes=5)
    with pytest.raises(TrailContradicted):
        public.publish()
    refused = public.tree.refused()
    assert refused is not None
    assert refused[0] == clock.now()
    assert public.tree.checkpoint(before.head.size + 1) is None
    assert public.codes(before)


def test_the_rows_of_an_authority_that_was_removed_are_read_all_the_same(
    database: Database, database_url: str, public: PublicTrail
) -> None:
    add_authority(database)
    add_rows(database, 3, OTHER)
    kept = public.checkpoint()
    with superuser(database_url) as connection:
        here = trail.c.authority_id == OTHER
        connection.execute(update(trail).where(here).values(actor="officer:khac"))
        connection.execute(delete(authorities).where(authorities.c.id == OTHER))
    assert public.codes(kept) == {"chain.broken", "record.lost"}


def test_a_new_row_bears_no_time_of_another_checkpoint(
    database: Database, public: PublicTrail, clock: FakeClock
) -> None:
    """Its place in the tree is right: only its own words are false."""
    add_rows(database, 1)
    clock.advance(days=4)
    kept = public.checkpoint()
    add_rows(database, 1, at=clock.now() - timedelta(days=1))  # a clock stepped
    assert public.codes(public.checkpoint()) == set()
    back, ahead = clock.now() - timedelta(days=3), clock.now() + timedelta(days=3)
    for at in (back, ahead):
        add_rows(database, 1, at=at)
        clock.advance(minutes=5)
        public.checkpoint()
    found = public.audit(kept).findings
    assert {one.code for one in found} == {"tree.time"}
    assert [one.subject.rsplit(", ")[1] for one in found] == [
        back.isoformat(),
        ahead.isoformat(),
    ]


@pytest.mark.parametrize(
    ("code", "statement"),
    [
        ("tree.row", "UPDATE tree_leaves SET file = NULL"),
        ("tree.row", "UPDATE tree_leaves SET file = 'x' WHERE file IS NOT NULL"),
        (
            "tree.note",
            "UPDATE checkpoints SET made_at = '2026-01-02T03:00:00.000000+00:00'",
        ),
    ],
)
def test_what_leads_to_leaves_and_checkpoints_is_compared(
    database: Database,
    public: PublicTrail,
    register: SqlRegister,
    desk: SampleDesk,
    code: str,
    statement: str,
) -> None:
    issue(register, desk.approved().attestation_id, MORNING)
    kept = public.checkpoint()
    tamper(database, statement)
    assert public.codes(kept) == {code}


def test_a_checkpoint_published_while_the_audit_begins_is_no_finding(
    database: Database, public: PublicTrail, clock: FakeClock
) -> None:
    public.checkpoint()

    def published_now() -> Sequence[Checkpoint]:
        add_rows(database, 1, at=clock.now())
        return [public.checkpoint()]

    part = TreePart(tree=public.tree, keys=[public.publish.key], kept=published_now)
    assert [one for step in part.walk("") for one in step.findings] == []


def test_a_file_that_no_row_released_is_not_said_to_wait(
    database: Database,
    public: PublicTrail,
    register: SqlRegister,
    desk: SampleDesk,
    clock: FakeClock,
) -> None:
    """Else whoever can write into the register is vouched for as "pending"."""
    public.checkpoint()
    prove = ProveTrail(tree=public.tree)
    standing = StandingInTrail(prove=prove, keys=lambda: [public.publish.key])
    edition = issue(register, desk.approved().attestation_id, clock.now())
    with pytest.raises(ProofPending):
        prove.proof(edition.sha256)
    tamper(database, "UPDATE editions SET sha256 = 'forged'")
    assert state_of(standing, "forged") is TrailState.CONTRADICTED
    assert state_of(standing, edition.sha256) is TrailState.PENDING, "not ours to say"
    public.checkpoint()
    assert state_of(standing, "forged") is TrailState.CONTRADICTED
    tamper(
        database,
        "UPDATE editions SET sha256 = (SELECT MAX(file) FROM tree_leaves)",
    )
    assert state_of(standing, edition.sha256) is TrailState.PROVEN
    tamper(database, "UPDATE tree_leaves SET file = NULL")
    assert state_of(standing, edition.sha256) is TrailState.CONTRADICTED


def test_a_database_that_forgot_its_checkpoints_is_not_signed_anew(
    database: Database, public: PublicTrail
) -> None:
    add_rows(database, 3)
    kept = public.checkpoint()
    tamper(
        database,
        "DELETE FROM checkpoint_tokens",
        "DELETE FROM checkpoints",
        "DELETE FROM tree_leaves WHERE leaf_index > 5",
        "DELETE FROM trail WHERE sequence > 6",
    )
    with pytest.raises(TrailContradicted, match="mốc 8 dòng"):
        public.publish()
    assert public.codes() == set(), "inside the database nothing is left to tell"
    assert public.codes(kept) == {"tree.kept"}


def test_an_annulment_and_a_void_number_stand_as_the_trail_tells(
    database: Database,
    public: PublicTrail,
    register: SqlRegister,
    desk: SampleDesk,
    clock: FakeClock,
) -> None:
    released = desk.approved().attestation_id
    issue(register, released, clock.now())
    act = Act(f"signatory:{SIGNATORY_ID}", "copy.annul", "Bản chính bị tẩy xóa")
    decision = Decision("12/QĐ-UBND", MORNING.date(), act.reason)
    register.annul(released, decision, act, clock.now())
    task = register.take(desk.approved().attestation_id, "w1", clock.now())
    register.reserve(task.lease, clock.now())
    register.give_back(task.lease, None)
    void = Act(f"signatory:{SIGNATORY_ID}", "number.void", "Quyết định 13")
    register.void(task.lease.attestation_id, void, clock.now())
    assert public.audit(public.checkpoint()).findings == ()
    for code, statement in (
        ("record.annulment", "UPDATE annulments SET reason = 'khác'"),
        ("record.lost", "DELETE FROM annulments"),
        (
            "number.state",
            "UPDATE book_rows SET state = 'reserved' WHERE state = 'void'",
        ),
    ):
        tamper(database, statement)
        assert code in public.codes(), statement


def test_a_new_service_key_goes_on_with_the_same_trail(
    database: Database, public: PublicTrail, clock: FakeClock
) -> None:
    before = public.checkpoint()
    add_rows(database, 1)
    later = PublicTrail(database, clock, seed=bytes(32), kept=public.kept)
    with pytest.raises(TrailContradicted):
        later.publish()
    later.older.append(public.publish.key)
    after = later.checkpoint()
    assert after.origin != before.origin
    assert later.codes(before, after) == set()


def test_many_publishers_and_desks_at_once_make_one_tree(
    database: Database, public: PublicTrail, clock: FakeClock
) -> None:
    others = [PublicTrail(database, clock) for _ in range(2)]
    work = [*(other.publish for other in others), lambda: add_rows(database, 5)]
    with ThreadPoolExecutor(len(work)) as pool:
        for done in [pool.submit(one) for _ in range(4) for one in work]:
            done.result()
    last = public.checkpoint()
    found = public.audit(last)
    assert (found.findings, found.rows, found.outside) == ((), last.head.size, 0)
    assert found.rows == 5 + 4 * 5
