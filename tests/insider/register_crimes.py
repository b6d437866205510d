"""Crimes on the register's own tables; the trail is left as it is."""

from datetime import date, timedelta
from typing import Any

from sqlalchemy import delete, insert, select, text, update

from certify.statement import statement_from_json
from storage.tables import (
    annulments,
    attestations,
    authorities,
    book_rows,
    editions,
    seal_authorisations,
    signatories,
    trail_reasons,
    tree_leaves,
    tree_nodes,
)
from tests.insider.hands import places
from tests.insider.scene import FAR, Crime, Scene
from tests.support.builders import AUTHORITY_ID


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
    for old, new in ((one, FAR), (two, one), (FAR, two)):
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


def forge_reason(scene: Scene) -> list[str]:
    """Change the reason of an annulment, and lose the salt that would tell."""
    chosen = scene.rng.choice(scene.old_subjects("copy.annul"))
    scene.connection.execute(
        delete(trail_reasons).where(
            trail_reasons.c.authority_id == chosen.authority_id,
            trail_reasons.c.sequence == chosen.sequence,
        )
    )
    scene.connection.execute(
        update(annulments)
        .where(annulments.c.attestation_id == chosen.subject)
        .values(reason="lý do khác")
    )
    return places(scene.connection)


def forge_people(scene: Scene) -> list[str]:
    """Give a mandate, a permission or a rule that nobody gave; or remove an office."""
    choices: tuple[Any, ...] = (
        update(signatories).values(mandate_from=date(2020, 1, 1)),
        update(seal_authorisations).values(decision_number="99/QĐ-UBND"),
        update(authorities).values(self_certify_decision="99/QĐ-UBND"),
        delete(authorities).where(authorities.c.id != AUTHORITY_ID),
    )
    scene.connection.execute(scene.rng.choice(choices))
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


IN_REGISTER: tuple[Crime, ...] = (
    forge_book_row,
    forge_statement,
    drop_book_row,
    swap_numbers,
    unvoid,
    forge_edition,
    forge_annulment,
    forge_reason,
    forge_people,
    forge_comparison,
    forge_tree,
)


def _in_book(scene: Scene, values: dict[str, Any]) -> list[str]:
    chosen = scene.rng.choice(scene.old_subjects("copy.release"))
    scene.connection.execute(
        update(book_rows)
        .where(book_rows.c.attestation_id == chosen.subject)
        .values(**values)
    )
    return places(scene.connection)
