"""The one form of the last timestamp token.

Everything in a copy is covered by a later signature, but for parts of the last token
itself: its certificates, version numbers and algorithm identifiers are signed by
nobody, and validators accept changes there. A certified copy has exactly one form:
the token is rebuilt from what is signed, or stands in the (covered) document security
store, and must come out byte for byte.
"""

from collections.abc import Collection

from asn1crypto import algos, cms, core, x509

from signing.der import tlv

_SEQUENCE, _SET = 0x30, 0x31
_CONTEXT_0 = 0xA0
_SIGNED_DATA = cms.ContentType("signed_data").dump()
_VERSION_1 = core.Integer(1).dump()
_VERSION_3 = core.Integer(3).dump()  # RFC 5652 §5.1: content is not id-data


def token_has_one_form(token: bytes, stored: Collection[bytes]) -> bool:
    """Tell whether a token is exactly what its signed content makes of it.

    Args:
        token: DER ContentInfo, without padding.
        stored: DER certificates of the document security store.
    """
    try:
        return _rebuilt(token, stored) == token
    except (ValueError, TypeError, KeyError, StopIteration):
        return False


def _rebuilt(token: bytes, stored: Collection[bytes]) -> bytes | None:
    signed = cms.ContentInfo.load(token, strict=True)["content"]
    (signer,) = signed["signer_infos"]
    certificates = [c.chosen.dump() for c in signed["certificates"]]
    if len(set(certificates)) != len(certificates):
        return None
    if not set(certificates) <= set(stored):
        return None
    reference = signer["sid"].chosen
    leaf = next(
        certificate
        for certificate in map(x509.Certificate.load, certificates)
        if certificate.serial_number == reference["serial_number"].native
    )
    digest = signer["digest_algorithm"]["algorithm"].native
    algorithm = signer["signature_algorithm"]
    is_pss = algorithm["algorithm"].native == "rsassa_pss"
    if signer["digest_algorithm"].dump() not in _digest_forms(digest):
        return None
    if not is_pss and algorithm.dump() not in _signature_forms(digest, leaf):
        return None
    signer_id = cms.IssuerAndSerialNumber(
        {"issuer": leaf.issuer, "serial_number": leaf.serial_number}
    ).dump()
    signer_info = tlv(
        _SEQUENCE,
        _VERSION_1,
        signer_id,
        signer["digest_algorithm"].dump(),
        signer["signed_attrs"].dump(),
        signer["signature_algorithm"].dump(),
        signer["signature"].dump(),
    )
    return tlv(
        _SEQUENCE,
        _SIGNED_DATA,
        tlv(
            _CONTEXT_0,
            tlv(
                _SEQUENCE,
                _VERSION_3,
                tlv(_SET, signer["digest_algorithm"].dump()),
                signed["encap_content_info"].dump(),
                tlv(_CONTEXT_0, *certificates),
                tlv(_SET, signer_info),
            ),
        ),
    )


def _digest_forms(digest: str) -> set[bytes]:
    """RFC 5754 §2: parameters absent, or NULL."""
    return _forms(algos.DigestAlgorithmId(digest).dump())


def _signature_forms(digest: str, leaf: x509.Certificate) -> set[bytes]:
    """RFC 4055 §5, RFC 5758 §3.2; RSA-PSS parameters are verified with the value."""
    names: tuple[str, ...]
    match leaf.public_key.algorithm:
        case "rsa":
            names = (f"{digest}_rsa", "rsassa_pkcs1v15")
        case "ec":
            names = (f"{digest}_ecdsa",)
        case _:
            names = ()
    identifiers = [algos.SignedDigestAlgorithmId(name).dump() for name in names]
    return {form for identifier in identifiers for form in _forms(identifier)}


def _forms(identifier: bytes) -> set[bytes]:
    """An AlgorithmIdentifier with absent and with NULL parameters."""
    return {tlv(_SEQUENCE, identifier), tlv(_SEQUENCE, identifier, core.Null().dump())}
