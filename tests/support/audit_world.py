"""An office with everything an audit meets, on real stores, with made-up files."""

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path

from api.legal_tables import read_legal_tables
from api.wiring.public_trail import register_parts
from certify.access import Scope
from certify.annulment import Decision
from certify.attestation import Act, Intent, IssuanceTask, StoredObject, TrailHead
from certify.auditing.editions import EditionsPart, InArchive
from certify.auditing.objects import ObjectsPart, VersionsPart
from certify.auditing.part import AuditPart
from certify.auditing.ports import AuditedArchive
from certify.desk_papers import DeskPapers, SuspicionTyped
from certify.evidence import ArchivedCopy, CopyEvidence
from certify.identifiers import new_id, new_verification_code
from certify.numbering import DEFAULT_BOOK_KIND, RegisterNumber
from certify.ports import Inspector
from certify.protection import Protection
from certify.renewal import RenewalIntent
from certify.signing_key import frozen
from certify.statement import AuthorisedStatement
from storage.api_keys import SqlApiKeys
from storage.auditing.editions import SqlAuditedEditions
from storage.cases import SqlCases
from storage.database import Database
from storage.desk_records import SqlDeskRecords
from storage.people import SqlPeople
from storage.register import SqlRegister
from storage.renewals import SqlRenewals
from storage.signing_keys import SqlSigningKeys
from tests.support.builders import (
    AUTHORITY_ID,
    OFFICER_ID,
    make_intent,
    make_number,
    make_scan,
    make_statement,
)
from tests.support.clock import FakeClock
from tests.support.confirmation import SoftwareConfirmation
from tests.support.desk import SampleDesk, by_officer, seed_people
from tests.support.signing_keys import add_active, make_key

RETENTION = timedelta(days=3653)
NEW_YEAR = datetime(2027, 1, 1, 2, 0, tzinfo=UTC)
_LONG = Protection(datetime(2041, 1, 1, tzinfo=UTC), ("rsa-3072", "sha256"))


class AuditWorld:
    """Does what an office does; `parts` are those of `api.wiring.audit`."""

    def __init__(
        self,
        folder: Path,
        database: Database,
        archive: AuditedArchive,
        confirmation: SoftwareConfirmation | None = None,
    ) -> None:
        self.folder, self.database, self.archive = folder, database, archive
        self.clock, self.retention = FakeClock(), RETENTION
        self.people = SqlPeople(database=database, clock=self.clock)
        self.cases = SqlCases(database=database, clock=self.clock)
        self.register = SqlRegister(database=database, clock=self.clock)
        self.register.open_numbering()
        self.renewals = SqlRenewals(database=database)
        self.confirmation = confirmation or seed_people(self.people)
        self.desk = SampleDesk(self.cases, self.confirmation)
        self.papers = DeskPapers(
            people=self.people,
            cases=self.cases,
            records=SqlDeskRecords(database=database, clock=self.clock),
            tables=read_legal_tables(),
            clock=self.clock,
        )

    def parts(self, inspector: Inspector | None = None) -> Sequence[AuditPart]:
        editions = SqlAuditedEditions(database=self.database)
        return (
            *register_parts(self.database),
            VersionsPart(archive=self.archive),
            ObjectsPart(
                archive=self.archive, known=editions, work_folder=self.work_folder
            ),
            EditionsPart(
                editions=editions,
                in_archive=InArchive(
                    archive=self.archive,
                    inspector=inspector,
                    clock=self.clock,
                    work_folder=self.work_folder,
                    retention=RETENTION,
                ),
            ),
        )

    @contextmanager
    def work_folder(self) -> Iterator[Path]:
        folder = self.folder / new_id()
        folder.mkdir()
        yield folder

    def put(self, key: str, content: bytes) -> StoredObject:
        source = self.folder / new_id()
        source.write_bytes(content)
        until = self.clock.now() + self.retention
        return self.archive.put_once(
            key, source, hashlib.sha256(content).hexdigest(), until
        )

    def issue(self, statement: AuthorisedStatement | None = None) -> StoredObject:
        """Issue a copy; a first attempt was archived and discarded."""
        statement = statement or self.desk.approved()
        now = self.clock.now()
        task = self.register.take(statement.attestation_id, "w1", now)
        self._attempt(task, 1)
        intent, stored = self._attempt(task, 2)
        self.register.complete(task.lease, intent, stored, now)
        return stored

    def renew(self, base: StoredObject) -> StoredObject:
        """Renew an edition at the second attempt; that of the first lies there."""
        attestation_id, now = base.key.partition("/")[0], self.clock.now()
        lease = self.renewals.take(attestation_id, "w1", now).lease
        for attempt in (1, 2):
            intent = RenewalIntent(attempt, base.sha256, base.size_bytes)
            self.renewals.intend(lease, intent, now)
            stored = self._renewed(base, intent)
        self.renewals.add_edition(lease, intent, stored, _LONG, now)
        self.renewals.give_back(lease, None, "")
        return stored

    def void_and_issue(self) -> StoredObject:
        statement = self.desk.approved()
        attestation_id = statement.attestation_id
        lease = self.register.take(attestation_id, "w1", self.clock.now()).lease
        self.register.reserve(lease, self.clock.now())
        self.register.give_back(lease, None)
        decision = Act("signatory:chu-tich-hung", "number.void", "QĐ 12: hỏng bản chụp")
        self.register.void(attestation_id, decision, self.clock.now())
        self.cases.approve(
            attestation_id=attestation_id,
            statement=statement,
            assertion=self.confirmation.assertion(statement.digest),
            act=Act("signatory:chu-tich-hung", "statement.approve"),
        )
        return self.issue(statement)

    def annul(self, stored: StoredObject) -> None:
        decision = Decision("20/QĐ-UBND", date(2026, 11, 23), "Bản chính là giả")
        act = Act("signatory:chu-tich-hung", "copy.annul", decision.reason)
        attestation_id = stored.key.partition("/")[0]
        self.register.annul(attestation_id, decision, act, self.clock.now())

    def reserve(self) -> str:
        lease = self.register.take(
            self.desk.approved().attestation_id, "w1", self.clock.now()
        ).lease
        self.register.reserve(lease, self.clock.now())
        self.register.give_back(lease, None)
        return lease.attestation_id

    def refuse_and_withdraw(self) -> None:
        original = self.desk.scanned(self.desk.open_case())[0]
        refused = self.papers.refuse(
            OFFICER_ID, original.id, reason="altered", detail="Năm sinh bị cạo sửa"
        )
        self.papers.withdraw_refusal(OFFICER_ID, refused.id, "Nhầm giấy tờ")

    def report(self) -> None:
        original = self.desk.scanned(self.desk.open_case())[0]
        typed = SuspicionTyped(
            code="forged", seen="Dấu in bằng máy in màu", measures=["file_kept"]
        )
        self.papers.report_suspicion(OFFICER_ID, original.id, typed)

    def compare_twice(self) -> None:
        """A comparison that a newer scan drops, and one that is recorded anew."""
        compared = self.desk.compared()
        scan = make_scan(compared.original.id)
        self.cases.attach_scan(scan, by_officer("scan.attach"))
        self.desk.compared()

    def recover(self, number: int) -> StoredObject:
        """A copy that a restored database had forgotten comes back."""
        unknown = make_statement(
            attestation_id=new_id(), verification_code=new_verification_code()
        )
        lost = TrailHead(99, "ab" * 32)
        copy = self._archive(
            unknown, make_number(number=number), lost, attempt=1, shown_number="x"
        )
        self.register.recover([copy], self.clock.now())
        return copy.stored

    def give_keys_and_take_them_back(self) -> None:
        """A signing key that is frozen, a key of the API that is revoked."""
        registry = SqlSigningKeys(database=self.database, clock=self.clock)
        key = make_key("khoa-cu")
        add_active(registry, key)
        freeze = Act("system", "signing_key.freeze")
        registry.change(key.id, partial(frozen, on=True), freeze)
        api_keys = SqlApiKeys(database=self.database)
        now, act = self.clock.now(), Act("system", "api_key.create")
        api_keys.create(
            AUTHORITY_ID,
            frozenset({Scope.READ}),
            "cũ",
            expires_at=NEW_YEAR,
            now=now,
            act=act,
        )
        revoked = Act("system", "api_key.revoke")
        (made,) = api_keys.list(AUTHORITY_ID)
        api_keys.revoke(made.id, now=now, act=revoked)

    def close_year(self) -> None:
        self.clock.set(NEW_YEAR)
        act = Act("signatory:chu-tich-hung", "book.close", "QĐ 1/2027: khóa sổ")
        self.register.close_year(
            AUTHORITY_ID, DEFAULT_BOOK_KIND, 2026, act, self.clock.now()
        )

    def _attempt(self, task: IssuanceTask, attempt: int) -> tuple[Intent, StoredObject]:
        reserved = self.register.reserve(task.lease, self.clock.now())
        copy = self._archive(
            task.statement, reserved.number, reserved.trail_head, attempt=attempt
        )
        self.register.intend(task.lease, copy.evidence.intent, self.clock.now())
        return copy.evidence.intent, copy.stored

    def _archive(
        self,
        statement: AuthorisedStatement,
        number: RegisterNumber,
        head: TrailHead,
        *,
        attempt: int,
        shown_number: str | None = None,
    ) -> ArchivedCopy:
        composed = f"composed {new_id()}".encode()
        content = composed + b" signed"
        evidence = CopyEvidence(
            file_sha256=hashlib.sha256(content).hexdigest(),
            statement=statement,
            assertion=self.confirmation.assertion(statement.digest),
            intent=make_intent(
                statement,
                number,
                attempt=attempt,
                composed_sha256=hashlib.sha256(composed).hexdigest(),
                composed_size=len(composed),
                attested_at=self.clock.now(),
            ),
            shown_number=shown_number or number.show(),
            trail_head=head,
        )
        return ArchivedCopy(self._stored(evidence, content), evidence)

    def _renewed(self, base: StoredObject, intent: RenewalIntent) -> StoredObject:
        with self.work_folder() as folder:
            self.archive.fetch(base, folder / "base")
            content = (folder / "base").read_bytes() + f" again {new_id()}".encode()
        copy = self.register.released_file(base.sha256)
        assert copy is not None
        made = make_intent(copy.statement, copy.number)
        evidence = CopyEvidence(
            file_sha256=hashlib.sha256(content).hexdigest(),
            statement=copy.statement,
            assertion=self.confirmation.assertion(copy.statement.digest),
            intent=replace(made, attempt=2),
            shown_number=copy.shown_number,
            trail_head=TrailHead(1, "ab" * 32),
            renewal=intent,
        )
        return self._stored(evidence, content)

    def _stored(self, evidence: CopyEvidence, content: bytes) -> StoredObject:
        self.put(evidence.key, evidence.to_json().encode())
        key = f"{evidence.statement.attestation_id}/{evidence.file_sha256}"
        return self.put(key, content)


def live(world: AuditWorld) -> StoredObject:
    """Let a world meet everything once; returns an edition to tamper with."""
    world.give_keys_and_take_them_back()
    first = world.issue()
    world.renew(world.issue())
    world.annul(world.issue())
    world.void_and_issue()
    world.refuse_and_withdraw()
    world.report()
    world.compare_twice()
    world.renew(world.recover(number=9))
    world.issue()  # under one of the numbers that were left free
    world.reserve()
    return first
