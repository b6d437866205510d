"""The openssl command: a verifier that shares no code with ours."""

import subprocess
from pathlib import Path


def openssl(*arguments: str | Path) -> str:
    """Run openssl; return what it says. Fails the test if openssl says no."""
    done = subprocess.run(
        ["openssl", *map(str, arguments)], capture_output=True, check=False
    )
    # Its texts cut Vietnamese letters into bytes that are no UTF-8.
    said = (done.stdout + done.stderr).decode(errors="replace")
    assert done.returncode == 0, said
    return said
