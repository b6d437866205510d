"""The form of a copy's signatures: CAdES in a PDF, with algorithms of today.

pyHanko verifies what it finds; what a PAdES baseline signature must hold besides it
does not insist on (ETSI EN 319 142-1 §6.3, EN 319 122-1 §5.1, §5.2.2). Without the
signing-certificate attribute, for one, the signer's certificate is not signed.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from asn1crypto import cms
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from pyhanko.sign.validation import EmbeddedPdfSignature

_SUBFILTER = "/ETSI.CAdES.detached"
_HASHES: Mapping[str, hashes.HashAlgorithm] = {
    "sha256": hashes.SHA256(),
    "sha384": hashes.SHA384(),
    "sha512": hashes.SHA512(),
}
_MIN_RSA_BITS, _MIN_EC_BITS = 2048, 256  # design §5
_ATTRIBUTES = ("content_type", "message_digest", "signing_certificate_v2")


def form_problems(signature: EmbeddedPdfSignature) -> Iterator[str]:
    """Yield codes of `certify.verdict.CONTAINER_SENTENCES` for a signature.

    A document timestamp has the form of its TSA; only its algorithms are looked at.
    """
    is_timestamp = signature.sig_object_type == "/DocTimeStamp"
    certificate = x509.load_der_x509_certificate(signature.signer_cert.dump())
    signer = signature.signer_info
    if not _is_strong(certificate, signer):
        yield "weak_algorithm"
    if not is_timestamp and not _is_cades(signature, certificate):
        yield "signature_form"


def _is_strong(certificate: x509.Certificate, signer: cms.SignerInfo) -> bool:
    key = certificate.public_key()
    match key:
        case rsa.RSAPublicKey():
            enough = key.key_size >= _MIN_RSA_BITS
        case ec.EllipticCurvePublicKey():
            enough = key.key_size >= _MIN_EC_BITS
        case _:
            enough = False
    return enough and signer["digest_algorithm"]["algorithm"].native in _HASHES


def _is_cades(signature: EmbeddedPdfSignature, certificate: x509.Certificate) -> bool:
    attributes: dict[str, list[Any]] = {}
    for attribute in signature.signer_info["signed_attrs"]:
        values = attributes.setdefault(attribute["type"].native, [])
        values.extend(attribute["values"])
    one_each = all(len(attributes.get(name, ())) == 1 for name in _ATTRIBUTES)
    return (
        signature.sig_object.get("/SubFilter") == _SUBFILTER
        and len(signature.signed_data["signer_infos"]) == 1
        and one_each
        and attributes["content_type"][0].native == "data"
        and _names(attributes["signing_certificate_v2"][0], certificate)
    )


def _names(reference: Any, certificate: x509.Certificate) -> bool:  # noqa: ANN401 - asn1crypto
    """ESS signing-certificate-v2 begins with this certificate (RFC 5035 §4)."""
    identifier = reference["certs"][0]
    algorithm = _HASHES.get(identifier["hash_algorithm"]["algorithm"].native)
    return algorithm is not None and identifier[
        "cert_hash"
    ].native == certificate.fingerprint(algorithm)
