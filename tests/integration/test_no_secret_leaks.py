"""After a full run no PIN, passphrase or private key is anywhere it could get out.

File keys and a SoftHSM2 key, real commands, a real server with its worker, errors
provoked by wrong secrets. Looked into: everything printed and logged, answers and
error bodies, the database with its WAL, scans and archive (stored and decrypted),
trust and work folders, command lines of all processes, environments of the children
that read files.
"""

import base64
import http.client
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from api.initialise import initialise, issue_api_keys
from api.settings import Settings
from api.wiring import build_services
from keys.generate import KeyAlgorithm, generate_file_key
from tests.support.confirming import confirm_shown
from tests.support.csr import PROFILES, issue_for_request
from tests.support.papers import compared_papers, draw_paper
from tests.support.secrets_found import (
    children_of,
    found,
    private_numbers,
    titles,
    words,
)
from tests.support.softhsm import PIN, SoftHsm

pytestmark = pytest.mark.timeout(600)  # a busy machine is no fault
PASSPHRASE, WRONG = "Song-Da-chay-nguoc-77215", "Nui-Phu-Xi-Lung-sai-90463"
WRONG_PIN = "55819074"
VARIABLE = "MAT_KHAU_CON_DAU"
STARTS = (b"", b"a", b"ab")  # the alignments of base64


@dataclass
class Run:
    """A data folder, what was said so far, and the secrets to look for."""

    data: Path
    folder: Path
    said: list[tuple[str, bytes]] = field(default_factory=list)

    @property
    def environment(self) -> dict[str, str]:
        return {**os.environ, "CERTIFY_DEBUG": "1"}  # noqa: TID251 - handed on

    def certify(self, *given: object, code: int = 0) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "api", *map(str, given), "--data", str(self.data)],
            capture_output=True,
            check=False,
            env=self.environment,
        )
        self.said.append((f"certify {given}", done.stdout + done.stderr))
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout.decode()

    def make(self, key_id: str, role: str, secret: str, *where: str) -> None:
        """From nothing to an active key."""
        request = self.folder / f"{key_id}.csr"
        given = ("--role", role, "--secret", secret, "--algorithm", "rsa-2048")
        places = [word for place in where for word in ("--set", place)]
        kind = "pkcs11" if len(where) > 1 else "file"
        self.certify("keys", "generate", key_id, *given, "--backend", kind, *places)
        self.certify("keys", "csr", key_id, "--out", request)
        answer = issue_for_request(self.data / "pki", request, profile=PROFILES[role])
        self.certify("keys", "import", key_id, answer)
        self.certify("keys", "activate", key_id)
        self.certify("keys", "test", key_id)


@contextmanager
def served(run: Run) -> Iterator[tuple[int, str]]:
    """Serve with everything it says kept; give the process id and the address."""
    output = run.folder / f"serve-{len(run.said)}.log"
    with (
        output.open("wb") as log,
        subprocess.Popen(
            [
                *(sys.executable, "-m", "api", "serve", "--port", "0"),
                *("--data", str(run.data)),
            ],
            stdout=log,
            stderr=log,
            env=run.environment | {"PYTHONUNBUFFERED": "1"},
        ) as process,
    ):
        try:
            yield process.pid, _address(output)
        finally:
            process.terminate()
            process.wait(60)
            run.said.append(("serve", output.read_bytes()))


def _address(output: Path) -> str:
    deadline = time.monotonic() + 200
    while time.monotonic() < deadline:
        for word in output.read_text().split():
            if word.startswith("http://127.0.0.1:") and "/" in word:
                return "/".join(word.rstrip(".,").split("/")[:3])
        time.sleep(0.2)
    raise AssertionError(output.read_text())


def ask(run: Run, address: str, method: str, path: str, key: str = "") -> int:
    parts = urlsplit(address)
    deadline = time.monotonic() + 120
    while True:
        connection = http.client.HTTPConnection(
            parts.hostname or "", parts.port, timeout=120
        )
        try:
            headers = {"Authorization": f"Bearer {key}"} if key else {}
            connection.request(method, path, headers=headers)
            answer = connection.getresponse()
            body = answer.read() + str(answer.getheaders()).encode()
        except ConnectionRefusedError:
            assert time.monotonic() < deadline
            time.sleep(0.2)
            continue
        finally:
            connection.close()
        run.said.append((f"{method} {path}", body))
        return answer.status


def approve(run: Run) -> str:
    """A paper confirmed with the registry's keys, ready to be issued."""
    services = build_services(Settings(data=run.data))
    try:
        paper = run.folder / "paper.jpg"
        draw_paper(paper)
        (attestation_id,) = compared_papers(services, paper, 1)
        confirm_shown(services, [attestation_id])
    finally:
        services.close()
    return attestation_id


def stored(run: Run) -> Iterator[tuple[str, bytes]]:
    """Every file of the data folder but the key files of the development CA."""
    for path in run.data.rglob("*"):
        if path.is_file() and run.data / "pki" not in path.parents:
            yield str(path.relative_to(run.data)), path.read_bytes()


def decrypted(run: Run, ids: Sequence[str]) -> Iterator[tuple[str, bytes]]:
    """Archive and scans as they read with the service key."""
    services = build_services(Settings(data=run.data))
    try:
        target = run.folder / "plain"
        for attestation_id in ids:
            for one in services.archive.list(f"{attestation_id}/"):
                services.archive.fetch(one, target)
                yield one.key, target.read_bytes()
                target.unlink()
    finally:
        services.close()


def test_the_search_finds_what_was_planted(tmp_path: Path) -> None:
    file = tmp_path / "key.pem"
    _ = generate_file_key(file, KeyAlgorithm.P_256, key_id="x", passphrase=PASSPHRASE)
    secrets = {"pin": words(PIN), "key": private_numbers(file, PASSPHRASE)}
    raw, key = (
        PIN.encode(),
        load_pem_private_key(file.read_bytes(), PASSPHRASE.encode()),
    )
    der = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    for name, secret in (("pin", raw), ("key", der)):
        shapes = [secret, secret.hex().encode(), secret.hex().upper().encode()]
        shapes += [base64.b64encode(start + secret + b"end") for start in STARTS]
        for shape in shapes:
            assert found(b"x" * 7 + shape + b"y" * 5, secrets) == [name]
    assert found(b"pin: " + PIN.encode("utf-16-le"), secrets) == ["pin"]
    assert found(file.read_bytes() + PASSPHRASE.encode(), secrets) == []


def issue(run: Run, address: str, attestation_id: str, key: str) -> int:
    """Ask for a copy; the status when neither we nor the server's worker is at it."""
    path = f"/api/v1/attestations/{attestation_id}/issue"
    deadline = time.monotonic() + 200
    busy = HTTPStatus.SERVICE_UNAVAILABLE
    while (status := ask(run, address, "POST", path, key)) == busy:
        assert time.monotonic() < deadline
        time.sleep(1)
    return status


def readers_below(server: int) -> Sequence[int]:
    """The children of server and worker; the worker signs too and has what it has."""
    below = children_of(server)
    workers = [child for child in below if b"worker" in command_line(child)]
    assert len(workers) == 1
    readers = [child for child in below if child not in workers]
    assert readers, "files of others are read in children"
    return readers


def command_line(process: int) -> Sequence[bytes]:
    return Path(f"/proc/{process}/cmdline").read_bytes().split(b"\0")


def issue_all_right(run: Run, attestation_id: str, key: str) -> None:
    """A server that signs, looked at from outside while it runs."""
    with served(run) as (pid, address):
        # 409 when the server's worker was quicker
        assert issue(run, address, attestation_id, key) in {200, 409}
        run.said += titles()
        for child in readers_below(pid):
            read = Path(f"/proc/{child}/environ").read_bytes()
            run.said.append((f"{child}/environ", read))
        for page in ("/desk", "/verify", "/health/ready", "/api/v1/openapi.json"):
            ask(run, address, "GET", page)


def fail_with_wrong_secrets(
    run: Run, attestation_id: str, key: str, pin: Path, seal: Path
) -> None:
    """Every way to be refused for a secret, at a server and at commands."""
    pin.write_text(WRONG_PIN)
    run.certify("keys", "test", "nguoi", code=2)
    with served(run) as (_, address):
        assert issue(run, address, attestation_id, key) == 409
        assert b"key.not_usable" in run.said[-1][1]
        ask(run, address, "GET", "/desk")
        run.said += titles()
    pin.chmod(0o644)
    run.certify("keys", "test", "nguoi", code=2)
    wrong = private(run.folder / "wrong", WRONG)
    place = ("--role", "seal", "--backend", "file", "--set", f"path={seal}")
    run.certify("keys", "add", "x", "--secret", f"file:{wrong}", *place, code=2)
    run.certify("keys", "generate", "y", "--secret", WRONG, *place, code=2)
    assert json.loads(run.certify("keys", "list", "--json"))["keys"]


def private(path: Path, text: str) -> Path:
    path.touch(mode=0o600)
    path.write_text(text)
    return path


def test_nothing_secret_gets_out(
    softhsm: SoftHsm, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, PASSPHRASE)  # this process works at the desk too
    run = Run(tmp_path / "data", tmp_path)
    settings = Settings(data=run.data)
    initialise(settings)
    (key,) = (k.plain for k in issue_api_keys(settings) if "sign" in k.scopes)
    pin, seal = private(tmp_path / "pin", PIN), tmp_path / "seal.pem"
    token = softhsm.new_token()
    run.make("dau", "seal", f"env:{VARIABLE}", f"path={seal}")
    run.make(
        *("nguoi", "signatory", f"file:{pin}", f"module={softhsm.module}"),
        *(f"token_label={token.label}", "key_label=nguoi"),
    )
    good = approve(run)
    issue_all_right(run, good, key)
    bad = approve(run)
    fail_with_wrong_secrets(run, bad, key, pin, seal)
    secrets = {
        "passphrase": words(PASSPHRASE),
        "wrong passphrase": words(WRONG),
        "PIN": words(PIN),
        "wrong PIN": words(WRONG_PIN),
        "seal's private key": private_numbers(seal, PASSPHRASE),
    }
    places = [*run.said, *stored(run), *decrypted(run, [good, bad])]
    names = [name for name, _ in places]
    assert any(name.startswith("register.db") for name in names)
    assert any(name.startswith(good) for name in names), "nothing was issued"
    assert not any(name.startswith(bad) for name in names)
    assert {n: leak for n, data in places if (leak := found(data, secrets))} == {}
