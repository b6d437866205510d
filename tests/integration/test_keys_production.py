"""Production: registry keys are managed by command, development ones refused."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from api.__main__ import main
from api.initialise import initialise
from api.settings import Settings
from tests.support.csr import PROFILES, issue_for_request

Said = tuple[int, str]
PASSPHRASE = "Mot-mat-khau-rat-dai-55310"  # noqa: S105 - of keys made in this test


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("production") / "data"
    initialise(Settings(data=folder))
    return folder


@pytest.fixture
def certify(
    data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., Said]:
    monkeypatch.setenv("CERTIFY_ENV", "production")
    monkeypatch.setenv("CERTIFY_KEYS", "registry")
    monkeypatch.setenv("CERTIFY_BASE_URL", "https://chungthuc.example.vn")
    monkeypatch.setenv("MAT_KHAU_DAU", PASSPHRASE)

    def run(*words: object) -> Said:
        capsys.readouterr()
        code = main([*map(str, words), "--data", str(data)])
        said = capsys.readouterr()
        return code, said.out + said.err

    return run


def test_development_keys_are_refused(
    certify: Callable[..., Said], monkeypatch: pytest.MonkeyPatch
) -> None:
    code, said = certify("keys", "test", "development-seal")
    assert (code, "THỬ NGHIỆM" in said) == (2, True)
    code, said = certify("keys", "activate", "development-seal")
    assert (code, "THỬ NGHIỆM" in said) == (2, True)
    code, said = certify("keys", "list", "--json")
    assert (code, len(json.loads(said)["keys"])) == (0, 2)
    monkeypatch.setenv("CERTIFY_KEYS", "development")
    code, said = certify("keys", "list")
    assert (code, "CERTIFY_KEYS=registry" in said) == (2, True)


def test_a_key_that_exists_is_put_on_record_as_its_backend_has_it(
    certify: Callable[..., Said], monkeypatch: pytest.MonkeyPatch
) -> None:
    pkcs12 = (
        *("--role", "seal", "--backend", "file", "--limit", 5),
        *("--set", "path=pki/keys/development-seal.p12"),
        *("--secret", "file:pki/keys/development-seal.passphrase"),
    )
    code, said = certify("keys", "add", "dau-p12", *pkcs12)
    assert (code, "THỬ NGHIỆM" in said) == (2, True)
    monkeypatch.setenv("CERTIFY_ENV", "development")
    monkeypatch.setenv("CERTIFY_KEYS", "development")
    code, said = certify("keys", "add", "dau-p12", *pkcs12, "--json")
    made = json.loads(said)
    assert (code, made["state"], made["trusted"]) == (0, "imported", True)
    assert "--role seal" in made["next"][1]
    assert certify("keys", "add", "dau-p12", *pkcs12)[0] == 2  # the id is taken
    assert certify("keys", "retire", "dau-p12", "--reason", "thử xong")[0] == 0


def test_a_key_is_made_proved_and_frozen(
    certify: Callable[..., Said], data: Path, tmp_path: Path
) -> None:
    path, request = tmp_path / "dau.pem", tmp_path / "dau.csr"
    given = ("--role", "seal", "--secret", "env:MAT_KHAU_DAU", "--set", f"path={path}")
    assert certify("keys", "generate", "dau", *given, "--algorithm", "p-256")[0] == 0
    assert certify("keys", "csr", "dau", "--out", request)[0] == 0
    assert certify("keys", "test", "dau")[0] == 0
    page = tmp_path / "dau.html"
    assert certify("keys", "ceremony", "dau", "--csr", request, "--out", page)[0] == 0
    assert "ECDSA" in page.read_text()
    assert "Văn thư giữ con dấu" in page.read_text()
    assert certify("keys", "freeze", "dau", "--reason", "tạm giữ")[0] == 0
    # A development CA's certificate is known by its issuer, whatever its subject.
    answer = issue_for_request(data / "pki", request, profile=PROFILES["seal"])
    assert certify("keys", "import", "dau", answer)[0] == 0
    code, said = certify("keys", "test", "dau")
    assert (code, "THỬ NGHIỆM" in said) == (2, True)


@pytest.mark.parametrize("word", ["status", "reconcile", "serve"])
def test_what_production_lacks_is_said(certify: Callable[..., Said], word: str) -> None:
    code, said = certify(word, *(["--port", "0"] if word == "serve" else []))
    assert code == 2
    assert "WebAuthn" in said
    assert "đăng nhập" in said
    assert "certify keys" in said


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--secret", "env:MAT_KHAU_DAU", "--set", "duong=x"), "không có mục duong"),
        (("--secret", "env:MAT_KHAU_DAU", "--set", "path"), "tên=giá_trị"),
        (("--secret", "env:KHONG_CO", "--set", "path=x.pem"), "env:KHONG_CO"),
        (("--secret", "env:MAT_KHAU_DAU", "--set", "path=x/y/z.pem"), "path"),
    ],
)
def test_a_key_described_wrongly_is_not_made(
    certify: Callable[..., Said], words: tuple[str, ...], said: str
) -> None:
    code, answer = certify("keys", "generate", "sai", "--role", "seal", *words)
    assert code == 2
    assert said in answer
    assert certify("keys", "test", "sai")[0] == 2  # nothing was put on record
