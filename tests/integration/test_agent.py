"""The whole of external signing: service, HTTPS, the agent's process, a real token.

SoftHSM2 is the token, in the agent's process alone; the PIN is typed at its terminal.
"""

import base64
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from api.samples.make import Sample
from certify.clock import SystemClock
from certify.verdict import Verdict
from keys.base import SignatureScheme
from keys.devpki.holders import SignatoryHolder
from keys.devpki.issue import issue_certificate
from keys.schemes import verify_digest
from tests.support.agents import (
    Agent,
    Page,
    agent_process,
    attributes_of,
    batch_of,
    to_sign,
)
from tests.support.external import Person, external_system
from tests.support.pki import AUTHORITY_NAME, RunningPki, ec_key, fresh_key_id, rsa_key
from tests.support.real import need
from tests.support.softhsm import PIN, SoftHsm, SoftToken
from tests.support.web import compared, confirmed

pytestmark = pytest.mark.timeout(400)  # a busy machine is no fault


@dataclass(frozen=True)
class Office:
    """The service, the signatory, and their token."""

    person: Person
    token: SoftToken


@pytest.fixture(scope="module")
def office(
    tmp_path_factory: pytest.TempPathFactory, papers: list[Sample], softhsm: SoftHsm
) -> Iterator[Office]:
    folder = tmp_path_factory.mktemp("office")
    with external_system(folder, papers) as person:
        token = softhsm.new_token()
        token.put("signatory", person.private_key, [person.key.certificate])
        yield Office(person, token)


def confirmed_copy(office: Office) -> str:
    system = office.person.system
    sample = next(s for s in system.samples if s.path.suffix == ".jpg")
    attestation = compared(system, sample)
    confirmed(system, attestation["id"])
    return str(attestation["id"])


def prepared(office: Office, attestation_id: str) -> dict[str, Any]:
    answer = office.person.prepare(attestation_id)
    assert answer.status_code == 200, answer.text
    (request,) = answer.json()["requests"]
    return dict(request)


def at_the_agent(page: Page, *requests: dict[str, Any]) -> "Asked":
    """What a page's script sends the agent; the answer comes when a person typed."""
    wanted = (
        *("id", "scheme", "digest", "signed_attributes"),
        *("number", "title", "copies", "seconds_left"),
    )
    batch = {
        "certificate_sha256": requests[0]["certificate_sha256"],
        "requests": [{name: r[name] for name in wanted} for r in requests],
    }
    return Asked(page, batch)


class Asked(threading.Thread):
    """A call to the agent that waits for a person."""

    def __init__(self, page: Page, batch: dict[str, Any]) -> None:
        super().__init__(daemon=True)
        self._page, self._batch = page, batch
        self._answer: tuple[int, Any] | OSError | None = None
        self.start()

    def run(self) -> None:
        try:
            status, _, answer = self._page.send("POST", "/sign", self._batch)
            self._answer = status, answer
        except OSError as error:
            self._answer = error

    def answer(self) -> tuple[int, Any]:
        self.join(90)
        assert isinstance(self._answer, tuple), self._answer
        return self._answer


def page_of(agent: Agent, folder: Path) -> Page:
    return Page(agent.port, folder / "agent-ca.pem")


def released(office: Office, attestation_id: str, folder: Path) -> Path:
    deadline = time.monotonic() + 120
    services = office.person.system.services
    while (copy := services.register.released_attestation(attestation_id)) is None:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    file = folder / f"{attestation_id}.pdf"
    services.archive.fetch(copy.newest.stored, file)
    return file


def test_copies_are_signed_by_a_token_in_another_process(
    office: Office, tmp_path: Path
) -> None:
    folder = tmp_path / "agent"
    ids = [confirmed_copy(office) for _ in range(2)]
    with agent_process(folder, office.token.module) as agent:
        page = page_of(agent, folder)
        status = page.send("GET", "/status")[2]
        fingerprint = office.person.certificate_sha256
        assert fingerprint in [c["sha256"] for c in status["certificates"]]
        requests = [prepared(office, each) for each in ids]
        asked = at_the_agent(page, *requests)
        agent.wait_for("xin ký 2 bản sao")
        agent.wait_for("Nhập mã PIN")
        agent.type(PIN)
        code, answer = asked.answer()
        assert code == 200, answer
        agent.wait_for("Đã ký 2 bản sao")
        for request, signature in zip(requests, answer["signatures"], strict=True):
            taken = office.person.answer(request, signature=signature)
            assert taken.status_code == 204, taken.text
        assert PIN not in agent.shown, "getpass shows nothing"
    for attestation_id in ids:
        file = released(office, attestation_id, tmp_path)
        assert (
            office.person.system.services.verify(file).verdict is Verdict.OURS_IN_FORCE
        )
        judged = subprocess.run(
            [need("pdfsig"), "-nocert", file],
            capture_output=True,
            text=True,
            check=True,
        )
        assert judged.stdout.count("Signature is Valid.") == 2, judged.stdout


def test_a_wrong_pin_is_never_tried_again(office: Office, tmp_path: Path) -> None:
    folder = tmp_path / "agent"
    request = to_sign(
        attributes_of(office.person.key.certificate, SignatureScheme.RSA_PKCS1_SHA256),
        SignatureScheme.RSA_PKCS1_SHA256,
    )
    batch = batch_of(office.person.key.certificate, request)
    with agent_process(folder, office.token.module) as agent:
        page = page_of(agent, folder)
        for _ in range(5):  # SoftHSM2 would lock nothing, a token after three
            asked = Asked(page, batch)
            agent.wait_for("Nhập mã PIN")
            agent.type("11112222")
            code, answer = asked.answer()
            assert (code, answer["code"]) == (409, "token.pin_wrong")
        asked = Asked(page, batch)
        agent.wait_for("Nhập mã PIN")
        agent.type(PIN)
        assert asked.answer()[0] == 200


def test_an_agent_killed_in_the_middle_leaves_the_copy_waiting(
    office: Office, tmp_path: Path
) -> None:
    folder = tmp_path / "agent"
    attestation_id = confirmed_copy(office)
    with agent_process(folder, office.token.module) as agent:
        request = prepared(office, attestation_id)
        asked = at_the_agent(page_of(agent, folder), request)
        agent.wait_for("Nhập mã PIN")
        agent.kill()
        asked.join(90)
    pending = office.person.asked().json()["requests"]
    assert request["id"] in [each["id"] for each in pending], "it still waits"
    with agent_process(folder, office.token.module) as agent:
        assert "Lần đầu" not in agent.shown, "the browser's trust stays good"
        asked = at_the_agent(page_of(agent, folder), request)
        agent.wait_for("Nhập mã PIN")
        agent.type(PIN)
        _, answer = asked.answer()
    signature = answer["signatures"][0]
    assert office.person.answer(request, signature=signature).status_code == 204
    released(office, attestation_id, tmp_path)
    view = office.person.call("GET", f"/attestations/{attestation_id}").json()
    assert view["number"] == request["number"]


@contextmanager
def pulled_out(token: SoftToken) -> Iterator[None]:
    kept = token.folder.parent.with_name("pulled-out")
    token.folder.rename(kept)
    try:
        yield
    finally:
        kept.rename(token.folder)


def test_a_token_pulled_out_and_put_back(office: Office, tmp_path: Path) -> None:
    folder = tmp_path / "agent"
    with agent_process(
        folder, office.token.module, "--token-label", office.token.label
    ) as agent:
        page = page_of(agent, folder)
        assert page.send("GET", "/status")[2]["certificates"]
        with pulled_out(office.token):
            status = page.send("GET", "/status")[2]
        assert status["certificates"] == []
        assert page.send("GET", "/status")[2]["certificates"]


@pytest.mark.parametrize(
    ("make_key", "scheme"),
    [
        (lambda: rsa_key(3072), SignatureScheme.RSA_PKCS1_SHA256),
        (lambda: rsa_key(2048), SignatureScheme.RSA_PSS_SHA256),
        (lambda: ec_key(ec.SECP256R1()), SignatureScheme.ECDSA_SHA256),
        (lambda: ec_key(ec.SECP384R1()), SignatureScheme.ECDSA_SHA384),
    ],
    ids=["RSA-3072", "RSA-2048 PSS", "P-256", "P-384"],
)
def test_tokens_of_other_kinds(
    softhsm: SoftHsm,
    running_pki: RunningPki,
    tmp_path: Path,
    make_key: Any,
    scheme: SignatureScheme,
) -> None:
    token, private_key = softhsm.new_token(), make_key()
    holder = SignatoryHolder(fresh_key_id(), "Tao Thị Ba", "Chủ tịch", AUTHORITY_NAME)
    certificate = issue_certificate(
        running_pki.folder, holder, now=SystemClock().now(), private_key=private_key
    ).certificate
    token.put("signatory", private_key, [certificate])
    request = to_sign(attributes_of(certificate, scheme), scheme)
    batch = batch_of(certificate, request, request | {"id": "r2"})
    folder = tmp_path / "agent"
    options = ("--token-label", token.label, "--pin-minutes", "5")
    with agent_process(folder, token.module, *options) as agent:
        page = page_of(agent, folder)
        (shown,) = page.send("GET", "/status")[2]["certificates"]
        assert shown["holder"] == "Tao Thị Ba"
        for prompt, typed in (("Nhập mã PIN", PIN), ("Gõ C", "c")):
            asked = Asked(page, batch)
            agent.wait_for(prompt)
            agent.type(typed)
            code, answer = asked.answer()
            assert code == 200, answer
            for signature in answer["signatures"]:
                verify_digest(
                    certificate.public_key(),
                    scheme,
                    bytes.fromhex(request["digest"]),
                    base64.b64decode(signature),
                )
