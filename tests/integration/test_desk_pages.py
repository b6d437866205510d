"""The desk's pages over HTTP, as a browser without scripts would use them."""

import re
from collections.abc import Iterator
from dataclasses import replace

import pytest
from starlette.testclient import TestClient

from tests.support.web import QUIET, WebSystem


@pytest.fixture(scope="module")
def system(web_service: WebSystem) -> WebSystem:
    return web_service


@pytest.fixture
def desk(system: WebSystem) -> Iterator[TestClient]:
    with system.client() as client:
        yield client


def token(client: TestClient) -> str:
    page = client.get("/desk").text
    return re.findall(r'name="csrf" value="([^"]+)"', page)[0]


def opened(client: TestClient, **fields: str) -> str:
    answer = client.post(
        "/desk/cases", data={"csrf": token(client), "name": "Lò Văn Chiến", **fields}
    )
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


def test_a_form_from_elsewhere_changes_nothing(
    system: WebSystem, desk: TestClient
) -> None:
    before = system.services.cases.count_cases(system.services.authority_id)
    good = token(desk)
    form = {"csrf": good, "name": "Kẻ lạ"}
    for data, headers in (
        ({"name": "Kẻ lạ"}, {}),
        ({**form, "csrf": "x"}, {}),
        (form, {"Origin": "http://evil.example"}),
        (form, {"Sec-Fetch-Site": "cross-site"}),
        (form, {"Cookie": "desk_csrf="}),
    ):
        answer = desk.post("/desk/cases", data=data, headers=headers)
        assert answer.status_code == 403, (data, headers)
    after = system.services.cases.count_cases(system.services.authority_id)
    assert after == before


def test_the_desk_is_for_this_machine_and_never_in_production(
    system: WebSystem,
) -> None:
    with system.client(host="192.0.2.7") as neighbour:
        assert neighbour.get("/desk").status_code == 403
        assert neighbour.get("/verify").status_code == 200
    with system.client(settings=replace(QUIET, production=True)) as production:
        assert production.get("/desk").status_code == 404
        assert "THỬ NGHIỆM" not in production.get("/verify").text


def test_typed_text_comes_back_with_the_problem_beside_it(desk: TestClient) -> None:
    answer = desk.post(
        "/desk/cases",
        data={"csrf": token(desk), "name": 'Lò "A" <b>', "email": "khong-dung"},
    )
    assert answer.status_code == 422
    assert "Lò &#34;A&#34; &lt;b&gt;" in answer.text
    assert 'id="f-email-error"' in answer.text


def test_a_paper_that_is_on_vneid_gives_a_hint(desk: TestClient) -> None:
    case = opened(desk)
    paper = desk.post(
        f"{case}/originals",
        data={"csrf": token(desk), "title": "Giấy phép lái xe hạng B", "copies": "2"},
    )
    page = desk.get(paper.headers["location"]).text
    assert "Chụp bản chính" in page
    wrong = desk.post(
        f"{case}/originals", data={"csrf": token(desk), "title": "X", "copies": "hai"}
    )
    assert wrong.status_code == 422
    assert 'value="hai"' in wrong.text


def test_an_unusable_scan_is_explained_where_it_was_sent(
    desk: TestClient,
) -> None:
    case = opened(desk)
    csrf = token(desk)
    paper = desk.post(
        f"{case}/originals", data={"csrf": csrf, "title": "Học bạ", "copies": "1"}
    ).headers["location"]
    for field, content, size in (
        ("scan", b"not a scan", ""),
        ("scan", b"", ""),
        ("scan", b"x", "ba lăm"),
    ):
        answer = desk.post(
            f"{paper}/scan",
            data={"csrf": csrf, "paper": "other" if size else "", "paper_mm": size},
            files={field: ("x.pdf", content)},
        )
        assert answer.status_code == 422
        assert "Chưa dùng được tệp này" in answer.text
        assert f'value="{size}"' in answer.text


def test_a_comparison_form_demands_every_answer(
    system: WebSystem, desk: TestClient
) -> None:
    case = opened(desk)
    csrf = token(desk)
    paper = desk.post(
        f"{case}/originals", data={"csrf": csrf, "title": "Quyết định", "copies": "1"}
    ).headers["location"]
    sample = system.samples[2]
    sent = desk.post(
        f"{paper}/scan",
        data={"csrf": csrf},
        files={"scan": (sample.path.name, sample.path.read_bytes())},
    )
    assert sent.status_code == 303, sent.text
    digest = re.findall(r'name="page_digest" value="(\w+)"', desk.get(paper).text)[0]
    answer = desk.post(
        f"{paper}/comparison",
        data={
            "csrf": csrf,
            "page_digest": digest,
            "page.1": "1",
            "pages_with_information": "9",
            "ground.altered": "yes",
            "origin": "foreign",
            "legalisation": "legalised",
        },
    )
    assert answer.status_code == 422
    for name in (
        "page.2",
        "paper_original_shown",
        "original_kind",
        "pages_with_information",
        "legalisation_note",
        "ground.altered",
        "ground.secret",
    ):
        assert f'href="#f-{name}"' in answer.text, name
    assert 'href="#f-page.1"' not in answer.text
    assert "Phải từ chối chứng thực" in answer.text
    assert 'value="9"' in answer.text
