"""The command line as its users meet it: arguments in, sentences and exit codes out."""

import hashlib
import json
import os
import pwd
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from PIL import Image

from api.__main__ import main
from api.samples import Sample
from tests.support.real import need

CERTIFY = (sys.executable, "-m", "api")
COLOUR_WARNING = "colour.none"


@dataclass(frozen=True)
class Ended:
    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Run = Callable[..., Ended]


@pytest.fixture
def certify(capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command in this process."""

    def run(*words: object) -> Ended:
        capsys.readouterr()
        code = main([str(word) for word in words])
        return Ended(code, *capsys.readouterr())

    return run


def shell(*words: object, **environment: str) -> Ended:
    """Run a command in a process of its own."""
    done = subprocess.run(
        [*CERTIFY, *map(str, words)],
        capture_output=True,
        text=True,
        check=False,
        env={"PATH": "/usr/bin:/bin", **environment} if environment else None,
    )
    return Ended(done.returncode, done.stdout, done.stderr)


@pytest.fixture(scope="module")
def samples(papers: list[Sample]) -> Sequence[Sample]:
    return papers


@pytest.fixture(scope="module")
def scan(samples: Sequence[Sample]) -> Path:
    """One colour page, nothing to complain about."""
    return samples[1].path


@pytest.fixture(scope="module")
def grey(samples: Sequence[Sample], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same page without colour: a warning somebody must accept."""
    target = tmp_path_factory.mktemp("grey") / "grey.jpg"
    with Image.open(samples[1].path) as image:
        image.convert("L").save(target, dpi=(300, 300), quality=90)
    return target


@pytest.fixture(scope="module")
def coarse(samples: Sequence[Sample], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same page at 100 dpi: never acceptable."""
    target = tmp_path_factory.mktemp("coarse") / "coarse.png"
    with Image.open(samples[1].path) as image:
        image.reduce(3).save(target, dpi=(100, 100))
    return target


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Made by the first command that needs it, as for a newcomer."""
    return tmp_path_factory.mktemp("cli") / "data"


@pytest.fixture(scope="module")
def certified(data: Path, scan: Path) -> Path:
    """A released copy and, beside it, what the command said."""
    out = data.parent / "copy.pdf"
    ended = shell("copy", scan, *who(data, out), "--json")
    assert ended.code == 0, ended
    out.with_suffix(".json").write_text(ended.out)
    return out


def who(data: Path, out: Path) -> tuple[object, ...]:
    names = ("--requester", "Lò Văn Thử", "--title", "Giấy khai sinh")
    return (*names, "--data", data, "--out", out)


# --- the command line itself


def test_help_imports_nothing_heavy() -> None:
    program = (
        "import sys; from api.__main__ import main; code = main(['--help']);"
        "heavy = {'sqlalchemy', 'fastapi', 'pyhanko', 'pikepdf', 'pydantic', 'rich'};"
        "print(sorted(heavy & set(sys.modules)), code)"
    )
    done = subprocess.run(
        (sys.executable, "-c", program), capture_output=True, text=True, check=True
    )
    assert "Cách dùng: certify" in done.stdout
    assert done.stdout.splitlines()[-1] == "[] 0"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["copi"], "Lệnh hoặc tham số không hợp lệ"),
        (["check"], "Thiếu tham số BẢN_CHỤP"),
        (["check", "--nope", "x"], "Tùy chọn --nope không có"),
        (["copy", "x"], "Thiếu tùy chọn --requester"),
        (["serve", "--port", "70000"], "Giá trị của tùy chọn --port không hợp lệ"),
        (["serve", "--host", "0.0.0.0"], "chưa có đăng nhập"),  # noqa: S104 - refused
        (["check", "/no/such.pdf"], "không có tệp này"),
        (["check", "--page-size", "B9", "x"], "--page-size: phải là A3, A4"),
        (["verify", "/no/such.pdf", "--data", "/no/where"], "certify init"),
        (["verify", "x", "--trust", "/no/where"], "không có manifest.json"),
        (["reconcile", "--data", "/no/where"], "certify init"),
        (["init", "--data", "/proc/nowhere"], "không tạo hoặc ghi được"),
    ],
)
def test_bad_use_is_one_vietnamese_sentence(
    certify: Run, words: list[str], said: str
) -> None:
    ended = certify(*words)
    assert ended.code == 2
    assert said in ended.err
    assert ended.err.count("\n") == 1
    assert ended.out == ""
    as_json = certify(*words, "--json")
    assert (as_json.code, as_json.err) == (2, "")
    assert said in as_json.json["error"]["message"]


def test_fault_of_ours_shows_no_traceback(certified: Path, data: Path) -> None:
    broken = data.parent / "broken"
    shutil.copytree(data, broken, ignore=shutil.ignore_patterns("register.db-*"))
    with sqlite3.connect(broken / "register.db") as connection:
        connection.execute("ALTER TABLE editions RENAME TO lost")
    connection.close()
    ended = shell("verify", certified, "--data", broken)
    assert ended.code == 70
    assert ended.err == "Hệ thống gặp lỗi ngoài dự kiến. Hãy báo người quản trị.\n"
    explained = shell("verify", certified, "--data", broken, CERTIFY_DEBUG="1")
    assert explained.code == 70
    assert "Traceback" in explained.err


# --- check


def test_check_tells_good_from_bad(
    certify: Run, scan: Path, grey: Path, coarse: Path
) -> None:
    good = certify("check", scan, "--json")
    assert (good.code, good.json["verdict"], good.json["findings"]) == (0, "accept", [])
    warned = certify("check", grey, "--json")
    assert (warned.code, warned.json["verdict"]) == (0, "warn")
    assert COLOUR_WARNING in {f["code"] for f in warned.json["findings"]}
    refused = certify("check", coarse, "--json")
    assert (refused.code, refused.json["verdict"]) == (2, "refuse")
    people = certify("check", coarse)
    assert people.code == 2
    assert "CHẶN" in people.out
    assert "TỪ CHỐI" in people.out


def test_check_of_a_text_file_is_a_refusal(certify: Run, tmp_path: Path) -> None:
    file = tmp_path / "letter.pdf"
    file.write_text("no pdf at all")
    ended = certify("check", file, "--json")
    assert (ended.code, ended.json["verdict"]) == (2, "refuse")
    assert [f["severity"] for f in ended.json["findings"]] == ["block"]


# --- copy


def test_copy_says_what_it_made(certified: Path) -> None:
    said = json.loads(certified.with_suffix(".json").read_text())
    assert set(said) == {
        "number", "code", "file", "sha256", "level", "verdict", "findings",
    }  # fmt: skip
    assert said["number"].startswith("01, quyển 01/")
    assert said["level"] == "PAdES-B-LTA"
    assert said["verdict"] == "ours_in_force"
    assert said["file"] == str(certified)
    assert said["sha256"] == hashlib.sha256(certified.read_bytes()).hexdigest()
    assert len(said["code"]) == 16


def test_copy_overwrites_only_when_told(
    certify: Run, certified: Path, data: Path, scan: Path
) -> None:
    before = certified.read_bytes()
    refused = certify("copy", scan, *who(data, certified))
    assert refused.code == 2
    assert "--force" in refused.err
    assert certified.read_bytes() == before
    other = data.parent / "other.pdf"
    other.write_text("old")
    forced = certify("copy", scan, *who(data, other), "--force")
    assert forced.code == 0, forced
    assert "Hợp lệ" in forced.out
    assert other.read_bytes().startswith(b"%PDF-")
    assert not list(data.parent.glob(".*part")), "nothing half-written is left"


def test_several_files_become_one_copy_in_the_order_asked(
    certify: Run, scan: Path, grey: Path, data: Path
) -> None:
    out = data.parent / "several.pdf"
    asked = ("--pages", "2,1@90", "--reduce-dpi", "200", "--accept", "Hai mặt giấy")
    ended = certify("copy", scan, grey, *who(data, out), *asked)
    assert ended.code == 0, ended
    with pikepdf.open(out) as pdf:
        first, second = (page.mediabox for page in pdf.pages[:2])
        spaces = [str(p.Resources.XObject.Scan.ColorSpace) for p in pdf.pages[:2]]
    assert spaces == ["/DeviceGray", "/DeviceRGB"]
    assert second[2] > first[2], "the second page lies across"
    for wrong in (["--pages", "3"], ["--pages", "x"], ["--reduce-dpi", "100"]):
        refused = certify("copy", scan, grey, *who(data, out), "--force", *wrong)
        assert refused.code == 2, wrong
        assert "Chưa sắp xếp được" in refused.err


def test_copy_needs_a_reason_for_warnings(
    certify: Run, data: Path, grey: Path, certified: Path
) -> None:
    out = certified.with_name("grey.pdf")
    refused = certify("copy", grey, *who(data, out), "--json")
    assert refused.code == 2
    assert refused.json["error"]["code"] == "scan.refused"
    assert COLOUR_WARNING in {f["code"] for f in refused.json["findings"]}
    assert not out.exists()
    people = certify("copy", grey, *who(data, out))
    assert people.code == 2
    assert "CẢNH BÁO" in people.err
    accepted = certify(
        "copy", grey, *who(data, out), "--accept", "Bản chính đen trắng", "--json"
    )
    assert accepted.code == 0, accepted
    assert accepted.json["findings"]


@pytest.mark.usefixtures("certified")
def test_copy_cannot_talk_a_block_away(certify: Run, data: Path, coarse: Path) -> None:
    out = data.parent / "coarse.pdf"
    ended = certify("copy", coarse, *who(data, out), "--accept", "x", "--json")
    assert ended.code == 2
    assert "block" in {f["severity"] for f in ended.json["findings"]}
    assert not out.exists()


def test_copy_is_refused_in_production(scan: Path, tmp_path: Path) -> None:
    ended = shell(
        "copy",
        scan,
        *who(tmp_path / "data", tmp_path / "out.pdf"),
        CERTIFY_ENV="production",
        CERTIFY_BASE_URL="https://chungthuc.laichau.gov.vn",
    )
    assert ended.code == 2
    assert "THỬ NGHIỆM" in ended.err
    assert list(tmp_path.iterdir()) == []


def test_two_copies_at_once_take_two_numbers(
    data: Path, certified: Path, scan: Path
) -> None:
    outs = [certified.with_name(f"twin-{n}.pdf") for n in range(2)]
    with ThreadPoolExecutor(2) as pool:
        runs = list(
            pool.map(lambda out: shell("copy", scan, *who(data, out), "--json"), outs)
        )
    assert [run.code for run in runs] == [0, 0], runs
    assert len({run.json["number"] for run in runs}) == 2


def test_copy_waits_for_its_timestamp_and_reconcile_finishes_it(
    data: Path, certified: Path, scan: Path, certify: Run
) -> None:
    out = certified.with_name("waiting.pdf")
    away = shell(
        "copy",
        scan,
        *who(data, out),
        "--json",
        CERTIFY_TSA_URLS="http://127.0.0.1:9/tsa",  # the discard port: nobody there
    )
    assert away.code == 4, away
    assert away.json["error"]["code"] == "timestamp.unavailable"
    assert not out.exists()
    swept = certify("reconcile", "--json", "--data", data)
    assert swept.code == 0
    assert len(swept.json["released"]) == 1
    assert certify("reconcile", "--json", "--data", data).json["released"] == []


# --- verify


def test_verify_with_the_register(certify: Run, certified: Path, data: Path) -> None:
    ended = certify("verify", certified, "--data", data, "--json")
    assert ended.code == 0
    assert ended.json["verdict"] == "ours_in_force"
    assert ended.json["colour"] == "green"
    assert [s["indication"] for s in ended.json["signatures"]] == ["TOTAL-PASSED"] * 3
    assert "HỢP LỆ" in certify("verify", certified, "--data", data).out


def test_verify_offline_is_undetermined_unless_the_list_or_the_caller_says(
    certify: Run, certified: Path, data: Path, tmp_path: Path
) -> None:
    trust = shutil.copytree(data / "trust", tmp_path / "trust")
    ended = certify("verify", certified, "--trust", trust, "--json")
    assert (ended.code, ended.json["verdict"]) == (0, "other_in_force")
    (trust / "annulments.json").unlink()
    ended = certify("verify", certified, "--trust", trust, "--json")
    assert (ended.code, ended.json["verdict"]) == (3, "other_authority")
    assert certify("verify", certified, "--trust", trust, "--offline-ok").code == 0


@pytest.mark.parametrize("offline", [False, True])
def test_altered_file_is_never_good(
    certify: Run, certified: Path, data: Path, tmp_path: Path, *, offline: bool
) -> None:
    content = bytearray(certified.read_bytes())
    content[len(content) // 3] ^= 1
    altered = tmp_path / "altered.pdf"
    altered.write_bytes(content)
    where = ("--trust", data / "trust", "--offline-ok") if offline else ("--data", data)
    assert certify("verify", altered, *where).code in {1, 3}
    appended = tmp_path / "appended.pdf"
    appended.write_bytes(certified.read_bytes() + b"\n")
    assert certify("verify", appended, *where).code == 1


def test_unsigned_file_is_not_a_copy(
    certify: Run, samples: Sequence[Sample], certified: Path, data: Path
) -> None:
    assert certified.exists()
    ended = certify("verify", samples[0].path, "--data", data, "--json")
    assert (ended.code, ended.json["verdict"]) == (1, "unsigned")


# --- demo


def test_demo_certifies_three_papers_once(
    certify: Run, data: Path, certified: Path
) -> None:
    assert certified.exists()
    ended = certify("demo", "--data", data, "--json")
    assert ended.code == 0, ended
    copies = ended.json["copies"]
    assert [c["verdict"] for c in copies] == ["ours_in_force"] * 3
    assert {c["level"] for c in copies} == {"PAdES-B-LTA"}
    for copy in copies:
        content = Path(copy["file"]).read_bytes()
        assert hashlib.sha256(content).hexdigest() == copy["sha256"]
    assert certify("demo", "--data", data, "--if-empty", "--json").json["copies"] == []
    first, *_, last = (copy["file"] for copy in copies)
    proof = data / "proof.json"
    assert certify("trail", "proof", first, "--out", proof, "--data", data).code == 0
    witnessed = certify(
        *("verify", first, "--trust", data / "trust", "--offline-ok"),
        *("--proof", proof, "--witness", last),
    )
    assert "since=" in witnessed.out, "the last carries a checkpoint to be joined to"


@pytest.mark.usefixtures("certified")
def test_audit_finds_a_changed_byte_and_says_what_to_do(
    certify: Run, data: Path, tmp_path: Path
) -> None:
    copy = tmp_path / "data"
    shutil.copytree(data, copy)
    whole = certify("audit", "--data", copy)
    assert whole.code == 0
    table, conclusion = whole.out.rstrip().split("\n\n")
    assert conclusion == "Tất cả đều đúng."
    assert len({len(line) for line in table.split("\n")}) == 1  # columns are straight
    objects = copy / "archive" / "objects"
    sealed = next(p for p in objects.glob("*/*.sealed") if p.parent.name != "evidence")
    content = sealed.read_bytes()
    sealed.chmod(0o600)
    sealed.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    found = certify("audit", "--quick", "--json", "--data", copy)
    key = f"{sealed.parent.name}/{sealed.stem}"
    assert (found.code, found.err) == (1, "")
    assert [(f["code"], f["subject"]) for f in found.json["findings"]] == [
        ("edition.damaged", key)
    ]
    said = certify("audit", "--quick", "--data", copy).out
    assert f"Tệp trong kho khác mã băm trong sổ. [edition.damaged]\n  {key}\n" in said
    assert "→ Không dùng tệp này; khôi phục đúng phiên bản" in said


def test_no_secret_is_ever_said(data: Path, certified: Path) -> None:
    said = certified.with_suffix(".json").read_text()
    again = shell("init", "--data", data)
    said += again.out + again.err
    secrets = [(data / "service.key").read_bytes().hex()]
    secrets += [f.read_text() for f in (data / "pki" / "keys").glob("*.passphrase")]
    assert len(secrets) == 5  # service, person, seal, roster, report
    assert not any(secret in said for secret in secrets)
    assert "cc_" not in said


@pytest.mark.parametrize("by_option", [True, False])
def test_a_folder_of_another_account_is_one_sentence(
    tmp_path: Path,
    by_option: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    closed = tmp_path / "data"
    closed.mkdir(mode=0o000)
    plain = []
    if os.geteuid() == 0:  # root without the right to overlook modes
        os.chown(closed, pwd.getpwnam("nobody").pw_uid, -1)
        plain = [need("setpriv"), "--bounding-set=-all", "--inh-caps=-all"]
    command = [*plain, *CERTIFY, "audit", *(["--data", closed] if by_option else [])]
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        check=False,
        env={"PATH": "/usr/bin:/bin", "CERTIFY_DATA": str(closed)},
    )
    closed.chmod(0o700)
    assert done.returncode == 2
    assert done.stderr == (
        "Không được phép: tài khoản đang chạy lệnh không đọc hoặc không ghi được "
        f"{closed}/service.json; hãy chạy bằng tài khoản của dịch vụ\n"
    )
