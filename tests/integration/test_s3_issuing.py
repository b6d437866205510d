"""Copies issued, recovered and handed out with their archive in a real S3 store."""

import hashlib
import json
import os
import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pytest
import urllib3
from pydantic import SecretStr

from api.cli import archive as archive_commands
from api.cli.audit import audit
from api.cli.terminal import Terminal
from api.data_folder import DataFolder
from api.samples.make import Sample
from api.settings import Settings
from api.wiring import build_services
from certify.access import Scope
from certify.errors import InvalidInput
from certify.verify import Verdict
from tests.chaos.exactly_once import restore
from tests.chaos.injection import Tapped
from tests.support.confirming import confirm_shown
from tests.support.faulty_proxy import Fault, FaultyProxy, running_proxy
from tests.support.papers import compared_papers, draw_paper
from tests.support.s3_buckets import Bucket, fresh_bucket
from tests.support.seaweed import S3Server
from tests.support.web import WebSystem, compared, confirmed, web_system

LEASE_SECONDS = 8


@dataclass
class Office:
    system: WebSystem
    settings: dict[str, Any]
    proxy: FaultyProxy
    bucket: Bucket
    paper: Path

    def approved(self) -> str:
        (attestation_id,) = compared_papers(self.system.services, self.paper, 1)
        confirm_shown(self.system.services, [attestation_id])
        return attestation_id

    def copies(self, attestation_id: str) -> list[str]:
        listed = self.bucket.archive.list(f"{attestation_id}/")
        return [stored.sha256 for stored in listed]


def settings_of(bucket: Bucket, folder: Path, endpoint: str) -> dict[str, Any]:
    """As an operator writes them down, the credentials in files."""
    given = {
        "access": bucket.server.service.access,
        "secret": bucket.server.service.secret,
    }
    for name, text in given.items():
        (folder / name).write_text(f"{text}\n")
        (folder / name).chmod(0o600)
    return {
        "archive": "s3",
        "s3_endpoint": endpoint,
        "s3_bucket": bucket.name,
        "s3_access_key_file": folder / "access",
        "s3_secret_key_file": folder / "secret",
        "s3_read_seconds": 5,
        "s3_tries": 2,
        "lease_seconds": LEASE_SECONDS,
    }


@pytest.fixture(scope="module")
def office(
    seaweed: S3Server,
    tmp_path_factory: pytest.TempPathFactory,
    papers: list[Sample],
) -> Iterator[Office]:
    folder, bucket = tmp_path_factory.mktemp("s3-office"), fresh_bucket(seaweed)
    draw_paper(folder / "paper.jpg")
    with running_proxy(seaweed.endpoint) as proxy:
        chosen = settings_of(bucket, folder, f"http://127.0.0.1:{proxy.port}")
        with web_system(folder, papers, **chosen) as system:
            yield Office(
                system,
                {"data": folder / "data", **chosen},
                proxy,
                bucket,
                folder / "paper.jpg",
            )


def test_a_copy_is_issued_over_the_web_and_downloaded_by_version(
    office: Office, tmp_path: Path
) -> None:
    system = office.system
    attestation_id = compared(system, system.samples[1])["id"]
    confirmed(system, attestation_id)
    path = f"/api/v1/attestations/{attestation_id}"
    with system.client(Scope.SIGN) as signer:
        assert signer.post(f"{path}/issue").status_code == 200
    copy = system.services.register.released_attestation(attestation_id)
    assert copy is not None
    stored = copy.newest.stored
    assert list(office.bucket.archive.list(f"{attestation_id}/")) == [stored]
    assert not list((DataFolder(office.settings["data"]).archive).rglob("*.sealed"))
    # An administrator forges a newer version and puts a delete marker over both.
    office.bucket.forge(stored.key, b"%PDF-1.7 a forgery", stored.sha256)
    office.bucket.server.client().remove_object(office.bucket.name, stored.key)
    with system.client(Scope.PARTNER) as partner:
        download = partner.get(f"{path}/copy.pdf")
    assert download.status_code == 200
    assert hashlib.sha256(download.content).hexdigest() == stored.sha256
    (tmp_path / "copy.pdf").write_bytes(download.content)
    report = system.services.verify(tmp_path / "copy.pdf")
    assert report.verdict is Verdict.OURS_IN_FORCE
    with system.client() as anybody:
        ready = anybody.get("/health/ready")
    assert (ready.status_code, ready.json()["archive"]) == (200, "ok")


def test_a_copy_waits_for_a_store_that_is_away_and_keeps_its_number(
    office: Office,
) -> None:
    services, attestation_id = office.system.services, office.approved()
    office.proxy.fault = Fault("refuse")
    try:
        with office.system.client(Scope.SIGN) as signer:
            answer = signer.post(f"/api/v1/attestations/{attestation_id}/issue")
        assert (answer.status_code, answer.json()["code"]) == (
            503,
            "service.unavailable",
        )
        with office.system.client() as anybody:
            assert anybody.get("/health/ready").json()["archive"] == "away"
    finally:
        office.proxy.fault = Fault()
    assert services.register.released_attestation(attestation_id) is None
    assert services.reconcile().released == [attestation_id]
    copy = services.register.released_attestation(attestation_id)
    assert copy is not None
    assert office.copies(attestation_id) == [copy.newest.stored.sha256]


def test_a_copy_archived_by_a_worker_that_died_is_released_not_made_again(
    office: Office,
) -> None:
    services, attestation_id = office.system.services, office.approved()
    child = get_context("spawn").Process(
        target=die_before_completing, args=(office.settings, attestation_id)
    )
    child.start()
    child.join()
    assert child.exitcode == -signal.SIGKILL
    (archived,) = office.copies(attestation_id)
    assert services.register.released_attestation(attestation_id) is None
    deadline = time.monotonic() + LEASE_SECONDS + 10
    while attestation_id not in services.register.unfinished(services.clock.now()):
        assert time.monotonic() < deadline
        time.sleep(0.2)
    assert services.reconcile().released == [attestation_id]
    copy = services.register.released_attestation(attestation_id)
    assert copy is not None
    assert copy.newest.stored.sha256 == archived
    assert office.copies(attestation_id) == [archived]


def die_before_completing(settings: dict[str, Any], attestation_id: str) -> None:
    """Issue, and be killed when the copy is archived and not yet in the book."""
    services = build_services(Settings(**settings))

    def tap(when: str, name: str) -> None:
        if (when, name) == ("before", "complete"):
            os.kill(os.getpid(), signal.SIGKILL)

    services.issue._register = Tapped(services.register, tap)  # type: ignore[assignment]
    services.issue(attestation_id)


@pytest.mark.timeout(300)
def test_a_restored_backup_gets_its_copies_back_from_the_store(
    seaweed: S3Server, tmp_path: Path
) -> None:
    chosen = settings_of(fresh_bucket(seaweed), tmp_path, f"http://{seaweed.endpoint}")
    assert restore(tmp_path, after_backup=4, **chosen) == []


def test_the_operator_sees_what_others_wrote_and_hands_out_a_link(
    office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    services, attestation_id = office.system.services, office.approved()
    services.issue(attestation_id)
    copy = services.register.released_attestation(attestation_id)
    assert copy is not None
    stored, settings = copy.newest.stored, Settings(**office.settings)
    newer = office.bucket.forge(stored.key, b"%PDF-1.7 a forgery")
    terminal = Terminal(as_json=True)

    assert archive_commands.check(settings, terminal=terminal) == 1
    seen = json.loads(capsys.readouterr().out)["foreign"]
    assert {"key": stored.key, "version": newer, "kind": "newer"} in seen

    assert audit(settings, quick=False, anew=False, terminal=terminal) == 1
    found = json.loads(capsys.readouterr().out)
    assert found["complete"]
    assert found["looked_at"]["editions"] >= 1
    # Other tests of this bucket may have left versions over theirs; nothing else.
    assert {one["code"] for one in found["findings"]} <= {
        "version.newer",
        "version.delete_marker",
    }
    assert ("version.newer", stored.key, newer) in {
        (one["code"], one["subject"], one["detail"]) for one in found["findings"]
    }

    code = copy.statement.verification_code
    assert archive_commands.link(settings, code, minutes=5, terminal=terminal) == 0
    answer = urllib3.request("GET", json.loads(capsys.readouterr().out)["address"])
    assert hashlib.sha256(answer.data).hexdigest() == stored.sha256
    assert "ban-sao-chung-thuc" in answer.headers["Content-Disposition"]

    # The service's own credentials may not set up a bucket; an administrator's may.
    with pytest.raises(InvalidInput, match="không đủ quyền"):
        archive_commands.init(settings, terminal=terminal)
    admin = office.bucket.server.admin
    by_admin = settings.model_copy(
        update={
            "s3_access_key_file": None,
            "s3_secret_key_file": None,
            "s3_access_key": SecretStr(admin.access),
            "s3_secret_key": SecretStr(admin.secret),
        }
    )
    assert archive_commands.init(by_admin, terminal=terminal) == 0


def test_without_an_s3_archive_these_commands_say_so(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="chỉ dùng với kho S3"):
        archive_commands.check(
            Settings(data=tmp_path), terminal=Terminal(as_json=False)
        )
