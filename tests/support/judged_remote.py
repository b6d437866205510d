"""Sealers whose person signs at a remote signing service, the agency with a file."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec

from keys.base import SignatureScheme
from keys.devpki.holders import SignatoryHolder
from keys.devpki.issue import HolderKey
from keys.open import open_key
from signing.embed import FontPrograms
from signing.pictures import Picture
from signing.sealer import PadesSealer
from tests.support.csc import keep_remotely, serving
from tests.support.pki import AUTHORITY_NAME, RunningPki, ec_key, fresh_key_id, rsa_key
from tests.support.sealing import PERSON, SEAL, make_sealer


@dataclass(frozen=True)
class Remote:
    """A kind of key at the service."""

    name: str
    about: str
    scheme: SignatureScheme
    make_key: Callable[[], HolderKey]


REMOTE = (
    Remote(
        "csc-rsa-2048",
        "keys: person RSA-2048 at a remote signing service (CSC), agency in a file",
        SignatureScheme.RSA_PKCS1_SHA256,
        lambda: rsa_key(2048),
    ),
    Remote(
        "csc-rsa-3072",
        "keys: person RSA-3072 at a remote signing service",
        SignatureScheme.RSA_PKCS1_SHA256,
        lambda: rsa_key(3072),
    ),
    Remote(
        "csc-rsa-pss",
        "keys: person RSA-2048, RSASSA-PSS, at a remote signing service",
        SignatureScheme.RSA_PSS_SHA256,
        lambda: rsa_key(2048),
    ),
    Remote(
        "csc-p-256",
        "keys: person ECDSA on P-256 at a remote signing service",
        SignatureScheme.ECDSA_SHA256,
        lambda: ec_key(ec.SECP256R1()),
    ),
)


def remote_sealers(
    pki: RunningPki, folder: Path, pictures: dict[str, Picture], fonts: FontPrograms
) -> Iterator[tuple[str, PadesSealer]]:
    """Yield each with its name, while the service runs."""
    with serving(folder) as service:
        for kind in REMOTE:
            key_id = fresh_key_id("judged")
            holder = SignatoryHolder(key_id, "Lò Văn Thử", "Chủ tịch", AUTHORITY_NAME)
            keep_remotely(service, pki, holder, kind.make_key())
            keys = {
                PERSON: open_key(service.settings(key_id, scheme=kind.scheme)),
                SEAL: open_key(pki.key_settings(SEAL)),
            }
            yield kind.name, make_sealer(pki, pictures=pictures, fonts=fonts, keys=keys)
