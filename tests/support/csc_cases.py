"""What tests of remote signing share: a service to disturb, and nothing secret told.

After each test nothing secret may stand in any log (urllib3's at DEBUG too) or in the
text of any exception with its whole chain.
"""

import hashlib
import logging
import traceback
from collections.abc import Callable, Iterator
from typing import TypeAlias, TypeVar

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509 import Certificate
from typing_extensions import override

from keys.base import KeyBackendError, KeyRefused, RefusalReason
from keys.csc import CscKey
from keys.devpki.holders import SealHolder
from keys.devpki.issue import HolderKey
from tests.support.csc import RemoteSigning, certified, serving
from tests.support.pki import AUTHORITY_NAME, RunningPki, ec_key, fresh_key_id

DIGEST = hashlib.sha256(b"signed attributes").digest()
OTHER = hashlib.sha256(b"something else").digest()
E = TypeVar("E", bound=KeyBackendError)


@pytest.fixture(scope="session")
def disturbed_csc(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RemoteSigning]:
    with serving(tmp_path_factory.mktemp("csc")) as service:
        yield service


class Told(logging.Handler):
    """Keeps all that is logged, with the text of exceptions."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.texts: list[str] = []

    @override
    def emit(self, record: logging.LogRecord) -> None:
        self.texts.append(self.format(record))

    def secrets_of(self, service: RemoteSigning) -> list[str]:
        """Their beginning is enough: errors show long input shortened."""
        told = "\n".join(self.texts)
        return [secret for secret in service.secrets if secret[:10] in told]


@pytest.fixture
def told() -> Iterator[Told]:
    """All logs of the test. `caplog` forgets them before a fixture ends."""
    handler, root = Told(), logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield handler
    root.setLevel(level)
    root.removeHandler(handler)


@pytest.fixture
def csc(disturbed_csc: RemoteSigning, told: Told) -> Iterator[RemoteSigning]:
    """The service, healed; afterwards nothing secret was said."""
    disturbed_csc.disturb()
    disturbed_csc.configure()
    disturbed_csc.forget_requests()
    yield disturbed_csc
    assert told.secrets_of(disturbed_csc) == []


Certified: TypeAlias = tuple[HolderKey, list[Certificate]]


@pytest.fixture(scope="session")
def certified_key(running_pki: RunningPki) -> Certified:
    """A P-256 key; certifying takes longer than most tests."""
    holder = SealHolder(fresh_key_id("csc"), AUTHORITY_NAME)
    key = ec_key(ec.SECP256R1())
    return key, certified(running_pki, holder, key)


@pytest.fixture
def remote_key(csc: RemoteSigning, certified_key: Certified) -> str:
    """The name of that key at the service; a new one for each test."""
    name = fresh_key_id("csc")
    csc.add(name, *certified_key)
    return name


def fails(kind: type[E], call: Callable[[], object]) -> E:
    """Return what a call raises; its whole text goes where no secret may stand."""
    with pytest.raises(kind) as caught:
        call()
    logging.getLogger(__name__).debug(
        "%s", "".join(traceback.format_exception(caught.value))
    )
    return caught.value


def refuses(call: Callable[[], object]) -> RefusalReason:
    error = fails(KeyRefused, call)
    assert str(error).startswith("Khóa ký “")
    return error.reason


def verify(key: CscKey, signature: bytes, digest: bytes = DIGEST) -> None:
    public_key = key.certificate.public_key()
    assert isinstance(public_key, ec.EllipticCurvePublicKey)
    prehashed = Prehashed(SHA256())
    public_key.verify(signature, digest, ec.ECDSA(prehashed))


def calls(service: RemoteSigning) -> list[str]:
    """The calls that were made, in their order."""
    return [row["call"] for row in service.requests()]
