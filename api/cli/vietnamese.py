"""Typer speaks English; its help and its complaints are said in Vietnamese here."""

from typing import Any

from typer.core import TyperCommand, TyperGroup, TyperOption
from typer.exceptions import TyperException
from typing_extensions import override

_HEADINGS = {
    "Usage:": "Cách dùng:",
    "Options:": "Tùy chọn:",
    "Commands:": "Các lệnh:",
    "Arguments:": "Tham số:",
    "[OPTIONS]": "[TÙY CHỌN]",
    "COMMAND [ARGS]...": "LỆNH [THAM SỐ]…",
    "[default: ": "[mặc định: ",
    "[required]": "[bắt buộc]",
    "Show this message and exit.": "Hiện hướng dẫn này rồi thoát.",
}


def _translated(text: str) -> str:
    for english, vietnamese in _HEADINGS.items():
        text = text.replace(english, vietnamese)
    return text


class VietnameseCommand(TyperCommand):
    """A command whose help is Vietnamese."""

    @override
    def get_help(self, ctx: Any) -> str:
        """Return the help page."""
        return _translated(super().get_help(ctx))


class VietnameseGroup(TyperGroup):
    """The group of commands, its help in Vietnamese."""

    @override
    def get_help(self, ctx: Any) -> str:
        """Return the help page."""
        return _translated(super().get_help(ctx))


def usage_sentence(error: TyperException) -> str:
    """Say what is wrong with a command line.

    Typer keeps its exception classes private, so they are told apart by what they
    carry: the name of an unknown option, or the parameter that is missing or bad.
    """
    where = getattr(getattr(error, "ctx", None), "command_path", "certify")
    see = f"Xem cách dùng: {where} --help"
    parameter = getattr(error, "param", None)
    match error:
        case _ if option := getattr(error, "option_name", None):
            return f"Tùy chọn {option} không có hoặc dùng chưa đúng. {see}"
        case _ if parameter is not None and hasattr(error, "param_type"):
            return f"Thiếu {_shown(parameter)}. {see}"
        case _ if parameter is not None:
            return f"Giá trị của {_shown(parameter)} không hợp lệ. {see}"
        case _:
            return f"Lệnh hoặc tham số không hợp lệ. {see}"


def _shown(parameter: Any) -> str:  # noqa: ANN401 - typer hides its Parameter
    if isinstance(parameter, TyperOption):
        return f"tùy chọn {parameter.opts[0]}"
    return f"tham số {parameter.metavar or parameter.name}"
