"""The CA's side of a certification request: the development PKI issues for it."""

from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from certify.clock import SystemClock
from keys.devpki.folder import PkiFolder
from keys.devpki.holders import ISSUING, ROOT
from keys.devpki.profiles import (
    SEAL_PROFILE,
    SIGNATORY_PROFILE,
    Profile,
    Validity,
    build_certificate,
)

PROFILES = {"signatory": SIGNATORY_PROFILE, "seal": SEAL_PROFILE}


def issue_for_request(
    pki_folder: Path,
    request: Path,
    *,
    profile: Profile = SIGNATORY_PROFILE,
    validity: Validity | None = None,
) -> Path:
    """Check the request's own signature; write leaf, issuer and root beside it, PEM."""
    pki = PkiFolder(pki_folder)
    asked = x509.load_pem_x509_csr(request.read_bytes())
    assert asked.is_signature_valid
    issuer = pki.issuer(ISSUING)
    leaf = build_certificate(
        profile,
        asked.subject,
        asked.public_key(),
        validity or Validity.usual(profile, SystemClock().now()),
        issuer=issuer,
        addresses=pki.addresses(),
    )
    pki.record(f"csr-{leaf.serial_number:x}", ISSUING, leaf)
    chain = (leaf, issuer.certificate, pki.certificate(ROOT))
    answer = request.with_suffix(".chain")
    answer.write_bytes(b"".join(c.public_bytes(Encoding.PEM) for c in chain))
    return answer
