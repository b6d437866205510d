"""Annulling a copy with the keyboard alone, at the width of a desk and of a phone."""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from certify.access import Scope
from tests.support.browser import PATIENCE_MS, Camera
from tests.support.web import WebSystem, compared, confirmed


@pytest.mark.timeout(300)
def test_a_copy_is_annulled_with_the_keyboard(
    web_service: WebSystem,
    address: str,
    browser: Browser,
    tmp_path: Path,
) -> None:
    attestation = _issued(web_service)
    camera = Camera(tmp_path)
    page = browser.new_page(locale="vi-VN")
    page.set_default_timeout(PATIENCE_MS)
    camera.watch(page)
    page.goto(f"{address}/desk/originals/{attestation['original_id']}")
    camera.take(page, "0-result")
    _decide(page, camera)
    page.goto(f"{address}/v/{attestation['verification_code']}")
    assert page.locator(".band.red h1").inner_text() == "Đã bị hủy bỏ"
    camera.take(page, "5-code")
    page.goto(f"{address}/desk/attestations/{attestation['id']}/check")
    assert page.locator(".band.red h1").inner_text() == "Đã bị hủy bỏ"
    camera.take(page, "6-report")
    page.goto(f"{address}/desk/cases/{attestation['case_id']}")
    assert "Đã hủy bỏ giá trị pháp lý" in page.inner_text("main")
    assert camera.faults == []


def _issued(web_service: WebSystem) -> dict[str, Any]:
    sample = next(s for s in web_service.samples if s.path.suffix == ".jpg")
    attestation = compared(web_service, sample)
    confirmed(web_service, attestation["id"])
    with web_service.client(Scope.SIGN) as signer:
        signer.post(f"/api/v1/attestations/{attestation['id']}/issue")
    return attestation


def _decide(page: Page, camera: Camera) -> None:
    page.get_by_role("link", name="Hủy bỏ giá trị pháp lý…").focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("#f-number")
    page.locator("#f-number").focus()
    page.keyboard.press("Enter")  # nothing typed: the summary takes the focus
    page.wait_for_selector(".summary:focus")
    camera.take(page, "1-problems")
    page.locator("#f-number").focus()
    page.keyboard.type("12/QĐ-UBND")
    page.locator("#f-reason").focus()
    page.keyboard.type("Bản chính bị tẩy xóa, phát hiện khi hậu kiểm")
    camera.take(page, "2-form")
    page.keyboard.press("Enter")
    page.wait_for_selector("text=Có hiệu lực ngay và không rút lại được")
    camera.take(page, "3-confirm")
    page.get_by_role("button", name="Ghi nhận việc hủy bỏ").focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("text=Bản sao đã bị hủy bỏ giá trị pháp lý")
    camera.take(page, "4-annulled")
