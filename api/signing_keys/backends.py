"""From a row of the registry to the settings of its backend.

Parameters are text, as an operator types them with `--set name=value`; secrets are
references. A new backend adds its line to `BACKENDS` and its case to `key_settings`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from certify.errors import InvalidInput, StoredDataDamaged
from certify.signing_key import KeyRecord
from keys.base import SignatureScheme
from keys.settings import FileKeySettings, KeySettings


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
        scheme = parameters.get("scheme")
        if scheme is not None and scheme not in set(SignatureScheme):
            raise InvalidInput(
                field="--set", reason=f"scheme phải là {', '.join(SignatureScheme)}"
            )


BACKENDS: Mapping[str, Backend] = {
    "file": Backend(frozenset({"path"}), frozenset(), ("passphrase",)),
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
    key: KeyRecord, secrets: Mapping[str, str], *, certificates: Path, folder: Path
) -> KeySettings:
    """Return the settings that open a key.

    Args:
        key: its row.
        secrets: name → the secret itself.
        certificates: PEM file with the key's certificate and its issuers.
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
        case _:
            raise StoredDataDamaged(what=f"khóa {key.id}: loại {key.backend}")
