"""Whatever is sent, the answer is a Vietnamese sentence and never a fault of ours."""

from typing import Any

import pytest

from certify.access import Scope
from tests.support.web import WebSystem, comparison_of

LONG = "Nguyễn " * 715
TEXTS = {
    "empty": "",
    "spaces": "   ",
    "long": LONG,
    "emoji": "Lò Văn 😀",
    "Chinese": "王小明",
    "html": "<script>alert(1)</script>",
    "null": "Lò\x00Văn",
    "bidi": "Lò \u202eVăn",
    "surrogate": "Lò \ud800",
    "template": "{{ 7*7 }} {name} %s",
    "newline": "Lò\nVăn\r\nX",
    "combining": "a" + "\u0301" * 90,
    "sql": "'; DROP TABLE cases; --",
}
NUMBERS = ["-1", "0", "1e9", "abc", "", "9" * 400, "1.5", "２", "null", "0x10", "%00"]
FILES = {
    "empty": b"",
    "null": b"\x00" * 100,
    "text": "xin chào".encode(),
    "html": b"<html><script>1</script>",
    "bare PDF": b"%PDF-1.7\n%%EOF\n",
    "bare JPEG": b"\xff\xd8\xff\xd9",
    "bare PNG": b"\x89PNG\r\n\x1a\n",
    "bare TIFF": b"II*\x00\x08\x00\x00\x00\x00\x00",
    "zip": b"PK\x03\x04" + bytes(40),
}


def settled(answer: Any) -> None:
    """No fault; a refusal is a problem document or a page, in Vietnamese."""
    assert answer.status_code < 500, answer.text
    if answer.status_code < 400:
        return
    kind = answer.headers["content-type"]
    if kind.startswith("application/problem+json"):
        detail = answer.json()["detail"]
    else:
        assert kind.startswith("text/html"), kind
        detail = answer.text
    assert any(letter in "ăâđêôơưạảấầậệịọộợụựáàéíóúýìù" for letter in detail), detail


@pytest.fixture(scope="module")
def paper(web_service: WebSystem) -> tuple[str, str]:
    """A case and a paper in it."""
    with web_service.client(Scope.OFFICER) as officer:
        case = officer.post(
            "/api/v1/cases", json={"requester": {"name": "Lò Văn Thử"}}
        ).json()["id"]
        original = officer.post(
            f"/api/v1/cases/{case}/originals", json={"title": "Giấy khai sinh"}
        ).json()["id"]
    return case, original


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_texts(text: str, web_service: WebSystem, paper: tuple[str, str]) -> None:
    case, original = paper
    body = text.encode("utf-8", "surrogatepass").decode("utf-8", "replace")
    with web_service.client(Scope.OFFICER) as officer, web_service.client() as desk:
        for api_path, field in (
            ("/api/v1/cases", {"requester": {"name": text}}),
            ("/api/v1/cases", {"requester": {"name": "A", "email": text}}),
            ("/api/v1/cases", {"requester": {"name": "A", "phone": text}}),
            (f"/api/v1/cases/{case}/originals", {"title": text}),
            (f"/api/v1/cases/{case}/originals", {"title": "A", "issuer": text}),
            (f"/api/v1/cases/{case}/originals", {"title": "A", "copies": text}),
        ):
            settled(_post_json(officer, api_path, field))
        scan = {"page_digest": text, "page_count": 1, "findings": []}
        settled(
            officer.put(
                f"/api/v1/originals/{original}/comparison",
                content=_json(comparison_of(scan, place=text, legalisation_note=text)),
                headers={"content-type": "application/json"},
            )
        )
        desk.get("/desk")
        csrf = {"csrf": desk.cookies["desk_csrf"]}
        for path, name in (("/desk/cases", "name"), ("/desk/cases", "email")):
            settled(desk.post(path, data={**csrf, "name": "A", name: body}))
        for name in ("title", "issuer", "copies"):
            settled(
                desk.post(
                    f"/desk/cases/{case}/originals",
                    data={**csrf, "title": "A", "copies": "1", name: body},
                )
            )
        page = desk.get("/desk").text + desk.get(f"/desk/cases/{case}").text
        assert "<script>alert" not in page


def _json(body: Any) -> bytes:
    import json  # noqa: PLC0415

    return json.dumps(body).encode()  # a lone surrogate travels as an escape


def _post_json(client: Any, path: str, body: Any) -> Any:
    return client.post(
        path, content=_json(body), headers={"content-type": "application/json"}
    )


@pytest.mark.parametrize("number", NUMBERS)
def test_numbers(number: str, web_service: WebSystem, paper: tuple[str, str]) -> None:
    _, original = paper
    with web_service.client(Scope.OFFICER) as officer, web_service.client() as desk:
        for path, parameter in (
            ("/api/v1/cases", "page"),
            (f"/api/v1/originals/{original}/pages/1.png", "width"),
        ):
            settled(officer.get(path, params={parameter: number}))
        settled(officer.get(f"/api/v1/originals/{original}/pages/{number}.png"))
        settled(desk.get(f"/desk/originals/{original}/pages/{number}.png"))
        settled(desk.get("/desk", params={"page": number}))
        settled(
            officer.put(
                f"/api/v1/originals/{original}/scan",
                params={"paper_width_mm": number, "paper_height_mm": number},
                content=b"x",
            )
        )


@pytest.mark.parametrize("path", ["x", "%00", "..%2f..", "a" * 5000, "ộ", "%ff", "😀"])
def test_identifiers(path: str, web_service: WebSystem) -> None:
    with (
        web_service.client(Scope.OFFICER) as officer,
        web_service.client(Scope.SIGN) as signer,
        web_service.client() as public,
    ):
        for prefix in ("cases", "originals", "attestations", "codes"):
            settled(officer.get(f"/api/v1/{prefix}/{path}"))
        settled(officer.get(f"/api/v1/attestations/{path}/copy.pdf"))
        settled(signer.post(f"/api/v1/attestations/{path}/issue"))
        settled(
            signer.post(
                "/api/v1/confirmations", json={"signatory": path, "attestations": ["x"]}
            )
        )
        for page in (
            "v",
            "desk/cases",
            "desk/originals",
            "static",
            "desk/attestations",
        ):
            settled(public.get(f"/{page}/{path}"))
        settled(public.get("/v", params={"code": path}))


@pytest.mark.parametrize("content", FILES.values(), ids=FILES)
def test_files(content: bytes, web_service: WebSystem, paper: tuple[str, str]) -> None:
    _, original = paper
    with web_service.client(Scope.OFFICER) as officer, web_service.client() as public:
        refused = officer.put(f"/api/v1/originals/{original}/scan", content=content)
        settled(refused)
        assert refused.status_code == 422
        report = public.post("/api/v1/verify", content=content)
        assert report.status_code == 200
        assert report.json()["verdict"] in {"unreadable", "unsigned"}
        for name in ("x.pdf", "<b>.pdf", "ộ😀" * 200, "../../x"):
            settled(public.post("/verify", files={"file": (name, content)}))
        settled(public.post("/v/0123456789ABCDEF", files={"file": ("x", content)}))


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"", "application/json"),
        (b"{", "application/json"),
        (b"[]", "application/json"),
        (b"null", "application/json"),
        (b'"x"', "application/json"),
        (b"\xff\xfe", "application/json"),
        (b"[" * 20_000, "application/json"),
        (b'{"requester": {"name": 7}}', "application/json"),
        (b'{"requester": {"name": "A", "x": 1}}', "application/json"),
        (b"requester=x", "application/x-www-form-urlencoded"),
        (b"--x", "multipart/form-data; boundary=x"),
        (b"--x", "multipart/form-data"),
        (b"x", "text/plain"),
        (b"x", "\x7f"),
    ],
)
def test_bodies(
    content: bytes, kind: str, web_service: WebSystem, paper: tuple[str, str]
) -> None:
    case, original = paper
    headers = {"content-type": kind}
    with web_service.client(Scope.OFFICER) as officer, web_service.client() as public:
        for path in ("/api/v1/cases", f"/api/v1/cases/{case}/originals"):
            answer = officer.post(path, content=content, headers=headers)
            settled(answer)
            assert answer.status_code >= 400
        path = f"/api/v1/originals/{original}/comparison"
        settled(officer.put(path, content=content, headers=headers))
        public.get("/desk")
        for page in (
            "/verify",
            "/v/0123456789ABCDEF",
            "/desk/cases",
            f"/desk/originals/{original}/scan",
            f"/desk/originals/{original}/comparison",
        ):
            settled(public.post(page, content=content, headers=headers))


@pytest.mark.parametrize(
    "value",
    ["", "Bearer", "Bearer ", "Bearer cc_x", "Basic YTpi", "Bearer " + "x" * 9000, "ộ"],
)
def test_keys(value: str, web_service: WebSystem) -> None:
    with web_service.client() as nobody:
        answer = nobody.get("/api/v1/cases", headers={"Authorization": value.encode()})
        settled(answer)
        assert answer.status_code == 401


def test_an_upload_over_the_limit(web_service: WebSystem) -> None:
    with web_service.client() as public:
        for path in ("/api/v1/verify", "/verify"):
            answer = public.post(
                path, content=b"x", headers={"content-length": str(10**12)}
            )
            settled(answer)
            assert answer.status_code == 413
        answer = public.post(
            "/api/v1/cases", content=b"x", headers={"content-length": "-5"}
        )
        settled(answer)
        assert answer.status_code == 400
