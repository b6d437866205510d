"""A running development PKI, made once per test session (RSA keys are slow).

Tests that revoke or issue must issue a certificate of their own (`fresh_key_id`), and
leave the shared ones in force.
"""

import secrets
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from api.devpki import DevelopmentPkiServer, serve_if_free
from certify.clock import Clock, SystemClock
from keys.devpki.holders import Holder, SealHolder, SignatoryHolder
from keys.devpki.issue import create_development_pki
from keys.devpki.responders import DevelopmentPki
from keys.settings import FileKeySettings

AUTHORITY_NAME = "Ủy ban nhân dân xã Mường Tè"
CHAIRMAN = SignatoryHolder("chairman", "Lò Văn Thử", "Chủ tịch", AUTHORITY_NAME)
DEPUTY = SignatoryHolder("deputy", "Vàng Thị Mẫu", "Phó Chủ tịch", AUTHORITY_NAME)
SEAL = SealHolder("seal", AUTHORITY_NAME, "GOVVN-H35.12.3")
HOLDERS: tuple[Holder, ...] = (CHAIRMAN, DEPUTY, SEAL)


@dataclass(frozen=True)
class PkiOnDisk:
    """A development PKI whose addresses point to `port`."""

    folder: Path
    port: int
    pki: DevelopmentPki

    @property
    def base(self) -> str:
        return self.pki.addresses.base

    @property
    def root_pem(self) -> Path:
        return self.folder / "root.pem"

    def key_settings(self, key_id: str) -> FileKeySettings:
        """Settings that open a key of this PKI with `keys.open.open_key`."""
        return file_key_settings(self.folder, key_id)


@dataclass(frozen=True)
class RunningPki(PkiOnDisk):
    """The same, answering over loopback HTTP."""

    server: DevelopmentPkiServer


def free_port() -> int:
    """Return a loopback port that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def file_key_settings(folder: Path, key_id: str) -> FileKeySettings:
    keys = folder / "keys"
    return FileKeySettings(
        key_id=key_id,
        path=keys / f"{key_id}.p12",
        passphrase=(keys / f"{key_id}.passphrase").read_text(),
    )


def make_pki(folder: Path, *, clock: Clock, holders: tuple[Holder, ...]) -> PkiOnDisk:
    """Make a development PKI of one's own; takes about a second."""
    port = free_port()
    create_development_pki(
        folder,
        base_address=f"http://127.0.0.1:{port}/pki",
        now=clock.now(),
        holders=holders,
    )
    return PkiOnDisk(folder, port, DevelopmentPki(folder))


@cache
def rsa_key(bits: int, which: int = 0) -> rsa.RSAPrivateKey:
    """Return the same RSA key for the same arguments; `which` tells keys apart."""
    del which
    return rsa.generate_private_key(public_exponent=65537, key_size=bits)


def ec_key(curve: ec.EllipticCurve) -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(curve)


def fresh_key_id(prefix: str = "test") -> str:
    return f"{prefix}-{secrets.token_hex(4)}"


@pytest.fixture(scope="session")
def running_pki(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningPki]:
    """The session's PKI with keys "chairman", "deputy", "seal", served over HTTP."""
    clock = SystemClock()
    made = make_pki(
        tmp_path_factory.mktemp("devpki") / "pki", clock=clock, holders=HOLDERS
    )
    server = serve_if_free(made.pki, clock=clock, port=made.port)
    assert server is not None
    yield RunningPki(made.folder, made.port, made.pki, server)
    server.stop()
