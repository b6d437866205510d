"""Walks the register's steps of issuing, with made-up files."""

from datetime import datetime

from certify.attestation import Intent, IssuanceTask, StoredObject
from certify.numbering import DEFAULT_BOOK_KIND
from certify.ports import Register
from tests.support.builders import AUTHORITY_ID, make_intent, make_stored


def intended(register: Register, task: IssuanceTask, now: datetime) -> Intent:
    reservation = register.reserve(task.lease, now)
    intent = make_intent(task.statement, reservation.number)
    register.intend(task.lease, intent, now)
    return intent


def issue(register: Register, attestation_id: str, now: datetime) -> StoredObject:
    task = register.take(attestation_id, "w1", now)
    stored = make_stored(attestation_id)
    register.complete(task.lease, intended(register, task, now), stored, now)
    return stored


def book_of(register: Register, year: int = 2026) -> list[tuple[int, str]]:
    rows = register.book(AUTHORITY_ID, DEFAULT_BOOK_KIND, year)
    return [(row.number.number, row.state) for row in rows]
