"""Writes `docs/settings.md` from the settings themselves: `make settings`.

Names, types and defaults come from the models, the words from the "Attributes:" of
their docstrings, what is refused in production from `Settings`. A house rule fails when
the committed file says anything else.
"""

import ast
import inspect
import re
import textwrap
from collections.abc import Iterator
from pathlib import Path
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin

from pydantic import SecretStr
from pydantic.fields import FieldInfo

from api.settings import PREFIX, Settings

TARGET = Path(__file__).resolve().parents[1] / "docs" / "settings.md"
MODELS: tuple[type, ...] = (Settings, *Settings.__bases__)
"""A section each; another class of settings needs no line here."""
_START = """\
# Settings

Made from the code by `make settings`; change the code, not this file.

Every setting is an environment variable. A command line option wins over it, it wins
over what `certify init` wrote into the data folder, that over the default. A name that
does not exist stops the start, so a misspelt limit is never ignored; so does a value
that cannot be used, with one sentence and exit code 2. Where several values are taken,
commas stand between them. Folders and files may be relative to where the program
starts. *None* is what counts where a setting is not given. A *dated* default was set on
that day and awaits confirmation, by the law or by use.
"""
_PRODUCTION = """
## Refused in production

With `CERTIFY_ENV=production` the service does not start while any of these holds. It
says all of them at once:
"""
_TYPES = {
    bool: "on or off",
    int: "whole number",
    float: "number",
    str: "text",
    Path: "path",
}
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_SYMBOLS = {"ge": "≥", "gt": ">", "le": "≤", "lt": "<"}


def reference() -> str:
    """Return the whole page.

    Raises:
        LookupError: a setting without a description.
    """
    parts = [_START, *(_section(model) for model in MODELS)]
    parts.append(_PRODUCTION + "\n" + "\n".join(f"- {s}" for s in _refusals()) + "\n")
    return "".join(parts)


def _section(model: type) -> str:
    title = model.__name__.removesuffix("Settings") or "Service"
    about = inspect.cleandoc(vars(model)["__doc__"]).partition("\n")[0]
    own = [name for name in Settings.model_fields if name in model.__annotations__]
    words = _attributes(model)
    if missing := [name for name in own if name not in words]:
        raise LookupError(f"{model.__name__} does not describe {', '.join(missing)}")
    head = "| setting | value | default | what it does |\n|---|---|---|---|\n"
    rows = (_row(name, Settings.model_fields[name], words[name], about) for name in own)
    return f"\n## {title}\n\n{about}\n\n{head}" + "".join(f"{row}\n" for row in rows)


def _row(name: str, info: FieldInfo, words: str, about: str) -> str:
    default = _default(info)
    if day := _DAY.search(words) or _DAY.search(about):
        default += f" *(dated {day[0]})*"
    cells = (f"`{PREFIX}{name.upper()}`", _type(info), default, words)
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"


def _attributes(model: type) -> dict[str, str]:
    """Read the docstring's "Attributes:", Google style; a line may name several."""
    text = inspect.cleandoc(vars(model)["__doc__"]).partition("Attributes:\n")[2]
    entries = re.split(r"\n(?=\S)", textwrap.dedent(text))
    found: dict[str, str] = {}
    for entry in entries:
        names, _, words = " ".join(entry.split()).partition(": ")
        found |= dict.fromkeys(names.split(", "), words)
    return found


def _type(info: FieldInfo) -> str:
    kind = _kind(info.annotation)
    limits = [
        f"{symbol} {getattr(part, name):,}"
        for part in info.metadata
        for name, symbol in _SYMBOLS.items()
        if getattr(part, name, None) is not None
    ]
    return ", ".join([kind, *limits])


def _kind(annotation: Any) -> str:  # noqa: ANN401 - any annotation of a field
    if get_origin(annotation) in {Union, UnionType}:
        kinds = [_kind(a) for a in get_args(annotation) if a is not type(None)]
        return " or ".join(kinds)
    if get_origin(annotation) is Literal:
        return " or ".join(f"`{value}`" for value in get_args(annotation))
    return "secret" if annotation is SecretStr else _TYPES[annotation]


def _default(info: FieldInfo) -> str:
    value = info.default
    if value is None or value == "":
        return "none"
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


def _refusals() -> Iterator[str]:
    """Read the sentences off the method that says them; Vietnamese, as people see."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(Settings._unsafe)))  # noqa: SLF001 - documented, not called
    texts = [node for node in ast.walk(tree) if isinstance(node, ast.Constant)]
    for node in sorted(texts, key=lambda node: (node.lineno, node.col_offset)):
        if isinstance(node.value, str) and " " in node.value:  # a sentence, no name
            yield node.value


if __name__ == "__main__":
    TARGET.write_text(reference(), encoding="utf-8")
