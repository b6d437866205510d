"""What may stand in the repository, whoever wrote it."""

import importlib.util
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from tests.support import real

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("api", "certify", "keys", "signing", "storage")
# written in pieces, or this file would break its own rule
REGISTRIES = tuple(
    ".".join(parts)
    for parts in (
        ("pypi", "org"),
        ("pythonhosted", "org"),
        ("npmjs", "org"),
        ("golang", "org"),
        ("deb", "debian", "org"),
    )
)
MACHINE_PATHS = tuple(f"/{top}/" for top in ("work", "root", "home"))


def tracked() -> list[Path]:
    done = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False
    )
    if done.returncode:
        pytest.skip("không phải bản sao git: không biết tệp nào thuộc kho mã")
    names = done.stdout.decode().split("\0")
    return [ROOT / name for name in names if name and (ROOT / name).is_file()]


def texts() -> list[tuple[Path, str]]:
    """Tracked text files; beside our own pictures, a file that is no UTF-8 must not be.

    Pictures are made by `docs/images/make.py`.
    """
    pictures = ROOT / "docs" / "images"
    return [
        (path, path.read_text(encoding="utf-8"))
        for path in tracked()
        if not (path.parent == pictures and path.suffix == ".png")
    ]


def locked() -> dict[str, str]:
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    return dict(re.findall(r"^([\w.-]+)==([^\s;\\]+)", lock, re.MULTILINE))


def test_no_registry_host_and_no_path_of_a_machine() -> None:
    found = [
        f"{path.relative_to(ROOT)}: {word}"
        for path, text in texts()
        for word in (*REGISTRIES, *MACHINE_PATHS)
        if word in text
    ]
    assert found == []


@pytest.mark.parametrize("name", PACKAGES)
def test_a_package_is_the_one_of_this_repository(name: str) -> None:
    spec = importlib.util.find_spec(name)
    assert spec is not None
    assert spec.origin == str(ROOT / name / "__init__.py")


def test_the_import_contracts_hold() -> None:
    linter = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run(
        [linter, "--no-cache", "--no-logo"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"[1-9]\d* kept, 0 broken", done.stdout)


def test_the_lock_names_no_address_and_hashes_everything() -> None:
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    assert "://" not in lock
    assert not re.search(r"^--|^-", lock, re.MULTILINE), "no options, no other files"
    blocks = re.split(r"^(?=[\w.-]+==)", lock, flags=re.MULTILINE)[1:]
    assert blocks
    assert [b.split()[0] for b in blocks if "--hash=sha256:" not in b] == []


def test_the_lock_fits_the_project() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    wanted = project["project"]["dependencies"] + project["dependency-groups"]["dev"]
    versions = locked()
    for line in wanted:
        asked = Requirement(line)
        version = versions.get(asked.name)
        assert version is not None, f"{asked.name} is not locked: make lock"
        assert asked.specifier.contains(version), f"{line}, locked {version}: make lock"


def test_make_system_installs_what_tests_need() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    listed = re.search(r"^SYSTEM_PACKAGES = ((?:.*\\\n)*.*)", makefile, re.MULTILINE)
    assert listed is not None
    assert set(real.PACKAGES.values()) <= set(listed[1].replace("\\", " ").split())


def test_one_word_for_the_verification_code() -> None:
    """What the copy prints, pages and commands say too: mã tra cứu."""
    other = "mã xác " + "minh"  # in pieces, or this file would break its own rule
    assert [
        str(path.relative_to(ROOT))
        for path, text in texts()
        if other in text.lower() and path.suffix in {".html", ".py", ".js", ".md"}
    ] == []
