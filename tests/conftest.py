"""Fixtures and hooks all tests share; each lives in `tests/support`."""

pytest_plugins = (
    "tests.support.pki",
    "tests.support.real",
    "tests.support.sealing",
    "tests.support.web",
)
