"""The trust folder: all a stranger needs to judge a copy without the register.

roots/*.pem    certification authorities to trust
roster.json    which certificate an authority uses in which role, from when to when
"""

import json
import shutil
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from api.data_folder import PRIVATE_FOLDER
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
    rows = {"type": _TYPE, "entries": [asdict(entry) for entry in roster]}
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
        roster = tuple(RosterEntry(**row) for row in rows["entries"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InvalidInput(
            field=str(file), reason="danh bạ tin cậy không đọc được"
        ) from error
    if not known:
        raise InvalidInput(field=str(file), reason="danh bạ thuộc phiên bản khác")
    return roster


def _write_json(file: Path, value: object) -> None:
    text = json.dumps(value, ensure_ascii=False, indent=2)
    file.write_text(text + "\n", encoding="utf-8")
