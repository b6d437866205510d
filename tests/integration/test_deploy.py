"""`deploy/` says what the programs that read it understand, and names what exists."""

import json
import os
import re
import subprocess
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from typer.core import TyperGroup as Group
from typer.main import get_command

from api.__main__ import app
from api.settings import PREFIX, Settings
from storage.database import Database
from tests.support.postgres import OWNER, Server
from tests.support.real import need

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
UNITS = DEPLOY / "systemd"
PROGRAM = "/opt/certify/.venv/bin/certify"
PROGRAM_LINES = re.compile(rf"^ExecStart=({re.escape(PROGRAM)} .*)$", re.MULTILINE)
COMMAND_LINES = re.compile(r"^    command: \[(.*)\]$", re.MULTILINE)
EXPOSURE = 20  # tenths of systemd's 0–10; ours are at 1.9
FILES = sorted(path for path in DEPLOY.rglob("*") if path.is_file())


def run(*command: str | Path, cwd: Path) -> str:
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


@pytest.fixture(scope="module")
def compose() -> list[str]:
    """Docker's own plugin where it is there, else Debian's docker-compose."""
    plugin = ["docker", "compose"]
    try:
        subprocess.run([*plugin, "version"], capture_output=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return [str(need("docker-compose"))]
    return plugin


@pytest.fixture
def units(tmp_path: Path) -> list[str]:
    """The units, with a program that is there on every machine."""
    for path in sorted(UNITS.glob("certify-*")):
        text = path.read_text().replace(PROGRAM, "/bin/true")
        (tmp_path / path.name).write_text(text)
    return [f"./{path.name}" for path in sorted(tmp_path.iterdir())]


def test_compose_understands_it(compose: list[str]) -> None:
    settings = ["--env-file", "example.env", "config"]
    assert not run(*compose, *settings, "-q", cwd=DEPLOY).strip()
    shown = run(*compose, *settings, cwd=DEPLOY)
    for wanted in ("no-new-privileges", "seccomp", "read_only: true"):
        assert wanted in shown


def test_systemd_understands_it(tmp_path: Path, units: list[str]) -> None:
    said = run(need("systemd-analyze"), "verify", *units, cwd=tmp_path)
    assert not said.strip()


def test_the_services_may_do_little(tmp_path: Path, units: list[str]) -> None:
    services = [unit for unit in units if unit.endswith(".service")]
    assert len(services) == 4
    for unit in services:
        run(
            *(need("systemd-analyze"), "security", "--offline=true", "--no-pager"),
            *(f"--threshold={EXPOSURE}", unit),
            cwd=tmp_path,
        )


def test_every_setting_named_exists() -> None:
    known = {PREFIX + name.upper() for name in Settings.model_fields}
    named = {
        name
        for path in FILES
        for name in re.findall(rf"{PREFIX}[A-Z0-9_]+", path.read_text())
    }
    assert len(named) > 10
    assert named <= known


def test_every_command_named_exists() -> None:
    texts = {path.name: path.read_text() for path in FILES}
    said = [
        line.split()[1:]
        for text in texts.values()
        for line in PROGRAM_LINES.findall(text)
    ]
    said += [line.split(", ") for line in COMMAND_LINES.findall(texts["compose.yaml"])]
    assert {words[0] for words in said} == {"serve", "worker", "database", "backup"}
    commands = get_command(app)
    assert isinstance(commands, Group)
    assert {words[0] for words in said} <= commands.commands.keys()


def test_secrets_are_files() -> None:
    """Whatever is in the environment can be read by an administrator's `ps e`."""
    secret = re.compile(
        r"^\s*(Environment=)?\w*(PASSWORD|SECRET|PIN|PASSPHRASE)\w*[=:]"
    )
    for path in FILES:
        for line in path.read_text().splitlines():
            if secret.match(line):
                assert "_FILE" in line, f"{path.name}: {line}"


def test_the_image_gets_what_the_tests_ran_on() -> None:
    """A line of the small lock that is not in the great one was never tested."""
    small, great = (
        dict(pinned(path))
        for path in (DEPLOY / "requirements.lock", ROOT / "requirements.lock")
    )
    assert "fastapi" in small
    assert "pytest" not in small
    assert small.items() <= great.items()


def pinned(lock: Path) -> list[tuple[str, frozenset[str]]]:
    """(name, versions) of each package."""
    found: dict[str, set[str]] = {}
    for line in lock.read_text().splitlines():
        if "==" in line and not line.startswith((" ", "#")):
            wanted = Requirement(line.rstrip(" \\"))
            found.setdefault(wanted.name, set()).add(str(wanted.specifier))
    return [(name, frozenset(versions)) for name, versions in found.items()]


def test_containers_may_not_mount_or_load() -> None:
    profile = json.loads((DEPLOY / "seccomp.json").read_text())
    (rule,) = profile["syscalls"]
    assert {"mount", "ptrace", "bpf", "init_module", "keyctl"} <= set(rule["names"])
    assert not {"unshare", "clone", "prctl"} & set(rule["names"])


def test_the_roles_of_a_new_database_server(
    postgresql15: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As PostgreSQL's image runs the script; then what the `migrate` service does."""
    given = {"OWNER": "it's an owner\\", "SERVICE": '$service"s'}
    for name, password in given.items():
        (tmp_path / name).write_text(password + "\n")
        monkeypatch.setenv(f"{name}_PASSWORD_FILE", str(tmp_path / name))
    for name, value in {
        "PGHOST": "127.0.0.1",
        "PGPORT": str(postgresql15.port),
        "PGPASSWORD": postgresql15.password,
        "PGDATABASE": "postgres",
        "POSTGRES_USER": OWNER,
        "PATH": f"{need('psql').parent}:{os.environ['PATH']}",  # noqa: TID251 - a test's
    }.items():
        monkeypatch.setenv(name, value)
    try:
        run("bash", DEPLOY / "database-roles.sh", cwd=tmp_path)
        address = f"127.0.0.1:{postgresql15.port}/certify"
        owner = Database(
            f"postgresql://certify_owner@{address}", password=given["OWNER"]
        )
        owner.migrate_for("certify_service")
        owner.close()
        service = Database(
            f"postgresql://certify_service@{address}", password=given["SERVICE"]
        )
        service.require_current()
        service.close()
    finally:
        postgresql15.execute("DROP DATABASE IF EXISTS certify WITH (FORCE)")
        for role in ("certify_owner", "certify_service"):
            postgresql15.execute("DROP ROLE IF EXISTS {}", role)
