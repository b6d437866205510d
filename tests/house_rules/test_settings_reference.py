"""What operators read about settings is what the code does."""

from pathlib import Path

from api.settings import PREFIX, Settings
from api.settings_reference import TARGET, reference

ROOT = Path(__file__).resolve().parents[2]


def test_the_reference_is_what_the_settings_are() -> None:
    assert TARGET.read_text(encoding="utf-8") == reference(), "run: make settings"


def test_every_setting_has_its_line() -> None:
    lines = reference().splitlines()
    for name in Settings.model_fields:
        rows = [
            line for line in lines if line.startswith(f"| `{PREFIX}{name.upper()}`")
        ]
        assert len(rows) == 1, name
        assert len(rows[0].split(" | ")) == 4, name
