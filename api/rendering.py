"""Jinja2 templates: escaping always on, a missing name is an error."""

import re
from datetime import datetime
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined

from api import report_words
from certify.clock import VIETNAM
from certify.identifiers import show_verification_code

_FIELD = re.compile(r"\{[^}]*\}")


def vietnamese_time(moment: datetime | str) -> str:
    """Write a time for Vietnamese readers, e.g. 14:05:09 ngày 22/11/2026 (+07)."""
    if isinstance(moment, str):
        moment = datetime.fromisoformat(moment)
    return moment.astimezone(VIETNAM).strftime("%H:%M:%S ngày %d/%m/%Y (+07)")


def vietnamese_minute(moment: datetime) -> str:
    """Write a time briefly, e.g. 14:05 22/11/2026."""
    return moment.astimezone(VIETNAM).strftime("%H:%M %d/%m/%Y")


def blanks(line: str) -> str:
    """Show a line of the lời chứng before number and time are known."""
    return _FIELD.sub("……", line)


def vietnamese_date(moment: datetime) -> str:
    """Write the Vietnamese day of a time, e.g. 22/11/2026."""
    return moment.astimezone(VIETNAM).strftime("%d/%m/%Y")


def paper_day(moment: datetime) -> str:
    """Write a Vietnamese day as papers do (NĐ 30/2020 Phụ lục I)."""
    return moment.astimezone(VIETNAM).strftime("ngày %d tháng %m năm %Y")


def hour(moment: datetime) -> str:
    """Write hour and day of an appointment (TT 01/2020/TT-BTP Đ2)."""
    return moment.astimezone(VIETNAM).strftime("%H giờ %M phút, ngày %d/%m/%Y")


def megabytes(size_bytes: int) -> str:
    """Write a size with a decimal comma, e.g. "1,4 MB"."""
    kilobytes = size_bytes / 1024
    if kilobytes < 1024:  # noqa: PLR2004 - binary kilo
        return f"{kilobytes:.0f} kB"
    return f"{kilobytes / 1024:.1f} MB".replace(".0 ", " ").replace(".", ",")


def dong(amount: int) -> str:
    """Write an amount, e.g. "12.000 đồng"."""
    return f"{amount:,} đồng".replace(",", ".")


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("api"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        time=vietnamese_time,
        minute=vietnamese_minute,
        date=vietnamese_date,
        paper_day=paper_day,
        hour=hour,
        blanks=blanks,
        megabytes=megabytes,
        dong=dong,
        code=show_verification_code,
        signature_kind=report_words.kind_words,
        conclusion=report_words.conclusion_words,
        coverage=report_words.coverage_words,
        changes=report_words.changes_words,
    )
    return environment


def render(template: str, **context: object) -> str:
    """Render a template of this package."""
    return _environment().get_template(template).render(**context)
