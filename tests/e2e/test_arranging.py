"""The page strip in a real browser: on a phone's width, with the keyboard alone."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page

from tests.integration.test_arranging import sheet
from tests.support.browser import PATIENCE_MS, Camera


@pytest.mark.timeout(300)
def test_pages_are_put_in_order_with_the_keyboard_alone(  # noqa: PLR0915 - one visit
    address: str,
    browser: Browser,
    tmp_path: Path,
) -> None:
    files = []
    for seed in (1, 2, 3):
        files.append(tmp_path / f"{seed}.jpg")
        files[-1].write_bytes(sheet(seed))
    page = browser.new_page(locale="vi-VN", viewport={"width": 390, "height": 844})
    page.set_default_timeout(PATIENCE_MS)
    camera = Camera(tmp_path)
    camera.watch(page)
    _open_paper(page, address)
    page.set_input_files("#f-scan", files[:2])
    page.wait_for_selector("#sap-xep[open]")
    page.set_input_files("#f-add", files[2])
    page.wait_for_selector("text=Tệp 3, trang 1")
    camera.take(page, "1-joined")
    page.set_viewport_size({"width": 390, "height": 844})
    before = _digest(page)
    _press(page, _item(page, 1), "↓ Xuống")
    assert _order(page) == [2, 1, 3]
    assert page.evaluate("document.activeElement.textContent").startswith("↓ Xuống")
    _press(page, _item(page, 1), "⟳ Xoay")
    _press(page, _item(page, 3), "✕ Bỏ")
    assert "Chưa lưu" in page.inner_text("[data-said]")
    camera.take(page, "2-unsaved")
    page.get_by_role("button", name="Lưu kết quả đối chiếu").press("Enter")
    assert "lưu sắp xếp" in page.inner_text("#sap-xep [data-problem]")
    _save(page)
    assert _digest(page) != before
    assert _order(page) == [2, 1]
    assert page.locator("#sap-xep img.turned-90").count() == 1
    _press(page, _item(page, 3), "↩ Lấy lại")
    _save(page)
    assert _order(page) == [2, 1, 3]
    assert "3 trang" in page.inner_text("#h-scan")
    _press(page, _item(page, 2), "✕ Bỏ")
    page.get_by_role("button", name="Hoàn tác thay đổi").press("Enter")
    assert _order(page) == [2, 1, 3]
    page.get_by_role("button", name="Giảm dung lượng").press("Enter")
    page.wait_for_selector("text=Đã giảm từ")
    assert "(200 dpi)" in page.inner_text("#sap-xep")
    camera.take(page, "3-reduced")
    assert camera.faults == []


@pytest.mark.timeout(300)
def test_two_windows_and_no_scripts(
    address: str,
    browser: Browser,
    tmp_path: Path,
) -> None:
    file = tmp_path / "a.jpg"
    file.write_bytes(sheet(4))
    context = browser.new_context(
        java_script_enabled=False,
        locale="vi-VN",
        viewport={"width": 390, "height": 844},
    )
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    _open_paper(page, address)
    page.set_input_files("#f-scan", [file, file])
    page.get_by_role("button", name="Gửi bản chụp").click()
    page.wait_for_selector("#sap-xep[open]")
    other = context.new_page()
    other.goto(page.url)
    page.fill("[name='place.2.1']", "1")
    page.select_option("[name='turn.2.1']", "180")
    page.screenshot(path=tmp_path / "4-no-scripts.png", full_page=True)
    page.get_by_role("button", name="Lưu sắp xếp").click()
    page.wait_for_selector("#sap-xep img.turned-180")
    assert _order(page) == [2, 1]
    other.check("[name='drop.1.1']")
    other.get_by_role("button", name="Lưu sắp xếp").click()
    other.wait_for_selector("text=đã thay đổi ở cửa sổ khác")
    context.close()


def _open_paper(page: Page, address: str) -> None:
    page.goto(f"{address}/desk")
    page.fill("#f-name", "Lò Thị Sắp")
    page.locator("form[action='/desk/cases'] button").click()
    page.fill("#f-title", "Học bạ")
    page.get_by_role("button", name="Thêm giấy tờ").click()
    page.wait_for_selector("#f-scan")


def _item(page: Page, part: int) -> Locator:
    return page.locator(f"[data-page][data-name='Tệp {part}, trang 1']")


def _press(page: Page, item: Locator, words: str) -> None:
    """Tab to the button and press it: no mouse."""
    button = item.get_by_role("button", name=words)
    first = item.locator("button:visible:enabled").first
    first.focus()
    for _ in range(4):
        if button.evaluate("one => one === document.activeElement"):
            break
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")


def _order(page: Page) -> list[int]:
    names = page.locator("[data-kept] [data-page]").evaluate_all(
        "all => all.map(one => one.dataset.name)"
    )
    return [int(found[1]) for name in names if (found := re.search(r"(\d+)", name))]


def _digest(page: Page) -> str:
    return page.input_value("form[data-arrange] [name=page_digest]")


def _save(page: Page) -> None:
    was = _digest(page)
    page.get_by_role("button", name="Lưu sắp xếp").focus()
    page.keyboard.press("Enter")
    page.wait_for_function(
        "was => document.querySelector('form[data-arrange] [name=page_digest]')"
        "?.value !== was",
        arg=was,
    )
    page.wait_for_selector("form[data-arrange][data-ready]")
