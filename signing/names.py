"""How a certificate's holder is named to people."""

from cryptography import x509


def holder_of(certificate: x509.Certificate) -> str:
    """Return the common name, "?" when there is none."""
    names = certificate.subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)
    return str(names[0].value) if names else "?"
