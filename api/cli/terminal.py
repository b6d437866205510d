"""How commands speak: for people or, with `--json`, for programs.

Results go to standard output, everything else to standard error. With `--json`
standard output holds exactly one JSON value and standard error stays empty.
"""

import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from certify.issue import Progress, silent
from certify.scan import Finding, Severity

STEPS = 9  # of the main job
FILE_WIDTH = 160  # of a table that goes to a file or a pipe

SEVERITY_WORDS = {
    Severity.BLOCK: "CHẶN",
    Severity.WARN: "CẢNH BÁO",
    Severity.INFO: "GHI CHÚ",
}


class Terminal:
    """Where a command's words go."""

    def __init__(self, *, as_json: bool) -> None:
        """Choose between sentences and one JSON value."""
        self.as_json = as_json

    def say(self, text: str) -> None:
        """Print a line of the result, for people."""
        if not self.as_json:
            sys.stdout.write(text + "\n")

    def note(self, text: str) -> None:
        """Print a remark beside the result, for people."""
        if not self.as_json:
            sys.stderr.write(text + "\n")

    def result(self, value: Any) -> None:  # noqa: ANN401 - any JSON value
        """Print the result for programs."""
        if self.as_json:
            text = json.dumps(value, ensure_ascii=False, indent=2)
            sys.stdout.write(text + "\n")

    def findings(self, findings: Sequence[Finding]) -> None:
        """Print what intake says, one line each, with the rule behind it."""
        for finding in findings:
            word = SEVERITY_WORDS[finding.severity]
            page = f" (trang {finding.page})" if finding.page else ""
            self.note(f"  {word}{page}: {finding.vi} [{finding.citation}]")

    def table(self, headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        """Print a table, for people."""
        if self.as_json:
            return
        from rich.console import Console  # noqa: PLC0415 - slow to import
        from rich.table import Table  # noqa: PLC0415 - slow to import

        table = Table()
        for heading in headings:
            table.add_column(heading, overflow="fold")
        for row in rows:
            table.add_row(*row)
        width = None if sys.stdout.isatty() else FILE_WIDTH
        Console(width=width).print(table)

    @contextmanager
    def progress(self, title: str) -> Iterator[Progress]:
        """Show the nine steps as a bar, on a terminal only."""
        if self.as_json or not sys.stderr.isatty():
            yield silent
            return
        from rich.console import Console  # noqa: PLC0415 - slow to import
        from rich.progress import Progress as Bar  # noqa: PLC0415 - slow to import

        with Bar(console=Console(stderr=True), transient=True) as bar:
            task = bar.add_task(title, total=STEPS)

            def advance(step: int, text: str) -> None:
                bar.update(task, completed=step - 1, description=f"{title}: {text}")

            yield advance
