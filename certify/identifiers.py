"""Identifiers: internal ids, verification codes, addresses."""

import re
import secrets

# Crockford's base32: no I, L, O, U, so a code can be read out over a telephone.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CODE_LENGTH = 16  # 16 × 5 bit = 80 bit: unguessable (domain rule 37)
_CODE = re.compile(f"[{ALPHABET}]{{{CODE_LENGTH}}}")
_LOOKALIKES = str.maketrans("ILO", "110")


def new_id() -> str:
    """Return a fresh internal id: 128 random bits, 32 hex digits."""
    return secrets.token_hex(16)


def new_verification_code() -> str:
    """Return a fresh verification code."""
    return "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))


def parse_verification_code(text: str) -> str | None:
    """Read a code as a person types it: any case, dashes, spaces, O for 0, I for 1.

    Returns:
        The canonical code, or None when the text cannot be one.
    """
    cleaned = re.sub(r"[\s\-–]", "", text).upper().translate(_LOOKALIKES)
    return cleaned if _CODE.fullmatch(cleaned) else None


def show_verification_code(code: str) -> str:
    """Return the code in groups of four, for print."""
    return "-".join(code[i : i + 4] for i in range(0, CODE_LENGTH, 4))


def verification_address(base_url: str, code: str) -> str:
    """Return the address in the QR: `<base>/v/<code>`."""
    return f"{base_url.rstrip('/')}/v/{code}"
