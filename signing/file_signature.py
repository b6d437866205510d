"""Between the two signatures: is the first one, as it stands in the file, good?

The seal may only follow a valid signature of the authorised person (NĐ 30/2020 Đ33;
design §3 step 6). A key backend that answered something else, or a key that is not the
certificate's, is found here and not by the agency's seal. What the template wrote is
read again here, element by element (RFC 5652 §5.3).
"""

from asn1crypto import algos, cms, core
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

from signing.der import (
    CONTEXT_0,
    OBJECT_IDENTIFIER,
    OCTETS,
    SEQUENCE,
    SET,
    DerError,
    Element,
    first,
)

_MESSAGE_DIGEST = cms.CMSAttributeType("message_digest").dump()
_SIGNING_CERTIFICATE = core.ObjectIdentifier("1.2.840.113549.1.9.16.2.47").dump()
_PSS = algos.SignedDigestAlgorithmId("rsassa_pss").dump()
_HASHES: dict[bytes, hashes.SHA256 | hashes.SHA384] = {
    algos.DigestAlgorithmId("sha256").dump(): hashes.SHA256(),
    algos.DigestAlgorithmId("sha384").dump(): hashes.SHA384(),
}


class FileSignatureError(Exception):
    """The signature in the file is not this certificate's over this file."""


def check_file_signature(
    contents: bytes, file_digest: bytes, certificate: x509.Certificate
) -> None:
    """Verify the CMS of one signature.

    Args:
        contents: /Contents of the signature, zero padding included.
        file_digest: of the byte range it covers.
        certificate: the one it must be by.

    Raises:
        FileSignatureError: it is not.
    """
    try:
        _, digest_algorithm, signed, scheme, value = _signer_info(contents)
        attributes = _attributes(signed)
        if attributes[_MESSAGE_DIGEST].expect(OCTETS).content != file_digest:
            raise FileSignatureError("message digest")
        _check_reference(attributes[_SIGNING_CERTIFICATE], certificate)
        _verify(
            certificate.public_key(),
            # RFC 5652 §5.4: signed as SET OF, written as [0] IMPLICIT
            data=bytes([SET]) + signed.encoded[1:],
            signature=value.expect(OCTETS).content,
            digest=_HASHES[_algorithm(digest_algorithm)],
            is_pss=_algorithm(scheme) == _PSS,
        )
    except (DerError, ValueError, KeyError, IndexError, InvalidSignature) as error:
        raise FileSignatureError("signature") from error


def _signer_info(contents: bytes) -> list[Element]:
    """Return sid, digest algorithm, attributes, signature algorithm, signature."""
    _, explicit = first(contents).expect(SEQUENCE).children()
    (signed_data,) = explicit.expect(CONTEXT_0).children()
    (signer,) = signed_data.expect(SEQUENCE).children()[-1].expect(SET).children()
    fields = signer.expect(SEQUENCE).children()[1:6]
    fields[2].expect(CONTEXT_0)
    return fields


def _attributes(signed: Element) -> dict[bytes, Element]:
    """Return the value of each signed attribute by its encoded type."""
    found = {}
    for attribute in signed.children():
        kind, values = attribute.expect(SEQUENCE).children()
        (found[kind.expect(OBJECT_IDENTIFIER).encoded],) = values.expect(SET).children()
    return found


def _algorithm(identifier: Element) -> bytes:
    """Return the encoded type of an AlgorithmIdentifier."""
    return identifier.expect(SEQUENCE).children()[0].expect(OBJECT_IDENTIFIER).encoded


def _check_reference(reference: Element, certificate: x509.Certificate) -> None:
    """ESS signing-certificate-v2 names exactly this certificate (RFC 5035 §3)."""
    certificates = reference.expect(SEQUENCE).children()[0].expect(SEQUENCE)
    fields = certificates.children()[0].expect(SEQUENCE).children()
    algorithm: hashes.HashAlgorithm = hashes.SHA256()  # the DEFAULT, left out in DER
    if fields[0].tag == SEQUENCE:
        algorithm = _HASHES[_algorithm(fields.pop(0))]
    if fields[0].expect(OCTETS).content != certificate.fingerprint(algorithm):
        raise FileSignatureError("signing certificate")


def _verify(
    key: object,
    *,
    data: bytes,
    signature: bytes,
    digest: hashes.SHA256 | hashes.SHA384,
    is_pss: bool,
) -> None:
    if isinstance(key, rsa.RSAPublicKey) and is_pss:
        pss = padding.PSS(padding.MGF1(digest), digest.digest_size)
        key.verify(signature, data, pss, digest)
    elif isinstance(key, rsa.RSAPublicKey):
        key.verify(signature, data, padding.PKCS1v15(), digest)
    elif isinstance(key, ec.EllipticCurvePublicKey):
        key.verify(signature, data, ec.ECDSA(digest))
    else:
        raise FileSignatureError("key type")
