"""Reads the tables of the law: the data folder's file, or the one of this package."""

import tomllib
from datetime import date
from importlib import resources
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from certify.comparison import RefusalGround
from certify.errors import InvalidInput
from certify.legal_tables import LegalEntry, LegalTables
from certify.printable import clean, unprintable

FILE = "legal_tables.toml"


class _Row(BaseModel):
    """A row as typed."""

    model_config = ConfigDict(extra="forbid", strict=True)

    code: str = Field(pattern=r"^[a-z0-9_]{1,40}$")
    text: str = Field(min_length=1, max_length=500)
    citation: str = Field(min_length=1, max_length=300)
    valid_from: date = Field(alias="from")
    valid_to: date | None = Field(None, alias="to")
    confirmed: bool
    advice: str = Field("", max_length=500)
    kind: str = Field("", max_length=40)
    numbering: str = Field("", max_length=80)

    @field_validator("text", "citation", "advice")
    @classmethod
    def _prints(cls, text: str) -> str:
        if unprintable(clean(text)):
            raise ValueError("unprintable")
        return clean(text)

    @field_validator("numbering")
    @classmethod
    def _numbers(cls, text: str) -> str:
        if text and "7" not in _numbered(text):
            raise ValueError("no number")
        return text


class _Tables(BaseModel):
    """The file as typed."""

    model_config = ConfigDict(extra="forbid", strict=True)

    refusal_reasons: list[_Row]
    remedies: list[_Row]
    suspicions: list[_Row]
    measures: list[_Row]
    exemptions: list[_Row]
    vneid_papers: list[_Row]
    forms: list[_Row]


def read_legal_tables(folder: Path | None = None) -> LegalTables:
    """Read the tables; `folder` is a data folder that may hold its own file.

    Raises:
        InvalidInput: the file cannot be used; names the row and field.
    """
    own = folder / FILE if folder is not None else None
    if own is not None and own.is_file():
        return _parse(own.read_bytes(), str(own))
    return _parse((resources.files("api") / FILE).read_bytes(), FILE)


def _parse(data: bytes, name: str) -> LegalTables:
    try:
        typed = _Tables.model_validate(tomllib.loads(data.decode("utf-8")))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError):
        raise InvalidInput(field=name, reason="không phải tệp TOML đúng") from None
    except ValidationError as error:
        where = " › ".join(str(part) for part in error.errors()[0]["loc"])
        raise InvalidInput(field=name, reason=f"sai ở mục {where}") from None
    tables = LegalTables(
        **{
            table: tuple(LegalEntry(**row.model_dump()) for row in rows)
            for table, rows in typed
        }
    )
    _check_complete(tables, name)
    return tables


def _check_complete(tables: LegalTables, name: str) -> None:
    """The code itself names some rows: without them the desk cannot work."""
    missing = {str(ground) for ground in RefusalGround} - {
        row.code for row in tables.refusal_reasons
    }
    missing |= {"refusal", "forgery", "receipt"} - {row.code for row in tables.forms}
    missing |= {row.code for row in tables.forms if _unnumbered(row)}
    if missing:
        raise InvalidInput(
            field=name, reason=f"thiếu hoặc sai mục {', '.join(sorted(missing))}"
        )


def _unnumbered(form: LegalEntry) -> bool:
    return form.code in {"refusal", "forgery"} and not form.numbering


def _numbered(template: str) -> str:
    try:
        return template.format(number=7, year=2026)
    except (LookupError, ValueError, AttributeError) as error:
        raise ValueError("bad field") from error
