"""The CMS of one signer, prepared once (RFC 5652, ETSI EN 319 122-1 §5, EN 319 142-1).

Building SignedData object by object costs ten milliseconds a signature. All of it
but three values is constant for a signer: the message digest, the signature and the
timestamp token. A template keeps the constant DER and writes the three into place.
"""

from dataclasses import dataclass

from asn1crypto import algos, cms, core, tsp, x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding

from keys.algorithms import algorithm_identifier
from keys.base import AttendedKey, SignatureScheme, SigningKey, SigningPurpose
from signing.der import CONTEXT_0, CONTEXT_1, OCTETS, SEQUENCE, SET, integer, tlv


@dataclass(frozen=True)
class Digest:
    """The digest algorithm that goes with a signature scheme."""

    name: str
    algorithm: hashes.HashAlgorithm

    def of(self, data: bytes) -> bytes:
        """Hash in one call."""
        state = hashes.Hash(self.algorithm)
        state.update(data)
        return state.finalize()


class CmsTemplate:
    """Everything constant in the CMS of one key."""

    def __init__(self, key: SigningKey) -> None:
        """Encode the constant parts."""
        self.key = key
        self.certificate = key.certificate
        self.digest = _digest_of(key.scheme)
        leaf, *issuers = (
            x509.Certificate.load(c.public_bytes(Encoding.DER))
            for c in (key.certificate, *key.chain)
        )
        algorithm = algos.DigestAlgorithm({"algorithm": self.digest.name}).dump()
        self._digest_algorithm = algorithm
        self._signature_algorithm = algorithm_identifier(key.scheme).dump()
        self._signer_id = cms.IssuerAndSerialNumber(
            {"issuer": leaf.issuer, "serial_number": leaf.serial_number}
        ).dump()
        self._certificates = tlv(CONTEXT_0, *sorted(c.dump() for c in (leaf, *issuers)))
        self._constant_attributes = (
            cms.CMSAttribute({"type": "content_type", "values": ["data"]}).dump(),
            _signing_certificate(leaf, self.digest),
        )
        self._digest_attribute = cms.CMSAttributeType("message_digest").dump()

    def signed_attributes(self, message_digest: bytes) -> bytes:
        """Return the DER SET OF whose digest the key signs (RFC 5652 §5.4)."""
        values = tlv(SET, tlv(OCTETS, message_digest))
        attributes = (
            *self._constant_attributes,
            tlv(SEQUENCE, self._digest_attribute, values),
        )
        return tlv(SET, *sorted(attributes))

    def sign(
        self, signed_attributes: bytes, purpose: SigningPurpose | None = None
    ) -> bytes:
        """Have the key sign; raises what `SigningKey.sign_digest` raises.

        The owner of an attended key is told the purpose and given the attributes.
        """
        if purpose is not None and isinstance(self.key, AttendedKey):
            return self.key.sign_message(signed_attributes, purpose)
        return self.key.sign_digest(self.digest.of(signed_attributes))

    def assemble(
        self, attributes: bytes, signature: bytes, token: bytes = b""
    ) -> bytes:
        """Return the ContentInfo with the signature and its RFC 3161 token, if any.

        Args:
            attributes: the exact bytes from `signed_attributes`.
            signature: over them.
            token: DER TimeStampToken over the signature value.
        """
        unsigned = b""
        if token:
            unsigned = tlv(CONTEXT_1, tlv(SEQUENCE, _TIMESTAMP_TOKEN, tlv(SET, token)))
        signer = tlv(
            SEQUENCE,
            _VERSION_1,
            self._signer_id,
            self._digest_algorithm,
            bytes([CONTEXT_0]) + attributes[1:],  # IMPLICIT [0] instead of SET
            self._signature_algorithm,
            tlv(OCTETS, signature),
            unsigned,
        )
        signed_data = tlv(
            SEQUENCE,
            _VERSION_1,
            tlv(SET, self._digest_algorithm),
            _DETACHED_DATA,
            self._certificates,
            tlv(SET, signer),
        )
        return tlv(SEQUENCE, _SIGNED_DATA, tlv(CONTEXT_0, signed_data))


_VERSION_1 = integer(1)
_SIGNED_DATA = cms.ContentType("signed_data").dump()
_DETACHED_DATA = tlv(SEQUENCE, cms.ContentType("data").dump())
_TIMESTAMP_TOKEN = core.ObjectIdentifier("1.2.840.113549.1.9.16.2.14").dump()


def _digest_of(scheme: SignatureScheme) -> Digest:
    algorithm = scheme.hash_algorithm
    return Digest(algorithm.name, algorithm)


def _signing_certificate(leaf: x509.Certificate, digest: Digest) -> bytes:
    """ESS signing-certificate-v2 (RFC 5035), demanded by EN 319 122-1 §5.2.2."""
    reference: dict[str, object] = {
        "cert_hash": digest.of(leaf.dump()),
        "issuer_serial": {
            "issuer": [x509.GeneralName("directory_name", leaf.issuer)],
            "serial_number": leaf.serial_number,
        },
    }
    if digest.name != "sha256":  # sha256 is the DEFAULT and is left out in DER
        reference["hash_algorithm"] = {"algorithm": digest.name}
    value = tsp.SigningCertificateV2({"certs": [tsp.ESSCertIDv2(reference)]})
    return bytes(
        cms.CMSAttribute({"type": "signing_certificate_v2", "values": [value]}).dump()
    )
