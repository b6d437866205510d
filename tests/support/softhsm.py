"""SoftHSM2 tokens of one's own: made, filled, taken away, put back.

What is done to a token goes through processes of its own (`softhsm_hand.py`), as an
administrator would do it; this process has the module for the code under test alone.
"""

import json
import secrets
import subprocess
import sys
from base64 import b64encode
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from cryptography.x509 import Certificate

from certify.clock import SystemClock
from keys.base import SignatureScheme
from keys.devpki.holders import Holder, SealHolder
from keys.devpki.issue import HolderKey, issue_certificate
from keys.settings import Pkcs11KeySettings
from tests.support.pki import AUTHORITY_NAME, RunningPki, fresh_key_id
from tests.support.real import need

PIN, SO_PIN = "73915028", "60285193"
HAND = Path(__file__).with_name("softhsm_hand.py")


@dataclass(frozen=True)
class SoftToken:
    """A token of SoftHSM2, and the folder it is kept in."""

    module: Path
    label: str
    folder: Path

    def hand(self, act: str, **given: Any) -> Any:
        """Do something by hand, in a process of its own."""
        done = subprocess.run(
            [sys.executable, HAND],
            input=json.dumps(
                {"module": str(self.module), "token": self.label, "act": act, **given}
            ),
            capture_output=True,
            check=True,
            text=True,
        )
        return json.loads(done.stdout)

    def put(
        self,
        label: str,
        key: HolderKey,
        certificates: Sequence[Certificate] = (),
        *,
        shown: HolderKey | None = None,
        **changes: Any,
    ) -> None:
        """Import a private key, and certificates: the first gets the key's CKA_ID.

        `shown` is the EC key whose public key lies beside it, None the same.
        """
        form = PrivateFormat.TraditionalOpenSSL
        kind = "rsa" if isinstance(key, rsa.RSAPrivateKey) else "ec"
        objects = [(kind, key.private_bytes(Encoding.DER, form, NoEncryption()))]
        if kind == "ec":
            point = (
                (shown or key)
                .public_key()
                .public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
            )
            objects.append(("ec public", point))
        objects += [("x509", c.public_bytes(Encoding.DER)) for c in certificates]
        given = {"pin": PIN, "label": label, "key_id": label.encode().hex()} | changes
        self.hand(
            "put",
            objects=[(kind, b64encode(der).decode()) for kind, der in objects],
            **given,
        )

    def put_certificate(self, key_label: str, certificate: Certificate) -> None:
        """Put one more certificate beside a key, with its CKA_ID."""
        der = b64encode(certificate.public_bytes(Encoding.DER)).decode()
        self.hand(
            "put",
            pin=PIN,
            label=key_label,
            key_id=key_label.encode().hex(),
            objects=[("x509", der)],
        )

    @property
    def flags(self) -> int:
        """CK_TOKEN_INFO.flags, as another process sees them."""
        return int(self.hand("flags"))

    @contextmanager
    def away(self) -> Iterator[None]:
        """Take the token's folder away, put it back at the end."""
        hidden = self.folder.parents[1] / f"{self.folder.name}.away"
        self.folder.rename(hidden)
        try:
            yield
        finally:
            hidden.rename(self.folder)

    def settings(self, key_label: str, **changes: Any) -> Pkcs11KeySettings:
        given: dict[str, Any] = {
            "key_id": key_label,
            "module": self.module,
            "token_label": self.label,
            "key_label": key_label,
            "pin": PIN,
        }
        return Pkcs11KeySettings(**(given | changes))


@dataclass(frozen=True)
class SoftHsm:
    """All tokens of this test process: SoftHSM2 has one configuration per process."""

    module: Path
    tokens: Path

    def new_token(self, label: str = "") -> SoftToken:
        label = label or f"token-{secrets.token_hex(4)}"
        before = set(self.tokens.iterdir())
        subprocess.run(
            [
                *(need("softhsm2-util"), "--init-token", "--free", "--label", label),
                *("--pin", PIN, "--so-pin", SO_PIN),
            ],
            check=True,
            capture_output=True,
        )
        (folder,) = set(self.tokens.iterdir()) - before
        return SoftToken(self.module, label, folder)


def issue_on(
    token: SoftToken,
    pki: RunningPki,
    key: HolderKey,
    *,
    holder: Holder | None = None,
    scheme: SignatureScheme | None = None,
    pem: Path | None = None,
) -> Pkcs11KeySettings:
    """Put a key with a certificate of the PKI on a token; settings that open it.

    The certificates go on the token too, or, with `pem`, into that file.
    """
    holder = holder or SealHolder(fresh_key_id("hsm"), AUTHORITY_NAME)
    issued = issue_certificate(
        pki.folder, holder, now=SystemClock().now(), private_key=key
    )
    # The issuers come in the wrong order on purpose.
    certificates = [issued.certificate, pki.pki.root, pki.pki.issuing]
    token.put(holder.key_id, key, () if pem else certificates)
    if pem:
        pem.write_bytes(b"".join(c.public_bytes(Encoding.PEM) for c in certificates))
    return token.settings(holder.key_id, scheme=scheme, certificates=pem)


@contextmanager
def open_softhsm(module: Path, folder: Path) -> Iterator[SoftHsm]:
    """Have this process and its children use the tokens of a new folder."""
    tokens = folder / "tokens"
    tokens.mkdir()
    configuration = folder / "softhsm2.conf"
    configuration.write_text(
        f"directories.tokendir = {tokens}\n"
        "objectstore.backend = file\n"
        "log.level = ERROR\n"
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SOFTHSM2_CONF", str(configuration))  # read by C_Initialize
        yield SoftHsm(module, tokens)


@pytest.fixture(scope="session")
def softhsm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SoftHsm]:
    module = need("libsofthsm2.so")
    with open_softhsm(module, tmp_path_factory.mktemp("softhsm")) as opened:
        yield opened
