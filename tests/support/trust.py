"""Trust folders made by hand: certificates with the manifest lines that list them."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding

from certify.trust import Anchor, Hierarchy, Purpose, manifest_text

DOCUMENTS = frozenset({Purpose.SIGNATURE, Purpose.SEAL, Purpose.TIMESTAMP})
Listed = tuple[Anchor, x509.Certificate]


def listed(name: str, certificate: x509.Certificate, **changes: Any) -> Listed:
    """A certificate and its line; trusted for documents since 2020 by default."""
    anchor = Anchor(
        file=f"roots/{name}.pem",
        sha256=certificate.fingerprint(SHA256()).hex(),
        hierarchy=Hierarchy.DEPLOYMENT,
        purposes=DOCUMENTS,
        source="tests",
        verified_by="tests",
        valid_from=datetime(2020, 1, 1, tzinfo=UTC),
        valid_to=None,
    )
    return replace(anchor, **changes), certificate


def make_trust(folder: Path, *lines: Listed) -> Path:
    """Write (or replace) a trust folder of these lines."""
    for anchor, certificate in lines:
        file = folder / anchor.file
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(certificate.public_bytes(Encoding.PEM))
    rewrite(folder, [anchor for anchor, _ in lines])
    return folder


def rewrite(folder: Path, anchors: Sequence[Anchor]) -> None:
    (folder / "manifest.json").write_text(manifest_text(anchors), encoding="utf-8")
