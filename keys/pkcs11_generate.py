"""Make a new key on a token, so that it never was and never can be outside.

PKCS #11 v2.40 base specification §4.9: what the token says of the new key (made there,
sensitive, never extractable) is read back; a key that could be taken out is destroyed.
Run in a process that has not opened the module: a command, not the service.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_der_public_key,
)
from pkcs11 import Attribute, KeyType, Session
from pkcs11._pkcs11 import lib  # as in `keys.pkcs11_module`
from pkcs11.exceptions import PinIncorrect, PinLocked, PKCS11Error
from pkcs11.util.ec import encode_ec_public_key, encode_named_curve_parameters

from keys.base import KeyRefused, KeyUnreachable, RefusalReason
from keys.generate import RSA_BITS, KeyAlgorithm
from keys.settings import Pkcs11KeySettings

_CURVES = MappingProxyType(
    {KeyAlgorithm.P_256: "secp256r1", KeyAlgorithm.P_384: "secp384r1"}
)
_PRIVATE: Mapping[Attribute, bool] = MappingProxyType(
    {
        Attribute.PRIVATE: True,
        Attribute.SENSITIVE: True,
        Attribute.EXTRACTABLE: False,
        Attribute.SIGN: True,
        Attribute.DECRYPT: False,
        Attribute.UNWRAP: False,
    }
)
_MUST_SAY = (
    Attribute.LOCAL,
    Attribute.SENSITIVE,
    Attribute.ALWAYS_SENSITIVE,
    Attribute.NEVER_EXTRACTABLE,
)


def generate_pkcs11_key(settings: Pkcs11KeySettings, algorithm: KeyAlgorithm) -> bytes:
    """Make a key pair under the label of the settings.

    Returns:
        The public key: SubjectPublicKeyInfo, DER.

    Raises:
        FileExistsError: the label is taken on this token.
        KeyRefused: PIN, or KEY_EXPOSED when the token does not keep the key inside.
        KeyUnreachable: no such module or token, or it failed.
    """
    try:
        module = lib(str(settings.module))
        module.initialize()
        try:
            return _generate(module, settings, algorithm)
        finally:
            module.finalize()
    except PinIncorrect as error:
        raise KeyRefused(RefusalReason.PIN_WRONG, key_id=settings.key_id) from error
    except PinLocked as error:
        raise KeyRefused(RefusalReason.PIN_LOCKED, key_id=settings.key_id) from error
    except PKCS11Error as error:
        raise KeyUnreachable(key_id=settings.key_id) from error


def _generate(
    module: lib, settings: Pkcs11KeySettings, algorithm: KeyAlgorithm
) -> bytes:
    serial = settings.token_serial
    token = module.get_token(
        token_label=settings.token_label,
        token_serial=serial.encode() if serial is not None else None,
    )
    with token.open(rw=True, user_pin=settings.pin) as session:
        label = settings.key_label
        if list(session.get_objects({Attribute.LABEL: label})):
            raise FileExistsError(label)
        public, private = _pair(session, settings, algorithm)
        if not all(private[attribute] for attribute in _MUST_SAY):
            private.destroy()
            public.destroy()
            raise KeyRefused(RefusalReason.KEY_EXPOSED, key_id=settings.key_id)
        return _spki(public, algorithm)


def _pair(
    session: Session, settings: Pkcs11KeySettings, algorithm: KeyAlgorithm
) -> tuple[Any, Any]:
    given: dict[str, Any] = {
        "id": settings.key_cka_id or settings.key_id.encode(),
        "label": settings.key_label,
        "store": True,
        "public_template": {Attribute.VERIFY: True},
        "private_template": dict(_PRIVATE),
    }
    if algorithm in RSA_BITS:
        made = session.generate_keypair(KeyType.RSA, RSA_BITS[algorithm], **given)
    else:
        curve = encode_named_curve_parameters(_CURVES[algorithm])
        parameters = session.create_domain_parameters(
            KeyType.EC, {Attribute.EC_PARAMS: curve}, local=True
        )
        made = parameters.generate_keypair(**given)
    public, private = made
    return public, private


def _spki(public: Any, algorithm: KeyAlgorithm) -> bytes:  # noqa: ANN401 - as pkcs11 has it
    key: rsa.RSAPublicKey | ec.EllipticCurvePublicKey
    if algorithm in RSA_BITS:
        modulus, exponent = (
            int.from_bytes(public[a], "big")
            for a in (Attribute.MODULUS, Attribute.PUBLIC_EXPONENT)
        )
        key = rsa.RSAPublicNumbers(exponent, modulus).public_key()
        return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    der = encode_ec_public_key(public)
    return load_der_public_key(der).public_bytes(
        Encoding.DER, PublicFormat.SubjectPublicKeyInfo
    )
