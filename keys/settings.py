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


# A new backend joins here with `|`, and gets its case in `keys.open`.
KeySettings: TypeAlias = FileKeySettings
