"""From a row of the registry to the settings of its backend.

Parameters are text, as an operator types them with `--set name=value`; secrets are
references. A new backend (USB tokens at the signatory's desk come next) adds its line
to `BACKENDS` and its case to `key_settings`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from certify.errors import InvalidInput, StoredDataDamaged
from certify.signing_key import KeyRecord
from keys.base import SignatureScheme
from keys.settings import (
    CscBearer,
    CscClient,
    CscKeySettings,
    FileKeySettings,
    KeySettings,
    Pkcs11KeySettings,
)

_HEX = frozenset("0123456789abcdefABCDEF")


@dataclass(frozen=True)
class Backend:
    """What a backend needs to find a key.

    Attributes:
        optional: names that may be left out; "scheme" is one of every backend.
        secrets: names of its secrets, the usual one first.
    """

    required: frozenset[str]
    optional: frozenset[str]
    secrets: tuple[str, ...]

    def check(self, parameters: Mapping[str, str], secrets: Mapping[str, str]) -> None:
        """Check that nothing is missing, unknown or unreadable. Raises InvalidInput."""
        known = self.required | self.optional | {"scheme"}
        for names, allowed, wanted, option in (
            (set(parameters), known, self.required, "--set"),
            (set(secrets), set(self.secrets), {self.secrets[0]}, "--secret"),
        ):
            if strange := names - allowed:
                raise InvalidInput(
                    field=option, reason=f"không có mục {', '.join(sorted(strange))}"
                )
            if missing := wanted - names:
                raise InvalidInput(
                    field=option, reason=f"thiếu mục {', '.join(sorted(missing))}"
                )
        if not all(c in _HEX for c in parameters.get("key_cka_id", "")):
            raise InvalidInput(field="--set", reason="key_cka_id phải là chữ số hex")
        scheme = parameters.get("scheme")
        if scheme is not None and scheme not in set(SignatureScheme):
            raise InvalidInput(
                field="--set", reason=f"scheme phải là {', '.join(SignatureScheme)}"
            )


BACKENDS: Mapping[str, Backend] = {
    "file": Backend(frozenset({"path"}), frozenset(), ("passphrase",)),
    "pkcs11": Backend(
        frozenset({"module"}),
        frozenset({"token_label", "token_serial", "key_label", "key_cka_id"}),
        ("pin",),
    ),
    "csc": Backend(
        frozenset({"base_url", "credential_id"}),
        frozenset({"client_id", "token_url", "ca_file"}),
        ("pin", "token", "client_secret"),
    ),
}


def backend(kind: str) -> Backend:
    """Return a backend by its kind. Raises InvalidInput."""
    try:
        return BACKENDS[kind]
    except KeyError as error:
        raise InvalidInput(
            field="--backend", reason=f"phải là {', '.join(BACKENDS)}"
        ) from error


def key_settings(
    key: KeyRecord,
    secrets: Mapping[str, str],
    *,
    certificates: Path | None,
    folder: Path,
) -> KeySettings:
    """Return the settings that open a key.

    Args:
        key: its row.
        secrets: name → the secret itself.
        certificates: PEM file with the key's certificate and its issuers; None takes
            what the backend has.
        folder: where relative paths start.

    Raises:
        StoredDataDamaged: the row is of no backend of this version.
    """
    given = key.parameters
    scheme = SignatureScheme(given["scheme"]) if "scheme" in given else None
    match key.backend:
        case "file":
            return FileKeySettings(
                key_id=key.id,
                path=folder / given["path"],
                passphrase=secrets["passphrase"],
                certificates=certificates,
                scheme=scheme,
            )
        case "pkcs11":
            cka_id = given.get("key_cka_id")
            return Pkcs11KeySettings(
                key_id=key.id,
                module=folder / given["module"],
                token_label=given.get("token_label"),
                token_serial=given.get("token_serial"),
                key_label=given.get("key_label"),
                key_cka_id=bytes.fromhex(cka_id) if cka_id else None,
                pin=secrets["pin"],
                certificates=certificates,
                scheme=scheme,
            )
        case "csc":
            ca_file = given.get("ca_file")
            return CscKeySettings(
                key_id=key.id,
                base_url=given["base_url"],
                credential_id=given["credential_id"],
                pin=secrets["pin"],
                access=_csc_access(given, secrets),
                ca_file=folder / ca_file if ca_file else None,
                scheme=scheme,
            )
        case _:
            raise StoredDataDamaged(what=f"khóa {key.id}: loại {key.backend}")


def _csc_access(
    given: Mapping[str, str], secrets: Mapping[str, str]
) -> CscBearer | CscClient:
    if "client_id" not in given:
        return CscBearer(token=secrets.get("token", ""))
    return CscClient(
        client_id=given["client_id"],
        client_secret=secrets.get("client_secret", ""),
        token_url=given.get("token_url"),
    )
