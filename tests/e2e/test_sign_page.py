"""The signing page and the agent in a real browser that trusts the agent's own CA."""

import os
import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from api.samples.make import Sample
from tests.support.agents import Agent, agent_process
from tests.support.browser import ARGUMENTS, PATIENCE_MS, Camera, served_at
from tests.support.external import Person, external_system
from tests.support.real import need
from tests.support.softhsm import PIN, SoftHsm, SoftToken
from tests.support.web import compared, confirmed

pytestmark = pytest.mark.timeout(400)  # a busy machine is no fault


@contextmanager
def browser_trusting(ca: Path, home: Path) -> Iterator[Browser]:
    """Chromium whose user imported the agent's CA, as the guide says."""
    store = home / ".pki" / "nssdb"
    store.mkdir(parents=True)
    certutil = need("certutil")
    for options in (
        ("-N", "--empty-password"),
        ("-A", "-t", "C,,", "-n", "certify-agent", "-i", str(ca)),
    ):
        subprocess.run([certutil, "-d", f"sql:{store}", *options], check=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=need("chromium"),
            args=list(ARGUMENTS),
            env={**os.environ, "HOME": str(home)},  # noqa: TID251 - the user's store
        )
        yield browser
        browser.close()


def confirmed_copies(person: Person, count: int) -> list[str]:
    sample = next(s for s in person.system.samples if s.path.suffix == ".jpg")
    ids = [str(compared(person.system, sample)["id"]) for _ in range(count)]
    for each in ids:
        confirmed(person.system, each)
    return ids


def token_of(person: Person, softhsm: SoftHsm) -> SoftToken:
    token = softhsm.new_token()
    token.put("signatory", person.private_key, [person.key.certificate])
    return token


def test_two_copies_are_signed_with_one_pin(
    tmp_path: Path, papers: list[Sample], softhsm: SoftHsm
) -> None:
    with external_system(tmp_path / "data-folder", papers) as person:
        token = token_of(person, softhsm)
        ids = confirmed_copies(person, 2)
        camera = Camera(tmp_path)
        with (
            served_at(person.system) as address,
            agent_process(
                *(tmp_path / "agent", token.module),
                *("--token-label", token.label),
                origin=address,
            ) as agent,
            browser_trusting(tmp_path / "agent/agent-ca.pem", tmp_path) as browser,
        ):
            page = browser.new_page(locale="vi-VN")
            page.set_default_timeout(PATIENCE_MS)
            camera.watch(page)
            _without_agent(page, address, camera)
            _sign(page, f"{address}/desk/sign?port={agent.port}", agent, camera)
            ids += confirmed_copies(person, 1)  # while the page signs: begun by itself
            agent.wait_for("xin ký 1 bản sao")
            agent.wait_for("Nhập mã PIN")
            agent.type(PIN)
            agent.wait_for("Đã ký 1 bản sao")
            page.wait_for_selector("[data-empty]:has-text('Không có bản sao')")
            for each in ids:
                view = person.call("GET", f"/attestations/{each}").json()
                assert view["step"] == "released"
            agent.kill()
            page.wait_for_selector("[data-state]:has-text('Chưa thấy trạm ký')")
        assert camera.faults == []


def _without_agent(page: Page, address: str, camera: Camera) -> None:
    page.goto(f"{address}/desk/sign?port=9")  # the discard port
    page.wait_for_selector("[data-state]:has-text('Chưa thấy trạm ký')")
    assert page.locator("[data-start]").is_disabled()
    assert page.locator("[data-help]").is_visible()
    assert page.locator("[data-queue] tbody tr").count() == 2
    camera.take(page, "0-no-agent")
    page.locator("[data-help] a").click()
    page.wait_for_selector("h1:has-text('Cài trạm ký')")
    assert address in page.inner_text(".command >> nth=0")
    camera.take(page, "1-guide")


def _sign(page: Page, address: str, agent: Agent, camera: Camera) -> None:
    page.goto(address)
    page.wait_for_selector("[data-state]:has-text('Sẵn sàng ký')")
    page.set_viewport_size({"width": 390, "height": 900})
    assert "Điện thoại không cắm được" in page.inner_text("main")
    camera.take(page, "2-ready")
    page.locator("[data-start]").focus()
    page.keyboard.press("Enter")
    agent.wait_for("xin ký 2 bản sao")
    agent.wait_for("Nhập mã PIN")
    page.wait_for_selector("[data-state]:has-text('Hãy nhập mã PIN')")
    camera.take(page, "3-pin")
    agent.type("")  # only Enter: a no
    page.wait_for_selector("[data-problem]:has-text('Người ký đã chọn không ký')")
    assert page.locator("[data-problem]:focus").count() == 1
    page.wait_for_selector("[data-queue]:has-text('từ chối ký')")
    camera.take(page, "4-declined")
    page.locator("[data-start]").click()
    agent.wait_for("xin ký 2 bản sao")
    agent.wait_for("Nhập mã PIN")
    agent.type(PIN)
    agent.wait_for("Đã ký 2 bản sao")
    page.wait_for_selector("[data-empty]:has-text('Không có bản sao nào chờ ký')")
    camera.take(page, "5-signed")
    assert re.search(r"Số 01, quyển 01/\d{4}", agent.shown)
