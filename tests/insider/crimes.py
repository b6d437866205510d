"""What an insider changes. Each answers with the order of the leaves afterwards.

A crime is done to rows older than the kept checkpoint; `index` is a place below its
size. What it does to the register's own tables it does as well as the trail lets it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, text, update

from certify.statement import statement_from_json
from storage.audit import reason_commitment
from storage.tables import (
    annulments,
    attestations,
    book_rows,
    editions,
    trail,
    trail_reasons,
    tree_leaves,
    tree_nodes,
)
from tests.fuzz.chance import Random
from tests.insider.hands import places
from tests.support.builders import AUTHORITY_ID

_FAR = 1_000_000  # numbers that no row has


@dataclass
class Scene:
    """Where it happens."""

    connection: Connection
    rng: Random
    index: int
    """A leaf below the kept checkpoint's size."""

    before: int
    """Rows of the main authority that are older than the kept checkpoint."""

    @property
    def leaf(self) -> Row[Any]:
        query = select(tree_leaves).where(tree_leaves.c.leaf_index == self.index)
        return self.connection.execute(query).one()

    @property
    def row(self) -> Row[Any]:
        return self.connection.execute(select(trail).where(self.here)).one()

    @property
    def here(self) -> Any:
        return _at(self.leaf.authority_id, self.leaf.sequence)

    def change(self, **values: Any) -> list[str]:
        """Change the row; the order stays."""
        self.connection.execute(update(trail).where(self.here).values(**values))
        return places(self.connection)

    def old_subjects(self, action: str) -> list[Row[Any]]:
        """Rows of an action that are older than the kept checkpoint."""
        query = select(trail).where(
            trail.c.authority_id == AUTHORITY_ID,
            trail.c.action == action,
            trail.c.sequence <= self.before,
        )
        return list(self.connection.execute(query.order_by(trail.c.sequence)))


Crime = Callable[[Scene], list[str]]


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
        for one, number in ((first, _FAR), (second, first.details["number"])):
            _give_number(scene.connection, action, one.subject, number)
        _give_number(scene.connection, action, first.subject, second.details["number"])
    one, two = first.details["number"], second.details["number"]
    for old, new in ((one, _FAR), (two, one), (_FAR, two)):
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
        .where(_at(AUTHORITY_ID, chosen.sequence))
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
    for one, new in ((here, _FAR), (other, here.sequence)):
        scene.connection.execute(
            update(trail)
            .where(_at(one.authority_id, one.sequence))
            .values(sequence=new)
        )
    scene.connection.execute(
        update(trail)
        .where(_at(here.authority_id, _FAR))
        .values(sequence=other.sequence)
    )
    return places(scene.connection)


def unrelease(scene: Scene) -> list[str]:
    """Make a released copy disappear: edition, book row and the trail's row."""
    chosen = scene.rng.choice(scene.old_subjects("copy.release"))
    scene.connection.execute(
        delete(editions).where(editions.c.attestation_id == chosen.subject)
    )
    scene.connection.execute(
        update(trail)
        .where(_at(AUTHORITY_ID, chosen.sequence))
        .values(action="lease.give_back", details={"fence": 1, "waiting": "no"})
    )
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
        .where(_at(AUTHORITY_ID, chosen.sequence))
        .values(details={**chosen.details, "file": digest})
    )
    return places(scene.connection)


def unannul(scene: Scene) -> list[str]:
    """Take an annulment back: the table, and the trail's row made harmless."""
    chosen = scene.rng.choice(scene.old_subjects("copy.annul"))
    scene.connection.execute(
        delete(annulments).where(annulments.c.attestation_id == chosen.subject)
    )
    scene.connection.execute(
        update(trail)
        .where(_at(AUTHORITY_ID, chosen.sequence))
        .values(action="lease.give_back", details={"fence": 1, "waiting": "no"})
    )
    return places(scene.connection)


# ---- the register's own tables; the trail is left as it is ----


def forge_book_row(scene: Scene) -> list[str]:
    """Write another requester, fee, day or title into a complete row."""
    column, value = scene.rng.choice(
        (
            ("requester", "Người khác"),
            ("fee_dong", 0),
            ("copies", 50),
            ("title", "Giấy khác"),
            ("signatory", "Người khác, CHỦ TỊCH"),
            ("attested_on", "2026-01-02"),
        )
    )
    return _in_book(scene, {column: value})


def forge_statement(scene: Scene) -> list[str]:
    """Change the confirmed statement with its digest, and the book row with it."""
    chosen = scene.rng.choice(scene.old_subjects("copy.release")).subject
    here = attestations.c.id == chosen
    row = scene.connection.execute(select(attestations).where(here)).one()
    forged = statement_from_json(
        row.statement.replace("Bằng tốt nghiệp đại học", "Bằng tiến sĩ")
    )
    scene.connection.execute(
        update(attestations)
        .where(here)
        .values(statement=forged.to_json(), statement_digest=forged.digest)
    )
    scene.connection.execute(
        update(book_rows)
        .where(book_rows.c.attestation_id == chosen)
        .values(title="Bằng tiến sĩ")
    )
    return places(scene.connection)


def drop_book_row(scene: Scene) -> list[str]:
    """Make a number disappear from the book."""
    chosen = scene.rng.choice(scene.old_subjects("copy.reserve"))
    scene.connection.execute(
        delete(book_rows).where(
            book_rows.c.attestation_id == chosen.subject,
            book_rows.c.number == chosen.details["number"],
        )
    )
    return places(scene.connection)


def swap_numbers(scene: Scene) -> list[str]:
    """Exchange two copies' numbers in the book alone."""
    first, second = scene.rng.sample(scene.old_subjects("copy.release"), 2)
    one, two = first.details["number"], second.details["number"]
    for old, new in ((one, _FAR), (two, one), (_FAR, two)):
        scene.connection.execute(
            update(book_rows).where(book_rows.c.number == old).values(number=new)
        )
    return places(scene.connection)


def unvoid(scene: Scene) -> list[str]:
    """Bring a void number back."""
    chosen = scene.rng.choice(scene.old_subjects("number.void"))
    scene.connection.execute(
        update(book_rows)
        .where(book_rows.c.number == chosen.details["number"])
        .values(state="reserved")
    )
    return places(scene.connection)


def forge_edition(scene: Scene) -> list[str]:
    """Change, drop or add a released file behind the trail's back."""
    chosen = scene.rng.choice(scene.old_subjects("copy.release")).subject
    here = editions.c.attestation_id == chosen
    row = scene.connection.execute(select(editions).where(here)).one()
    other = scene.rng.randbytes(32).hex()
    match scene.rng.randrange(4):
        case 0:
            changed: Any = update(editions).where(here).values(sha256=other)
        case 1:
            changed = update(editions).where(here).values(version_id=other)
        case 2:
            changed = delete(editions).where(here)
        case _:
            values = {**row._mapping, "sequence": 2, "sha256": other}
            changed = insert(editions).values(**values)
    scene.connection.execute(changed)
    return places(scene.connection)


def forge_annulment(scene: Scene) -> list[str]:
    """Take an annulment out, or change decision, day, reason or time of it."""
    chosen = scene.rng.choice(scene.old_subjects("copy.annul"))
    here = annulments.c.attestation_id == chosen.subject
    choices: list[Any] = [
        {"decision_number": "99/QĐ-UBND"},
        {"decided_on": "2026-01-02"},
        {"reason": "lý do khác"},
        {"annulled_at": chosen.at - timedelta(days=1)},
        None,
    ]
    values = scene.rng.choice(choices)
    scene.connection.execute(
        delete(annulments).where(here)
        if values is None
        else update(annulments).where(here).values(**values)
    )
    return places(scene.connection)


def forge_comparison(scene: Scene) -> list[str]:
    """Change what the officer recorded about the paper."""
    chosen = scene.rng.choice(scene.old_subjects("comparison.record"))
    scene.connection.execute(
        text("UPDATE comparisons SET place = 'nơi khác' WHERE attestation_id = :id"),
        {"id": chosen.subject},
    )
    return places(scene.connection)


def forge_tree(scene: Scene) -> list[str]:
    """Change the stored tree alone: a leaf, its place or a node."""
    here = tree_leaves.c.leaf_index == scene.index
    match scene.rng.randrange(3):
        case 0:
            changed: Any = update(tree_leaves).where(here).values(hash=bytes(32))
        case 1:
            changed = delete(tree_leaves).where(here)
        case _:
            changed = update(tree_nodes).values(hash=bytes(32))
    scene.connection.execute(changed)
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
IN_REGISTER: tuple[Crime, ...] = (
    forge_book_row,
    forge_statement,
    drop_book_row,
    swap_numbers,
    unvoid,
    forge_edition,
    forge_annulment,
    forge_comparison,
    forge_tree,
)


def _at(authority_id: str, sequence: int) -> Any:
    return (trail.c.authority_id == authority_id) & (trail.c.sequence == sequence)


def _move(connection: Connection, authority_id: str, after: int, by: int) -> None:
    """Number rows after one (and, to make room, that one) again."""
    first = after + 1 if by < 0 else after
    for table in (trail, trail_reasons):
        for shift in (_FAR, by - _FAR):  # never two rows of one number
            limit = first if shift == _FAR else first + _FAR
            connection.execute(
                update(table)
                .where(table.c.authority_id == authority_id, table.c.sequence >= limit)
                .values(sequence=table.c.sequence + shift)
            )
    for moved in (book_rows, annulments):
        for shift in (_FAR, by - _FAR):
            limit = first if shift == _FAR else first + _FAR
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
            .where(_at(row.authority_id, row.sequence))
            .values(details=details)
        )


def _in_book(scene: Scene, values: dict[str, Any]) -> list[str]:
    chosen = scene.rng.choice(scene.old_subjects("copy.release"))
    scene.connection.execute(
        update(book_rows)
        .where(book_rows.c.attestation_id == chosen.subject)
        .values(**values)
    )
    return places(scene.connection)
