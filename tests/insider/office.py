"""A register with a past: copies, a void number, an annulment, two authorities."""

from datetime import datetime, timedelta

from certify.annulment import Decision
from certify.attestation import Act
from certify.checkpoint import Checkpoint
from storage import audit
from storage.cases import SqlCases
from storage.database import Database
from storage.people import SqlPeople
from storage.register import SqlRegister
from tests.support.builders import (
    AUTHORITY_ID,
    SIGNATORY_ID,
    digest_of,
    make_authority,
)
from tests.support.clock import MORNING, FakeClock
from tests.support.desk import SampleDesk, seed_people
from tests.support.issuing import issue
from tests.support.public_trail import PublicTrail

OTHER = "muong-nhe"
COPIES = 4  # before each checkpoint


def make_office(database: Database) -> Checkpoint:
    """Fill a migrated database; return the checkpoint that an outsider kept.

    Some 300 rows and three checkpoints; the kept one is the second.
    """
    clock = FakeClock()
    people = SqlPeople(database=database, clock=clock)
    desk = SampleDesk(SqlCases(database=database, clock=clock), seed_people(people))
    register = SqlRegister(database=database, clock=clock)
    register.open_numbering()
    other = make_authority(id=OTHER, unit_code="H35.12.4", name="UBND xã Mường Nhé")
    people.add_authority(other, Act("system", "authority.add"))
    public = PublicTrail(database, clock)
    made = []
    for _ in range(3):
        clock.advance(minutes=5)
        for _ in range(COPIES):
            released = desk.approved().attestation_id
            issue(register, released, clock.now())
        add_rows(database, 60, OTHER, clock.now())
        _annul(register, released, clock)
        _void(register, desk, clock)
        made.append(public.checkpoint())
    return made[1]


def add_rows(
    database: Database,
    many: int,
    authority_id: str = AUTHORITY_ID,
    begin: datetime = MORNING,
) -> None:
    """Go on working: further rows, every tenth with a typed reason."""
    with database.writing() as connection:
        for number in range(many):
            audit.append(
                connection,
                authority_id=authority_id,
                act=Act(
                    "officer:can-bo-lan",
                    "scan.attach",
                    "" if number % 10 else "Bản chụp mờ",
                ),
                subject=f"s{number}",
                details={"sha256": digest_of(str(number))},
                at=begin + timedelta(seconds=number),
            )


def _annul(register: SqlRegister, released: str, clock: FakeClock) -> None:
    act = Act(f"signatory:{SIGNATORY_ID}", "copy.annul", "Bản chính bị tẩy xóa")
    decision = Decision("12/QĐ-UBND", MORNING.date(), act.reason)
    register.annul(released, decision, act, clock.now())


def _void(register: SqlRegister, desk: SampleDesk, clock: FakeClock) -> None:
    task = register.take(desk.approved().attestation_id, "w1", clock.now())
    register.reserve(task.lease, clock.now())
    register.give_back(task.lease, None)
    act = Act(f"signatory:{SIGNATORY_ID}", "number.void", "Quyết định 13")
    register.void(task.lease.attestation_id, act, clock.now())
