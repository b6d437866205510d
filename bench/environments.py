"""Environments of the peers: made once under bench/out/, never mixed with ours."""

import subprocess
import sys
import venv
from pathlib import Path

HERE = Path(__file__).resolve().parent
OUT = HERE / "out"


class UnavailableError(Exception):
    """A peer cannot run here; the message says why, in one line."""


def environment(name: str, *, install: bool) -> Path:
    """Return the bin/ folder of a peer's environment, making it if allowed.

    Raises:
        UnavailableError: it does not exist and may not or cannot be made.
    """
    folder = OUT / "environments" / name
    ready = folder / ".ready"
    if not ready.exists():
        if not install:
            raise UnavailableError("no environment yet: `make bench` makes it")
        _make(folder, HERE / "peers" / f"{name}.txt")
        ready.touch()
    return folder / "bin"


def _make(folder: Path, requirements: Path) -> None:
    print(f"making an environment from {requirements.name}", file=sys.stderr)
    venv.create(folder, clear=True, with_pip=True)
    done = subprocess.run(
        [
            *(folder / "bin" / "python", "-m", "pip", "install", "--quiet"),
            *("--disable-pip-version-check", "-r", requirements),
        ],
        check=False,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["pip failed"])[-1]
        raise UnavailableError(last)
    for file in folder.glob("lib/python*/site-packages/oscrypto/_openssl/*.py"):
        _repair(file)


def _repair(file: Path) -> None:
    """oscrypto 1.3.0 does not know an OpenSSL whose patch number has two digits."""
    one, more = r"\\d\\.\\d\\.\\d[", r"\\d+\\.\\d+\\.\\d+["
    file.write_text(file.read_text().replace(one, more))
