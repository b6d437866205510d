"""The signing page's rules: who it may speak to, what it takes, whom it serves."""

import re
from dataclasses import replace

import pytest

from api.agent_port import DEFAULT_PORT
from api.headers import CONTENT_POLICY
from tests.support.web import QUIET, WebSystem

pytestmark = pytest.mark.timeout(400)  # a busy machine is no fault


def test_this_page_alone_may_speak_to_the_agent(web_service: WebSystem) -> None:
    with web_service.client() as client:
        usual = client.get("/desk/sign")
        other = client.get("/desk/sign?port=20123")
        elsewhere = client.get("/desk/sign/guide")
    for page, port in ((usual, DEFAULT_PORT), (other, 20123)):
        policy = page.headers["content-security-policy"]
        added = f"connect-src 'self' https://127.0.0.1:{port}; "
        assert added in policy
        assert policy.replace(f" https://127.0.0.1:{port}", "") == CONTENT_POLICY
    assert elsewhere.headers["content-security-policy"] == CONTENT_POLICY


@pytest.mark.parametrize("port", ["0", "65536", "80;script-src *", "-1", ""])
def test_a_port_that_is_none_changes_no_policy(
    web_service: WebSystem, port: str
) -> None:
    with web_service.client() as client:
        page = client.get("/desk/sign", params={"port": port})
    assert page.status_code == 422
    assert page.headers["content-security-policy"] == CONTENT_POLICY


def test_a_key_that_is_no_token_needs_no_page(web_service: WebSystem) -> None:
    with web_service.client() as client:
        page = client.get("/desk/sign").text
        assert "không nằm trên USB token" in page
        assert "data-start" not in page
        assert "/desk/sign" not in client.get("/desk").text


@pytest.mark.parametrize("path", ["poll", "begin", "leave", "requests/x/signature"])
def test_only_our_own_page_may_post(web_service: WebSystem, path: str) -> None:
    with web_service.client() as client:
        assert client.post(f"/desk/sign/{path}", data={"csrf": "x"}).status_code == 403
        page = client.get("/desk/sign/guide")
        assert page.status_code == 200
        forged = client.post(f"/desk/sign/{path}", data={"csrf": "another"})
        assert forged.status_code == 403
    with web_service.client(host="192.0.2.7") as stranger:
        assert stranger.get("/desk/sign").status_code == 403


def test_an_answer_to_nothing_is_one_sentence(web_service: WebSystem) -> None:
    with web_service.client() as client:
        client.get("/desk/sign")
        token = client.cookies["desk_csrf"]
        given = {"csrf": token, "attestation_id": "a", "attempt": "1"}
        given |= {"certificate_sha256": "ab" * 32, "digest": "ab" * 32}
        unknown = client.post(
            "/desk/sign/requests/none/signature", data=given | {"signature": "AAAA"}
        )
        assert (unknown.status_code, unknown.json()["code"]) == (404, "not_found")
        for wrong in ({"attempt": "một"}, {"digest": "xyz"}, {"signature": "!"}):
            answer = client.post(
                "/desk/sign/requests/none/signature",
                data=given | {"signature": "AAAA"} | wrong,
            )
            assert (answer.status_code, answer.json()["code"]) == (422, "input.invalid")
        state = client.post("/desk/sign/poll", data={"csrf": token, "ready": "0"})
        assert state.json() == {
            "present": False,
            "preparing": 0,
            "requests": [],
            "waiting": [],
        }


def test_production_has_no_signing_page_yet(web_service: WebSystem) -> None:
    with web_service.client(settings=replace(QUIET, production=True)) as client:
        assert client.get("/desk/sign").status_code == 404


def test_the_guide_names_this_service(web_service: WebSystem) -> None:
    with web_service.client() as client:
        page = client.get("/desk/sign/guide").text
    assert re.search(rf"--origin {re.escape(QUIET.base_url)}\b", page)
    assert str(DEFAULT_PORT) in page
