"""What people type into a field that is printed or recorded."""

from certify.errors import InvalidInput
from certify.printable import clean, unprintable

MAX_NAME = 200


def required_text(field: str, text: str, longest: int = MAX_NAME) -> str:
    """Return a field cleaned; `field` is its Vietnamese label.

    Raises:
        InvalidInput: empty, longer than `longest` characters, or not printable.
    """
    cleaned = clean(text)
    if not cleaned:
        raise InvalidInput(field=field, reason="không được để trống")
    if len(cleaned) > longest:
        raise InvalidInput(field=field, reason=f"dài quá {longest} ký tự")
    if unprintable(cleaned):
        raise InvalidInput(
            field=field, reason=f"có ký tự không in được: {unprintable(cleaned)}"
        )
    return cleaned


def optional_text(field: str, text: str, longest: int = MAX_NAME) -> str:
    """Return a field cleaned, "" when nothing was typed.

    Raises:
        InvalidInput: as for `required_text`.
    """
    return required_text(field, text, longest) if text.strip() else ""
