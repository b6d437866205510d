"""The development PKI over real HTTP in a process of its own, faulty on demand.

`FOLDER/faults.json` says what is wrong now, per service ("tsa", "tsa2", "ocsp",
"crl"); the program is `tests.support.faulty_server`.
"""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import timedelta
from pathlib import Path

import urllib3
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from certify.clock import SystemClock
from keys.devpki.folder import PkiFolder
from keys.devpki.holders import ISSUING
from keys.devpki.profiles import (
    OCSP_PROFILE,
    TSA_PROFILE,
    Profile,
    Validity,
    build_certificate,
)
from tests.support.faulty_server import (
    DAY,
    EXPIRED_OCSP,
    SECOND_TSA,
    WRONG_TSA,
    Fault,
)
from tests.support.pki import PkiOnDisk, rsa_key

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class FaultyPki:
    """A running server and the folder of its PKI."""

    disk: PkiOnDisk

    @property
    def tsa(self) -> str:
        return f"{self.disk.base}/tsa"

    @property
    def second_tsa(self) -> str:
        return f"{self.disk.base}/tsa2"

    def set(self, **faults: Fault | str) -> None:
        """From now on just these: `set()` heals everything."""
        rows = {
            service: asdict(Fault(kind) if isinstance(kind, str) else kind)
            for service, kind in faults.items()
        }
        file = self.disk.folder / "faults.json"
        part = file.with_suffix(".part")
        part.write_text(json.dumps(rows))
        part.replace(file)

    def set_clock(self, ahead: timedelta) -> None:
        """Let its clock run so far ahead of the machine's."""
        (self.disk.folder / "ahead").write_text(str(ahead.total_seconds()))

    def requests(self, service: str) -> int:
        """How often a service was asked so far."""
        log = self.disk.folder / "requests.log"
        return log.read_text().split().count(service) if log.exists() else 0


@contextmanager
def serving(disk: PkiOnDisk) -> Iterator[FaultyPki]:
    """Serve a PKI from a process of its own."""
    add_services(disk)
    made = FaultyPki(disk)
    made.set()
    arguments = [
        sys.executable,
        "-m",
        "tests.support.faulty_server",
        str(disk.folder),
        str(disk.port),
    ]
    with subprocess.Popen(arguments, cwd=ROOT) as process:
        try:
            _await(disk)
            yield made
        finally:
            process.kill()


def add_services(disk: PkiOnDisk) -> None:
    """Issue the certificates of the second, the wrong and the expired service."""
    now = SystemClock().now()
    past = Validity(now - 30 * DAY, now - DAY)
    for number, (name, profile, validity) in enumerate(
        [
            (SECOND_TSA, TSA_PROFILE, Validity.usual(TSA_PROFILE, now)),
            (WRONG_TSA, _wrong_purpose(), Validity.usual(TSA_PROFILE, now)),
            (EXPIRED_OCSP, OCSP_PROFILE, past),
        ]
    ):
        folder, key = PkiFolder(disk.folder), rsa_key(2048, 100 + number)
        certificate = build_certificate(
            profile,
            x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"THỬ NGHIỆM {name}")]),
            key.public_key(),
            validity,
            issuer=folder.issuer(ISSUING),
            addresses=folder.addresses(),
        )
        folder.write_service(name, certificate, key)
        folder.record(name, ISSUING, certificate)


def _wrong_purpose() -> Profile:
    usages = frozenset({"digital_signature"})
    return Profile(2048, 5, usages, purpose=ExtendedKeyUsageOID.CODE_SIGNING)


def _await(disk: PkiOnDisk) -> None:
    for _ in range(600):
        with suppress(urllib3.exceptions.HTTPError):
            urllib3.request("GET", f"{disk.base}/health", retries=False, timeout=1)
            return
        time.sleep(0.05)
    raise TimeoutError("the faulty PKI does not start")
