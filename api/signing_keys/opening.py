"""From a row of the registry to an opened key."""

import hashlib
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    load_der_public_key,
)

from api.data_folder import PRIVATE_FOLDER
from api.signing_keys.backends import key_settings
from api.signing_keys.secret import read_secret
from certify.clock import Clock
from certify.errors import KeyNotUsable, ServiceUnavailable, StoredDataDamaged
from certify.signing_key import KeyRecord
from keys.base import KeyRefused, KeyUnreachable, RefusalReason, SigningKey
from keys.devpki.holders import is_development
from keys.open import open_key
from keys.placeholder import placeholder_certificate
from keys.private_file import write_private_file
from keys.proof import prove

KEY_SERVICE = "Khóa ký số"


@contextmanager
def key_errors(key_id: str) -> Iterator[None]:
    """Say in the core's words what a key's backend says.

    Raises:
        KeyNotUsable: refused until somebody changes something.
        ServiceUnavailable: away.
    """
    try:
        yield
    except KeyRefused as error:
        raise KeyNotUsable(
            key=key_id,
            reason=f"{error.reason.sentence}; sửa rồi chạy: certify keys test",
        ) from error
    except KeyUnreachable as error:
        raise ServiceUnavailable(service=KEY_SERVICE) from error


@dataclass(frozen=True, kw_only=True)
class KeyOpener:
    """Opens keys.

    Attributes:
        folder: where relative paths of rows start.
        certificates: a folder for the PEM files that backends read; made again at any
            time from the registry.
        development: whether keys marked "THỬ NGHIỆM" may be opened.
    """

    folder: Path
    certificates: Path
    clock: Clock
    development: bool

    def secrets(self, key: KeyRecord) -> Mapping[str, str]:
        """Read a key's secrets.

        Raises:
            KeyNotUsable: one is missing or exposed; names its reference.
            KeyUnreachable: the disk did not answer.
        """
        return {
            name: read_secret(reference, key_id=key.id, folder=self.folder)
            for name, reference in key.secrets.items()
        }

    def __call__(
        self, key: KeyRecord, secrets: Mapping[str, str] | None = None
    ) -> SigningKey:
        """Open a key; one that has no certificate yet opens with a placeholder.

        Raises:
            KeyNotUsable: a secret is missing, or a development key in production.
            KeyRefused: the backend or `keys.fitness` refuses it.
            KeyUnreachable: the backend is away.
        """
        leaf = self.leaf(key)
        self._refuse_development(key.id, leaf)
        chain = [_certificate(key, der) for der in key.issuers]
        given = self.secrets(key) if secrets is None else secrets
        file = self._certificate_file([leaf, *chain])
        try:
            opened = open_key(
                key_settings(key, given, certificates=file, folder=self.folder)
            )
        finally:
            if key.certificate is None:  # each placeholder is another one
                file.unlink(missing_ok=True)
        if opened.certificate != leaf:
            raise KeyRefused(RefusalReason.KEY_MISMATCH, key_id=key.id)
        return opened

    def discover(self, key: KeyRecord) -> SigningKey:
        """Open a key that exists, with the certificate its backend has.

        Raises:
            KeyNotUsable, KeyRefused, KeyUnreachable: as above.
        """
        secrets = self.secrets(key)
        opened = open_key(
            key_settings(key, secrets, certificates=None, folder=self.folder)
        )
        self._refuse_development(key.id, opened.certificate)
        return opened

    def leaf(self, key: KeyRecord) -> x509.Certificate:
        """Return a key's certificate, or a placeholder for one that has none."""
        if key.certificate is not None:
            return _certificate(key, key.certificate)
        public_key = load_der_public_key(key.public_key)
        return placeholder_certificate(public_key, self.clock.now())  # type: ignore[arg-type]  # DH keys, which it refuses

    def _refuse_development(self, key_id: str, leaf: x509.Certificate) -> None:
        if not self.development and is_development(leaf):
            raise KeyNotUsable(
                key=key_id, reason="là khóa THỬ NGHIỆM, không dùng để ký thật"
            )

    def _certificate_file(self, chain: list[x509.Certificate]) -> Path:
        data = b"".join(c.public_bytes(Encoding.PEM) for c in chain)
        self.certificates.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
        path = self.certificates / f"{hashlib.sha256(data).hexdigest()}.pem"
        if not path.is_file() or path.read_bytes() != data:
            write_private_file(path, data)
        return path


def try_key(
    opener: KeyOpener, key: KeyRecord, *, tries: int = 1
) -> tuple[str, list[float]]:
    """Sign random digests with a key and verify them.

    Returns:
        The key's scheme, and the seconds each signature took.

    Raises:
        KeyNotUsable: it cannot be opened, or signs wrongly.
        ServiceUnavailable: its backend is away.
    """
    seconds = []
    with key_errors(key.id):
        opened = opener(key)
        for _ in range(tries):
            start = time.perf_counter()
            prove(opened)
            seconds.append(time.perf_counter() - start)
    return str(opened.scheme), seconds


def _certificate(key: KeyRecord, der: bytes) -> x509.Certificate:
    try:
        return x509.load_der_x509_certificate(der)
    except ValueError as error:
        raise StoredDataDamaged(what=f"chứng thư số của khóa {key.id}") from error
