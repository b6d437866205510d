"""One key on a token with what lies beside it; used on the module's thread only."""

import hashlib
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.types import CertificatePublicKeyTypes
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509 import Certificate, load_der_x509_certificate
from pkcs11 import Attribute, Object, ObjectClass, Session, SignMixin
from pkcs11.exceptions import (
    MultipleObjectsReturned,
    NoSuchKey,
    PKCS11Error,
)

from keys.base import SignatureScheme
from keys.pkcs11_pin import PinMemory
from keys.pkcs11_scheme import as_der, mechanism_of
from keys.schemes import verify_digest
from keys.settings import Pkcs11KeySettings

_TEST_TEXT = b"Is this the key of the certificate? No document is signed here."


class WrongSignature(PKCS11Error):
    """The token returned what the certificate does not verify."""


class OtherKey(PKCS11Error):
    """The token's key is not the certificate's."""


class TokenKey:
    """A private key in an open session; making one finds it."""

    def __init__(
        self, session: Session, settings: Pkcs11KeySettings, pins: PinMemory
    ) -> None:
        """Find the one private key of these settings.

        Raises:
            NoSuchKey, MultipleObjectsReturned: none, several.
            PKCS11Error: any other fault.
        """
        self._session = session
        self._meant: dict[Attribute, Any] = {Attribute.CLASS: ObjectClass.PRIVATE_KEY}
        if settings.key_label is not None:
            self._meant[Attribute.LABEL] = settings.key_label
        if settings.key_cka_id is not None:
            self._meant[Attribute.ID] = settings.key_cka_id
        self._key = self._found()
        self._pins = pins
        # CKA_ALWAYS_AUTHENTICATE: such a key wants the PIN with each signature.
        always = _optional(self._key, Attribute.ALWAYS_AUTHENTICATE)
        self._pin = settings.pin if always else None
        self._proved: Certificate | None = None

    def ping(self) -> None:
        """Find the key once more; PKCS11Error if token, session or login is gone.

        Not by C_GetTokenInfo: SoftHSM fails there on a token that it may only read.
        """
        self._found()

    def _found(self) -> SignMixin:
        found = self._all(self._meant)
        if len(found) > 1:
            raise MultipleObjectsReturned
        if not found or not isinstance(found[0], SignMixin):
            raise NoSuchKey
        return found[0]

    def sign(
        self, certificate: Certificate, scheme: SignatureScheme, digest: bytes
    ) -> bytes:
        """Sign; nothing leaves that the certificate does not verify.

        Raises:
            WrongSignature: the token returned rubbish.
            PinRefused: for keys that want the PIN each time.
            PKCS11Error: any other fault.
        """
        public_key = certificate.public_key()
        mechanism, parameter, data = mechanism_of(scheme, public_key, digest)
        try:
            raw = self._key.sign(
                data, mechanism=mechanism, mechanism_param=parameter, pin=self._pin
            )
        except PKCS11Error as error:
            if self._pin is not None:
                self._pins.judge(self._session.token, self._pin, error)
            raise
        try:
            signature = as_der(scheme, raw)
            verify_digest(public_key, scheme, digest, signature)
        except (InvalidSignature, ValueError) as error:
            raise WrongSignature from error
        return signature

    def prove(self, certificate: Certificate, scheme: SignatureScheme) -> None:
        """Prove once per session that this is the certificate's key.

        Raises:
            OtherKey: it is not.
            WrongSignature: it is, but signs wrongly.
        """
        if self._proved == certificate:
            return
        shown = self._shows(certificate.public_key())
        if shown is False:
            raise OtherKey
        digest = hashlib.new(scheme.hash_algorithm.name, _TEST_TEXT).digest()
        try:
            self.sign(certificate, scheme, digest)
        except WrongSignature as error:
            if shown is None:
                raise OtherKey from error
            raise
        self._proved = certificate

    def certificates(self) -> list[Certificate]:
        """Return the certificate of the key's CKA_ID first, then all others.

        Of several with that id (one was renewed) the newest comes first. Empty when
        there is none.
        """
        key_id = _optional(self._key, Attribute.ID)
        own: list[Certificate] = []
        others: list[Certificate] = []
        for found in self._all({Attribute.CLASS: ObjectClass.CERTIFICATE}):
            try:
                certificate = load_der_x509_certificate(found[Attribute.VALUE])
            except ValueError:
                continue  # of another kind (CKC_X_509_ATTR_CERT, CKC_WTLS)
            fits = self._shows(certificate.public_key()) is not False
            same_id = key_id and _optional(found, Attribute.ID) == key_id
            (own if fits and same_id else others).append(certificate)
        own.sort(key=lambda c: c.not_valid_before_utc, reverse=True)
        return [*own, *others] if own else []

    def _shows(self, public_key: CertificatePublicKeyTypes) -> bool | None:
        """Compare the public key; None when the token shows too little of it."""
        if isinstance(public_key, rsa.RSAPublicKey):
            modulus = _optional(self._key, Attribute.MODULUS)
            if not modulus:
                return None
            return int.from_bytes(modulus, "big") == public_key.public_numbers().n
        if isinstance(public_key, ec.EllipticCurvePublicKey):
            return self._shows_point(public_key)
        return False

    def _shows_point(self, public_key: ec.EllipticCurvePublicKey) -> bool | None:
        key_id = _optional(self._key, Attribute.ID)
        if not key_id:
            return None
        beside = {Attribute.CLASS: ObjectClass.PUBLIC_KEY, Attribute.ID: key_id}
        points = [
            point
            for found in self._all(beside)
            if (point := _optional(found, Attribute.EC_POINT))
        ]
        expected = public_key.public_bytes(
            Encoding.X962, PublicFormat.UncompressedPoint
        )
        # In an OCTET STRING, or bare as older modules have it.
        return any(p.endswith(expected) for p in points) if points else None

    def _all(self, meant: dict[Attribute, Any]) -> list[Object]:
        """Return all objects: a session has one search at a time, so it is ended."""
        return list(self._session.get_objects(meant))


def _optional(found: Any, attribute: Attribute) -> Any:  # noqa: ANN401 - as pkcs11 has it
    """Return an attribute, None when the token does not show it."""
    try:
        return found[attribute]
    except (PKCS11Error, LookupError):
        return None
