"""Several files to one certified copy over the API, and everything in between."""

import io
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from PIL import Image
from starlette.testclient import TestClient

from certify.access import Scope
from certify.scan import page_digest
from tests.support import scans
from tests.support.web import WebSystem, comparison_of, confirmed

A6 = (620, 874)  # at 150 dpi twice


@pytest.fixture
def officer(web_service: WebSystem) -> Iterator[TestClient]:
    with web_service.client(Scope.OFFICER) as client:
        yield client


def sheet(seed: int, dpi: int = 300, shape: tuple[int, int] = (1240, 1748)) -> bytes:
    """An A6 page in colour with a grain."""
    grain = np.random.default_rng(seed).integers(0, 60, (*shape[::-1], 3), np.uint8)
    picture = np.asarray(scans.drawing("RGB", shape), np.int16) - grain
    data = io.BytesIO()
    Image.fromarray(picture.clip(0, 255).astype(np.uint8)).save(
        data, "JPEG", quality=92, dpi=(dpi, dpi)
    )
    return data.getvalue()


def opened(officer: TestClient) -> str:
    case = officer.post("/api/v1/cases", json={"requester": {"name": "Lò Văn Thử"}})
    original = officer.post(
        f"/api/v1/cases/{case.json()['id']}/originals", json={"title": "Học bạ"}
    )
    return f"/api/v1/originals/{original.json()['id']}"


def joined(officer: TestClient, paper: str, count: int = 3) -> dict[str, Any]:
    answer = officer.put(f"{paper}/scan", content=sheet(1))
    for seed in range(2, count + 1):
        answer = officer.post(
            f"{paper}/scan/parts",
            params={"page_digest": answer.json()["page_digest"]},
            content=sheet(seed),
        )
        assert answer.status_code == 200, answer.text
    return dict(answer.json())


def arrange(
    officer: TestClient,
    paper: str,
    digest: str,
    *pages: tuple[int, ...],
    dpi: Any = None,
) -> Any:
    names = ("part", "page", "turn")
    body = {
        "page_digest": digest,
        "pages": [dict(zip(names, page, strict=False)) for page in pages],
        "dpi": dpi,
    }
    return officer.put(f"{paper}/scan/arrangement", json=body)


@pytest.mark.timeout(180)
def test_join_reorder_rotate_drop_reduce_compare_sign_verify(  # noqa: PLR0915 - one way
    web_service: WebSystem, officer: TestClient
) -> None:
    paper = opened(officer)
    scan = joined(officer, paper)
    assert (scan["page_count"], scan["arrangement"]["parts"]) == (3, 3)
    whole = scan["size_bytes"]
    moved = arrange(
        officer, paper, scan["page_digest"], (3, 1), (1, 1, 90), (2, 1)
    ).json()
    assert moved["size_bytes"] == pytest.approx(whole, abs=200)
    assert moved["pages"][1]["width_mm"] > moved["pages"][1]["height_mm"]
    dropped = arrange(officer, paper, moved["page_digest"], (3, 1), (1, 1, 90)).json()
    assert dropped["page_count"] == 2
    restored = arrange(
        officer, paper, dropped["page_digest"], (3, 1), (1, 1, 90), (2, 1)
    ).json()
    assert restored["page_digest"] == moved["page_digest"]
    small = arrange(
        officer, paper, restored["page_digest"], (3, 1), (1, 1, 90), (2, 1), dpi=200
    ).json()
    reduction = small["arrangement"]["reduction"]
    assert {p["dpi"] for p in small["pages"]} == {200}
    assert small["size_bytes"] == reduction["to_bytes"] < reduction["from_bytes"]
    assert reduction["from_bytes"] == pytest.approx(restored["size_bytes"], abs=500)
    assert (reduction["from_dpi"], reduction["to_dpi"]) == (300, 200)
    back = arrange(
        officer, paper, small["page_digest"], (3, 1), (1, 1, 90), (2, 1)
    ).json()
    assert back["page_digest"] == restored["page_digest"]
    assert back["arrangement"]["reduction"] is None
    scan = arrange(
        officer, paper, back["page_digest"], (3, 1), (1, 1, 90), (2, 1), dpi=200
    ).json()
    assert scan["page_digest"] == small["page_digest"]

    record = officer.put(f"{paper}/comparison", json=comparison_of(scan))
    assert record.status_code == 200, record.text
    late = arrange(officer, paper, scan["page_digest"], (1, 1))
    assert (late.status_code, late.json()["code"]) == (409, "scan.compared")
    more = officer.post(
        f"{paper}/scan/parts",
        params={"page_digest": scan["page_digest"]},
        content=sheet(9),
    )
    assert (more.status_code, more.json()["code"]) == (409, "scan.compared")

    attestation = record.json()["id"]
    confirmed(web_service, attestation)
    web_service.services.issue(attestation)
    released = web_service.services.register.released_attestation(attestation)
    assert released is not None
    assert released.statement.page_digest == scan["page_digest"]
    with web_service.services.work_folder() as folder:
        web_service.services.archive.fetch(released.newest.stored, folder / "copy.pdf")
        report = web_service.services.verify(folder / "copy.pdf")
    assert report.verdict.value == "ours_in_force", report.problems
    assert report.inspection.page_digest == scan["page_digest"]
    web_service.services.trail.check(web_service.services.authority_id)


def test_two_windows_and_bad_arrangements_have_their_codes(
    officer: TestClient,
) -> None:
    paper = opened(officer)
    scan = joined(officer, paper, 2)
    first = scan["page_digest"]
    assert arrange(officer, paper, first, (2, 1), (1, 1)).status_code == 200
    stale = arrange(officer, paper, first, (1, 1))
    assert (stale.status_code, stale.json()["code"]) == (409, "scan.changed")
    assert "ở cửa sổ khác" in stale.json()["detail"]
    now = officer.get(paper).json()["scan"]
    for pages, dpi in (([], None), ([(5, 1)], None), ([(1, 2)], None), ([(1, 1)], 150)):
        bad = arrange(officer, paper, now["page_digest"], *pages, dpi=dpi)
        assert (bad.status_code, bad.json()["code"]) == (422, "arrangement.invalid")
    assert officer.get(paper).json()["scan"] == now
    picture = officer.get(f"{paper}/parts/2/pages/1.png?width=360")
    assert picture.headers["content-type"] == "image/png"
    assert officer.get(f"{paper}/parts/3/pages/1.png?width=360").status_code == 404


def test_a_bad_file_is_named_and_changes_nothing(officer: TestClient) -> None:
    paper = opened(officer)
    scan = joined(officer, paper, 1)
    bad = officer.post(
        f"{paper}/scan/parts",
        params={"page_digest": scan["page_digest"]},
        content=b"not a scan",
    )
    assert bad.status_code == 422
    assert "Tệp 2" in bad.json()["detail"]
    low = officer.post(
        f"{paper}/scan/parts",
        params={"page_digest": scan["page_digest"]},
        content=sheet(3, dpi=150),
    ).json()
    (found,) = [f for f in low["findings"] if f["code"] == "resolution.low"]
    assert (found["part"], found["page"], low["blocked"]) == (2, 2, True)
    kept = arrange(officer, paper, low["page_digest"], (1, 1)).json()
    assert kept["blocked"] is False
    assert kept["page_digest"] == scan["page_digest"]


def test_each_change_leaves_a_row_with_ids_only(
    web_service: WebSystem, officer: TestClient
) -> None:
    paper = opened(officer)
    scan = joined(officer, paper, 2)
    turned = arrange(officer, paper, scan["page_digest"], (2, 1, 180)).json()
    arrange(officer, paper, turned["page_digest"], (2, 1, 180), dpi=200)
    original = web_service.services.cases.original(paper.rsplit("/", 1)[1])
    assert original.scan is not None
    assert original.scan.reduction is not None
    assert original.scan.reduction.officer_id == web_service.services.officer_id
    assert page_digest(original.scan.pages) == original.scan.page_digest
    database = web_service.services.cases._database  # type: ignore[attr-defined]
    with database.reading() as connection:
        rows = connection.exec_driver_sql(
            "SELECT action, details FROM trail WHERE subject = ? ORDER BY sequence",
            (original.id,),
        ).all()
    assert [row.action for row in rows] == [
        "original.add",
        "scan.attach",
        "scan.add",
        "scan.arrange",
        "scan.reduce",
    ]
    assert '"from_dpi":300' in rows[-1].details
    assert '"to_dpi":200' in rows[-1].details
