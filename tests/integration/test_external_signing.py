"""A signatory with a token of their own: over the API, answered by a program."""

import base64
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any

import pytest

from api.samples.make import Sample
from certify.access import Scope
from certify.attestation import Act
from certify.identifiers import new_id
from certify.people import Mandate, MandateKind, Signatory
from certify.signature_request import MOST_TRIES
from certify.verdict import Verdict
from tests.support.external import Person, external_system
from tests.support.web import compared, confirmed

pytestmark = pytest.mark.timeout(300)  # a busy machine is no fault
LIMIT_SECONDS = 5  # for one signature: the shortest that settings allow


@pytest.fixture(scope="module")
def person(
    tmp_path_factory: pytest.TempPathFactory, papers: list[Sample]
) -> Iterator[Person]:
    folder = tmp_path_factory.mktemp("external")
    with external_system(folder, papers) as made:
        yield made


def confirmed_copy(person: Person) -> str:
    sample = next(s for s in person.system.samples if s.path.suffix == ".jpg")
    attestation = compared(person.system, sample)
    confirmed(person.system, attestation["id"])
    return str(attestation["id"])


def prepared(person: Person, attestation_id: str) -> dict[str, Any]:
    answer = person.prepare(attestation_id)
    assert answer.status_code == 200, answer.text
    (request,) = answer.json()["requests"]
    return dict(request)


def waited(person: Person, attestation_id: str, until: str) -> dict[str, Any]:
    """Ask until the attestation reaches a step, or `waiting` says something."""
    deadline = time.monotonic() + 120
    while True:
        # First this: a run that has ended has written how it ended.
        running = attestation_id in person.system.services.issue_soon.running()
        view = person.call("GET", f"/attestations/{attestation_id}").json()
        if not running and (view["step"] == until or until == "waiting"):
            return dict(view)
        assert running or view["step"] == until, view
        assert time.monotonic() < deadline, view
        time.sleep(0.05)


def test_an_absent_signatory_is_waited_for_without_a_number(
    person: Person, tmp_path: Any
) -> None:
    attestation_id = confirmed_copy(person)
    person.system.services.collect.leave(person.id)
    with person.system.client(Scope.SIGN) as client:
        issued = client.post(f"/api/v1/attestations/{attestation_id}/issue")
    assert (issued.status_code, issued.json()["code"]) == (503, "signatory.absent")
    view = waited(person, attestation_id, "waiting")
    assert "mở trang “Ký bằng USB token”" in view["waiting"]
    assert (view["step"], view["number"]) == ("approved", None)
    queue = person.asked(ready=False).json()
    assert attestation_id in [each["attestation_id"] for each in queue["waiting"]]
    request = prepared(person, attestation_id)
    assert request["title"]
    assert request["copies"] == 1
    assert person.answer(request).status_code == 204
    view = waited(person, attestation_id, "released")
    assert view["number"] == request["number"]
    assert view["waiting"] is None
    services = person.system.services
    copy = services.register.released_attestation(attestation_id)
    assert copy is not None
    file = tmp_path / "copy.pdf"
    services.archive.fetch(copy.newest.stored, file)
    assert services.verify(file).verdict is Verdict.OURS_IN_FORCE
    services.trail.check(services.authority_id)


def test_a_request_takes_only_its_own_signature_and_only_once(person: Person) -> None:
    attestation_id = confirmed_copy(person)
    request = prepared(person, attestation_id)
    other = "ab" * 32
    for changes, what in (
        ({"attestation_id": new_id()}, "bản sao"),
        ({"attempt": request["attempt"] + 1}, "lần soạn"),
        ({"certificate_sha256": other}, "chứng thư số"),
        ({"digest": other}, "giá trị băm"),
    ):
        refused = person.answer(request, **changes).json()
        assert refused["code"] == "signature.mismatch", changes
        assert f"khác {what}" in refused["detail"]
    unknown = person.answer(request | {"id": new_id()})
    assert (unknown.status_code, unknown.json()["code"]) == (404, "not_found")
    foreign = person.key.sign_digest(bytes(32))
    wrong = person.answer(request, signature=base64.b64encode(foreign).decode()).json()
    assert wrong["code"] == "signature.invalid"
    assert f"còn {MOST_TRIES - 1} lần thử" in wrong["detail"]
    assert person.answer(request).status_code == 204
    again = person.answer(request)
    assert (again.status_code, again.json()["code"]) == (409, "signature.answered")
    waited(person, attestation_id, "released")
    assert person.answer(request).json()["code"] == "signature.answered"
    assert person.prepare(attestation_id).json()["code"] == "wrong_state"


def test_bad_signatures_are_counted(person: Person) -> None:
    attestation_id = confirmed_copy(person)
    request = prepared(person, attestation_id)
    rubbish = base64.b64encode(b"x" * 256).decode()
    codes = [
        person.answer(request, signature=rubbish).json()["code"]
        for _ in range(MOST_TRIES + 1)
    ]
    assert codes == ["signature.invalid"] * MOST_TRIES + ["signature.late"]
    assert person.answer(request).json()["code"] == "signature.late"
    view = waited(person, attestation_id, "waiting")
    assert view["number"] == request["number"]
    again = prepared(person, attestation_id)  # the same number, another attempt
    assert again["number"] == request["number"]
    assert again["attempt"] == request["attempt"] + 1
    assert again["digest"] != request["digest"]
    assert person.answer(again).status_code == 204
    waited(person, attestation_id, "released")


def test_another_signatory_sees_and_answers_nothing(person: Person) -> None:
    services = person.system.services
    deputy = Signatory(
        id=new_id(),
        person_id=new_id(),
        authority_id=services.authority_id,
        name="Tao Văn Phó",
        position="Phó Chủ tịch",
        mandate=Mandate(
            MandateKind.DEPUTY,
            "16/QĐ-UBND",
            services.people.signatory(person.id).mandate.valid_from,
            None,
        ),
        key_id="deputy-token",
    )
    services.people.add_signatory(deputy, Act("system", "signatory.add"))
    attestation_id = confirmed_copy(person)
    request = prepared(person, attestation_id)
    seen = person.asked(deputy.id).json()
    assert (seen["requests"], seen["waiting"]) == ([], [])
    for answer in (
        person.answer(request, signatory=deputy.id),
        person.call(
            "POST",
            f"/signature-requests/{request['id']}/refusal",
            json={"signatory": deputy.id},
        ),
        person.call(
            "POST",
            f"/attestations/{attestation_id}/signing",
            json={"signatory": deputy.id},
        ),
        person.asked(new_id()),
    ):
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    with person.system.client(Scope.OFFICER) as officer:
        path = "/api/v1/signature-requests"
        refused = officer.get(path, params={"signatory": person.id})
    assert refused.status_code == 403
    assert [r["id"] for r in person.asked().json()["requests"]] == [request["id"]]
    assert person.answer(request).status_code == 204
    waited(person, attestation_id, "released")


def test_a_signatory_says_no(person: Person) -> None:
    attestation_id = confirmed_copy(person)
    request = prepared(person, attestation_id)
    path = f"/signature-requests/{request['id']}/refusal"
    said = person.call("POST", path, json={"signatory": person.id})
    assert said.status_code == 204
    view = waited(person, attestation_id, "waiting")
    assert "từ chối ký" in view["waiting"]
    assert "Thử phát hành lại" in view["waiting"]
    assert view["step"] == "intended"
    assert person.answer(request).json()["code"] == "signature.late"


def test_a_worker_in_another_process_is_answered(person: Person) -> None:
    attestation_id = confirmed_copy(person)
    person.asked(ready=True)
    worker = subprocess.Popen(
        (sys.executable, "-m", "api", "reconcile", "--data", person.settings.data),
        env={"CERTIFY_EXTERNAL_CERTIFICATE": str(person.settings.external_certificate)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    asked: list[dict[str, Any]] = []
    deadline = time.monotonic() + 150
    while attestation_id not in [each["attestation_id"] for each in asked]:
        assert worker.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.2)
        asked = person.asked(ready=True).json()["requests"]
        for other in asked:  # copies that earlier tests left waiting
            assert person.answer(other).status_code == 204
    assert worker.wait(150) == 0
    view = person.call("GET", f"/attestations/{attestation_id}").json()
    assert view["step"] == "released"


def test_who_is_late_signs_the_next_attempt_with_the_same_number(
    tmp_path: Any, papers: list[Sample]
) -> None:
    with external_system(
        tmp_path, papers, external_seconds=LIMIT_SECONDS
    ) as slow_person:
        attestation_id = confirmed_copy(slow_person)
        request = prepared(slow_person, attestation_id)
        view = waited(slow_person, attestation_id, "waiting")
        assert "Đang đợi" in view["waiting"]
        assert (view["step"], view["number"]) == ("intended", request["number"])
        assert slow_person.answer(request).json()["code"] == "signature.late"
        again = prepared(slow_person, attestation_id)
        assert again["number"] == request["number"]
        assert slow_person.answer(again).status_code == 204
        waited(slow_person, attestation_id, "released")
        trail = slow_person.system.services.trail
        trail.check(slow_person.system.services.authority_id)
