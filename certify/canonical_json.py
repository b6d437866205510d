"""One way to write JSON, so that one fact has one digest.

Sorted keys, no white space, UTF-8, no floats (RFC 8785 restricted to the types used
here: objects, arrays, strings, integers, booleans, null).
"""

import hashlib
import json
from typing import Any


def canonical_json(value: Any) -> str:  # noqa: ANN401 - any JSON value
    """Serialise; raises TypeError for floats and other ambiguous types."""
    _refuse_ambiguous(value)
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def sha256_hex(text: str) -> str:
    """SHA-256 of the UTF-8 bytes, hex."""
    return hashlib.sha256(text.encode()).hexdigest()


def _refuse_ambiguous(value: object) -> None:
    match value:
        case dict():
            for key, item in value.items():
                if not isinstance(key, str):
                    raise TypeError(f"key {key!r} is not a string")
                _refuse_ambiguous(item)
        case list() | tuple():
            for item in value:
                _refuse_ambiguous(item)
        case str() | bool() | int() | None:
            return
        case _:
            raise TypeError(f"{type(value).__name__} has no canonical form")
