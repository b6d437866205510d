"""The audit on every database and archive: what was tampered with is named, no more."""

import re
import shutil
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from minio.commonconfig import GOVERNANCE
from minio.helpers import md5sum_hash
from minio.retention import Retention
from minio.xml import marshal

from certify.attestation import StoredObject
from certify.auditing.part import steps
from certify.errors import StoredDataDamaged
from certify.evidence import evidence_key
from storage.archive.folder import FolderArchive
from storage.database import Database
from tests.insider.hands import superuser
from tests.support.audit_world import RETENTION, AuditWorld, live
from tests.support.fields import FIELDS
from tests.support.processes import ARCHIVE_KEY
from tests.support.s3_buckets import fresh_bucket
from tests.support.seaweed import S3Server
from tests.support.tampering import tamper


def found(world: AuditWorld) -> list[str]:
    """Codes of all findings, each with what it is about."""
    return sorted(
        f"{finding.code} {finding.subject}"
        for part in world.parts()
        for step in steps(part, "")
        for finding in step.findings
    )


def codes(world: AuditWorld) -> list[str]:
    return [finding.split()[0] for finding in found(world)]


def open_world(folder: Path, database: Database) -> AuditWorld:
    archive = FolderArchive(folder / "archive", key=ARCHIVE_KEY)
    return AuditWorld(folder, database, archive)


def test_what_an_office_does_is_no_finding(tmp_path: Path, database: Database) -> None:
    world = open_world(tmp_path, database)
    live(world)
    assert found(world) == []
    with database.writing() as connection:  # a person asked to be forgotten
        connection.exec_driver_sql(
            "DELETE FROM trail_reasons WHERE NOT EXISTS (SELECT 1 FROM trail WHERE"
            " trail.sequence = trail_reasons.sequence AND action IN"
            " ('copy.annul', 'number.void', 'refusal.withdraw'))"
        )
    world.close_year()
    world.issue()
    assert found(world) == []
    looked_at = {part.name: len(list(part.walk(""))) for part in world.parts()}
    counted = {part.name: part.count() for part in world.parts()}
    assert counted.items() >= {"objects": None, "versions": None}.items()
    assert all(count in (None, looked_at[name]) for name, count in counted.items())
    # 7 copies of two attempts, one that came back, two renewals of two, evidence
    assert looked_at["objects"] == 2 * (6 * 2 + 1 + 2 * 2)


@pytest.fixture(scope="module")
def lived(
    migrated_file: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, AuditWorld, StoredObject]:
    """A world on SQLite and a folder, to be copied."""
    folder = tmp_path_factory.mktemp("lived")
    shutil.copy(migrated_file, folder / "register.db")
    database = Database(f"sqlite:///{folder / 'register.db'}", fields=FIELDS)
    world = open_world(folder, database)
    first = live(world)
    database.close()
    return folder, world, first


@pytest.fixture
def world(
    lived: tuple[Path, AuditWorld, StoredObject], tmp_path: Path
) -> Iterator[AuditWorld]:
    """A copy of it, to tamper with."""
    folder, old, _ = lived
    shutil.copytree(folder / "archive", tmp_path / "archive")
    shutil.copy(folder / "register.db", tmp_path)
    database = Database(f"sqlite:///{tmp_path / 'register.db'}", fields=FIELDS)
    archive = FolderArchive(tmp_path / "archive", key=ARCHIVE_KEY)
    yield AuditWorld(tmp_path, database, archive, old.confirmation)
    database.close()


@pytest.fixture
def first(lived: tuple[Path, AuditWorld, StoredObject]) -> StoredObject:
    """An edition that was issued and never touched again; its number is 1."""
    return lived[2]


FIRST = "(SELECT attestation_id FROM book_rows WHERE number = 1)"
CHANGES = """
number.missing record.lost
    DELETE FROM book_rows WHERE number = 1
record.lost
    INSERT INTO free_numbers SELECT authority_id, kind, year, 1 FROM books;
    DELETE FROM book_rows WHERE number = 1
number.missing
    DELETE FROM free_numbers
number.duplicate
    INSERT INTO free_numbers SELECT authority_id, kind, year, 1 FROM books
edition.uncommitted number.duplicate number.state record.statement
    INSERT INTO recovered_copies SELECT 'ff', authority_id, kind, year, 1, volume,
    shown_number, 'other', 'code', statement, statement_digest, assertion, 1,
    intent_attested_at, 'other/ff', 'v', 1, recovered_at, 0
    FROM recovered_copies LIMIT 1
number.beyond
    UPDATE books SET last_number = 8
number.beyond
    INSERT INTO free_numbers SELECT authority_id, kind, year, -1 FROM books
number.state
    UPDATE book_rows SET state = 'void', note = 'x' WHERE number = 1
number.undecided
    UPDATE book_rows SET note = 'QĐ khác' WHERE state = 'void'
number.unfinished
    UPDATE attestations SET step = 'approved' WHERE step = 'reserved'
book.closed number.unfinished
    UPDATE books SET closed = true
number.row
    UPDATE book_rows SET requester = 'X' WHERE number = 1
number.no_edition
    DELETE FROM editions WHERE sequence = 2
edition.uncommitted number.no_edition
    UPDATE editions SET sha256 = 'ff' WHERE attestation_id = :first
edition.uncommitted object.version
    UPDATE editions SET version_id = 'v' WHERE attestation_id = :first
edition.uncommitted
    UPDATE editions SET version_id = 'v', object_key =
    (SELECT object_key FROM editions WHERE sequence = 2) WHERE attestation_id = :first
chain.broken edition.uncommitted number.no_edition
    UPDATE editions SET sha256 = 'ff' WHERE attestation_id = :first;
    INSERT INTO trail SELECT 'nobody', 1, at, actor, action, subject,
    replace(details, substr(details, instr(details, 'file') + 7, 64), 'ff'), NULL,
    previous, digest FROM trail WHERE action = 'copy.release' AND subject = :first
edition.uncommitted
    UPDATE editions SET sequence = 3 WHERE sequence = 1 AND attestation_id =
    (SELECT attestation_id FROM editions WHERE sequence = 2)
edition.uncommitted
    UPDATE editions SET released_at = '2026-01-02T03:00:00.000000+00:00'
    WHERE attestation_id = :first
edition.uncommitted
    UPDATE editions SET reason = 'renewed' WHERE attestation_id = :first
edition.unreleased number.unfinished
    UPDATE attestations SET step = 'intended' WHERE id = :first
chain.broken
    UPDATE trail SET actor = 'x' WHERE action = 'lease.take'
    AND sequence = (SELECT MAX(sequence) FROM trail) - 2
chain.broken
    DELETE FROM trail WHERE action = 'lease.take'
    AND sequence = (SELECT MAX(sequence) FROM trail) - 2
chain.broken chain.broken
    INSERT INTO trail SELECT authority_id, 0, at, actor, 'lease.take', subject, details,
    NULL, previous, digest FROM trail WHERE sequence = 9
chain.broken record.lost
    UPDATE trail SET details = '{}' WHERE action = 'copy.reserve' AND subject = :first
audit.unreadable audit.unreadable
    UPDATE trail SET details = 'X' WHERE sequence = 2
audit.unreadable audit.unreadable chain.broken chain.broken
    UPDATE trail SET at = '9999-12-31T23:59:59.999999+00:00'
    WHERE action = 'copy.intend' AND subject = :first
chain.cut number.state
    DELETE FROM trail WHERE sequence >= (SELECT MAX(trail_sequence) FROM book_rows)
chain.reason chain.reason chain.reason
    UPDATE trail_reasons SET reason = reason || 'x'
record.comparison
    UPDATE comparisons SET place = 'X' WHERE attestation_id = :first
record.comparison
    DELETE FROM comparisons WHERE attestation_id = :first
record.statement
    UPDATE attestations SET statement = 'X'
    WHERE step = 'reserved'
record.statement
    UPDATE attestations SET statement = NULL WHERE id = :first
record.statement
    UPDATE attestations SET code = '0000000000000000' WHERE id = :first
record.statement
    UPDATE recovered_copies SET code = '0000000000000000' WHERE renewal = 0
record.comparison
    UPDATE attestations SET original_id = 'x' WHERE id = :first
record.intent
    UPDATE attestations SET intent_sha256 = 'ff' WHERE id = :first
record.intent
    UPDATE attestations SET intent_attempt = NULL WHERE id = :first
record.intent
    UPDATE attestations SET intent_attested_at = '2026-01-02T03:00:00.000000+00:00'
    WHERE id = :first;
    UPDATE book_rows SET attested_on = '2026-01-02' WHERE number = 1
record.desk_record
    UPDATE desk_records SET content = 'X' WHERE kind = 'refusal'
record.withdrawal
    UPDATE withdrawals SET reason = 'X'
record.annulment
    UPDATE annulments SET reason = 'X'
record.annulment
    UPDATE annulments SET decision_number = 'X'
record.annulment
    UPDATE annulments SET annulled_at = '2026-01-02T03:00:00.000000+00:00'
record.annulment
    DELETE FROM trail_reasons WHERE sequence = (SELECT trail_sequence FROM annulments);
    UPDATE annulments SET reason = reason
record.annulment
    UPDATE annulments SET code = '0000000000000000'
record.annulment
    UPDATE annulments SET shown_number = '99'
number.undecided
    DELETE FROM trail_reasons WHERE sequence =
    (SELECT sequence FROM trail WHERE action = 'number.void')
record.withdrawal
    DELETE FROM trail_reasons WHERE sequence =
    (SELECT sequence FROM trail WHERE action = 'refusal.withdraw')
record.withdrawal
    UPDATE withdrawals SET made_at = '2026-01-02T03:00:00.000000+00:00'
record.authority record.person record.person record.seal
    UPDATE authorities SET self_certify_decision = '1/QD';
    UPDATE officers SET person_id = 'x';
    UPDATE signatories SET mandate_from = '2020-01-01';
    UPDATE seal_authorisations SET decision_number = 'x'
record.person record.person record.seal
    INSERT INTO signatories SELECT 'x', authority_id, name, position, mandate_kind,
    mandate_decision, mandate_from, mandate_to, key_id, person_id FROM signatories;
    UPDATE confirmation_keys SET kind = 'x';
    UPDATE seal_authorisations SET revoked = NOT revoked
record.key record.key
    UPDATE signing_keys SET frozen = false;
    UPDATE api_keys SET revoked_at = NULL
record.key record.key
    UPDATE signing_keys SET active_to = '2036-01-02T03:00:00.000000+00:00';
    UPDATE api_keys SET scopes = '["officer","sign"]'
record.lost record.lost record.lost
    DELETE FROM signing_keys;
    DELETE FROM seal_authorisations;
    DELETE FROM confirmation_keys
record.lost
    DELETE FROM annulments
record.lost
    DELETE FROM withdrawals
record.lost
    DELETE FROM desk_records WHERE kind = 'forgery'
record.lost
    DELETE FROM comparisons WHERE attestation_id NOT IN
    (SELECT id FROM attestations WHERE step <> 'compared');
    DELETE FROM attestations WHERE step = 'compared'
"""


CASE = re.compile(r"^(\S.*)\n((?: .*\n)+)", re.MULTILINE)


@pytest.mark.parametrize(("expected", "statements"), CASE.findall(CHANGES))
def test_a_change_in_the_database_is_named(
    world: AuditWorld, expected: str, statements: str
) -> None:
    """What is found, and the statements that it is found after."""
    with superuser(f"sqlite:///{world.folder / 'register.db'}") as connection:
        connection.exec_driver_sql("PRAGMA ignore_check_constraints = ON")
        for statement in statements.replace(":first", FIRST).split(";"):
            connection.exec_driver_sql(statement)
    assert " ".join(codes(world)) == expected


def test_a_book_cut_at_its_end_is_missed_by_the_trail(world: AuditWorld) -> None:
    last = world.issue()
    world.issue()
    tamper(
        world.database,
        "DELETE FROM book_rows WHERE number = 10",
        "UPDATE books SET last_number = 9",
    )
    assert world.register.released_file(last.sha256) is not None
    assert codes(world) == ["record.lost"]


def test_a_closed_book_that_is_open_again_is_named(world: AuditWorld) -> None:
    world.close_year()
    tamper(world.database, "UPDATE books SET closed = false")
    assert codes(world) == ["book.reopened"]


Harm = Callable[[Path, Path, Path], None]


def flip(copy: Path, _evidence: Path, _other: Path) -> None:
    content = copy.read_bytes()
    copy.chmod(0o600)
    copy.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))


def lose(copy: Path, _evidence: Path, _other: Path) -> None:
    copy.unlink()


def lose_evidence(_copy: Path, evidence: Path, _other: Path) -> None:
    evidence.unlink()


def swap_evidence(_copy: Path, evidence: Path, other: Path) -> None:
    evidence.unlink()
    shutil.copy(other, evidence)


def swap(copy: Path, _evidence: Path, other: Path) -> None:
    copy.unlink()
    shutil.copy(other, copy)


@pytest.mark.parametrize(
    ("harm", "expected"),
    [
        (flip, ["edition.damaged"]),
        (lose, ["edition.missing"]),
        (swap, ["edition.damaged"]),
        (lose_evidence, ["edition.evidence"]),
        (swap_evidence, ["edition.evidence"]),
    ],
)
def test_a_change_in_the_folder_is_named(
    world: AuditWorld, first: StoredObject, harm: Harm, expected: list[str]
) -> None:
    other = world.issue()
    objects = world.folder / "archive" / "objects"
    harm(
        objects / f"{first.key}.sealed",
        objects / f"{evidence_key(first.key)}.sealed",
        objects / f"{other.key}.sealed",
    )
    assert found(world) == [f"{code} {first.key}" for code in expected]
    if harm is flip:
        with pytest.raises(StoredDataDamaged):
            world.archive.fetch(first, world.folder / "read")


def test_what_nobody_knows_is_named(world: AuditWorld, first: StoredObject) -> None:
    """Also under the name of an attestation, with the evidence of another file."""
    attestation_id = first.key.partition("/")[0]
    evidence = next(
        stored
        for stored in world.archive.list(evidence_key(attestation_id))
        if stored.key != evidence_key(first.key)  # of the attempt that was discarded
    )
    world.archive.fetch(evidence, world.folder / "evidence.json")
    forged = f"{attestation_id}/{'ab' * 32}"
    world.put("nobody/file", b"who is this")
    world.put(forged, b"composed otherwise")
    world.put(evidence_key(forged), (world.folder / "evidence.json").read_bytes())
    stray = ("nobody/a name.sealed", "nobody/x.pdf")
    for name in stray:
        (world.folder / "archive" / "objects" / name).write_bytes(b"junk")
    keys = sorted((forged, evidence_key(forged), "nobody/file"))
    assert found(world) == [
        *(f"object.orphan {key}" for key in keys),
        *(f"version.stray {name}" for name in stray),
    ]


def test_a_lock_that_is_short_or_over_is_named(world: AuditWorld) -> None:
    world.retention = timedelta(days=3000)
    short = world.issue()
    assert found(world) == [f"edition.retention {short.key}"]
    world.clock.advance(days=3100)
    assert found(world) == [f"edition.unlocked {short.key}"]
    world.retention = RETENTION
    world.issue()
    world.clock.advance(days=RETENTION.days + 1)
    assert found(world) == [f"edition.unlocked {short.key}"], "its time is over"


def test_an_administrator_who_meddles_in_a_bucket_is_named(
    seaweed: S3Server, tmp_path: Path, migrated_file: Path
) -> None:
    bucket = fresh_bucket(seaweed)
    shutil.copy(migrated_file, tmp_path / "register.db")
    database = Database(f"sqlite:///{tmp_path / 'register.db'}", fields=FIELDS)
    world = AuditWorld(tmp_path, database, bucket.archive)
    over, marked, removed, shortened = (world.issue() for _ in range(4))
    assert found(world) == []
    admin = bucket.server.client()
    bucket.forge(over.key, b"%PDF-1.7 a forgery", over.sha256)
    admin.remove_object(bucket.name, marked.key)
    bypass = {"x-amz-bypass-governance-retention": "true"}
    admin._execute(
        "DELETE",
        bucket.name,
        removed.key,
        query_params={"versionId": removed.version_id},
        headers=bypass,
    )
    bucket.forge("nobody/file", b"%PDF-1.7 a forgery")
    soon = world.clock.now() + timedelta(days=30)
    shorter = marshal(Retention(GOVERNANCE, soon))
    admin._execute(
        "PUT",
        bucket.name,
        shortened.key,
        body=shorter,
        query_params={"retention": "", "versionId": shortened.version_id},
        headers=bypass | {"Content-MD5": md5sum_hash(shorter)},
    )
    assert found(world) == sorted(
        [
            f"version.newer {over.key}",
            f"version.delete_marker {marked.key}",
            f"edition.missing {removed.key}",
            f"edition.retention {shortened.key}",
            "object.orphan nobody/file",
        ]
    )
    database.close()
