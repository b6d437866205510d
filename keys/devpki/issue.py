"""Make a development PKI, issue further certificates, revoke them."""

import secrets
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TypeAlias

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
)
from cryptography.hazmat.primitives.serialization.pkcs12 import (
    serialize_key_and_certificates,
)

from keys.devpki.folder import PkiFolder, Revocation
from keys.devpki.holders import (
    ISSUING,
    OCSP,
    ROOT,
    TSA,
    Holder,
    ReportHolder,
    RosterHolder,
    SealHolder,
    SignatoryHolder,
    check_key_id,
    holder_name,
    service_name,
)
from keys.devpki.profiles import (
    ISSUING_PROFILE,
    OCSP_PROFILE,
    ROOT_PROFILE,
    SEAL_PROFILE,
    SIGNATORY_PROFILE,
    TSA_PROFILE,
    Addresses,
    Issuer,
    Profile,
    Validity,
    build_certificate,
    build_root,
    new_private_key,
)
from keys.private_file import sync_folder, write_private_file

HolderKey: TypeAlias = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


@dataclass(frozen=True)
class IssuedKey:
    """Where a holder's key and its passphrase lie, and the certificate."""

    key_path: Path
    passphrase_path: Path
    certificate: x509.Certificate


def create_development_pki(
    folder: Path, *, base_address: str, now: datetime, holders: Sequence[Holder]
) -> None:
    """Make root, issuing CA, TSA, OCSP responder and the holders' keys.

    All or nothing: the work is done beside `folder`, which appears complete.

    Args:
        folder: must not exist; its parent must.
        base_address: e.g. "http://127.0.0.1:8443/pki"; it is written into every
            certificate and cannot change later.
        now: aware time; validity begins an hour earlier.
        holders: signatories and seals to issue keys for.

    Raises:
        FileExistsError: there is something at `folder`.
        ValueError: a key id cannot be used.
    """
    if folder.exists():
        raise FileExistsError(folder)
    partial = folder.with_name(f".{folder.name}.{secrets.token_hex(4)}")
    try:
        for path in (partial, *(partial / n for n in ("ca", "certificates", "keys"))):
            path.mkdir(mode=0o700)
        _create_services(PkiFolder(partial), Addresses(base_address.rstrip("/")), now)
        for holder in holders:
            issue_certificate(partial, holder, now=now)
        partial.rename(folder)
    except BaseException:
        shutil.rmtree(partial, ignore_errors=True)
        raise
    sync_folder(folder.parent)


def issue_certificate(
    folder: Path,
    holder: Holder,
    *,
    now: datetime,
    validity: Validity | None = None,
    private_key: HolderKey | None = None,
) -> IssuedKey:
    """Issue one more certificate, and keep its key in a PKCS#12 file.

    Args:
        folder: a development PKI.
        holder: the subject.
        now: aware time.
        validity: instead of three years from now, e.g. in the past.
        private_key: instead of a new RSA key of the usual size.

    Raises:
        FileExistsError: this key id is taken.
        ValueError: the key id cannot be used.
    """
    check_key_id(holder.key_id)
    key_path = folder / "keys" / f"{holder.key_id}.p12"
    if key_path.exists():
        raise FileExistsError(key_path)
    pki = PkiFolder(folder)
    issuer = pki.issuer(ISSUING)
    profile = _profile(holder)
    key = private_key or new_private_key(profile)
    certificate = build_certificate(
        profile,
        holder_name(holder),
        key.public_key(),
        validity or Validity.usual(profile, now),
        issuer=issuer,
        addresses=pki.addresses(),
    )
    chain = [issuer.certificate, pki.certificate(ROOT)]
    passphrase_path = key_path.with_suffix(".passphrase")
    passphrase = secrets.token_urlsafe(24)
    write_private_file(passphrase_path, passphrase.encode())
    write_private_file(
        key_path,
        serialize_key_and_certificates(
            holder.key_id.encode(),
            key,
            certificate,
            chain,
            BestAvailableEncryption(passphrase.encode()),
        ),
    )
    pki.write_certificate(holder.key_id, certificate)
    pki.record(holder.key_id, ISSUING, certificate)
    return IssuedKey(key_path, passphrase_path, certificate)


def revoke(
    folder: Path, serial: int, *, when: datetime, reason: x509.ReasonFlags
) -> None:
    """Revoke a certificate from an aware time on; OCSP and CRL show it at once.

    Raises:
        LookupError: no certificate has this serial number.
        ValueError: `when` has no time zone.
    """
    if when.tzinfo is None:
        raise ValueError("revocation time must be aware")
    PkiFolder(folder).record_revocation(serial, Revocation(when, reason))


def _create_services(pki: PkiFolder, addresses: Addresses, now: datetime) -> None:
    pki.write_addresses(addresses)
    root_key = new_private_key(ROOT_PROFILE)
    root_certificate = build_root(
        service_name(ROOT), root_key, Validity.usual(ROOT_PROFILE, now)
    )
    pki.write_service(ROOT, root_certificate, root_key)
    write_private_file(
        pki.path / "root.pem", root_certificate.public_bytes(Encoding.PEM)
    )
    pki.record(ROOT, ROOT, root_certificate)
    root = Issuer(ROOT, root_certificate, root_key)
    issuing = _create_service(pki, ISSUING, ISSUING_PROFILE, root, now)
    _create_service(pki, TSA, TSA_PROFILE, issuing, now)
    _create_service(pki, OCSP, OCSP_PROFILE, issuing, now)


def _create_service(
    pki: PkiFolder, service: str, profile: Profile, issuer: Issuer, now: datetime
) -> Issuer:
    key = new_private_key(profile)
    certificate = build_certificate(
        profile,
        service_name(service),
        key.public_key(),
        Validity.usual(profile, now),
        issuer=issuer,
        addresses=pki.addresses(),
    )
    pki.write_service(service, certificate, key)
    pki.record(service, issuer.name, certificate)
    return Issuer(service, certificate, key)


def _profile(holder: Holder) -> Profile:
    match holder:
        case SignatoryHolder() | RosterHolder() | ReportHolder():
            return SIGNATORY_PROFILE
        case SealHolder():
            return SEAL_PROFILE
