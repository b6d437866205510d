"""One certificate revocation list (RFC 5280 §5), read and held against its issuer."""

from datetime import datetime

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from signing.ocsp import RevokedError, UnusableAnswerError


def crl_address(subject: x509.Certificate) -> str | None:
    """Return where the issuer's list lies, None if the certificate names nowhere."""
    try:
        points = subject.extensions.get_extension_for_class(x509.CRLDistributionPoints)
    except x509.ExtensionNotFound:
        return None
    for point in points.value:
        for name in point.full_name or ():
            if isinstance(name, x509.UniformResourceIdentifier):
                return str(name.value)
    return None


def read_list(der: bytes, now: datetime) -> x509.CertificateRevocationList:
    """Return a list that is in force now; its signature is not looked at.

    Raises:
        UnusableAnswerError: not a list, or past its nextUpdate.
    """
    try:
        crl = x509.load_der_x509_crl(der)
    except ValueError as error:
        raise UnusableAnswerError(
            "not a CRL", "danh sách thu hồi không đọc được"
        ) from error
    if crl.next_update_utc is None or crl.next_update_utc <= now:
        raise UnusableAnswerError("CRL is stale", "danh sách thu hồi đã quá hạn")
    return crl


def check_listed(
    crl: x509.CertificateRevocationList,
    subject: x509.Certificate,
    issuer: x509.Certificate,
) -> None:
    """Check that the list is the issuer's and does not name the subject.

    Raises:
        RevokedError: it does.
        UnusableAnswerError: it is somebody else's.
    """
    public_key = issuer.public_key()
    try:
        own = (
            crl.issuer == issuer.subject
            and isinstance(public_key, (rsa.RSAPublicKey, ec.EllipticCurvePublicKey))
            and crl.is_signature_valid(public_key)
        )
    except (ValueError, TypeError, UnsupportedAlgorithm):
        own = False
    if not own:
        raise UnusableAnswerError(
            "CRL is not the issuer's", "danh sách thu hồi không phải của nơi cấp"
        )
    if crl.get_revoked_certificate_by_serial_number(subject.serial_number):
        raise RevokedError(subject)
