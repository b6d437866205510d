"""The trust folder: all a stranger needs to judge a copy without the register.

roots/*.pem    certification authorities to trust
roster.json    which certificate an authority uses in which role, from when to when:
               ISO 8601 with offset, or a date: a whole Vietnamese day, inclusive
"""

import json
import shutil
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime, time, timedelta
from pathlib import Path

from api.data_folder import PRIVATE_FOLDER
from certify.clock import VIETNAM
from certify.errors import InvalidInput
from certify.verify import RosterEntry

_TYPE = "roster/1"


def write_trust(
    trust: Path, *, root: Path, roster: Sequence[RosterEntry], lists: Sequence[str]
) -> None:
    """Make the folder.

    Args:
        trust: must not exist.
        root: PEM file of the one root.
        roster: who signs for whom.
        lists: addresses of revocation lists.
    """
    roots = trust / "roots"
    trust.mkdir(mode=PRIVATE_FOLDER)
    roots.mkdir(mode=PRIVATE_FOLDER)
    shutil.copyfile(root, roots / root.name)
    entries = [
        asdict(entry)
        | {
            "valid_from": entry.valid_from.isoformat(),
            "valid_to": entry.valid_to.isoformat(),
        }
        for entry in roster
    ]
    rows = {"type": _TYPE, "entries": entries}
    _write_json(trust / "roster.json", rows)
    _write_json(trust / "revocation.json", {"crls": list(lists)})


def read_roster(trust: Path) -> tuple[RosterEntry, ...]:
    """Return the roster; a folder with roots alone has an empty one.

    Raises:
        InvalidInput: not a trust folder, or a roster of another form.
    """
    if not any((trust / "roots").glob("*.pem")):
        raise InvalidInput(
            field=f"Thư mục tin cậy {trust}",
            reason="không có chứng thư gốc (roots/*.pem)",
        )
    file = trust / "roster.json"
    if not file.exists():
        return ()
    try:
        rows = json.loads(file.read_text(encoding="utf-8"))
        known = rows["type"] == _TYPE
        roster = tuple(_entry(file, row) for row in rows["entries"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InvalidInput(
            field=str(file), reason="danh bạ tin cậy không đọc được"
        ) from error
    if not known:
        raise InvalidInput(field=str(file), reason="danh bạ thuộc phiên bản khác")
    return roster


def _entry(file: Path, row: dict[str, str]) -> RosterEntry:
    return RosterEntry(
        **row
        | {  # type: ignore[arg-type]  # a row of JSON; another field is a TypeError
            "valid_from": _moment(file, row["valid_from"]),
            "valid_to": _moment(file, row["valid_to"], end=True),
        }
    )


def _moment(file: Path, text: str, *, end: bool = False) -> datetime:
    """Read a time, or the first or last instant of a Vietnamese day.

    Raises:
        InvalidInput: a time without offset: nobody knows when that is.
    """
    if len(text) == len("2026-01-01"):
        start = datetime.combine(date.fromisoformat(text), time(), VIETNAM)
        return start + timedelta(days=1, microseconds=-1) if end else start
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise InvalidInput(
            field=str(file),
            reason=f"thời điểm {text} thiếu múi giờ, hãy ghi dạng "
            "2026-01-01T08:00:00+07:00 hoặc chỉ ghi ngày 2026-01-01",
        )
    return moment


def _write_json(file: Path, value: object) -> None:
    text = json.dumps(value, ensure_ascii=False, indent=2)
    file.write_text(text + "\n", encoding="utf-8")
