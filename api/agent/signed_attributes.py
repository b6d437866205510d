"""What the agent signs: the signed attributes of a PAdES signature, or nothing.

RFC 5652 §5.4, ETSI EN 319 122-1 §5: a DER SET OF exactly content-type (data),
message-digest and signing-certificate-v2 of the very certificate that signs. Any other
bytes are refused, so a page cannot get a signature for another purpose out of it: no
login challenge, no other CMS, no bare digest.
"""

import hashlib

from asn1crypto import cms, tsp
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import Certificate

_EXPECTED = frozenset({"content_type", "message_digest", "signing_certificate_v2"})


class NotSignedAttributes(ValueError):
    """These bytes are not what the agent signs."""


def check_signed_attributes(
    der: bytes, certificate: Certificate, hash_name: str
) -> None:
    """Refuse anything but the attributes of a PAdES signature of this certificate.

    Args:
        der: the SET OF Attribute.
        certificate: the signer's.
        hash_name: of the signature scheme: "sha256" or "sha384".

    Raises:
        NotSignedAttributes: what is wrong, for developers.
    """
    try:
        attributes = cms.CMSAttributes.load(der, strict=True)
        values = {a["type"].native: a["values"] for a in attributes}
        _check_shape(der, attributes, values)
        _check_content(values, hash_name)
        _check_certificate(values["signing_certificate_v2"][0], certificate)
    except NotSignedAttributes:
        raise
    except (ValueError, TypeError, KeyError, IndexError) as error:
        raise NotSignedAttributes("not readable as signed attributes") from error


def _check_shape(
    der: bytes, attributes: cms.CMSAttributes, values: dict[str, cms.SetOf]
) -> None:
    # Written again from the values, it must be the same bytes: DER, nothing hidden.
    if attributes.untag().dump(force=True) != der:
        raise NotSignedAttributes("not DER")
    if len(attributes) != len(_EXPECTED) or set(values) != _EXPECTED:
        raise NotSignedAttributes("other attributes")
    if any(len(value) != 1 for value in values.values()):
        raise NotSignedAttributes("an attribute without exactly one value")


def _check_content(values: dict[str, cms.SetOf], hash_name: str) -> None:
    if values["content_type"][0].native != "data":
        raise NotSignedAttributes("other content")
    size = hashlib.new(hash_name).digest_size
    if len(values["message_digest"][0].native) != size:
        raise NotSignedAttributes("message digest of another length")


def _check_certificate(
    value: tsp.SigningCertificateV2, certificate: Certificate
) -> None:
    named = value["certs"]
    if len(named) != 1:
        raise NotSignedAttributes("not exactly one certificate")
    hash_name = named[0]["hash_algorithm"]["algorithm"].native
    der = certificate.public_bytes(Encoding.DER)
    if hash_name not in ("sha256", "sha384", "sha512"):
        raise NotSignedAttributes("certificate hash of another kind")
    if named[0]["cert_hash"].native != hashlib.new(hash_name, der).digest():
        raise NotSignedAttributes("another certificate")
