"""What the verifier is fuzzed with: genuine copies, their register, a fixed clock.

Made once by the real sealer over a development PKI and kept beside the ledger, so that
a number makes the same input in every later run.
"""

import pickle
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec

from api.devpki import serve_if_free
from certify.attestation import CertifiedCopy, Edition, StoredObject
from certify.clock import SystemClock
from certify.verify import RosterEntry
from keys.base import SignatureScheme
from keys.devpki.holders import Holder, SealHolder, SignatoryHolder
from keys.devpki.issue import issue_certificate
from keys.open import open_key
from signing.embed import FontPrograms
from signing.trust import MANIFEST
from tests.support.pki import AUTHORITY_NAME, HOLDERS, PkiOnDisk, ec_key, make_pki
from tests.support.sealing import (
    PERSON,
    SEAL,
    Sealed,
    make_canonical_scan,
    make_order,
    make_pictures,
    make_sealer,
    seal,
    trust_folder,
)

PAGE = {"width": 200, "height": 280}
_FILE = "world.pickle"


@dataclass(frozen=True)
class VerifierWorld:
    """Genuine files and what is known of them.

    Attributes:
        copies: name → bytes.
        now: shortly after they were sealed.
    """

    copies: dict[str, bytes]
    released: Sequence[CertifiedCopy]
    roster: Sequence[RosterEntry]
    trust: Path
    now: datetime


def open_world(folder: Path) -> VerifierWorld:
    """Return the world of this folder; make it when there is none.

    Raises:
        RuntimeError: older code made it; every file would fail for that alone.
    """
    file = folder / _FILE
    if not file.exists():
        made = _make(folder)
        file.write_bytes(pickle.dumps(made))
    world: VerifierWorld = pickle.loads(file.read_bytes())  # noqa: S301 - our own file
    if not (world.trust / MANIFEST).is_file():
        raise RuntimeError(f"{folder} was made by older code; take another ledger")
    return world


def _make(folder: Path) -> VerifierWorld:
    clock = SystemClock()
    pki = make_pki(folder / "pki", clock=clock, holders=HOLDERS)
    server = serve_if_free(pki.pki, clock=clock, port=pki.port)
    if server is None:
        raise RuntimeError("a new PKI is served by somebody else")
    try:
        sealed = {"rsa": _seal(pki, folder, "rsa"), "ec": _seal(pki, folder, "ec")}
    finally:
        server.stop()
    return VerifierWorld(
        copies={name: copy.path.read_bytes() for name, (copy, _) in sealed.items()},
        released=[_released(name, copy) for name, copy in sealed.items()],
        roster=[entry for copy in sealed.values() for entry in _roster(copy)],
        trust=trust_folder(pki, folder / "trust"),
        now=clock.now() + timedelta(minutes=1),
    )


def _seal(pki: PkiOnDisk, folder: Path, name: str) -> Sealed:
    """One small copy; names decide the verification code and the kind of keys."""
    workdir = folder / name
    workdir.mkdir()
    (folder / "fonts").mkdir(exist_ok=True)
    replaced = {"keys": _elliptic_keys(pki)} if name == "ec" else {}
    sealer = make_sealer(
        pki,
        pictures=make_pictures(workdir),
        fonts=FontPrograms(folder / "fonts"),
        **replaced,
    )
    scan = make_canonical_scan(workdir / "scan.pdf", **PAGE)
    code = {"rsa": "0123456789ABCDEF", "ec": "0123456789ABCDEG"}[name]
    order = make_order(sealer, scan, workdir, verification_code=code)
    return seal(sealer, order), order


def _elliptic_keys(pki: PkiOnDisk) -> dict[str, object]:
    holders: dict[str, Holder] = {
        PERSON: SignatoryHolder(
            "fuzz-person", "Lò Văn Thử", "Chủ tịch", AUTHORITY_NAME
        ),
        SEAL: SealHolder("fuzz-seal", AUTHORITY_NAME),
    }
    keys: dict[str, object] = {}
    for role, holder in holders.items():
        issue_certificate(
            pki.folder,
            holder,
            now=SystemClock().now(),
            private_key=ec_key(ec.SECP256R1()),
        )
        settings = pki.key_settings(holder.key_id)
        keys[role] = open_key(replace(settings, scheme=SignatureScheme.ECDSA_SHA256))
    return keys


def _released(name: str, copy: Sealed) -> CertifiedCopy:
    sealed, order = copy
    stored = StoredObject(name, "version", sealed.sha256, sealed.size_bytes)
    return CertifiedCopy(
        attestation_id=name,
        number=order.number,
        shown_number=order.shown_number,
        statement=order.statement,
        attested_at=order.attested_at,
        editions=(Edition(name, 1, stored, "issued", order.attested_at),),
    )


def _roster(copy: Sealed) -> list[RosterEntry]:
    statement, signed_at = copy[1].statement, copy[0].signed_at
    year = timedelta(days=365)
    return [
        RosterEntry(
            statement.authority_id,
            statement.authority_name,
            role,
            certificate,
            signed_at - year,
            signed_at + year,
        )
        for role, certificate in (
            ("chairman", statement.signatory_certificate),
            ("seal", statement.seal_certificate),
        )
    ]
