"""Parts of the agent: its identity, its terminal, its options, what it loads."""

import stat
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509

from api.agent.command import checked_origin
from api.agent.consent import TerminalConsent
from api.agent.identity import LIFE, RENEW_BEFORE, agent_identity
from api.agent.protocol import ToSign
from certify.clock import SystemClock
from certify.errors import InvalidInput
from tests.support.agents import to_sign

NOW = SystemClock().now()


def test_the_identity_is_private_kept_and_made_anew_in_time(tmp_path: Path) -> None:
    folder = tmp_path / "agent"
    first = agent_identity(folder, NOW)
    assert first.fresh
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE(first.private_key.stat().st_mode) == 0o600
    files = {path: path.read_bytes() for path in folder.iterdir()}
    assert sum(b"PRIVATE KEY" in data for data in files.values()) == 1
    again = agent_identity(folder, NOW)
    assert not again.fresh
    assert {path: path.read_bytes() for path in folder.iterdir()} == files
    later = agent_identity(folder, NOW + LIFE - RENEW_BEFORE + timedelta(hours=1))
    assert later.fresh
    later.private_key.chmod(0o644)
    assert agent_identity(folder, NOW + LIFE).fresh, "others could read the key"


def test_the_ca_may_vouch_for_this_machine_alone(tmp_path: Path) -> None:
    identity = agent_identity(tmp_path, NOW)
    ca = x509.load_pem_x509_certificate(identity.ca.read_bytes())
    constraints = ca.extensions.get_extension_for_class(x509.NameConstraints)
    assert constraints.critical
    permitted = [str(name.value) for name in constraints.value.permitted_subtrees or ()]
    assert permitted == ["localhost", "127.0.0.1/32"]
    limits = ca.extensions.get_extension_for_class(x509.BasicConstraints).value
    assert (limits.ca, limits.path_length) == (True, 0)


@pytest.mark.parametrize(
    ("text", "origin"),
    [
        ("https://chungthuc.example.vn", "https://chungthuc.example.vn"),
        ("https://ChungThuc.example.vn:8443/", "https://chungthuc.example.vn:8443"),
        ("https://chungthuc.example.vn:443", "https://chungthuc.example.vn"),
        ("http://127.0.0.1:8000", "http://127.0.0.1:8000"),
        ("http://localhost:8000", "http://localhost:8000"),
    ],
)
def test_origins(text: str, origin: str) -> None:
    assert checked_origin(text) == origin


@pytest.mark.parametrize(
    "text",
    [
        "http://chungthuc.example.vn",
        "*",
        "null",
        "",
        "https://a.vn/x",
        "ftp://a.vn",
        "https://a.vn:x",
        "https://u@a.vn",
    ],
)
def test_what_is_no_safe_origin(text: str) -> None:
    with pytest.raises(InvalidInput):
        checked_origin(text)


def asked(title: str = "Giấy khai sinh") -> ToSign:
    return ToSign.model_validate(to_sign(b"1\x00", title=title))


def test_no_control_character_reaches_the_terminal() -> None:
    said: list[str] = []
    consent = TerminalConsent(say=said.append, read_secret=lambda _: "1")
    evil = "Bằng \x1b[2J\x1b]0;x\x07 tốt\u202e nghiệp\r\nSố 2: khác"
    consent.ask("A\x1b[31mB", "https://a.vn", [asked(evil)])
    assert all(line.isprintable() for line in said)
    assert len(said) == 4, "one line for each request"


def test_a_pin_is_kept_only_when_asked_for_and_only_so_long() -> None:
    prompts: list[str] = []
    now = [0.0]

    def read(prompt: str) -> str:
        prompts.append(prompt)
        return "C" if "Gõ C" in prompt else "4711"

    def consent(minutes: float) -> TerminalConsent:
        return TerminalConsent(
            pin_minutes=minutes,
            say=lambda _: None,
            read_secret=read,
            read_line=read,
            seconds=lambda: now[0],
        )

    never = consent(0)
    for _ in range(2):
        assert never.ask("A", "https://a.vn", [asked()]) == "4711"
        never.right("4711")
    assert all("PIN" in prompt for prompt in prompts)
    prompts.clear()
    kept = consent(5)
    assert kept.ask("A", "https://a.vn", [asked()]) == "4711"
    kept.right("4711")
    now[0] = 299
    assert kept.ask("A", "https://a.vn", [asked()]) == "4711"
    kept.right("4711")  # using it makes it live no longer
    now[0] = 301
    assert kept.ask("A", "https://a.vn", [asked()]) == "4711"
    assert ["Gõ C" in prompt for prompt in prompts] == [False, True, False]
    kept.right("4711")
    kept.forget()
    kept.ask("A", "https://a.vn", [asked()])
    assert "PIN" in prompts[-1]


def test_a_kept_pin_still_needs_a_yes() -> None:
    answers = iter(["4711", "k", "c"])
    consent = TerminalConsent(
        pin_minutes=5,
        say=lambda _: None,
        read_secret=lambda _: next(answers),
        read_line=lambda _: next(answers),
    )
    consent.ask("A", "https://a.vn", [asked()])
    consent.right("4711")
    assert consent.ask("A", "https://a.vn", [asked()]) is None
    assert consent.ask("A", "https://a.vn", [asked()]) == "4711"


def test_a_terminal_that_goes_away_is_a_no() -> None:
    def gone(_: str) -> str:
        raise EOFError

    consent = TerminalConsent(say=lambda _: None, read_secret=gone)
    assert consent.ask("A", "https://a.vn", [asked()]) is None


def test_it_loads_nothing_of_the_service_nor_of_linux() -> None:
    """A person's machine has no database, and may run Windows."""
    absent = "fcntl", "resource", "pwd", "sqlalchemy", "fastapi", "pyhanko", "pikepdf"
    script = (
        "import sys\n"
        f"for name in {absent}: sys.modules[name] = None\n"
        "import api.cli.agent, api.agent.command, keys.persons_token\n"
        "ours = {'signing', 'storage', 'api.wiring', 'api.settings'}\n"
        "assert not ours & set(sys.modules), ours & set(sys.modules)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
