"""Metrics are for the inside: off by default, on loopback, never on a public one."""

from pathlib import Path

import pytest

from api.data_folder import DataFolder
from api.settings import load_settings
from api.wiring.observed import build_meter
from certify.errors import InvalidInput


def test_nothing_is_served_unless_asked_for() -> None:
    settings = load_settings(signs=False)
    assert settings.metrics_port is None
    assert settings.metrics_host == "127.0.0.1"


@pytest.mark.parametrize("host", ["8.8.8.8", "2001:4860:4860::8888", "example.vn", ""])
def test_a_public_address_is_refused(
    monkeypatch: pytest.MonkeyPatch, host: str
) -> None:
    monkeypatch.setenv("CERTIFY_METRICS_HOST", host)
    with pytest.raises(InvalidInput, match=r"CERTIFY_METRICS_HOST: (chỉ được|phải)"):
        load_settings(signs=False)


def test_a_folder_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    settings = load_settings(
        signs=False, metrics_port=9187, metrics_folder=file / "metrics"
    )
    with pytest.raises(InvalidInput, match="CERTIFY_METRICS_FOLDER"):
        build_meter(settings, DataFolder(tmp_path))


@pytest.mark.parametrize("host", ["::1", "10.1.2.3", "0.0.0.0"])  # noqa: S104 - a container's
def test_an_internal_address_is_taken(
    monkeypatch: pytest.MonkeyPatch, host: str
) -> None:
    monkeypatch.setenv("CERTIFY_METRICS_HOST", host)
    assert load_settings(signs=False).metrics_host == host
