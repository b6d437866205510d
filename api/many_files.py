"""Several files at once: one after the other, and none spoils another's answer."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from certify.errors import CertifyError
from certify.verdict import Colour, VerdictText
from certify.verify import Report

MAX_FILES = 20  # of one request; the size limit is for all of them together

# From good to worst, for the exit code of many: a wrong file outranks one that could
# not be judged yet.
_SEVERITY = (0, 3, 4, 2, 1, 70)


@dataclass(frozen=True)
class JudgedFile:
    """One row: a report, or why there is none.

    Attributes:
        name: the file's own name, as the sender wrote it.
    """

    name: str
    report: Report | None = None
    error: CertifyError | None = None

    @property
    def text(self) -> VerdictText:
        """Colour, word, sentence and exit code."""
        if self.report is not None:
            return self.report.text
        sentence = str(self.error) if self.error else ""
        code = self.error.exit_code if self.error else 70
        return VerdictText(Colour.AMBER, "Chưa kiểm tra được", sentence, code)


def judge_each(
    verify: Callable[[Path], Report], files: Iterable[tuple[str, Path]]
) -> Iterator[JudgedFile]:
    """Judge (name, path) after (name, path)."""
    for name, path in files:
        try:
            yield JudgedFile(name, report=verify(path))
        except CertifyError as error:  # too busy, or not there
            yield JudgedFile(name, error=error)


def worst(codes: Iterable[int]) -> int:
    """Return the exit code that says most about many files; 0 for none."""
    return max(codes, key=_SEVERITY.index, default=0)
