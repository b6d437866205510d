"""Fixtures and hooks all tests share; each lives in `tests/support`."""

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


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--write-conformance",
        action="store_true",
        help="write docs/conformance.md from what the judges say",
    )
