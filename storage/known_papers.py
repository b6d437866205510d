"""Papers released before: remembered at release, found again by a new scan."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, Select, case, insert, select

from certify.case import StoredScan
from certify.fingerprint import SPREAD_SLACK, Paper
from certify.known import MOST_SHOWN, Known, KnownCopy, Likeness
from storage.tables import attestations, book_rows, known_layouts, known_papers

MOST_COMPARED = 120
"""Layouts read for one search, 0.1 ms each: the own authority's first, then newest."""


def remember(
    connection: Connection,
    attestation_id: str,
    authority_id: str,
    scan: StoredScan,
    now: datetime,
) -> None:
    """Keep what is needed to know this paper again; part of the release."""
    prints = scan.fingerprints
    down, across = prints[0].spread if prints else (None, None)
    connection.execute(
        insert(known_papers).values(
            attestation_id=attestation_id,
            authority_id=authority_id,
            page_digest=scan.page_digest,
            page_count=scan.page_count,
            spread_down=down,
            spread_across=across,
            released_at=now,
        )
    )
    if prints:
        connection.execute(
            insert(known_layouts),
            [
                {"attestation_id": attestation_id, "page": page, "layout": one.layout}
                for page, one in enumerate(prints, 1)
            ],
        )


def find(connection: Connection, scan: StoredScan, authority_id: str) -> Known:
    """Look for other papers released that are this one, for a desk of an authority."""
    alike: dict[str, Likeness] = {}
    owners = _owners(connection, scan)
    alike.update(dict.fromkeys(owners, Likeness.SAME))
    candidates = _candidates(connection, scan, authority_id)
    layouts = _layouts(connection, [c for c in candidates if c not in alike])
    paper = Paper([one.layout for one in scan.fingerprints])
    for attestation_id, pages in layouts.items():
        if paper.same_as(pages):
            alike[attestation_id] = Likeness.NEAR
    owners |= candidates
    elsewhere = [alike[a] for a in alike if owners[a] != authority_id]
    return Known(
        own=_own(connection, {a: alike[a] for a in alike if owners[a] == authority_id}),
        elsewhere=max(elsewhere) if elsewhere else None,  # "same" sorts after "near"
    )


def _owners(connection: Connection, scan: StoredScan) -> dict[str, str]:
    """Return attestation → authority of those with the very same pages."""
    rows = connection.execute(
        select(known_papers.c.attestation_id, known_papers.c.authority_id).where(
            known_papers.c.page_digest == scan.page_digest,
            known_papers.c.attestation_id.not_in(_itself(scan)),
        )
    )
    return {row.attestation_id: row.authority_id for row in rows}


def _itself(scan: StoredScan) -> Select[tuple[str]]:
    """Select the attestation of the scan's own original."""
    return select(attestations.c.id).where(
        attestations.c.original_id == scan.original_id
    )


def _candidates(
    connection: Connection, scan: StoredScan, authority_id: str
) -> dict[str, str]:
    """Return attestation → authority of those worth a closer look."""
    if not scan.fingerprints:
        return {}
    down, across = scan.fingerprints[0].spread
    papers = known_papers.c
    rows = connection.execute(
        select(papers.attestation_id, papers.authority_id)
        .where(
            papers.page_count == scan.page_count,
            papers.spread_down.between(down - SPREAD_SLACK, down + SPREAD_SLACK),
            papers.spread_across.between(across - SPREAD_SLACK, across + SPREAD_SLACK),
            papers.attestation_id.not_in(_itself(scan)),
        )
        .order_by(
            case((papers.authority_id == authority_id, 0), else_=1),
            papers.released_at.desc(),
        )
        .limit(MOST_COMPARED)
    )
    return {row.attestation_id: row.authority_id for row in rows}


def _layouts(connection: Connection, ids: Sequence[str]) -> dict[str, list[bytes]]:
    rows = connection.execute(
        select(known_layouts)
        .where(known_layouts.c.attestation_id.in_(ids))
        .order_by(known_layouts.c.attestation_id, known_layouts.c.page)
    )
    found: dict[str, list[bytes]] = defaultdict(list)
    for row in rows:
        found[row.attestation_id].append(row.layout)
    return found


def _own(connection: Connection, alike: dict[str, Likeness]) -> tuple[KnownCopy, ...]:
    rows = connection.execute(
        select(attestations, book_rows.c.shown_number)
        .join(book_rows, book_rows.c.attestation_id == attestations.c.id)
        .where(attestations.c.id.in_(list(alike)), book_rows.c.state == "complete")
        .order_by(attestations.c.intent_attested_at.desc())
        .limit(MOST_SHOWN)
    )
    return tuple(
        KnownCopy(
            likeness=alike[row.id],
            original_id=row.original_id,
            attestation_id=row.id,
            shown_number=row.shown_number,
            attested_at=row.intent_attested_at,
        )
        for row in rows
    )
