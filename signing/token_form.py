"""The one form of the last timestamp token.

Everything in a copy is covered by a later signature, but for parts of the last token
itself: its certificates, version numbers and algorithm identifiers are signed by
nobody, and validators accept changes there. A certified copy has exactly one form:
the token is rebuilt from what is signed, from constants and from what stands elsewhere
in the covered file (certificates: in the document security store; their order and how
algorithms are written: in an earlier token of the same authority), and must come out
byte for byte.
"""

from collections.abc import Collection, Sequence

from asn1crypto import algos, cms, core, x509

from signing.der import tlv

_SEQUENCE, _SET, _OCTETS = 0x30, 0x31, 0x04
_CONTEXT_0 = 0xA0
_SIGNED_DATA = cms.ContentType("signed_data").dump()
_TST_INFO = cms.ContentType("tst_info").dump()
_VERSION_1 = core.Integer(1).dump()
_VERSION_3 = core.Integer(3).dump()  # RFC 5652 §5.1: content is not id-data


def token_has_one_form(
    token: bytes,
    stored: Collection[bytes],
    earlier: Sequence[cms.SignedData] = (),
) -> bool:
    """Tell whether a token is exactly what its signed content makes of it.

    Args:
        token: DER ContentInfo, without padding.
        stored: DER certificates of the document security store.
        earlier: the other timestamp tokens of the file.
    """
    try:
        return _rebuilt(token, stored, earlier) == token
    except (ValueError, TypeError, KeyError, StopIteration):
        return False


def _rebuilt(
    token: bytes, stored: Collection[bytes], earlier: Sequence[cms.SignedData]
) -> bytes | None:
    signed = cms.ContentInfo.load(token, strict=True)["content"]
    (signer,) = signed["signer_infos"]
    certificates = _certificates(signed)
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
    if not _written_as(signed, [t for t in earlier if leaf.dump() in _certificates(t)]):
        return None
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
        tlv(_CONTEXT_0, signer["signed_attrs"].contents),
        signer["signature_algorithm"].dump(),
        tlv(_OCTETS, signer["signature"].native),
    )
    content = signed["encap_content_info"]["content"].contents
    return tlv(
        _SEQUENCE,
        _SIGNED_DATA,
        tlv(
            _CONTEXT_0,
            tlv(
                _SEQUENCE,
                _VERSION_3,
                tlv(_SET, signer["digest_algorithm"].dump()),
                tlv(_SEQUENCE, _TST_INFO, tlv(_CONTEXT_0, tlv(_OCTETS, content))),
                tlv(_CONTEXT_0, *certificates),
                tlv(_SET, signer_info),
            ),
        ),
    )


def _certificates(token: cms.SignedData) -> list[bytes]:
    return [certificate.chosen.dump() for certificate in token["certificates"]]


def _written_as(token: cms.SignedData, earlier: Sequence[cms.SignedData]) -> bool:
    """Tell whether a token is written as its authority wrote others in this file.

    Nothing signed says in which order certificates stand, nor whether parameters that
    are NULL are left out. What was not met before may be written either way.
    """
    if earlier and _certificates(token) not in map(_certificates, earlier):
        return False
    for name in ("digest_algorithm", "signature_algorithm"):
        (ours, *theirs) = (t["signer_infos"][0][name] for t in (token, *earlier))
        known = {t.dump() for t in theirs if t["algorithm"] == ours["algorithm"]}
        if known and ours.dump() not in known:
            return False
    return True


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
