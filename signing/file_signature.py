"""Between the two signatures: is the first one, as it stands in the file, good?

The seal may only follow a valid signature of the authorised person (NĐ 30/2020 Đ33;
design §3 step 6). A key backend that answered something else, or a key that is not the
certificate's, is found here and not by the agency's seal. Read with asn1crypto, not
with the template that wrote it.
"""

from asn1crypto import cms, tsp
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa


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
        (signer,) = cms.ContentInfo.load(contents)["content"]["signer_infos"]
        attributes = {
            attribute["type"].native: attribute["values"][0]
            for attribute in signer["signed_attrs"]
        }
        if attributes["message_digest"].native != file_digest:
            raise FileSignatureError("message digest")
        _check_reference(attributes["signing_certificate_v2"], certificate)
        _verify(signer, certificate)
    except (ValueError, TypeError, KeyError, InvalidSignature) as error:
        raise FileSignatureError("signature") from error


def _check_reference(
    reference: tsp.SigningCertificateV2, certificate: x509.Certificate
) -> None:
    """ESS signing-certificate-v2 names exactly this certificate (RFC 5035 §3)."""
    identifier = reference["certs"][0]
    algorithm = _hash(identifier["hash_algorithm"]["algorithm"].native)
    if identifier["cert_hash"].native != certificate.fingerprint(algorithm):
        raise FileSignatureError("signing certificate")


def _verify(signer: cms.SignerInfo, certificate: x509.Certificate) -> None:
    data = signer["signed_attrs"].untag().dump()
    signature = signer["signature"].native
    digest = _hash(signer["digest_algorithm"]["algorithm"].native)
    key = certificate.public_key()
    scheme = signer["signature_algorithm"].signature_algo
    if isinstance(key, rsa.RSAPublicKey) and scheme == "rsassa_pss":
        pss = padding.PSS(padding.MGF1(digest), digest.digest_size)
        key.verify(signature, data, pss, digest)
    elif isinstance(key, rsa.RSAPublicKey):
        key.verify(signature, data, padding.PKCS1v15(), digest)
    elif isinstance(key, ec.EllipticCurvePublicKey):
        key.verify(signature, data, ec.ECDSA(digest))
    else:
        raise FileSignatureError("key type")


def _hash(name: str) -> hashes.SHA256 | hashes.SHA384:
    return hashes.SHA384() if name == "sha384" else hashes.SHA256()
