"""An operator reads what a periodic duty does, not only the name it has in logs."""

import re
from pathlib import Path

from api.cli.status import DUTY_WORDS

_API = Path(__file__).parents[2] / "api"


def test_every_periodic_duty_is_said_in_vietnamese() -> None:
    named = {
        name
        for file in _API.rglob("*.py")
        for name in re.findall(r'\bDuty\(\s*"([a-z]+)"', file.read_text("utf-8"))
    }
    assert {"reconcile", "purge"} <= named
    assert named <= DUTY_WORDS.keys()
