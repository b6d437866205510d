"""What each signature scheme means for a public key: which fits, does it verify?"""

from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.types import CertificatePublicKeyTypes
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed

from keys.base import KeyRefused, RefusalReason, SignatureScheme

ECDSA = (SignatureScheme.ECDSA_SHA256, SignatureScheme.ECDSA_SHA384)


def usual_scheme(public_key: CertificatePublicKeyTypes) -> SignatureScheme:
    """Return the scheme that a key takes when its settings name none."""
    if isinstance(public_key, rsa.RSAPublicKey):
        return SignatureScheme.RSA_PKCS1_SHA256
    if isinstance(public_key, ec.EllipticCurvePublicKey) and isinstance(
        public_key.curve, ec.SECP256R1
    ):
        return SignatureScheme.ECDSA_SHA256
    return SignatureScheme.ECDSA_SHA384


def check_scheme(
    public_key: CertificatePublicKeyTypes, scheme: SignatureScheme, *, key_id: str
) -> None:
    """Refuse (SCHEME_UNSUITABLE) a scheme of another type of key."""
    fitting = ec.EllipticCurvePublicKey if scheme in ECDSA else rsa.RSAPublicKey
    if not isinstance(public_key, fitting):
        raise KeyRefused(RefusalReason.SCHEME_UNSUITABLE, key_id=key_id)


def verify_digest(
    public_key: CertificatePublicKeyTypes,
    scheme: SignatureScheme,
    digest: bytes,
    signature: bytes,
) -> None:
    """Check a signature over a digest made with `scheme.hash_algorithm`.

    Raises:
        cryptography.exceptions.InvalidSignature: it is not this key's.
    """
    prehashed = Prehashed(scheme.hash_algorithm)
    if isinstance(public_key, ec.EllipticCurvePublicKey):
        public_key.verify(signature, digest, ec.ECDSA(prehashed))
    elif isinstance(public_key, rsa.RSAPublicKey):
        public_key.verify(signature, digest, rsa_padding(scheme), prehashed)
    else:
        raise TypeError("check_scheme comes first")


def rsa_padding(scheme: SignatureScheme) -> padding.PSS | padding.PKCS1v15:
    """Return the padding of an RSA scheme."""
    if scheme is SignatureScheme.RSA_PSS_SHA256:
        mgf = padding.MGF1(scheme.hash_algorithm)
        return padding.PSS(mgf=mgf, salt_length=scheme.hash_algorithm.digest_size)
    return padding.PKCS1v15()
