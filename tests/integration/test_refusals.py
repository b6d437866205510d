"""Refusals and reports through pages, API and command line (domain §9 rules 1 to 9)."""

import json
import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.__main__ import main
from api.data_folder import DataFolder
from api.initialise import initialise
from api.samples.make import Sample
from api.settings import Settings
from api.wiring import open_storage
from certify.access import Scope
from certify.attestation import Act
from certify.case import CaseStatus
from tests.support.builders import make_case, make_original
from tests.support.web import WebSystem, compared, comparison_of, confirmed

REPORT = {
    "report.code": "forged",
    "report.seen": "Dấu in bằng máy in màu",
    "report.measure.file_kept": "1",
    "report.sure": "1",
}


@pytest.fixture(scope="module")
def system(web_service: WebSystem) -> WebSystem:
    return web_service


@pytest.fixture
def desk(system: WebSystem) -> Iterator[TestClient]:
    with system.client() as client:
        yield client


@pytest.fixture
def officer(system: WebSystem) -> Iterator[TestClient]:
    with system.client(Scope.OFFICER) as client:
        yield client


class Visit:
    """One paper at the desk, typed like a browser without scripts would."""

    def __init__(self, desk: TestClient, title: str = "Giấy khai sinh") -> None:
        self.desk = desk
        self.csrf = re.findall(r'name="csrf" value="([^"]+)"', desk.get("/desk").text)[
            0
        ]
        self.case = self.post("/desk/cases", name="Giàng A Sử").headers["location"]
        self.paper = self.add(title)

    def post(self, path: str, **fields: str) -> Any:
        return self.desk.post(path, data={"csrf": self.csrf, **fields})

    def add(self, title: str) -> str:
        answer = self.post(f"{self.case}/originals", title=title, copies="1")
        return str(answer.headers["location"])

    def scan(self, sample: Sample) -> None:
        answer = self.desk.post(
            f"{self.paper}/scan",
            data={"csrf": self.csrf},
            files={"scan": (sample.path.name, sample.path.read_bytes())},
        )
        assert answer.status_code == 303, answer.text

    @property
    def shown(self) -> str:
        return self.desk.get(self.paper).text

    @property
    def record(self) -> str:
        return re.findall(r'href="(/desk/records/\w+)"', self.shown)[0]


def test_a_yes_opens_the_refusal_at_its_ground(
    system: WebSystem, desk: TestClient
) -> None:
    visit = Visit(desk)
    visit.scan(system.samples[1])
    answer = visit.post(f"{visit.paper}/comparison", **{"ground.damaged": "yes"})
    assert answer.status_code == 422
    assert '<option value="damaged" selected>' in answer.text
    assert "Có câu trả lời buộc phải từ chối" in answer.text


def test_a_refusal_is_printed_with_reason_and_remedies(desk: TestClient) -> None:
    visit = Visit(desk)
    done = visit.post(
        f"{visit.paper}/refusal",
        **{"refusal.reason": "damaged", "refusal.detail": "Rách góc <phải>, mất số"},
    )
    assert done.status_code == 303
    page = visit.shown
    assert "Đã từ chối chứng thực" in page
    for gone in ("Gửi bản chụp", "Lưu kết quả đối chiếu", "Lập phiếu từ chối"):
        assert gone not in page
    printed = desk.get(visit.record).text
    for words in (
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
        "Phiếu từ chối tiếp nhận, giải quyết hồ sơ",
        "/PTC",
        "Giàng A Sử",
        "Giấy khai sinh",
        "hư hỏng, cũ nát",
        "Điều 22 khoản 2",
        "Rách góc &lt;phải&gt;, mất số",
        "Khiếu nại",
        "Mẫu số 03",
        "THỬ NGHIỆM",
    ):
        assert words in printed, words
    case = desk.get(visit.case).text
    assert "Không được tiếp nhận" in case
    assert "Đã từ chối" in case


def test_what_was_typed_comes_back_with_the_problem(desk: TestClient) -> None:
    visit = Visit(desk)
    answer = visit.post(f"{visit.paper}/refusal", **{"refusal.detail": "Đã ghi"})
    assert answer.status_code == 422
    assert 'id="f-refusal.reason-error"' in answer.text
    assert ">Đã ghi</textarea>" in answer.text
    answer = visit.post(f"{visit.paper}/report", **{"report.seen": "Con dấu mờ"})
    assert answer.status_code == 422
    for name in ("report.code", "report.measures", "report.sure"):
        assert f'href="#f-{name}"' in answer.text, name
    assert ">Con dấu mờ</textarea>" in answer.text
    handed = {**REPORT, "report.measure.handed_over": "1"}
    answer = visit.post(f"{visit.paper}/report", **handed)
    assert 'id="f-report.receiver-error"' in answer.text
    unprintable = {**REPORT, "report.witness": "中"}
    answer = visit.post(f"{visit.paper}/report", **unprintable)
    assert 'id="f-report.witness-error"' in answer.text


def test_a_refusal_is_taken_back_with_a_reason(
    system: WebSystem, desk: TestClient
) -> None:
    visit = Visit(desk)
    visit.post(f"{visit.paper}/refusal", **{"refusal.reason": "altered"})
    record = visit.record
    answer = visit.post(f"{record}/withdrawal", **{"withdrawal.reason": " "})
    assert answer.status_code == 422
    assert 'id="f-withdrawal.reason-error"' in answer.text
    answer = visit.post(f"{record}/withdrawal", **{"withdrawal.reason": "Nhìn nhầm"})
    assert answer.status_code == 303
    assert "Nhìn nhầm" in desk.get(record).text
    assert "ĐÃ THU HỒI" in desk.get(record).text
    assert "Gửi bản chụp" in visit.shown
    visit.scan(system.samples[1])
    assert (
        visit.post(f"{record}/withdrawal", **{"withdrawal.reason": "x"}).status_code
        == 409
    )


@pytest.mark.parametrize(
    ("reason", "reported"),
    [("altered", True), ("unlawful_content", True), ("damaged", False)],
)
def test_what_the_law_wants_reported_too_is_said(
    desk: TestClient,
    reason: str,
    reported: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    """NĐ 23/2015 Đ9 k.6; TT 01/2020/TT-BTP Đ11 k.2."""
    visit = Visit(desk)
    visit.post(f"{visit.paper}/refusal", **{"refusal.reason": reason})
    assert ("còn phải" in visit.shown) is reported
    assert (f'<option value="{reason}" selected>' in visit.shown) is reported


def test_a_report_is_printed_and_stops_the_visit(
    system: WebSystem, desk: TestClient
) -> None:
    visit = Visit(desk)
    visit.scan(system.samples[1])
    assert visit.post(f"{visit.paper}/report", **REPORT).status_code == 303
    printed = desk.get(visit.record).text
    for words in (
        "Biên bản về việc phát hiện giấy tờ có dấu hiệu vi phạm",
        "Giấy tờ có dấu hiệu giả mạo",
        "Dấu in bằng máy in màu",
        "Giữ lại hồ sơ",
        "Điều 9 khoản 6",
        "giữ bản chụp của giấy tờ làm căn cứ",
        "Giàng A Sử",
    ):
        assert words in printed, words
    page = visit.shown
    assert "Hồ sơ bị giữ theo biên bản" in page
    for gone in ("Lưu kết quả đối chiếu", "Lập phiếu từ chối", "Thay bản chụp khác"):
        assert gone not in page
    case = desk.get(visit.case).text
    assert "Dừng xử lý" in case
    assert "Thêm giấy tờ" not in case
    original = system.services.cases.original(visit.paper.rsplit("/", 1)[1])
    assert original.scan is not None
    held = system.services.records.held_scans(system.services.authority_id)
    assert original.scan.id in held


def test_a_receipt_tells_hour_and_day_of_return(desk: TestClient) -> None:
    """TT 01/2020/TT-BTP Đ2 (domain §9 rule 28); TT 03/2025/TT-VPCP form 01."""
    printed = desk.get(f"{Visit(desk).case}/receipt").text
    assert "Giấy tiếp nhận hồ sơ và hẹn trả kết quả" in printed
    assert re.search(
        r"Hẹn trả kết quả lúc.*17 giờ 00 phút, ngày \d\d/\d\d/\d{4}", printed
    )
    assert "Giấy khai sinh" in printed
    assert "không phải nộp thêm giấy tờ nào" in printed


def test_a_paper_on_vneid_is_said_before_the_scan(desk: TestClient) -> None:
    assert "thường có trên VNeID" in Visit(desk, "Giấy phép lái xe hạng B").shown
    assert "thường có trên VNeID" not in Visit(desk, "Học bạ").shown


def test_programs_are_told_of_vneid_too(officer: TestClient) -> None:
    body = {"requester": {"name": "Hù Cố Xuân"}}
    case = officer.post("/api/v1/cases", json=body).json()
    for title, told in (("Thẻ căn cước", True), ("Học bạ", False)):
        made = officer.post(
            f"/api/v1/cases/{case['id']}/originals", json={"title": title}
        ).json()
        shown = officer.get(f"/api/v1/originals/{made['id']}").json()
        assert ("280/2025" in (shown["vneid_notice"] or "")) is told


def refused_by_api(
    officer: TestClient, attestation: dict[str, Any], **body: str
) -> Any:
    path = f"/api/v1/originals/{attestation['original_id']}/refusal"
    return officer.post(path, json={"reason": "altered", **body})


def test_over_the_api_a_refused_paper_is_never_issued(
    system: WebSystem, officer: TestClient
) -> None:
    attestation = compared(system, system.samples[1])
    confirmed(system, attestation["id"])
    made = refused_by_api(officer, attestation, detail="Cạo sửa năm sinh")
    assert made.status_code == 201, made.text
    record = made.json()
    assert record["in_force"]
    assert record["citation"].endswith("Điều 22 khoản 1")
    assert officer.get(made.headers["location"]).json() == record
    assert refused_by_api(officer, attestation).status_code == 409
    with system.client(Scope.SIGN) as signer:
        issue = signer.post(f"/api/v1/attestations/{attestation['id']}/issue")
    assert issue.status_code == 409, issue.text
    case = officer.get(f"/api/v1/cases/{attestation['case_id']}").json()
    assert case["status"] == CaseStatus.NOT_RECEIVED
    assert case["fee_dong"] == 0
    listed = officer.get(f"/api/v1/cases/{attestation['case_id']}/records").json()
    assert listed == [record]
    back = officer.post(
        f"/api/v1/records/{record['id']}/withdrawal", json={"reason": "Nhầm giấy"}
    ).json()
    assert back["withdrawal"]["reason"] == "Nhầm giấy"
    confirmed(system, attestation["id"])
    with system.client(Scope.SIGN) as signer:
        issue = signer.post(f"/api/v1/attestations/{attestation['id']}/issue")
    assert issue.status_code == 200, issue.text


def test_a_confirmation_of_a_refused_paper_is_refused_by_name(
    system: WebSystem, officer: TestClient
) -> None:
    attestation = compared(system, system.samples[1])
    number = refused_by_api(officer, attestation).json()["number"]
    path = f"/api/v1/attestations/{attestation['id']}/statement"
    with system.client(Scope.SIGN) as signer:
        signatory = system.services.signatory_id
        digest = signer.get(path, params={"signatory": signatory}).json()
        answer = signer.post(
            "/api/v1/confirmations",
            json={
                "signatory": signatory,
                "attestations": [attestation["id"]],
                "content_digests": {attestation["id"]: digest["content_digest"]},
            },
        )
    assert answer.status_code == 409
    assert f"đã bị từ chối chứng thực theo phiếu số {number}" in answer.text


def test_nothing_of_a_report_reaches_the_public_or_other_keys(
    system: WebSystem, officer: TestClient
) -> None:
    attestation = compared(system, system.samples[1])
    path = f"/api/v1/originals/{attestation['original_id']}/report"
    body = {"code": "forged", "seen": "Dấu giả", "measures": ["file_kept"]}
    record = officer.post(path, json=body)
    assert record.status_code == 201, record.text
    code = attestation["verification_code"]
    with system.client() as anybody:
        assert anybody.get(f"/api/v1/codes/{code}").status_code == 404
        page = anybody.get(f"/v/{code}")
        assert "Dấu giả" not in page.text
        assert "biên bản" not in page.text.lower()
        assert anybody.get(f"/api/v1/records/{record.json()['id']}").status_code == 401
    for scope in (Scope.PARTNER, Scope.SIGN):
        with system.client(scope) as other:
            assert other.post(path, json=body).status_code == 403
            assert (
                other.get(f"/api/v1/records/{record.json()['id']}").status_code == 403
            )
    with system.client(Scope.PARTNER) as partner:
        case = partner.get(f"/api/v1/cases/{attestation['case_id']}")
    assert case.json()["status"] == CaseStatus.STOPPED
    assert "Dấu giả" not in case.text
    with system.client(host="192.0.2.7") as neighbour:
        desk_path = f"/desk/records/{record.json()['id']}"
        assert neighbour.get(desk_path).status_code == 403


def test_only_the_office_captures_the_image(system: WebSystem) -> None:
    """Domain §9 rule 2: no key but the officer's can bring a scan."""
    sample = system.samples[1]
    with system.client(Scope.OFFICER) as officer:
        case = officer.post(
            "/api/v1/cases", json={"requester": {"name": sample.requester}}
        ).json()
        original = officer.post(
            f"/api/v1/cases/{case['id']}/originals", json={"title": "Học bạ"}
        ).json()
    path = f"/api/v1/originals/{original['id']}/scan"
    for scope in (Scope.PARTNER, Scope.SIGN):
        with system.client(scope) as other:
            assert other.put(path, content=b"%PDF-1.7").status_code == 403
    with system.client() as anybody:
        assert anybody.put(path, content=b"%PDF-1.7").status_code == 401


def test_what_is_no_original_is_no_answer_of_the_api(
    system: WebSystem, officer: TestClient
) -> None:
    """Domain §9 rule 7."""
    attestation = compared(system, system.samples[1])
    path = f"/api/v1/originals/{attestation['original_id']}"
    scan = officer.get(path).json()["scan"]
    for kind in ("certified_copy", "electronic_original", ""):
        body = comparison_of(scan, original_kind=kind)
        assert officer.put(f"{path}/comparison", json=body).status_code == 422


def test_nobody_is_asked_for_an_address(officer: TestClient) -> None:
    """Domain §9 rule 9: any commune accepts any resident."""
    body = {"requester": {"name": "Lò Văn Xa", "address": "Cà Mau"}}
    assert officer.post("/api/v1/cases", json=body).status_code == 422
    del body["requester"]["address"]
    assert officer.post("/api/v1/cases", json=body).status_code == 201


def test_the_tables_in_force_are_given_to_programs(officer: TestClient) -> None:
    tables = officer.get("/api/v1/legal-tables").json()
    assert [row["code"] for row in tables["refusal_reasons"]][:2] == [
        "altered",
        "damaged",
    ]
    assert {row["confirmed"] for row in tables["vneid_papers"]} == {False}


def one_paper(settings: Settings) -> str:
    initialise(settings)
    folder = DataFolder(settings.data)
    chosen = folder.choices()
    people = {"authority_id": chosen.authority_id, "officer_id": chosen.officer_id}
    with open_storage(folder, settings) as storage:
        case = storage.cases.open_case(
            make_case(**people), Act("officer:x", "case.open")
        )
        paper = storage.cases.add_original(
            make_original(case.id), Act("officer:x", "original.add")
        )
    return paper.id


def test_the_command_line_refuses_withdraws_and_reports(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    data = tmp_path / "data"
    paper = one_paper(Settings(data=data))

    def run(*words: str, code: int = 0) -> Any:
        capsys.readouterr()
        assert main(["case", *words, "--json", "--data", str(data)]) == code
        return json.loads(capsys.readouterr().out)

    assert run("list")[0]["originals"][0]["id"] == paper
    wrong = run("refuse", paper, "--reason", "ugly", code=2)
    assert wrong["error"]["code"] == "input.invalid"
    made = run("refuse", paper, "--reason", "damaged", "--detail", "Rách")
    assert (made["kind"], made["in_force"]) == ("refusal", True)
    assert run("refuse", paper, "--reason", "damaged", code=2)["error"]["code"] == (
        "wrong_state"
    )
    assert not run("withdraw", made["id"], "--reason", "Nhầm")["in_force"]
    report = ("report", paper, "--suspicion", "forged", "--seen", "Dấu giả")
    assert run(*report, "--measure", "file_kept")["kind"] == "forgery"
    assert len(run("list")[0]["records"]) == 2
    capsys.readouterr()
    assert main(["case", "list", "--data", str(data)]) == 0
    assert "(đã thu hồi)" in capsys.readouterr().out
    with sqlite3.connect(data / "register.db") as database:
        acts = [row[0] for row in database.execute("SELECT action FROM trail")]
    assert acts[-3:] == ["refusal.record", "refusal.withdraw", "forgery.record"]
