"""What one point of a backup consists of. Written last: a point without it is none."""

import hashlib
import hmac
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from certify.canonical_json import canonical_json
from certify.errors import StoredDataDamaged

TYPE = "certified-copy-backup/1"
_DAMAGED = "tệp kê khai của bản sao lưu"


@dataclass(frozen=True)
class Part:
    """A sealed file of the point: SHA-256 (hex) and bytes of its plain content."""

    sha256: str
    size: int


@dataclass(frozen=True)
class Manifest:
    """One point.

    Attributes:
        point: its name.
        made_at: when the database's snapshot was taken, UTC.
        database: software and version.
        revision: of the tables.
        parts: by name: "database", "data" (small files), "list" (of all objects).
        secrets_sha256: of the file under the passphrase, as it lies there.
        objects, scans: how many the list names.
    """

    point: str
    made_at: datetime
    database: str
    revision: str
    parts: dict[str, Part]
    secrets_sha256: str
    objects: int
    scans: int

    def to_json(self, key: bytes) -> str:
        """Write it down with a MAC under a key of the service."""
        body = _body(self)
        return json.dumps({**body, "mac": _mac(body, key)}, indent=1) + "\n"


def read_manifest(text: bytes) -> tuple[Manifest, str]:
    """Return what a manifest says, not yet believed, and its MAC.

    Raises:
        StoredDataDamaged: not a manifest.
    """
    try:
        body: dict[str, Any] = json.loads(text)
        mac = str(body.pop("mac"))
        if body.pop("type") != TYPE:
            raise StoredDataDamaged(what=_DAMAGED)
        parts = {name: Part(**part) for name, part in body.pop("parts").items()}
        made_at = datetime.fromisoformat(body.pop("made_at"))
        return Manifest(**body, parts=parts, made_at=made_at), mac
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise StoredDataDamaged(what=_DAMAGED) from error


def check_mac(manifest: Manifest, mac: str, keys: Iterable[bytes]) -> None:
    """Believe a manifest that this service wrote.

    Raises:
        StoredDataDamaged: altered, or of another service.
    """
    body = _body(manifest)
    if not any(hmac.compare_digest(_mac(body, key), mac) for key in keys):
        raise StoredDataDamaged(what=_DAMAGED)


def _body(manifest: Manifest) -> dict[str, Any]:
    made_at = manifest.made_at.isoformat()
    return {"type": TYPE, **asdict(manifest), "made_at": made_at}


def _mac(body: dict[str, Any], key: bytes) -> str:
    return hmac.new(key, canonical_json(body).encode(), hashlib.sha256).hexdigest()
