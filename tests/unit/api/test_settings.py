import os
from pathlib import Path

import pytest
from pydantic import SecretStr, ValidationError

from api.settings import Settings, debugging, load_settings
from api.web_settings import WebSettings
from certify.errors import CertifyError, InvalidInput
from certify.intake.limits import UPLOAD_BYTES
from certify.retention import RetentionRule


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):  # noqa: TID251 - the test owns its environment
        if name.startswith("CERTIFY_"):
            monkeypatch.delenv(name)


def test_defaults_are_a_loopback_development_service() -> None:
    settings = load_settings()
    assert (settings.env, settings.host, settings.port) == (
        "development",
        "127.0.0.1",
        8000,
    )
    assert settings.data == Path("data").absolute()


def test_option_wins_over_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CERTIFY_DATA", "from-environment")
    monkeypatch.setenv("CERTIFY_PORT", "9001")
    settings = load_settings(data=Path("from-option"), port=None)
    assert settings.data == Path("from-option").absolute()
    assert settings.port == 9001


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("CERTIFY_ENV", "staging", "'development' hoặc 'production'"),
        ("CERTIFY_PORT", "eighty", "phải là số nguyên"),
        ("CERTIFY_PORT", "70000", "không được lớn hơn 65535"),
        ("CERTIFY_PORT", "-1", "phải từ 0 trở lên"),
        ("CERTIFY_HOST", "0.0.0.0", "chưa có đăng nhập"),  # noqa: S104 - refused
        ("CERTIFY_HOST", "192.168.1.4", "chưa có đăng nhập"),
        ("CERTIFY_BASE_URL", "ftp://x.vn", "phải là địa chỉ web"),
        ("CERTIFY_BASE_URL", "https://x.vn:99999", "phải là địa chỉ web"),
        ("CERTIFY_BASE_URL", "https://u:p@x.vn", "phải là địa chỉ web"),
        ("CERTIFY_BASE_URL", "https://x.vn/?a=b", "phải là địa chỉ web"),
        ("CERTIFY_BASE_URL", "https://x.vn/" + "a" * 100, "dài quá 100 ký tự"),
        ("CERTIFY_BASE_URL", "", "phải là địa chỉ web"),
        ("CERTIFY_TSA_URLS", "https://a.vn/, x", "phải là địa chỉ web"),
        ("CERTIFY_NUMBER_TEMPLATE", "{year}", "phải có {number}"),
        ("CERTIFY_NUMBER_TEMPLATE", "{nope}", "chỉ được dùng {number}"),
        ("CERTIFY_NUMBER_TEMPLATE", "{number", "chỉ được dùng {number}"),
        ("CERTIFY_NUMBER_TEMPLATE", "{number.real.x}", "chỉ được dùng {number}"),
        ("CERTIFY_BOOK_KIND", " ", "từ 1 đến 32 ký tự"),
        ("CERTIFY_MAX_UPLOAD_MB", "0", "phải từ 1 trở lên"),
        ("CERTIFY_MAX_UPLOAD_MB", "101", "không được lớn hơn 100"),
        ("CERTIFY_TRUSTED_PROXIES", "*", "cách nhau bằng dấu phẩy"),
        ("CERTIFY_DATABASE_URL", "sqlite:///x.db", "postgresql://"),
        ("CERTIFY_DATABASE_URL", "postgresql://db.vn", "postgresql://"),
        ("CERTIFY_DATABASE_URL", "postgresql://db.vn:x/certify", "postgresql://"),
        ("CERTIFY_DATABASE_POOL_SIZE", "0", "phải từ 1 trở lên"),
        ("CERTIFY_TRUSTED_PROXIES", "10.0.0.1, proxy", "cách nhau bằng dấu phẩy"),
        ("CERTIFY_DEBUG", "perhaps", "phải là true hoặc false"),
        ("CERTIFY_BASEURL", "https://x.vn", "không có cài đặt tên này"),
    ],
)
def test_bad_value_is_one_vietnamese_sentence(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, reason: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(InvalidInput) as caught:
        load_settings()
    assert str(caught.value).startswith(f"{name}: ")
    assert reason in str(caught.value)
    assert caught.value.exit_code == 2


def test_bad_value_is_not_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CERTIFY_PORT", "hunter2")
    with pytest.raises(InvalidInput) as caught:
        load_settings()
    assert "hunter2" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_base_url_loses_its_trailing_slash(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CERTIFY_BASE_URL", "https://chungthuc.laichau.gov.vn/")
    assert load_settings().base_url == "https://chungthuc.laichau.gov.vn"


@pytest.mark.parametrize(
    ("base_url", "problem"),
    [
        (None, "thiếu CERTIFY_BASE_URL"),
        ("http://chungthuc.laichau.gov.vn", "phải bắt đầu bằng https://"),
        ("https://127.0.0.1", "không được trỏ về chính máy này"),
    ],
)
def test_production_refuses_unsafe_combinations(
    monkeypatch: pytest.MonkeyPatch, base_url: str | None, problem: str
) -> None:
    monkeypatch.setenv("CERTIFY_ENV", "production")
    if base_url:
        monkeypatch.setenv("CERTIFY_BASE_URL", base_url)
    with pytest.raises(CertifyError) as caught:
        load_settings()
    assert problem in str(caught.value)
    assert "THỬ NGHIỆM" in str(caught.value), "the development keys are named as well"
    assert caught.value.exit_code == 2


def test_verification_runs_in_production_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CERTIFY_ENV", "production")
    assert load_settings(signs=False).env == "production"


@pytest.mark.parametrize(("value", "on"), [("1", True), ("true", True), ("0", False)])
def test_debugging_needs_no_usable_settings(
    monkeypatch: pytest.MonkeyPatch, value: str, *, on: bool
) -> None:
    monkeypatch.setenv("CERTIFY_PORT", "unusable")
    monkeypatch.setenv("CERTIFY_DEBUG", value)
    assert debugging() is on


def test_what_the_desk_accepts_by_size_intake_accepts_too() -> None:
    assert load_settings().max_upload_bytes == UPLOAD_BYTES == 104_857_600
    assert WebSettings().max_upload_bytes == UPLOAD_BYTES


def test_proxies_are_believed_only_when_named() -> None:
    assert load_settings().proxies == ()
    named = load_settings(trusted_proxies="10.0.0.1, 2001:db8::/64")
    assert named.proxies == ("10.0.0.1", "2001:db8::/64")


def test_tsas_stand_in_order_with_what_their_contract_says(tmp_path: Path) -> None:
    file = tmp_path / "tsas.json"
    file.write_text(
        '[{"url": "http://tsa.example.vn/", "name": "TSA", "quota": 20,'
        ' "window_minutes": 20, "concurrency": 2, "certificate": "tsa.pem"}]'
    )
    settings = Settings(tsa_file=file, tsa_urls="https://b.example.vn/tsa")
    first, second = settings.tsas
    assert (first.name, first.quota, first.certificate) == (
        "TSA",
        20,
        tmp_path / "tsa.pem",
    )
    assert (second.url, second.quota) == ("https://b.example.vn/tsa", None)
    with pytest.raises(InvalidInput, match=r"tsa\.pem.*PEM"):
        first.arguments()  # there is no such file


@pytest.mark.parametrize(
    "text", ["", "{}", '[{"url": "tsa"}]', '[{"url": "http://a/", "quotas": 1}]']
)
def test_a_file_of_tsas_that_cannot_be_read_says_so(text: str, tmp_path: Path) -> None:
    file = tmp_path / "tsas.json"
    file.write_text(text)
    with pytest.raises(InvalidInput, match="CERTIFY_TSA_FILE"):
        _ = Settings(tsa_file=file).tsas


@pytest.mark.parametrize(
    ("url", "clear"),
    [
        ("postgresql://app@db.vn/certify", True),
        ("postgresql://app@db.vn/certify?sslmode=require", True),
        ("postgresql://app@db.vn/certify?sslmode=verify-full", False),
        ("postgresql://app@127.0.0.1/certify", False),
        ("postgresql:///certify?host=/run/postgresql", False),
        ("postgresql:///certify?host=db.vn", True),
    ],
)
def test_production_talks_to_its_database_in_private(url: str, clear: bool) -> None:  # noqa: FBT001 - a parameter of the test
    settings = Settings(database_url=SecretStr(url), env="production")
    assert settings.database_in_the_clear is clear
    with pytest.raises(InvalidInput) as raised:
        settings.refuse_unsafe()
    assert ("sslmode=verify-full" in str(raised.value)) is clear


def test_the_password_of_the_database_is_never_shown(tmp_path: Path) -> None:
    secret = tmp_path / "password"
    secret.write_text("trong-tệp\n", encoding="utf-8")
    secret.chmod(0o440)  # as containers' secrets are
    settings = Settings(
        database_url=SecretStr("postgresql://app:bí-mật@127.0.0.1/certify"),
        database_password_file=secret,
    )
    assert settings.database_password == "trong-tệp"  # noqa: S105 - of this test
    for told in (repr(settings), str(settings), settings.model_dump_json()):
        assert "bí-mật" not in told
        assert "trong-tệp" not in told
    secret.chmod(0o604)
    with pytest.raises(InvalidInput, match="mọi người dùng đọc được"):
        _ = settings.database_password
    secret.chmod(0o600)
    secret.write_text("\n")
    with pytest.raises(InvalidInput, match="tệp rỗng"):
        _ = settings.database_password
    secret.unlink()
    with pytest.raises(InvalidInput, match="không đọc được"):
        _ = settings.database_password


def test_the_periods_of_a_purge_are_settings_and_dated() -> None:
    assert Settings().retention_rule == RetentionRule()
    rule = Settings(purge_released_days=7).retention_rule
    assert (rule.released.days, rule.unreleased.days, rule.confirmed) == (7, 90, False)
    with pytest.raises(ValidationError):
        Settings(purge_released_days=0)
