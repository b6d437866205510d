"""Settings of an S3 archive: unsafe or half ones never start."""

import os
from pathlib import Path
from typing import Any

import pytest

from api.settings import Settings, load_settings
from api.wiring.objects import s3_location
from certify.errors import InvalidInput

SECRET = "very-secret-key-of-a-test"  # noqa: S105 - of a test


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):  # noqa: TID251 - the test owns its environment
        if name.startswith("CERTIFY_"):
            monkeypatch.delenv(name)


@pytest.fixture
def given(tmp_path: Path) -> dict[str, Any]:
    for name, text in (("access", "service"), ("secret", SECRET)):
        (tmp_path / name).write_text(f"{text}\n")
        (tmp_path / name).chmod(0o600)
    return {
        "archive": "s3",
        "s3_endpoint": "https://s3.example.vn:9000/",
        "s3_bucket": "archive",
        "s3_access_key_file": tmp_path / "access",
        "s3_secret_key_file": tmp_path / "secret",
    }


def test_credentials_come_from_files_and_are_never_shown(given: dict[str, Any]) -> None:
    settings = load_settings(**given)
    found = s3_location(settings)
    assert (found.access_key, found.secret_key) == ("service", SECRET)
    assert (found.endpoint, found.host) == (
        "https://s3.example.vn:9000",
        "s3.example.vn:9000",
    )
    assert SECRET not in f"{found!r} {settings!r} {settings.s3_keys()!r}"


def test_credentials_may_come_from_the_environment(
    given: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    del given["s3_secret_key_file"]
    monkeypatch.setenv("CERTIFY_S3_SECRET_KEY", SECRET)
    settings = load_settings(**given)
    assert settings.s3_keys().secret == SECRET
    assert SECRET not in repr(settings)
    both = settings.model_copy(update={"s3_secret_key_file": Path("x")})
    with pytest.raises(InvalidInput, match="chỉ dùng một trong hai"):
        both.s3_keys()


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("CERTIFY_ARCHIVE", "tape", "'folder' hoặc 's3'"),
        ("CERTIFY_S3_ENDPOINT", "http://s3.example.vn", "bắt đầu bằng https://"),
        ("CERTIFY_S3_ENDPOINT", "http://10.0.0.5:9000", "bắt đầu bằng https://"),
        ("CERTIFY_S3_ENDPOINT", "s3.example.vn", "https://ten-mien"),
        ("CERTIFY_S3_ENDPOINT", "https://u:p@s3.example.vn", "https://ten-mien"),
        ("CERTIFY_S3_ENDPOINT", "https://s3.example.vn/bucket", "https://ten-mien"),
        ("CERTIFY_S3_ENDPOINT", "https://s3.example.vn:99999", "https://ten-mien"),
        ("CERTIFY_S3_BUCKET", "Kho", "giá trị không hợp lệ"),
        ("CERTIFY_S3_PART_MB", "4", "phải từ 5 trở lên"),
        ("CERTIFY_S3_TOTAL_SECONDS", "0", "phải lớn hơn 0"),
    ],
)
def test_a_bad_value_is_one_vietnamese_sentence(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, reason: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(InvalidInput) as caught:
        load_settings()
    assert str(caught.value).startswith(f"{name}: ")
    assert reason in str(caught.value)


@pytest.mark.parametrize(
    ("missing", "said"),
    [
        ("s3_endpoint", "CERTIFY_S3_ENDPOINT"),
        ("s3_bucket", "CERTIFY_S3_BUCKET"),
        ("s3_access_key_file", "CERTIFY_S3_ACCESS_KEY_FILE"),
        ("s3_secret_key_file", "CERTIFY_S3_SECRET_KEY_FILE"),
    ],
)
def test_what_is_missing_is_named(
    given: dict[str, Any], missing: str, said: str
) -> None:
    del given[missing]
    with pytest.raises(InvalidInput, match=said):
        s3_location(load_settings(**given))


def test_files_that_cannot_be_used_are_named(
    given: dict[str, Any], tmp_path: Path
) -> None:
    (tmp_path / "secret").chmod(0o644)
    with pytest.raises(InvalidInput, match=r"CERTIFY_S3_SECRET_KEY_FILE.*0600"):
        s3_location(Settings(**given))
    (tmp_path / "secret").unlink()
    with pytest.raises(InvalidInput, match=r"CERTIFY_S3_SECRET_KEY_FILE.*không đọc"):
        s3_location(Settings(**given))
    with pytest.raises(InvalidInput, match="CERTIFY_S3_CA_FILE"):
        s3_location(Settings(**given, s3_ca_file=tmp_path / "none.pem"))


def test_a_folder_needs_nothing_of_this() -> None:
    assert load_settings().archive == "folder"
