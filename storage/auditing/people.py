"""Authorities, people, permissions and keys, held against the acts that set them.

Names, titles and public keys are in no row of the trail: of these only what the law
asks about is compared (mandate, decision, dates, state).
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from types import MappingProxyType
from typing import Any

from sqlalchemy import Row, Table

from storage.audit import Action
from storage.auditing.acts import Recorded, newest
from storage.columns import utc_text
from storage.tables import (
    api_keys,
    authorities,
    confirmation_keys,
    officers,
    seal_authorisations,
    signatories,
    signing_keys,
)

_Row = Row[tuple[Any, ...]]
_Acts = Sequence[Recorded]

_KEY_ACTS = (
    Action.SIGNING_KEY_ADD,
    Action.SIGNING_KEY_IMPORT,
    Action.SIGNING_KEY_ACTIVATE,
    Action.SIGNING_KEY_LIMIT,
    Action.SIGNING_KEY_FREEZE,
    Action.SIGNING_KEY_UNFREEZE,
    Action.SIGNING_KEY_RETIRE,
)
PEOPLE_ACTS = (
    Action.AUTHORITY_ADD,
    Action.OFFICER_ADD,
    Action.SIGNATORY_ADD,
    Action.SEAL_AUTHORISE,
    Action.SEAL_REVOKE,
    Action.KEY_ENROL,
    Action.API_KEY_CREATE,
    Action.API_KEY_REVOKE,
    *_KEY_ACTS,
)


def _authority(row: _Row, acts: _Acts, _: object) -> Iterator[str]:
    columns = {"seal_key": row.seal_key_id, "self_certify": row.self_certify_decision}
    if not _said(newest(acts, Action.AUTHORITY_ADD), row.id, columns):
        yield "authority"


def _officer(row: _Row, acts: _Acts, _: object) -> Iterator[str]:
    columns = {"person": row.person_id}
    if not _said(newest(acts, Action.OFFICER_ADD), row.authority_id, columns):
        yield "person"


def _signatory(row: _Row, acts: _Acts, _: object) -> Iterator[str]:
    columns = {
        "person": row.person_id,
        "key": row.key_id,
        "mandate": row.mandate_kind,
        "decision": row.mandate_decision,
        "from": _day(row.mandate_from),
        "to": _day(row.mandate_to),
    }
    if not _said(newest(acts, Action.SIGNATORY_ADD), row.authority_id, columns):
        yield "person"


def _confirmation_key(row: _Row, acts: _Acts, _: object) -> Iterator[str]:
    columns = {"person": row.person_id, "kind": row.kind}
    if not _said(newest(acts, Action.KEY_ENROL), None, columns):
        yield "person"


def _seal_authorisation(row: _Row, acts: _Acts, _: object) -> Iterator[str]:
    columns = {
        "decision": row.decision_number,
        "from": _day(row.valid_from),
        "to": _day(row.valid_to),
    }
    permitted = newest(acts, Action.SEAL_AUTHORISE)
    is_revoked = newest(acts, Action.SEAL_REVOKE) is not None
    if not _said(permitted, row.authority_id, columns) or row.revoked != is_revoked:
        yield "seal"


def _signing_key(row: _Row, acts: _Acts, _: object) -> Iterator[str]:
    columns = {
        "role": row.role,
        "person": row.person_id,
        "backend": row.backend,
        "certificate": row.certificate_sha256,
        "state": row.state,
        "frozen": int(row.frozen),
        "from": _moment(row.active_from),
        "to": _moment(row.active_to),
        "limit": row.use_limit,
    }
    changed = newest(acts, *_KEY_ACTS)
    # Uses are counted on between two changes, never back.
    counted_back = changed is not None and row.uses < changed.details.get("uses", 0)
    if not _said(changed, row.authority_id, columns) or counted_back:
        yield "key"


def _api_key(row: _Row, acts: _Acts, _: object) -> Iterator[str]:
    made = newest(acts, Action.API_KEY_CREATE)
    revoked = newest(acts, Action.API_KEY_REVOKE)
    columns = {"scopes": " ".join(row.scopes)}
    times = (made and made.at, revoked and revoked.at)
    if not _said(made, row.authority_id, columns) or times != (
        row.created_at,
        row.revoked_at,
    ):
        yield "key"


def _said(
    act: Recorded | None, authority_id: str | None, columns: Mapping[str, object]
) -> bool:
    """Tell whether an act of that authority set these columns.

    Details that an older version of the program did not write are passed over.
    """
    if act is None or authority_id not in (None, act.authority_id):
        return False
    return all(
        act.details[name] == value
        for name, value in columns.items()
        if name in act.details
    )


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _moment(moment: datetime | None) -> str | None:
    return None if moment is None else utc_text(moment)


PEOPLE: Mapping[str, tuple[Table, Any]] = MappingProxyType(
    {
        "authorities": (authorities, _authority),
        "officers": (officers, _officer),
        "signatories": (signatories, _signatory),
        "confirmation_keys": (confirmation_keys, _confirmation_key),
        "seal_authorisations": (seal_authorisations, _seal_authorisation),
        "signing_keys": (signing_keys, _signing_key),
        "api_keys": (api_keys, _api_key),
    }
)
