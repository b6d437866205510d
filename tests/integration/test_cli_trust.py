"""`certify trust …` and `certify annulments …` on a data folder of their own."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from api.__main__ import main
from api.initialise import initialise
from api.settings import Settings
from certify.identifiers import new_verification_code

Run = Callable[..., tuple[int, Any]]
NEW = ("--from", "2026-01-01", "--to", "2029-12-31")
NEAC = (
    "--hierarchy", "neac", "--purpose", "signature", "--source", "trang của nơi cấp",
    "--verified-by", "Lò Thị Mai so với công văn", "--from", "2026-01-01",
)  # fmt: skip


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    data = tmp_path_factory.mktemp("cli-trust") / "data"
    initialise(Settings(data=data))
    return data


@pytest.fixture
def data(made: Path, tmp_path: Path) -> Path:
    return shutil.copytree(made, tmp_path / "data")


@pytest.fixture
def certify(data: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    def run(*words: object) -> tuple[int, Any]:
        capsys.readouterr()
        code = main([*map(str, words), "--data", str(data), "--json"])
        return code, json.loads(capsys.readouterr().out)

    return run


def fingerprint(data: Path, name: str) -> str:
    rows = json.loads((data / "trust" / "manifest.json").read_text())["anchors"]
    return str(next(row["sha256"] for row in rows if row["file"].endswith(name)))


def test_a_fresh_folder_stands_and_says_what_for(certify: Run) -> None:
    code, listed = certify("trust", "list")
    assert code == 0
    purposes = {row["file"]: row["purposes"] for row in listed["anchors"]}
    assert purposes == {
        "intermediates/issuing.pem": ["chain"],
        "roots/root.pem": ["seal", "signature", "timestamp"],
        "roots/roster.pem": ["roster"],
    }
    code, checked = certify("trust", "check")
    assert (code, checked["problems"]) == (0, [])
    assert checked["lists"] == {"roster": "good", "annulments": "good"}


@pytest.mark.parametrize(
    ("remove", "code", "problem"),
    [
        ("annulments.json", 3, "annulments.absent"),
        ("roster.p7s", 1, "roster.unsigned"),
        ("roots/root.pem", 1, "missing"),
    ],
)
def test_check_names_what_is_gone(
    remove: str, code: int, problem: str, certify: Run, data: Path
) -> None:
    (data / "trust" / remove).unlink()
    found, checked = certify("trust", "check")
    assert found == code
    assert problem in {p["code"] for p in checked["problems"]}


def test_a_root_is_added_only_by_the_fingerprint_typed(
    certify: Run, data: Path
) -> None:
    file = data / "pki" / "certificates" / "tsa.pem"
    code, refused = certify("trust", "add", file, "--sha256", "ab" * 32, *NEAC)
    assert (code, refused["error"]["code"]) == (2, "input.invalid")
    real = refused["error"]["message"].split("dấu vân ")[1].split(",")[0]
    spaced = ":".join(real[i : i + 2] for i in range(0, 64, 2)).upper()
    code, added = certify("trust", "add", file, "--sha256", spaced, *NEAC)
    assert (code, added["hierarchy"], added["purposes"]) == (0, "neac", ["signature"])
    assert certify("trust", "check")[0] == 0
    assert certify("trust", "add", file, "--sha256", real, *NEAC)[0] == 2


def test_the_roster_is_changed_by_its_signer_and_never_shrinks(
    certify: Run, data: Path
) -> None:
    file = data / "pki" / "certificates" / "tsa.pem"
    entry = ("--authority", "x", "--name", "Ủy ban nhân dân xã Thử", *NEW)
    where = ("--role", "delegate", "--hierarchy", "co-yeu-g2")
    code, added = certify("trust", "roster", "add", file, *entry, *where)
    assert (code, added["sequence"], len(added["entries"])) == (0, 2, 3)
    digest = added["entries"][-1]["certificate_sha256"]
    assert certify("trust", "roster", "add", file, *entry, *where)[0] == 2
    bad = ("--role", "clerk", "--hierarchy", "co-yeu-g2")
    assert certify("trust", "roster", "add", file, *entry, *bad)[0] == 2
    code, ended = certify("trust", "roster", "end", digest, "--on", "2026-06-30")
    assert (code, ended["sequence"], len(ended["entries"])) == (0, 3, 3)
    assert ended["entries"][-1]["valid_to"].startswith("2026-06-30T23:59:59")
    code, shown = certify("trust", "roster", "show")
    assert (code, shown["standing"], shown["entries"]) == (0, "good", ended["entries"])
    assert certify("trust", "roster", "end", "ab" * 32)[0] == 2


def test_what_somebody_else_wrote_is_not_signed_by_the_way(
    certify: Run, data: Path
) -> None:
    file = data / "trust" / "roster.json"
    file.write_text(file.read_text().replace("Mường Tè", "Mường Lay"))
    code, shown = certify("trust", "roster", "show")
    assert (code, shown["standing"]) == (1, "bad_signature")
    assert certify("trust", "roster", "sign")[0] == 2
    assert certify("annulments", "publish")[0] == 2
    code, signed = certify("trust", "roster", "sign", "--as-it-lies")
    assert (code, signed["sequence"]) == (0, 2)
    assert certify("trust", "roster", "show")[0] == 0


def test_an_older_roster_is_noticed(certify: Run, data: Path) -> None:
    old = {f: f.read_bytes() for f in (data / "trust").glob("roster.*")}
    assert certify("trust", "roster", "sign")[0] == 0
    assert certify("trust", "check")[0] == 0  # from here on number 2 was met
    for file, content in old.items():
        file.write_bytes(content)
    code, checked = certify("trust", "check")
    assert (code, checked["lists"]["roster"]) == (1, "rolled_back")


def test_annulments_are_exported_and_published(
    certify: Run, data: Path, tmp_path: Path
) -> None:
    assert certify("annulments", "export") == (0, {"next": 0, "annulments": []})
    sheet = tmp_path / "portal.csv"
    assert certify("annulments", "export", "--out", sheet)[0] == 0
    assert sheet.read_text(encoding="utf-8-sig").startswith("cursor,shown_number")
    code, published = certify("annulments", "publish")
    assert (code, published["sequence"], published["count"]) == (0, 2, 0)
    for file in (data / "trust").glob("annulments.*"):
        file.unlink()
    assert certify("annulments", "publish")[1]["sequence"] == 3  # never starts over
    decided = ("--decision", "1", "--date", "23/11/2026", "--reason", "x")
    code, refused = certify("annulments", "add", new_verification_code(), *decided)
    assert (code, refused["error"]["code"]) == (2, "not_found")
