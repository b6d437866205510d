"""The whole service behind its web side: real parts on a data folder of its own."""

import fcntl
import json
import logging
import pickle
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from api.initialise import initialise, issue_api_keys
from api.observe.logs import JsonLines
from api.samples.make import Sample, make_samples
from api.services import Services
from api.settings import Settings
from api.web_settings import WebSettings
from api.wiring import build_services
from certify.access import Scope
from certify.comparison import RefusalGround

LOOPBACK = ("127.0.0.1", 50000)
QUIET = WebSettings(public_per_minute=60_000, public_burst=10_000)
"""Limits that no test meets by accident."""


@dataclass(frozen=True)
class WebSystem:
    """A running service, one API key per scope, and papers to certify."""

    services: Services
    keys: dict[Scope, str]
    samples: list[Sample]

    def client(
        self,
        scope: Scope | None = None,
        *,
        settings: WebSettings = QUIET,
        host: str = LOOPBACK[0],
        **changes: Any,
    ) -> TestClient:
        """A client on this machine, with the key of a scope if one is named."""
        app = create_app(replace(self.services, **changes), settings=settings)
        headers = {"Authorization": f"Bearer {self.keys[scope]}"} if scope else {}
        return TestClient(
            app,
            base_url="http://127.0.0.1",
            headers=headers,
            client=(host, LOOPBACK[1]),
            follow_redirects=False,
        )


@pytest.fixture(scope="session")
def papers(tmp_path_factory: pytest.TempPathFactory) -> list[Sample]:
    """Scans of invented papers: a school report, a birth certificate, a decision.

    Drawn once for all workers of a parallel run. Never change these files.
    """
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if base.name.startswith("popen-") else base) / "papers-shared"
    folder.mkdir(exist_ok=True)
    with (folder / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        made = folder / "made.pickle"
        if not made.exists():
            made.write_bytes(pickle.dumps(make_samples(folder, seed=7)))
        papers: list[Sample] = pickle.loads(made.read_bytes())  # noqa: S301 - ours
    return papers


@pytest.fixture(scope="session")
def web_service(
    tmp_path_factory: pytest.TempPathFactory, papers: list[Sample]
) -> Iterator[WebSystem]:
    """One service for all tests of the web side; each brings its own case."""
    with web_system(tmp_path_factory.mktemp("web"), papers) as made:
        yield made


@contextmanager
def web_system(
    folder: Path, papers: list[Sample], **settings: Any
) -> Iterator[WebSystem]:
    """Initialise a data folder and build the service on it."""
    chosen = Settings(data=folder / "data", **settings)
    initialise(chosen)
    keys = {
        scope: key.plain
        for key in issue_api_keys(chosen)
        for scope in map(Scope, key.scopes)
        if scope is not Scope.READ
    }
    services = build_services(chosen, public=True)
    try:
        yield WebSystem(services, keys, papers)
    finally:
        services.close()


def compared(system: WebSystem, sample: Sample) -> dict[str, Any]:
    """Bring a paper over the API to the signatory; returns the attestation."""
    with system.client(Scope.OFFICER) as officer:
        case = officer.post(
            "/api/v1/cases", json={"requester": {"name": sample.requester}}
        ).json()
        original = officer.post(
            f"/api/v1/cases/{case['id']}/originals",
            json={"title": sample.title, "issuer": sample.issuer},
        ).json()
        scan = officer.put(
            f"/api/v1/originals/{original['id']}/scan",
            content=sample.path.read_bytes(),
        ).json()
        record = officer.put(
            f"/api/v1/originals/{original['id']}/comparison", json=comparison_of(scan)
        )
    assert record.status_code == 200, record.text
    return dict(record.json())


def comparison_of(scan: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """What an honest officer answers about a good paper."""
    return {
        "page_digest": scan["page_digest"],
        "place": "Bộ phận một cửa",
        "paper_original_shown": True,
        "pages_match": True,
        "original_kind": "first_issue",
        "grounds": {ground.value: False for ground in RefusalGround},
        "pages_with_information": scan["page_count"],
        "legalisation": "not_foreign",
        "accepted_warnings": {
            f["code"]: "Đúng như bản chính"
            for f in scan["findings"]
            if f["severity"] == "warn"
        },
        **changes,
    }


def confirmed(system: WebSystem, attestation_id: str) -> None:
    """Have the development signatory confirm what the statement shows."""
    signatory = system.services.signatory_id
    with system.client(Scope.SIGN) as signer:
        statement = signer.get(
            f"/api/v1/attestations/{attestation_id}/statement",
            params={"signatory": signatory},
        ).json()
        answer = signer.post(
            "/api/v1/confirmations",
            json={
                "signatory": signatory,
                "attestations": [attestation_id],
                "content_digests": {attestation_id: statement["content_digest"]},
            },
        )
    assert answer.status_code == 200, answer.text


def log_text(records: Sequence[logging.LogRecord]) -> str:
    """Captured records as the server writes them: one JSON object a line."""
    lines = JsonLines("test")
    return "\n".join(lines.format(record) for record in records)


def log_lines(records: Sequence[logging.LogRecord], name: str) -> list[dict[str, Any]]:
    """The lines of one event."""
    lines = [json.loads(line) for line in log_text(records).splitlines()]
    return [line for line in lines if line["event"] == name]
