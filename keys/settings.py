"""One frozen settings class per backend, told apart by `kind`."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, TypeAlias

from keys.base import SignatureScheme


@dataclass(frozen=True, kw_only=True)
class FileKeySettings:
    """A key in a PKCS#12 file, or in a PEM file with its certificates.

    Attributes:
        passphrase: opens the file; never shown by `repr`.
        certificates: PEM file, the leaf first, issuers after it; None takes those that
            lie in the key's file.
        scheme: None takes the usual one of the key's type: RSA PKCS#1 v1.5 with
            SHA-256, ECDSA with SHA-256 (P-256) or SHA-384 (P-384, P-521).
    """

    key_id: str
    path: Path
    passphrase: str = field(repr=False)
    certificates: Path | None = None
    scheme: SignatureScheme | None = None
    kind: Literal["file"] = "file"


@dataclass(frozen=True, kw_only=True)
class ExternalKeySettings:
    """A key that never comes here: on a USB token in its owner's own machine.

    Attributes:
        certificates: PEM file, the leaf first, issuers after it; public.
        time_limit_seconds: how long the owner may take for one signature. Below five
            minutes: the printed time and the timestamps must stay close (design §3).
        scheme: as in `FileKeySettings`.
    """

    key_id: str
    certificates: Path
    time_limit_seconds: float = 180.0
    scheme: SignatureScheme | None = None
    kind: Literal["external"] = "external"


@dataclass(frozen=True, kw_only=True)
class Pkcs11KeySettings:
    """A key on a token or HSM that is reached through its vendor's PKCS#11 module.

    Attributes:
        module: the vendor's shared library.
        token_label: with or instead of `token_serial`, names the token.
        key_label: with or instead of `key_cka_id`, names the private key.
        pin: of the token's user; never shown by `repr`.
        certificates: PEM file, the leaf first, issuers after it. None takes the
            certificate that lies on the token under the same CKA_ID; with a file, the
            service can start while the token is away.
        scheme: as in `FileKeySettings`.
        time_limit_seconds: of one operation; a module silent for longer is away.
    """

    key_id: str
    module: Path
    token_label: str | None = None
    token_serial: str | None = None
    key_label: str | None = None
    key_cka_id: bytes | None = None
    pin: str = field(repr=False)
    certificates: Path | None = None
    scheme: SignatureScheme | None = None
    time_limit_seconds: float = 20.0
    kind: Literal["pkcs11"] = "pkcs11"


@dataclass(frozen=True, kw_only=True)
class CscBearer:
    """An access token that the provider handed out by another way (RFC 6750)."""

    token: str = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class CscClient:
    """A client that asks for its tokens itself (RFC 6749 §4.4, client credentials).

    Attributes:
        token_url: None takes `oauth2/token` below the service's base address.
    """

    client_id: str
    client_secret: str = field(repr=False)
    token_url: str | None = None


@dataclass(frozen=True, kw_only=True)
class CscKeySettings:
    """A key at a remote signing service that speaks the CSC API 1.0.4.

    Attributes:
        base_url: with the version, as `https://sign.example.vn/csc/v1`; https, or
            plain http to loopback.
        credential_id: the provider's name of the key.
        pin: authorises each signature; never shown by `repr`.
        ca_file: PEM; only these CAs vouch for the service. None takes the system's.
        scheme: as in `FileKeySettings`.
        timeout_seconds: of one call, from connecting to the last byte.
    """

    key_id: str
    base_url: str
    credential_id: str
    pin: str = field(repr=False)
    access: CscBearer | CscClient
    ca_file: Path | None = None
    scheme: SignatureScheme | None = None
    timeout_seconds: float = 30.0
    kind: Literal["csc"] = "csc"


# A new backend joins here with `|`, and gets its case in `keys.open`.
KeySettings: TypeAlias = (
    FileKeySettings | Pkcs11KeySettings | CscKeySettings | ExternalKeySettings
)
