"""A web server on a free port, and Chromium with a camera that judges layouts."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
import uvicorn
from playwright.sync_api import Browser, Page, sync_playwright

from api.app import create_app
from tests.support.real import need
from tests.support.web import QUIET, WebSystem

ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
WIDTHS = (1280, 390)
PATIENCE_MS = 90_000  # a busy machine is no fault


@pytest.fixture
def address(web_service: WebSystem) -> Iterator[str]:
    """The web server on a free port."""
    with served_at(web_service) as address:
        yield address


@contextmanager
def served_at(system: WebSystem) -> Iterator[str]:
    """Serve a system on a free port; give its address."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{listening.getsockname()[1]}"
        app = create_app(system.services, settings=replace(QUIET, base_url=address))
        config = uvicorn.Config(app, access_log=False, log_config=None, ws="none")
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, args=([listening],))
        thread.start()
        while not server.started:
            time.sleep(0.02)
        try:
            yield address
        finally:
            server.should_exit = True
            thread.join(10)


@pytest.fixture
def browser() -> Iterator[Browser]:
    chromium = need("chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium, args=list(ARGUMENTS)
        )
        yield browser
        browser.close()


class Camera:
    """Takes a picture at each width and refuses pages that scroll sideways."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.faults: list[str] = []

    def take(self, page: Page, name: str) -> None:
        page.wait_for_load_state("load")
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            wide = page.evaluate("document.scrollingElement.scrollWidth")
            assert wide <= width, f"{name} scrolls sideways at {width}: {wide}"
            page.screenshot(path=self.folder / f"{name}-{width}.png", full_page=True)

    def watch(self, page: Page) -> None:
        """Remember script errors and policy violations."""
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        page.on(
            "console",
            lambda message: (
                self.faults.append(message.text)
                if "Content Security Policy" in message.text
                else None
            ),
        )
