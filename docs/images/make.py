"""Makes the README's pictures from a real demo: `python docs/images/make.py`.

Needs poppler-utils and chromium of Debian, and the development packages.
"""

import json
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

HERE = Path(__file__).resolve().parent
CERTIFY = (sys.executable, "-m", "api")
GREY = (190, 190, 190)


def main() -> None:
    """Certify the samples, then take both pictures."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        where = ("--json", "--data", str(folder / "data"))
        demo = subprocess.run(  # noqa: S603 - our own command
            (*CERTIFY, "demo", *where), check=True, capture_output=True
        )
        copies = [Path(row["file"]) for row in json.loads(demo.stdout)["copies"]]
        issued_copy(copies[0], folder)
        serve = (*CERTIFY, "serve", "--port", str(free_port()), *where)
        with subprocess.Popen(serve, stdout=subprocess.PIPE, text=True) as server:  # noqa: S603 - our own command
            try:
                verification(address_of(server), copies[0])
            finally:
                server.terminate()


def issued_copy(copy: Path, folder: Path) -> None:
    """Put the first and the last page side by side."""
    command = ("pdftoppm", "-r", "75", "-png", str(copy), str(folder / "page"))
    subprocess.run(command, check=True)  # noqa: S603 - a fixed command
    files = sorted(folder.glob("page-*.png"))
    pages = [Image.open(file).convert("RGB") for file in (files[0], files[-1])]
    high, gap = max(page.height for page in pages), 16
    wide = sum(page.width for page in pages) + 3 * gap
    sheet = Image.new("RGB", (wide, high + 2 * gap), GREY)
    left = gap
    for page in pages:
        sheet.paste(page, (left, gap))
        left += page.width + gap
    few = sheet.quantize(128, dither=Image.Dither.NONE)
    few.save(HERE / "issued-copy.png", optimize=True)


def verification(address: str, copy: Path) -> None:
    """Verify the copy on the public page, as anybody would."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-gpu"]
        )
        page = browser.new_page(locale="vi-VN", viewport={"width": 1000, "height": 700})
        page.goto(f"{address}/verify")
        page.set_input_files("#f-file", copy)
        page.wait_for_selector(".band.green")
        page.screenshot(path=HERE / "verification.png", full_page=True)
        browser.close()
    with Image.open(HERE / "verification.png") as shot:
        few = shot.convert("RGB").quantize(64, dither=Image.Dither.NONE)
    few.save(HERE / "verification.png", optimize=True)


def free_port() -> int:
    """Find a port nobody has."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])


def address_of(server: subprocess.Popen[str]) -> str:
    """Wait until the server has said where it is."""
    said = ""
    while not said.endswith("}\n"):
        line = server.stdout.readline() if server.stdout else ""
        if not line:
            raise RuntimeError("the server ended early")
        said += line
    return str(json.loads(said)["address"])


if __name__ == "__main__":
    main()
