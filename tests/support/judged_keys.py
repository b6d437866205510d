"""The keys of judged copies: every scheme, in files and in SoftHSM2."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec

from certify.clock import SystemClock
from keys.base import SignatureScheme, SigningKey
from keys.devpki.holders import Holder, SealHolder, SignatoryHolder
from keys.devpki.issue import HolderKey, issue_certificate
from keys.open import open_key
from tests.support.owners import Owners
from tests.support.pki import AUTHORITY_NAME, RunningPki, ec_key, fresh_key_id, rsa_key
from tests.support.sealing import PERSON, SEAL
from tests.support.softhsm import SoftToken, issue_on


@dataclass(frozen=True)
class KeyPair:
    """What both keys of a copy, the person's and the agency's, are like."""

    about: str
    scheme: SignatureScheme
    private_key: Callable[[], HolderKey]


SCHEMES = {
    "rsa-3072": KeyPair(
        "keys: both RSA-3072, PKCS #1 v1.5",
        SignatureScheme.RSA_PKCS1_SHA256,
        lambda: rsa_key(3072),
    ),
    "rsa-pss": KeyPair(
        "keys: both RSA-3072, RSASSA-PSS",
        SignatureScheme.RSA_PSS_SHA256,
        lambda: rsa_key(3072),
    ),
    "p-256": KeyPair(
        "keys: both ECDSA on P-256",
        SignatureScheme.ECDSA_SHA256,
        lambda: ec_key(ec.SECP256R1()),
    ),
}
HSM_SCHEMES = {
    "hsm-rsa-2048": KeyPair(
        "keys: both RSA-2048 in SoftHSM2, PKCS #1 v1.5",
        SignatureScheme.RSA_PKCS1_SHA256,
        lambda: rsa_key(2048),
    ),
    "hsm-rsa-3072": KeyPair(
        "keys: both RSA-3072 in SoftHSM2, PKCS #1 v1.5",
        SignatureScheme.RSA_PKCS1_SHA256,
        lambda: rsa_key(3072),
    ),
    "hsm-rsa-pss": KeyPair(
        "keys: both RSA-2048 in SoftHSM2, RSASSA-PSS",
        SignatureScheme.RSA_PSS_SHA256,
        lambda: rsa_key(2048),
    ),
    "hsm-p-256": KeyPair(
        "keys: both ECDSA on P-256 in SoftHSM2",
        SignatureScheme.ECDSA_SHA256,
        lambda: ec_key(ec.SECP256R1()),
    ),
    "hsm-p-384": KeyPair(
        "keys: both ECDSA on P-384 in SoftHSM2",
        SignatureScheme.ECDSA_SHA384,
        lambda: ec_key(ec.SECP384R1()),
    ),
}

OWNED_SCHEMES = {
    "usb-rsa-2048": KeyPair(
        "keys: person RSA-2048 in its owner's hands, agency in a file",
        SignatureScheme.RSA_PKCS1_SHA256,
        lambda: rsa_key(2048),
    ),
    "usb-rsa-3072": KeyPair(
        "keys: person RSA-3072 in its owner's hands",
        SignatureScheme.RSA_PKCS1_SHA256,
        lambda: rsa_key(3072),
    ),
    "usb-rsa-pss": KeyPair(
        "keys: person RSA-2048, RSASSA-PSS, in its owner's hands",
        SignatureScheme.RSA_PSS_SHA256,
        lambda: rsa_key(2048),
    ),
    "usb-p-256": KeyPair(
        "keys: person ECDSA on P-256 in its owner's hands",
        SignatureScheme.ECDSA_SHA256,
        lambda: ec_key(ec.SECP256R1()),
    ),
}


def in_files(pair: KeyPair, pki: RunningPki) -> dict[str, SigningKey]:
    """Issue both keys as PKCS#12 files; by role."""
    keys: dict[str, SigningKey] = {}
    for role, holder in _holders().items():
        issue_certificate(
            pki.folder, holder, now=SystemClock().now(), private_key=pair.private_key()
        )
        settings = pki.key_settings(holder.key_id)
        keys[role] = open_key(replace(settings, scheme=pair.scheme))
    return keys


def in_hsm(pair: KeyPair, pki: RunningPki, token: SoftToken) -> dict[str, SigningKey]:
    """Issue both keys on one token; by role."""
    return {
        role: open_key(
            issue_on(token, pki, pair.private_key(), holder=holder, scheme=pair.scheme)
        )
        for role, holder in _holders().items()
    }


def in_owners_hands(
    pair: KeyPair, pki: RunningPki, folder: Path
) -> dict[str, SigningKey]:
    """Issue both keys, and give the person's to its owner; by role."""
    keys, owners = in_files(pair, pki), Owners()
    held = replace(pki.key_settings(keys[PERSON].key_id), scheme=pair.scheme)
    return keys | {PERSON: open_key(owners.take_out(held, folder), exchange=owners)}


def _holders() -> dict[str, Holder]:
    person, seal_id = fresh_key_id("judged"), fresh_key_id("judged")
    return {
        PERSON: SignatoryHolder(person, "Lò Văn Thử", "Chủ tịch", AUTHORITY_NAME),
        SEAL: SealHolder(seal_id, AUTHORITY_NAME),
    }
