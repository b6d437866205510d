"""All answers of one development PKI: pure functions of the request and the time."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding

from keys.devpki.crl import CrlIssuer
from keys.devpki.folder import PkiFolder
from keys.devpki.holders import ISSUING, OCSP, ROOT, TSA
from keys.devpki.ocsp import OcspResponder
from keys.devpki.profiles import Addresses
from keys.devpki.timestamp import TimestampResponder

CRL_LIFE: Final = {ROOT: timedelta(days=30), ISSUING: timedelta(hours=24)}


class DevelopmentPki:
    """Loads the folder once; sees later issues and revocations of other processes.

    Safe to use from several threads and, with one object each, several processes.
    """

    def __init__(self, path: Path) -> None:
        """Load keys and certificates. OSError or ValueError if the folder is none."""
        folder = PkiFolder(path)
        issuing = folder.issuer(ISSUING)
        self._folder = folder
        self.addresses: Addresses = folder.addresses()
        self.root: x509.Certificate = folder.certificate(ROOT)
        self.issuing: x509.Certificate = issuing.certificate
        self._ocsp = OcspResponder(
            issuer=issuing.certificate,
            issuer_name=ISSUING,
            certificate=folder.certificate(OCSP),
            private_key=folder.private_key(OCSP),
            index=folder.index,
        )
        self._tsa = TimestampResponder(
            certificate=folder.certificate(TSA),
            private_key=folder.private_key(TSA),
            chain=[issuing.certificate],
        )
        self._crls = {
            issuer.name: CrlIssuer(
                issuer=issuer, life=CRL_LIFE[issuer.name], index=folder.index
            )
            for issuer in (folder.issuer(ROOT), issuing)
        }

    @property
    def root_sha256(self) -> str:
        """Fingerprint of the root, hex: tells one development PKI from another."""
        return self.root.fingerprint(SHA256()).hex()

    def ocsp(self, request_der: bytes, now: datetime) -> bytes:
        """Answer an OCSPRequest with an OCSPResponse."""
        return self._ocsp.respond(request_der, now)

    def timestamp(self, request_der: bytes, now: datetime) -> bytes:
        """Answer a TimeStampReq with a TimeStampResp."""
        return self._tsa.respond(request_der, now)

    def crl(self, ca_name: str, now: datetime) -> bytes:
        """Return the CRL of "root" or "issuing" in DER; LookupError for others."""
        return self._crls[ca_name].crl(now)

    def certificate(self, name: str) -> bytes:
        """Return an issued certificate in DER; LookupError if there is none."""
        # Only names in the index become paths.
        if name not in {record.name for record in self._folder.index().values()}:
            raise LookupError(name)
        return self._folder.certificate(name).public_bytes(Encoding.DER)
