"""The development keys on a SoftHSM2 token that can be taken away."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.hazmat.primitives.serialization.pkcs12 import load_pkcs12

from api.development import SEAL_KEY, SIGNATORY_KEY
from keys.settings import Pkcs11KeySettings
from tests.support.real import need
from tests.support.softhsm import SoftToken, open_softhsm


class Token:
    """Both signing keys of a data folder; each process opens its own session."""

    def __init__(self, token: SoftToken, keys: Path) -> None:
        self._token = token
        self._folder = token.folder
        self._away = self._folder.parents[1] / f"{self._folder.name}.away"
        self.settings = {
            key_id: _moved(token, keys, key_id) for key_id in (SIGNATORY_KEY, SEAL_KEY)
        }

    def take_away(self) -> None:
        if self._folder.exists():
            self._folder.rename(self._away)

    def put_back(self) -> None:
        if self._away.exists():
            self._away.rename(self._folder)


@contextmanager
def token_of(keys: Path, folder: Path) -> Iterator[Token]:
    """Move the keys of a data folder to a token of its own."""
    with open_softhsm(need("libsofthsm2.so"), folder) as softhsm:
        yield Token(softhsm.new_token(), keys)


def _moved(token: SoftToken, keys: Path, key_id: str) -> Pkcs11KeySettings:
    """The certificates stay in a file: a token away must not keep us from starting."""
    passphrase = (keys / f"{key_id}.passphrase").read_bytes()
    found = load_pkcs12((keys / f"{key_id}.p12").read_bytes(), passphrase)
    if found.key is None or found.cert is None:
        raise RuntimeError(f"no such key: {key_id}")
    pem = keys / f"{key_id}.pem"
    pem.write_bytes(
        b"".join(
            c.certificate.public_bytes(Encoding.PEM)
            for c in (found.cert, *found.additional_certs)
        )
    )
    token.put(key_id, found.key)  # type: ignore[arg-type] # RSA or EC, we made it
    return token.settings(key_id, certificates=pem)
