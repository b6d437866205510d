"""A whole visit in a real browser, from the dropped scan to the green band."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route

from api.samples.make import Sample
from tests.support.browser import PATIENCE_MS, Camera
from tests.support.web import WebSystem


@pytest.mark.timeout(600)
def test_a_visit_from_the_dropped_scan_to_the_green_band(
    web_service: WebSystem, address: str, browser: Browser, tmp_path: Path
) -> None:
    sample = next(s for s in web_service.samples if s.path.suffix == ".tif")
    camera = Camera(tmp_path)
    page = browser.new_page(locale="vi-VN")
    page.set_default_timeout(PATIENCE_MS)
    camera.watch(page)
    _open_visit(page, address, sample, camera)
    _scan(page, sample, camera)
    _compare(page, sample, camera)
    copy = _issue(page, tmp_path, camera)
    page.locator("#ket-qua a[href^='/v/']").click()
    _check_code(page, sample, copy, camera)
    _check_altered(page, address, copy, camera)
    assert camera.faults == []


def test_pages_work_without_scripts(
    address: str, browser: Browser, tmp_path: Path
) -> None:
    context = browser.new_context(java_script_enabled=False, locale="vi-VN")
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    page.goto(f"{address}/verify")
    junk = tmp_path / "x.pdf"
    junk.write_bytes(b"%PDF-1.7 nothing")
    page.set_input_files("#f-file", junk)
    page.get_by_role("button", name="Kiểm tra tệp").click()
    page.wait_for_selector(".band")
    assert page.locator(".band.red h1").inner_text() == "Không đọc được"
    page.goto(f"{address}/verify")
    page.fill("#f-code", "0000-0000-0000-0000")
    page.get_by_role("button", name="Tra mã").click()
    page.wait_for_selector("h1:has-text('Không có mã này')")
    context.close()


def _drop(page: Page, file: Path) -> None:
    """Drop a file on the zone: a real File in a real DataTransfer."""
    page.evaluate(
        """() => {
            const held = document.createElement("input");
            held.type = "file";
            held.id = "held";
            document.body.append(held);
        }"""
    )
    page.set_input_files("#held", file)
    page.evaluate(
        """() => {
            const transfer = new DataTransfer();
            transfer.items.add(document.querySelector("#held").files[0]);
            const zone = document.querySelector("[data-drop]");
            for (const kind of ["dragover", "drop"]) {
                const facts = { bubbles: true, cancelable: true };
                facts.dataTransfer = transfer;
                zone.dispatchEvent(new DragEvent(kind, facts));
            }
        }"""
    )


def _open_visit(page: Page, address: str, sample: Sample, camera: Camera) -> None:
    page.goto(f"{address}/desk")
    camera.take(page, "0-desk")
    page.fill("#f-name", sample.requester)
    page.get_by_role("button", name="Mở hồ sơ").click()
    page.wait_for_selector("#f-title")
    page.fill("#f-title", sample.title)
    page.fill("#f-issuer", sample.issuer)
    page.get_by_role("button", name="Thêm giấy tờ").click()
    page.wait_for_selector("[data-drop]")
    camera.take(page, "1-paper")


def _scan(page: Page, sample: Sample, camera: Camera) -> None:
    _drop(page, sample.path)
    page.wait_for_selector("#ban-chup")
    camera.take(page, "2-scan")
    page.locator("a[data-zoom]").first.click()
    page.wait_for_selector("dialog img[data-loaded]")
    page.screenshot(path=camera.folder / "2-zoom.png")
    page.keyboard.press("Escape")


def _compare(page: Page, sample: Sample, camera: Camera) -> None:
    page.get_by_role("button", name="Lưu kết quả đối chiếu").click()
    page.wait_for_selector("#doi-chieu .summary")
    camera.take(page, "3-comparison-problems")
    for number in range(1, sample.pages + 1):
        page.check(f"[name='page.{number}']")
    page.check("[name=paper_original_shown]")
    page.select_option("[name=original_kind]", "first_issue")
    page.fill("[name=pages_with_information]", str(sample.pages))
    page.check("[name=origin][value=domestic]")
    for answer in page.locator("input[type=radio][value=no]").all():
        answer.check()
    for reason in page.locator("[name^='reason.']").all():
        reason.fill("Đúng như bản chính")
    page.get_by_role("button", name="Lưu kết quả đối chiếu").click()
    page.wait_for_selector("#ky")


def _issue(page: Page, folder: Path, camera: Camera) -> Path:
    assert "cấp khi ký" in page.inner_text("#ky")
    camera.take(page, "4-statement")
    page.get_by_role("button", name="Xác nhận và phát hành").click()
    page.wait_for_selector("#ky [role=status]:not(:empty)")
    page.wait_for_selector("#ket-qua")
    camera.take(page, "5-released")
    with page.expect_download() as coming:
        page.get_by_role("link", name="Tải bản sao").click()
    copy = folder / coming.value.suggested_filename
    coming.value.save_as(copy)
    assert copy.name.startswith("Bản sao chứng thực ")
    return copy


def _check_code(page: Page, sample: Sample, copy: Path, camera: Camera) -> None:
    page.wait_for_selector(".band.amber")
    assert page.locator(".band.green").count() == 0
    assert sample.requester not in page.inner_text("body")
    camera.take(page, "6-code")
    page.set_input_files("#f-file", copy)
    page.wait_for_selector(".band.green")
    assert "Hợp lệ" in page.inner_text(".band")
    camera.take(page, "7-green")


def _check_altered(page: Page, address: str, copy: Path, camera: Camera) -> None:
    page.goto(f"{address}/verify")
    camera.take(page, "8-verify")
    altered = camera.folder / "altered.pdf"
    altered.write_bytes(copy.read_bytes() + b"\n% altered\n")
    page.set_input_files("#f-file", altered)
    page.wait_for_selector(".band.red")
    camera.take(page, "9-altered")


@pytest.mark.timeout(300)
def test_a_file_chosen_before_the_script_has_come_is_sent(
    web_service: WebSystem, address: str, browser: Browser
) -> None:
    page = browser.new_page(locale="vi-VN")
    page.set_default_timeout(PATIENCE_MS)
    page.goto(f"{address}/desk")
    page.fill("#f-name", "Giàng Thị Mỷ")
    page.get_by_role("button", name="Mở hồ sơ").click()
    page.fill("#f-title", "Giấy khai sinh")
    held: list[Route] = []
    page.route(
        "**/upload.js",
        lambda route: held.append(route),  # noqa: PLW0108 - a method takes no mark
    )
    page.get_by_role("button", name="Thêm giấy tờ").click()
    page.wait_for_selector("#f-scan")
    page.set_input_files("#f-scan", web_service.samples[1].path)
    assert held  # else the script was there and nothing is tested
    for route in held:
        route.continue_()
    page.wait_for_selector("#ban-chup")
