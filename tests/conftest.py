"""Fixtures all tests may use; each lives in `tests/support`."""

pytest_plugins = ("tests.support.pki",)
