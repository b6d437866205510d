"""Refusing, reporting and foreign papers in a real browser, with the keyboard too."""

from io import BytesIO
from pathlib import Path

import pikepdf
import pytest
from playwright.sync_api import Browser, Page

from tests.support.browser import PATIENCE_MS, Camera
from tests.support.web import WebSystem


@pytest.fixture
def page(browser: Browser) -> Page:
    page = browser.new_page(locale="vi-VN")
    page.set_default_timeout(PATIENCE_MS)
    return page


@pytest.fixture
def camera(page: Page, tmp_path: Path) -> Camera:
    camera = Camera(tmp_path)
    camera.watch(page)
    return camera


def open_paper(page: Page, address: str, title: str, scan: Path) -> str:
    page.goto(f"{address}/desk")
    page.fill("#f-name", "Sùng A Chứ")
    page.get_by_role("button", name="Mở hồ sơ").click()
    page.wait_for_selector("#f-title")
    page.fill("#f-title", title)
    page.get_by_role("button", name="Thêm giấy tờ").click()
    page.wait_for_selector("#f-scan")
    page.set_input_files("#f-scan", scan)
    page.wait_for_selector("#ban-chup")
    return page.url.split("#")[0]


def answer(page: Page, **changes: str) -> None:
    """Fill the comparison of a one-page paper as an honest officer would."""
    page.check("[name='page.1']")
    page.check("[name=paper_original_shown]")
    page.select_option("[name=original_kind]", "first_issue")
    page.fill("[name=pages_with_information]", "1")
    for radio in page.locator("input[type=radio][value=no]").all():
        radio.check()
    for reason in page.locator("[name^='reason.']").all():
        reason.fill("Đúng như bản chính")
    for name, value in changes.items():
        page.check(f"[name='{name}'][value='{value}']")


def sheets(page: Page) -> int:
    """Count the sheets of A4 that printing takes."""
    printed = page.pdf(prefer_css_page_size=True, print_background=True)
    with pikepdf.open(BytesIO(printed)) as pdf:
        return len(pdf.pages)


@pytest.mark.timeout(300)
def test_a_yes_leads_to_a_printed_refusal_that_can_be_taken_back(
    web_service: WebSystem, address: str, page: Page, camera: Camera
) -> None:
    paper = open_paper(page, address, "Giấy khai sinh", web_service.samples[1].path)
    answer(page, origin="domestic")
    page.check("[name='ground.damaged'][value=yes]")
    page.get_by_role("button", name="Lưu kết quả đối chiếu").click()
    page.wait_for_selector("#tu-choi[open]")
    assert page.input_value("[name='refusal.reason']") == "damaged"
    camera.take(page, "1-forced")
    page.fill("[name='refusal.detail']", "Rách mất nửa trang")
    page.keyboard.press("Tab")  # from the text to the button, and press it
    page.keyboard.press("Enter")
    page.wait_for_selector("#quyet-dinh")
    camera.take(page, "2-refused")
    page.get_by_role("link", name="Xem và in phiếu từ chối").click()
    page.wait_for_selector("main.sheet h1")
    assert "hư hỏng, cũ nát" in page.inner_text("main")
    camera.take(page, "3-printed")
    assert sheets(page) == 1
    page.emulate_media(media="print")
    assert not page.is_visible("nav.bar")
    page.emulate_media(media="screen")
    page.goto(paper)
    page.get_by_text("Từ chối nhầm?").click()
    page.fill("[name='withdrawal.reason']", "Nửa trang kia nằm trong bìa")
    page.get_by_role("button", name="Thu hồi phiếu từ chối").click()
    page.wait_for_selector("#doi-chieu")
    assert page.get_by_text("đã thu hồi lúc").is_visible()
    assert camera.faults == []


@pytest.mark.timeout(300)
def test_a_report_says_what_is_missing_and_then_stops_the_visit(
    web_service: WebSystem, address: str, page: Page, camera: Camera
) -> None:
    open_paper(page, address, "Học bạ", web_service.samples[1].path)
    page.locator("#bien-ban summary").first.click()
    page.fill("[name='report.seen']", "Chữ ký là ảnh dán")
    page.get_by_role("button", name="Lập biên bản").click()
    page.wait_for_selector("#bien-ban .summary")
    assert page.input_value("[name='report.seen']") == "Chữ ký là ảnh dán"
    camera.take(page, "1-problems")
    page.select_option("[name='report.code']", "forged")
    page.check("[name='report.measure.file_kept']")
    page.check("[name='report.sure']")
    page.get_by_role("button", name="Lập biên bản").click()
    page.wait_for_selector("text=Hồ sơ bị giữ theo biên bản")
    assert page.get_by_role("button", name="Lưu kết quả đối chiếu").count() == 0
    camera.take(page, "2-stopped")
    page.get_by_role("link", name="Xem và in biên bản").click()
    page.wait_for_selector("main.sheet h1")
    camera.take(page, "3-printed")
    assert sheets(page) == 1
    page.get_by_role("link", name="Quay lại").click()
    page.locator(".crumbs a").nth(1).click()
    page.get_by_role("link", name="Giấy tiếp nhận và hẹn trả").click()
    page.wait_for_selector("main.sheet table")
    camera.take(page, "4-receipt")
    assert camera.faults == []


@pytest.mark.timeout(300)
def test_only_a_foreign_paper_is_asked_for_legalisation(
    web_service: WebSystem, address: str, page: Page, camera: Camera
) -> None:
    sample = web_service.samples[1]
    open_paper(page, address, "Giấy phép lái xe", sample.path)
    assert page.get_by_text("Giấy tờ này thường có trên VNeID.").is_visible()
    assert not page.is_visible("[name=legalisation]")
    answer(page, origin="foreign")
    assert page.is_visible("[name=legalisation]")
    page.select_option("[name=legalisation]", "exempt.driving_licence")
    page.get_by_role("button", name="Lưu kết quả đối chiếu").click()
    page.wait_for_selector("#f-on_vneid-error")
    camera.take(page, "1-foreign")
    page.check("[name=on_vneid]")
    page.get_by_role("button", name="Lưu kết quả đối chiếu").click()
    page.wait_for_selector("#ky")
    assert camera.faults == []
