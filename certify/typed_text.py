"""What people type into a field that is printed or recorded."""

from certify.errors import InvalidInput
from certify.printable import clean, unprintable

MAX_NAME = 200


def required_text(field: str, text: str) -> str:
    """Return a field cleaned; `field` is its Vietnamese label.

    Raises:
        InvalidInput: empty, longer than 200 characters, or not printable.
    """
    cleaned = clean(text)
    if not cleaned:
        raise InvalidInput(field=field, reason="không được để trống")
    if len(cleaned) > MAX_NAME:
        raise InvalidInput(field=field, reason=f"dài quá {MAX_NAME} ký tự")
    if unprintable(cleaned):
        raise InvalidInput(
            field=field, reason=f"có ký tự không in được: {unprintable(cleaned)}"
        )
    return cleaned


def optional_text(field: str, text: str) -> str:
    """Return a field cleaned, "" when nothing was typed.

    Raises:
        InvalidInput: as for `required_text`.
    """
    return required_text(field, text) if text.strip() else ""
