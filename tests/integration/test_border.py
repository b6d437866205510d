"""What strangers, proxies and floods may not do at the web side's border."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
from fastapi.routing import APIRoute
from starlette.testclient import TestClient

from api import pages, routes, uploads
from api.auth import Caller
from api.limits import limit_public
from api.pages import desk_form
from api.pages.desk_form import desk_only
from certify.access import Scope
from certify.isolation.runner import IsolatedRunner
from certify.isolation.turns import Turns
from certify.verify import VerifyCopy
from signing.inspector import INSPECT_MODULE, INSPECT_TASK, SandboxedInspector
from signing.revocation import RevocationClient
from tests.support.web import QUIET, WebSystem, compared

SCAN = "/api/v1/originals/none/scan"


@pytest.fixture(scope="module")
def system(web_service: WebSystem) -> WebSystem:
    return web_service


def desk_statuses(client: TestClient, **headers: str) -> set[int]:
    return {client.get("/desk", headers=headers).status_code}


# --- floods ------------------------------------------------------------------


def test_a_busy_reader_says_so_and_when_to_come_back(system: WebSystem) -> None:
    turns = Turns(jobs=1, patience_seconds=0.1)
    with IsolatedRunner(
        tasks=[INSPECT_TASK], preload=[INSPECT_MODULE], turns=turns
    ) as runner:
        clock = system.services.clock
        verify = VerifyCopy(
            inspector=SandboxedInspector(
                runner=runner,
                trust_dir=Path("nowhere"),
                revocation=RevocationClient(clock=clock),
                clock=clock,
            ),
            register=system.services.register,
            roster=(),
        )
        with turns.turn(), system.client(verify=verify) as anybody:
            api = anybody.post("/api/v1/verify", content=b"x")
            page = anybody.post("/verify", files={"file": ("x.pdf", b"x")})
    for answer in (api, page):
        assert answer.status_code == 503
        assert int(answer.headers["Retry-After"]) > 0
        assert "Hệ thống đang bận" in answer.text
    assert api.json()["code"] == "system.busy"


def test_strangers_and_issuing_have_readers_of_their_own(system: WebSystem) -> None:
    services = system.services
    public: Any = services.verify._inspector
    own: Any = services.issue._inspector
    assert public._runner is not own._runner
    assert public._runner._turns is not own._runner._turns


# --- bodies --------------------------------------------------------------------


def test_a_stranger_writes_nothing_to_disk(
    system: WebSystem, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[object] = []
    real = uploads.anyio.open_file

    def noted(*arguments: Any) -> Any:
        opened.append(arguments)
        return real(*arguments)

    monkeypatch.setattr(uploads.anyio, "open_file", noted)
    with system.client() as stranger:
        for key in ("", "Bearer cc_wrong"):
            headers = {"Authorization": key} if key else {}
            answer = stranger.put(SCAN, content=b"x" * 100_000, headers=headers)
            assert answer.status_code == 401
    with system.client(Scope.PARTNER) as partner:
        assert partner.put(SCAN, content=b"x").status_code == 403
    assert opened == []


def test_whoever_tries_keys_is_slowed_down(system: WebSystem) -> None:
    strict = replace(QUIET, public_per_minute=1, public_burst=3)
    with system.client(settings=strict) as stranger:
        statuses = [stranger.get("/api/v1/cases").status_code for _ in range(5)]
    assert statuses == [401, 401, 401, 429, 429]


def test_a_guard_stands_before_every_body() -> None:
    readers = {uploads._received, desk_form._desk_form, desk_form._public_form}
    seen = 0
    modules = vars(routes).values(), vars(pages).values()
    routers = [getattr(module, "router", None) for module in chain(*modules)]
    found = [r for router in routers if router is not None for r in router.routes]
    for route in found:
        assert isinstance(route, APIRoute)
        order = [dependency.call for dependency in route.dependant.dependencies]
        for reader in readers.intersection(order):
            seen += 1
            before = order[: order.index(reader)]
            assert any(_guards(call) for call in before), route.path
    assert seen >= 9


def _guards(call: Callable[..., Any] | None) -> bool:
    returns = getattr(call, "__annotations__", {}).get("return")
    return call in (limit_public, desk_only) or returns is Caller


# --- confirming ------------------------------------------------------------------


def test_every_statement_confirmed_was_seen(system: WebSystem) -> None:
    waiting = compared(system, system.samples[2])["id"]
    body = {"signatory": system.services.signatory_id, "attestations": [waiting]}
    with system.client(Scope.SIGN) as signer:
        shown = signer.get(
            f"/api/v1/attestations/{waiting}/statement",
            params={"signatory": system.services.signatory_id},
        ).json()
        good = shown["content_digest"]
        for digests in (None, {}, {"other": good}, {waiting: good, "other": good}):
            sent = body if digests is None else {**body, "content_digests": digests}
            answer = signer.post("/api/v1/confirmations", json=sent)
            assert answer.status_code == 422, answer.text
        twice = {
            **body,
            "attestations": [waiting] * 2,
            "content_digests": {waiting: good},
        }
        assert signer.post("/api/v1/confirmations", json=twice).status_code == 422
    assert system.services.cases.attestation(waiting).step == "compared"
    assert shown["original_issuer"] == system.samples[2].issuer


# --- the desk ----------------------------------------------------------------------


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Forwarded-For": "127.0.0.1"},
        {"Forwarded": "for=127.0.0.1"},
        {"X-Real-IP": "127.0.0.1"},
        {"Host": "chungthuc.example"},
    ],
)
def test_the_desk_is_not_for_who_comes_through_a_proxy(
    system: WebSystem, headers: dict[str, str]
) -> None:
    proxied = replace(QUIET, base_url="https://chungthuc.example")
    with system.client(settings=proxied) as client:
        assert client.get("/verify", headers=headers).status_code == 200
        assert client.get("/desk", headers=headers).status_code == 403
        assert client.get("/desk").status_code == 200


def test_the_cookie_is_secure_where_the_service_is(system: WebSystem) -> None:
    for base_url, secure in (
        ("https://chungthuc.example", True),
        ("http://127.0.0.1:8000", False),
    ):
        with system.client(settings=replace(QUIET, base_url=base_url)) as client:
            cookie = client.get("/desk").headers["set-cookie"]
            assert ("Secure" in cookie) is secure
            assert "HttpOnly" in cookie


@contextmanager
def open_files() -> Iterator[set[str]]:
    """Collect every file this process has open while the block runs."""
    seen: set[str] = set()
    done = threading.Event()

    def watch() -> None:
        while not done.is_set():
            for descriptor in Path("/proc/self/fd").iterdir():
                try:
                    seen.add(str(descriptor.readlink()))
                except OSError:
                    continue
            time.sleep(0.001)

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield seen
    finally:
        done.set()
        thread.join()


def test_a_form_upload_stays_in_the_private_folder(
    system: WebSystem, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    work: Any = system.services.work_folder
    with system.client() as anybody, open_files() as seen:
        answer = anybody.post(
            "/verify", files={"file": ("x.pdf", b"%PDF-1.7\n" + b"paper\n" * (1 << 19))}
        )
        assert answer.status_code == 200
    uploads_seen = {name for name in seen if name.endswith("(deleted)")}
    assert any(name.startswith(str(work._root)) for name in uploads_seen), uploads_seen
    assert not [name for name in seen if name.startswith(f"{tmp_path}/#")]
    assert list(work._root.iterdir()) == []
