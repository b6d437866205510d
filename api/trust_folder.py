"""The trust folder: all a stranger needs to judge a copy without the register.

manifest.json       which certificate is trusted, for what, from whom, since when
roots/*             those certificates, one a file
intermediates/*     certificates that only join a leaf to its root
roster.json .p7s    which certificate an authority uses in which role; signed
annulments.json .p7s    which copies were annulled; signed
revocation.json     addresses of the trusted CAs' revocation lists
trail.vkey          public keys of the public trail's checkpoints, one a line

A file the manifest does not list is not used. `signing.trust` reads the folder.
"""

import fcntl
import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from api.data_folder import PRIVATE_FOLDER
from certify.checkpoint import NoteKey
from certify.errors import InvalidInput
from certify.signed_list import ListKind
from certify.trust import Anchor, ManifestError, manifest_text, parse_manifest

MANIFEST = "manifest.json"
TRAIL_KEYS = "trail.vkey"
PUBLIC_PARTS = (
    MANIFEST,
    "revocation.json",
    "roster.json",
    "roster.p7s",
    "annulments.json",
    "annulments.p7s",
    TRAIL_KEYS,
)
"""Beside the certificates; everything in the folder may be given to anybody."""


def write_trust(
    trust: Path, *, anchors: Sequence[tuple[Anchor, bytes]], lists: Sequence[str]
) -> None:
    """Make the folder.

    Args:
        trust: must not exist.
        anchors: each line of the manifest with the bytes of its file.
        lists: addresses of revocation lists.
    """
    trust.mkdir(mode=PRIVATE_FOLDER)
    for anchor, data in anchors:
        file = trust / anchor.file
        file.parent.mkdir(mode=PRIVATE_FOLDER, exist_ok=True)
        file.write_bytes(data)
    text = manifest_text(anchor for anchor, _ in anchors)
    (trust / MANIFEST).write_text(text, encoding="utf-8")
    addresses = json.dumps({"crls": list(lists)}, ensure_ascii=False, indent=2)
    (trust / "revocation.json").write_text(addresses + "\n", encoding="utf-8")


def read_anchors(trust: Path) -> tuple[Anchor, ...]:
    """Return the lines of the manifest; whether their files fit is another question.

    Raises:
        InvalidInput: not a trust folder, or a manifest that cannot be used.
    """
    try:
        return parse_manifest((trust / MANIFEST).read_text(encoding="utf-8"))
    except OSError as error:
        raise InvalidInput(
            field=f"Thư mục tin cậy {trust}",
            reason=f"không có {MANIFEST}; thư mục của bản cũ phải tạo lại bằng "
            "certify init ở một thư mục trống",
        ) from error
    except UnicodeDecodeError as error:
        raise InvalidInput(
            field=f"Thư mục tin cậy {trust}", reason=f"{MANIFEST} không đọc được"
        ) from error
    except ManifestError as error:
        raise InvalidInput(
            field=f"Thư mục tin cậy {trust}", reason=str(error)
        ) from error


def add_to_manifest(trust: Path, anchor: Anchor, data: bytes) -> None:
    """List one more certificate, the file first.

    Raises:
        InvalidInput: not a trust folder, or this certificate is listed already.
    """
    with locked(trust):
        anchors = read_anchors(trust)
        if any(anchor.sha256 == other.sha256 for other in anchors):
            raise InvalidInput(
                field="Chứng thư gốc", reason="đã có trong manifest, hãy sửa mục đó"
            )
        file = trust / anchor.file
        file.parent.mkdir(mode=PRIVATE_FOLDER, exist_ok=True)
        file.write_bytes(data)
        replace_file(trust / MANIFEST, manifest_text([*anchors, anchor]).encode())


def write_list(trust: Path, kind: ListKind, data: bytes, signature: bytes) -> None:
    """Replace a list and its signature; each file atomically and durably."""
    for suffix, content in ((".p7s", signature), (".json", data)):
        replace_file(trust / f"{kind.value}{suffix}", content)


def read_trail_keys(trust: Path) -> tuple[NoteKey, ...]:
    """Return the keys that sign checkpoints of the public trail; none without a file.

    Raises:
        InvalidInput: the file cannot be used.
    """
    file = trust / TRAIL_KEYS
    if not file.is_file():
        return ()
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
        return tuple(NoteKey.decode(line) for line in lines if line.strip())
    except (OSError, ValueError) as error:
        raise InvalidInput(field=TRAIL_KEYS, reason="không đọc được") from error


def add_trail_key(trust: Path, key: NoteKey) -> None:
    """List one more key, unless it is there: verifiers of old checkpoints need all."""
    if key in read_trail_keys(trust):
        return
    with locked(trust):
        keys = (*read_trail_keys(trust), key)
        text = "".join(f"{one.encode()}\n" for one in dict.fromkeys(keys))
        replace_file(trust / TRAIL_KEYS, text.encode())


def replace_file(target: Path, content: bytes) -> None:
    """Write a file anew, atomically and durably."""
    fresh = target.with_name(f".{target.name}.new")
    with fresh.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(target)


@contextmanager
def locked(trust: Path) -> Iterator[None]:
    """Keep other processes from writing the lists meanwhile."""
    descriptor = os.open(trust, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
