"""Crimes on the trail; the register is changed to match, as well as it can be."""

from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update

from storage.audit import reason_commitment
from storage.tables import (
    annulments,
    book_rows,
    editions,
    trail,
    trail_reasons,
)
from tests.insider.hands import places
from tests.insider.scene import FAR, Crime, Scene, at
from tests.support.builders import AUTHORITY_ID


def delete_row(scene: Scene) -> list[str]:
    """Take a row out and number the rest again."""
    order, leaf = places(scene.connection), scene.leaf
    scene.connection.execute(delete(trail).where(scene.here))
    scene.connection.execute(
        delete(trail_reasons).where(
            trail_reasons.c.authority_id == leaf.authority_id,
            trail_reasons.c.sequence == leaf.sequence,
        )
    )
    _move(scene.connection, leaf.authority_id, leaf.sequence, -1)
    del order[scene.index]
    return order


def insert_row(scene: Scene) -> list[str]:
    """Put in a row that never was."""
    order, row = places(scene.connection), scene.row
    _move(scene.connection, row.authority_id, row.sequence, 1)
    values = {**row._mapping, "subject": "s-không-có", "reason_commitment": None}
    scene.connection.execute(insert(trail).values(**values))
    order.insert(scene.index, row.authority_id)
    return order


def truncate(scene: Scene) -> list[str]:
    """Cut the tail of a chain off, from a row before the checkpoint."""
    order, leaf = places(scene.connection), scene.leaf
    for table in (trail_reasons, trail):
        scene.connection.execute(
            delete(table).where(
                table.c.authority_id == leaf.authority_id,
                table.c.sequence >= leaf.sequence,
            )
        )
    scene.connection.execute(
        delete(book_rows).where(
            book_rows.c.authority_id == leaf.authority_id,
            book_rows.c.trail_sequence >= leaf.sequence,
        )
    )
    left, kept = leaf.sequence - 1, []
    for authority_id in order:
        if authority_id != leaf.authority_id:
            kept.append(authority_id)
        elif left:
            kept.append(authority_id)
            left -= 1
    return kept


def back_date(scene: Scene) -> list[str]:
    """Say that it happened earlier, by a second or by a year."""
    seconds = scene.rng.choice((1, 60, 86_400, 31_536_000))
    return scene.change(at=scene.row.at - timedelta(seconds=seconds))


def renumber(scene: Scene) -> list[str]:
    """Give two copies each other's number: trail and book."""
    first, second = scene.rng.sample(scene.old_subjects("copy.reserve"), 2)
    for action in ("copy.reserve", "copy.release", "number.void"):
        for one, number in ((first, FAR), (second, first.details["number"])):
            _give_number(scene.connection, action, one.subject, number)
        _give_number(scene.connection, action, first.subject, second.details["number"])
    one, two = first.details["number"], second.details["number"]
    for old, new in ((one, FAR), (two, one), (FAR, two)):
        scene.connection.execute(
            update(book_rows).where(book_rows.c.number == old).values(number=new)
        )
    return places(scene.connection)


def rewrite_actor(scene: Scene) -> list[str]:
    """Blame somebody else."""
    return scene.change(actor="officer:nguoi-khac")


def rewrite_content(scene: Scene) -> list[str]:
    """Say that something else was done to something else."""
    return scene.change(subject="khac", details={"sha256": "00" * 32})


def rewrite_reason(scene: Scene) -> list[str]:
    """Change the reason somebody typed, and the commitment to it."""
    reasons = scene.connection.execute(
        select(trail_reasons).where(
            trail_reasons.c.authority_id == AUTHORITY_ID,
            trail_reasons.c.sequence <= scene.before,
        )
    ).all()
    chosen = scene.rng.choice(list(reasons))
    scene.connection.execute(
        update(trail_reasons)
        .where(
            trail_reasons.c.authority_id == AUTHORITY_ID,
            trail_reasons.c.sequence == chosen.sequence,
        )
        .values(reason="lý do khác")
    )
    scene.connection.execute(
        update(trail)
        .where(at(AUTHORITY_ID, chosen.sequence))
        .values(reason_commitment=reason_commitment(chosen.salt, "lý do khác"))
    )
    return places(scene.connection)


def swap_rows(scene: Scene) -> list[str]:
    """Let two things have happened the other way round."""
    here = scene.row
    other = scene.connection.execute(
        select(trail).where(
            trail.c.authority_id == here.authority_id,
            trail.c.sequence == (here.sequence - 1 or 2),
        )
    ).one()
    for one, new in ((here, FAR), (other, here.sequence)):
        scene.connection.execute(
            update(trail).where(at(one.authority_id, one.sequence)).values(sequence=new)
        )
    scene.connection.execute(
        update(trail).where(at(here.authority_id, FAR)).values(sequence=other.sequence)
    )
    return places(scene.connection)


def unrelease(scene: Scene) -> list[str]:
    """Make a released copy disappear: edition, book row and the trail's row."""
    chosen = scene.rng.choice(scene.old_subjects("copy.release"))
    scene.connection.execute(
        delete(editions).where(editions.c.attestation_id == chosen.subject)
    )
    _make_harmless(scene, chosen)
    scene.connection.execute(
        update(book_rows)
        .where(book_rows.c.attestation_id == chosen.subject)
        .values(state="reserved")
    )
    return places(scene.connection)


def another_file(scene: Scene) -> list[str]:
    """Put another file in the place of a released one: edition and trail."""
    chosen = scene.rng.choice(scene.old_subjects("copy.release"))
    digest = scene.rng.randbytes(32).hex()
    scene.connection.execute(
        update(editions)
        .where(editions.c.attestation_id == chosen.subject)
        .values(sha256=digest, object_key=f"{chosen.subject}/{digest}")
    )
    scene.connection.execute(
        update(trail)
        .where(at(AUTHORITY_ID, chosen.sequence))
        .values(details={**chosen.details, "file": digest})
    )
    return places(scene.connection)


def unannul(scene: Scene) -> list[str]:
    """Take an annulment back: the table, and the trail's row made harmless."""
    chosen = scene.rng.choice(scene.old_subjects("copy.annul"))
    scene.connection.execute(
        delete(annulments).where(annulments.c.attestation_id == chosen.subject)
    )
    _make_harmless(scene, chosen)
    return places(scene.connection)


IN_TRAIL: tuple[Crime, ...] = (
    delete_row,
    insert_row,
    truncate,
    back_date,
    renumber,
    rewrite_actor,
    rewrite_content,
    rewrite_reason,
    swap_rows,
    unrelease,
    another_file,
    unannul,
)


def _move(connection: Connection, authority_id: str, after: int, by: int) -> None:
    """Number rows after one (and, to make room, that one) again."""
    first = after + 1 if by < 0 else after
    for table in (trail, trail_reasons):
        for shift in (FAR, by - FAR):  # never two rows of one number
            limit = first if shift == FAR else first + FAR
            connection.execute(
                update(table)
                .where(table.c.authority_id == authority_id, table.c.sequence >= limit)
                .values(sequence=table.c.sequence + shift)
            )
    for moved in (book_rows, annulments):
        for shift in (FAR, by - FAR):
            limit = first if shift == FAR else first + FAR
            connection.execute(
                update(moved)
                .where(
                    moved.c.authority_id == authority_id,
                    moved.c.trail_sequence >= limit,
                )
                .values(trail_sequence=moved.c.trail_sequence + shift)
            )


def _give_number(
    connection: Connection, action: str, subject: str, number: int
) -> None:
    here = (trail.c.action == action) & (trail.c.subject == subject)
    for row in connection.execute(select(trail).where(here)).all():
        details = {**row.details, "number": number}
        connection.execute(
            update(trail)
            .where(at(row.authority_id, row.sequence))
            .values(details=details)
        )


def _make_harmless(scene: Scene, chosen: Row[Any]) -> None:
    """Let a row of the trail say that nothing happened."""
    scene.connection.execute(
        update(trail)
        .where(at(AUTHORITY_ID, chosen.sequence))
        .values(action="lease.give_back", details={"fence": 1, "waiting": "no"})
    )
