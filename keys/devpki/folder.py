"""The files of a development PKI, and the index of issued certificates.

    root.pem                     what a verifier trusts
    pki.json                     the base address
    index.json                   serial -> name, CA, revocation
    ca/<service>.key             private keys of root, issuing, tsa, ocsp (PKCS#8)
    certificates/<name>.pem      every certificate issued
    keys/<key_id>.p12            key and chain of a holder
    keys/<key_id>.passphrase     its passphrase

Folders are 0700 and files 0600. The index is replaced atomically; a reader sees the
old or the new one, and notices the change by the file's identity.
"""

import fcntl
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from threading import Lock

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from keys.devpki.profiles import Addresses, Issuer
from keys.private_file import write_private_file


@dataclass(frozen=True)
class Revocation:
    """Since when, and why (RFC 5280 §5.3.1)."""

    when: datetime
    reason: x509.ReasonFlags


@dataclass(frozen=True)
class IssuedRecord:
    """A row of the index."""

    serial: int
    name: str
    ca_name: str
    revocation: Revocation | None = None

    def revoked(self, now: datetime) -> Revocation | None:
        """Return the revocation if it has begun at this time."""
        if self.revocation is None or now < self.revocation.when:
            return None
        return self.revocation


class PkiFolder:
    """Paths, keys and certificates of one PKI."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._index_lock = Lock()
        self._index_identity: tuple[int, int] | None = None
        self._index: Mapping[int, IssuedRecord] = {}

    def addresses(self) -> Addresses:
        """Return the addresses fixed when the PKI was made."""
        return Addresses(json.loads(self._file("pki.json").read_text())["base"])

    def write_addresses(self, addresses: Addresses) -> None:
        """Fix the addresses."""
        text = json.dumps({"base": addresses.base})
        write_private_file(self._file("pki.json"), text.encode())

    def certificate(self, name: str) -> x509.Certificate:
        """Return a certificate by its name; OSError if there is none."""
        data = self._file("certificates", f"{name}.pem").read_bytes()
        return x509.load_pem_x509_certificate(data)

    def private_key(self, service: str) -> rsa.RSAPrivateKey:
        """Return the private key of a service."""
        data = self._file("ca", f"{service}.key").read_bytes()
        key = load_pem_private_key(data, None)
        if not isinstance(key, rsa.RSAPrivateKey):
            raise TypeError(f"key of {service} is not RSA")
        return key

    def issuer(self, ca_name: str) -> Issuer:
        """Return "root" or "issuing" with its key."""
        return Issuer(ca_name, self.certificate(ca_name), self.private_key(ca_name))

    def write_service(
        self, service: str, certificate: x509.Certificate, key: rsa.RSAPrivateKey
    ) -> None:
        """Store key and certificate of a service."""
        data = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        write_private_file(self._file("ca", f"{service}.key"), data)
        self.write_certificate(service, certificate)

    def write_certificate(self, name: str, certificate: x509.Certificate) -> None:
        """Store a certificate."""
        data = certificate.public_bytes(Encoding.PEM)
        write_private_file(self._file("certificates", f"{name}.pem"), data)

    def record(self, name: str, ca_name: str, certificate: x509.Certificate) -> None:
        """Enter a certificate into the index: from now on its status is known."""
        serial = certificate.serial_number
        with self._changing() as records:
            records[serial] = IssuedRecord(serial, name, ca_name)

    def record_revocation(self, serial: int, revocation: Revocation) -> None:
        """Mark a certificate revoked. LookupError if it was never issued."""
        with self._changing() as records:
            records[serial] = replace(records[serial], revocation=revocation)

    def index(self) -> Mapping[int, IssuedRecord]:
        """Return all records, read again only if another process changed them."""
        status = self._file("index.json").stat()
        identity = (status.st_ino, status.st_mtime_ns)
        with self._index_lock:
            if identity != self._index_identity:
                self._index = self._read_index()
                self._index_identity = identity
            return self._index

    def _file(self, *parts: str) -> Path:
        return self.path.joinpath(*parts)

    @contextmanager
    def _changing(self) -> Iterator[dict[int, IssuedRecord]]:
        """One process at a time reads, changes and replaces the index."""
        with _locked(self._file("index.lock")):
            known = self._file("index.json").exists()
            records = self._read_index() if known else {}
            yield records
            rows = [_to_json(record) for record in records.values()]
            text = json.dumps({"certificates": rows}, ensure_ascii=False, indent=1)
            write_private_file(self._file("index.json"), text.encode())

    def _read_index(self) -> dict[int, IssuedRecord]:
        rows = json.loads(self._file("index.json").read_text())["certificates"]
        records = (_from_json(row) for row in rows)
        return {record.serial: record for record in records}


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Wait for the lock; closing the file gives it back, also in a crash."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _to_json(record: IssuedRecord) -> dict[str, str | None]:
    revocation = record.revocation
    return {
        "serial": f"{record.serial:x}",
        "name": record.name,
        "ca": record.ca_name,
        "revoked": revocation.when.isoformat() if revocation else None,
        "reason": revocation.reason.value if revocation else None,
    }


def _from_json(row: dict[str, str | None]) -> IssuedRecord:
    revocation = None
    if row["revoked"]:
        when = datetime.fromisoformat(row["revoked"])
        revocation = Revocation(when, x509.ReasonFlags(row["reason"]))
    return IssuedRecord(
        serial=int(str(row["serial"]), 16),
        name=str(row["name"]),
        ca_name=str(row["ca"]),
        revocation=revocation,
    )
