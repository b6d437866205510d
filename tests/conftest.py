"""Fixtures and hooks all tests share; each lives in `tests/support`."""

from collections.abc import Generator
from pathlib import Path

import pytest

pytest_plugins = (
    "tests.support.pki",
    "tests.support.csc",
    "tests.support.csc_cases",
    "tests.support.real",
    "tests.support.postgres",
    "tests.support.sealing",
    "tests.support.softhsm",
    "tests.support.seaweed",
    "tests.support.minio_server",
    "tests.support.web",
    "tests.support.browser",  # last: it imports the others
)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Say once what is missing here, where it was missed; not once for each test."""
    report = yield
    if call.excinfo is not None and call.excinfo.errisinstance(pytest.skip.Exception):
        ours = [e for e in call.excinfo.traceback if _ours(item.config, e.path)]
        if ours:  # a mark has none
            place = ours[-1]
            said = str(call.excinfo.value)
            report.longrepr = (str(place.path), place.lineno + 1, said)
    return report


def _ours(config: pytest.Config, path: Path | str) -> bool:
    return Path(path).is_relative_to(config.rootpath / "tests")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--write-conformance",
        action="store_true",
        help="write docs/conformance.md from what the judges say",
    )
