"""References to secrets: what is read, what is refused, what is never said."""

from pathlib import Path

import pytest

from api.signing_keys.secret import check_reference, read_secret
from certify.errors import InvalidInput, KeyNotUsable

SECRET = "Ngon-nui-Pu-Si-Lung-3083"  # noqa: S105 - of this test


def read(reference: str, folder: Path) -> str:
    return read_secret(reference, key_id="dau", folder=folder)


def refusal(reference: str, folder: Path) -> str:
    with pytest.raises(KeyNotUsable) as caught:
        read(reference, folder)
    chain: BaseException | None = caught.value
    while chain is not None:  # what a traceback would show
        assert SECRET not in f"{chain!s} {chain!r}"
        chain = chain.__cause__
    assert reference in str(caught.value)
    return str(caught.value)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "pin"
    path.touch(mode=0o600)
    path.write_text(SECRET)
    return path


@pytest.mark.parametrize("ending", ["", "\n", "\r\n"])
def test_a_private_file_of_one_line(file: Path, ending: str) -> None:
    file.write_bytes((SECRET + ending).encode())
    assert read(f"file:{file}", Path("/nowhere")) == SECRET
    assert read("file:pin", file.parent) == SECRET  # relative to the data folder


def test_a_variable(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("MA_PIN", SECRET)
    assert read("env:MA_PIN", tmp_path) == SECRET
    monkeypatch.delenv("MA_PIN")
    assert "trống" in refusal("env:MA_PIN", tmp_path)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660])
def test_a_file_that_others_may_touch(file: Path, mode: int) -> None:
    file.chmod(mode)
    assert "0600" in refusal(f"file:{file}", file.parent)


@pytest.mark.parametrize(
    "content",
    [b"", b"\n", b"a\nb", SECRET.encode() + b"\xff", b"x" * 5000, b"a\x00b"],
    ids=["empty", "blank", "two lines", "no UTF-8", "long", "zero"],
)
def test_a_file_that_is_no_secret(file: Path, content: bytes) -> None:
    file.write_bytes(content)
    assert refusal(f"file:{file}", file.parent)


def test_no_file_and_a_folder(tmp_path: Path) -> None:
    assert "không có tệp" in refusal("file:thieu", tmp_path)
    assert refusal(f"file:{tmp_path}", tmp_path)


@pytest.mark.parametrize(
    "reference", [SECRET, "", "file:", "env:", "env:A B", "http://x", "env:1A"]
)
def test_what_is_no_reference_is_not_said_again(reference: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        check_reference(reference)
    assert SECRET not in str(caught.value)


def test_names_of_settings_are_kept_for_settings() -> None:
    with pytest.raises(InvalidInput, match="CERTIFY_"):
        check_reference("env:CERTIFY_PIN")
