"""A detached CMS signature over a file that is no PDF (RFC 5652, CAdES-B-B form).

Used for the lists of a trust folder. The signer is trusted because the manifest lists
exactly its certificate; there is no path to build, so nothing here asks who issued it.
"""

from collections.abc import Callable, Mapping

from asn1crypto import cms
from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed

from keys.base import SigningKey
from signing.cms import CmsTemplate, Digest
from signing.der import SET

_HASHES: Mapping[str, Callable[[], hashes.HashAlgorithm]] = {
    "sha256": hashes.SHA256,
    "sha384": hashes.SHA384,
    "sha512": hashes.SHA512,
}
_PSS_SALT = 32


class SignatureRefusedError(Exception):
    """The signature does not hold; the message is for logs."""


def sign_detached(data: bytes, key: SigningKey) -> bytes:
    """Return the DER ContentInfo of a signature over `data`.

    Raises:
        KeyUnreachable, KeyRefused: from the key.
    """
    template = CmsTemplate(key)
    attributes = template.signed_attributes(template.digest.of(data))
    return template.assemble(attributes, template.sign(attributes))


def verify_detached(data: bytes, signature: bytes) -> x509.Certificate:
    """Check a signature over `data` and return its signer's certificate.

    Whether that certificate may sign is the caller's question.

    Raises:
        SignatureRefusedError: it does not hold, or is of another form.
    """
    try:
        return _verify(data, signature)
    except (
        ValueError,
        TypeError,
        KeyError,
        InvalidSignature,
        UnsupportedAlgorithm,
        x509.InvalidVersion,
    ) as error:
        raise SignatureRefusedError("the signature does not verify") from error


def _verify(data: bytes, signature: bytes) -> x509.Certificate:
    info = cms.ContentInfo.load(signature, strict=True)
    if info["content_type"].native != "signed_data":
        raise SignatureRefusedError("not SignedData")
    signed = info["content"]
    if signed["encap_content_info"]["content"].native is not None:
        raise SignatureRefusedError("not detached")
    (signer,) = signed["signer_infos"]
    certificate = _certificate(signed, signer)
    digest = Digest(
        signer["digest_algorithm"]["algorithm"].native,
        _HASHES[signer["digest_algorithm"]["algorithm"].native](),
    )
    attributes = {a["type"].native: a["values"] for a in signer["signed_attrs"]}
    (content_type,), (message_digest,) = (
        attributes["content_type"],
        attributes["message_digest"],
    )
    if content_type.native != "data" or message_digest.native != digest.of(data):
        raise SignatureRefusedError("it is over something else")
    _check_binding(attributes, certificate)
    # RFC 5652 §5.4: stored as [0] IMPLICIT, signed as SET OF.
    encoded = bytes((SET,)) + signer["signed_attrs"].dump()[1:]
    _check_value(certificate, signer, digest, encoded)
    return certificate


def _certificate(signed: cms.SignedData, signer: cms.SignerInfo) -> x509.Certificate:
    identity = signer["sid"].chosen
    for choice in signed["certificates"]:
        found = choice.chosen
        if (found.issuer, found.serial_number) == (
            identity["issuer"],
            identity["serial_number"].native,
        ):
            return x509.load_der_x509_certificate(found.dump())
    raise SignatureRefusedError("its certificate is not in it")


def _check_binding(attributes: dict[str, cms.SetOf], leaf: x509.Certificate) -> None:
    """ESS signing-certificate-v2 names the certificate (RFC 5035 §3)."""
    (reference,) = attributes["signing_certificate_v2"]
    first = reference["certs"][0]
    algorithm = _HASHES[first["hash_algorithm"]["algorithm"].native]()
    if first["cert_hash"].native != leaf.fingerprint(algorithm):
        raise SignatureRefusedError("it names another certificate")


def _check_value(
    leaf: x509.Certificate, signer: cms.SignerInfo, digest: Digest, encoded: bytes
) -> None:
    value = signer["signature"].native
    prehashed = Prehashed(digest.algorithm)
    match leaf.public_key():
        case rsa.RSAPublicKey() as key:
            algorithm = signer["signature_algorithm"].signature_algo
            scheme: padding.AsymmetricPadding = padding.PKCS1v15()
            if algorithm == "rsassa_pss":
                scheme = padding.PSS(padding.MGF1(digest.algorithm), _PSS_SALT)
            key.verify(value, digest.of(encoded), scheme, prehashed)
        case ec.EllipticCurvePublicKey() as curve:
            curve.verify(value, digest.of(encoded), ec.ECDSA(prehashed))
        case _:
            raise SignatureRefusedError("an unknown kind of key")
