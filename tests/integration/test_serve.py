"""`certify serve`: a real process on a real port, with its worker beside it."""

import http.client
import json
import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from api.data_folder import DataFolder
from api.initialise import initialise
from api.observe.issuing import STEPS
from api.samples import Sample
from api.settings import load_settings

CERTIFY = (sys.executable, "-m", "api")
pytestmark = pytest.mark.timeout(400)  # a busy machine is no fault
NOBODY = "http://127.0.0.1:9/tsa"  # the discard port


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    settings = load_settings(data=tmp_path_factory.mktemp("serve") / "data")
    initialise(settings)
    return settings.data


@contextmanager
def served(
    data: Path, *, log: Path = Path("/dev/null"), **environment: str
) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Serve on a free port; give the process and its address."""
    with log.open("wb") as errors:
        process = subprocess.Popen(
            (*CERTIFY, "serve", "--port", "0", "--json", "--data", str(data)),
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            # above all no PYTHONUNBUFFERED
            env={"PATH": "/usr/bin:/bin"} | environment,
        )
    try:
        assert process.stdout is not None
        said = ""
        while not said.endswith("}\n"):
            line = process.stdout.readline()
            assert line, "the server ended early"
            said += line
        yield process, json.loads(said)["address"]
    finally:
        process.kill()
        process.communicate()


def get(address: str) -> int:
    parts = urlsplit(address)
    deadline = time.monotonic() + 90
    while True:
        try:
            connection = http.client.HTTPConnection(
                parts.hostname or "", parts.port, timeout=10
            )
            with closing(connection):
                connection.request("GET", parts.path)
                return connection.getresponse().status
        except OSError:
            assert time.monotonic() < deadline
            time.sleep(0.1)


@pytest.mark.parametrize(("sent", "code"), [(signal.SIGTERM, 0), (signal.SIGINT, 130)])
def test_server_answers_and_stops_in_order(
    data: Path, sent: signal.Signals, code: int
) -> None:
    with served(data) as (process, address):
        assert get(f"{address}/desk") == 200
        assert get(f"{address}/verify") == 200
        limits = Path(f"/proc/{process.pid}/limits").read_text()
        assert re.search(r"Max core file size +0 +0 ", limits)
        process.send_signal(sent)
        assert process.wait(timeout=30) == code
    assert list(DataFolder(data).work.iterdir()) == []


def test_worker_is_started_again_and_never_outlives_the_server(data: Path) -> None:
    with served(data) as (server, _address):
        first = _worker_of(server)
        os.kill(first, signal.SIGKILL)
        second = _worker_of(server, other_than=first)
        server.kill()
        server.wait(timeout=30)
        deadline = time.monotonic() + 60
        while Path(f"/proc/{second}/cmdline").exists():
            assert time.monotonic() < deadline, "the worker lives on"
            time.sleep(0.1)


def _worker_of(server: subprocess.Popen[str], other_than: int = 0) -> int:
    """The process id of a worker that has come as far as Python's own start."""
    deadline = time.monotonic() + 60
    while True:
        listed = Path(f"/proc/{server.pid}/task/{server.pid}/children")
        threads = listed.parents[1].glob("*/children")
        children = {pid for path in threads for pid in path.read_text().split()}
        for child in map(int, children):
            with suppress(OSError):  # it may end while we look
                command = Path(f"/proc/{child}/cmdline").read_text().split("\0")
                if "worker" in command and child != other_than:
                    return child
        assert time.monotonic() < deadline, "no worker"
        time.sleep(0.1)


def test_taken_port_is_one_sentence(data: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        ended = subprocess.run(
            (*CERTIFY, "serve", "--port", str(port), "--data", str(data)),
            capture_output=True,
            text=True,
            check=False,
        )
    assert ended.returncode == 2
    assert "hãy chọn cổng khác" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_worker_releases_what_waited_for_a_timestamp(
    data: Path, papers: list[Sample], tmp_path: Path
) -> None:
    sample = papers[1]
    options = {"--requester": "Lò Văn Thử", "--title": "Giấy khai sinh"}
    options |= {"--out": str(tmp_path / "copy.pdf"), "--data": str(data)}
    log, port = tmp_path / "serve.log", _free_port()
    watched = {"CERTIFY_METRICS_PORT": str(port), "CERTIFY_LOG_LEVEL": "debug"}
    away = subprocess.run(
        (*CERTIFY, "copy", sample.path, *(w for pair in options.items() for w in pair)),
        env={"CERTIFY_TSA_URLS": NOBODY} | watched,
        capture_output=True,
        check=False,
    )
    assert away.returncode == 4, away
    with served(data, log=log, **watched) as (_, address):
        deadline = time.monotonic() + 110
        while not _released(data):
            assert time.monotonic() < deadline
            time.sleep(0.2)
        assert get(f"{address}/v/{_code(data)}") == 200
        metrics = _scraped(port)
        while 'route="/v/{code}"' not in metrics:  # counted after it is answered
            assert time.monotonic() < deadline
            metrics = _scraped(port)
    _check_metrics(metrics)
    lines = log.read_text()
    _check_log(lines)
    for private in ("Lò Văn Thử", "Giấy khai sinh", _code(data)):
        assert private not in metrics + lines


def _check_metrics(text: str) -> None:
    """Two processes: `copy` found no TSA, the server's worker released the copy."""
    seen = {
        name: float(value)
        for name, _, value in (
            line.rpartition(" ") for line in text.splitlines() if line[0] != "#"
        )
    }
    steps = "certify_issue_step_seconds_count"
    away = "timestamp.unavailable"
    tried = seen[f'{steps}{{outcome="{away}",step="reserve"}}']
    assert tried == seen[f'certify_issue_failed_total{{code="{away}"}}'] > 0
    done = [seen[f'{steps}{{outcome="ok",step="{step}"}}'] for step in STEPS.values()]
    assert done == [tried + 1, tried + 1, *[1] * 7]
    assert seen["certify_issued_total"] == 1
    request = 'method="GET",route="/v/{code}",status="200"'
    assert seen[f"certify_http_request_seconds_count{{{request}}}"] == 1
    put = 'certify_archive_seconds_count{operation="put",outcome="ok"}'
    assert seen[put] == 2  # the evidence and the copy
    assert seen['certify_key_sign_seconds_count{backend="file",outcome="ok"}'] == 2
    asked = re.findall(r'certify_tsa_request_seconds_count\{outcome="(\w+)"', text)
    assert set(asked) == {"ok", "silent"}
    sources = re.findall(r'certify_scrape_source_up\{source="(\w+)"\} 1.0', text)
    assert sorted(sources) == ["certificates", "clock", "disk", "duties", "queue"]
    assert "certify_waiting{" not in text  # nothing waits any longer
    assert seen["certify_open_reservations"] == 0
    assert 0 <= seen['certify_duty_success_age_seconds{duty="reconcile"}'] < 300
    assert seen['certify_disk_free_bytes{place="data"}'] > 0
    assert -2 < seen['certify_clock_drift_seconds{reference="tsa"}'] < 2
    assert len(re.findall(r"certify_certificate_expiry_days\{", text)) >= 4


def _check_log(text: str) -> None:
    """One JSON object a line, uvicorn's own too; a line for each step."""
    lines = [json.loads(line) for line in text.splitlines()]
    assert {line["process"] for line in lines} == {"serve", "worker"}
    assert "uvicorn.error" in {line["logger"] for line in lines}
    steps = [line for line in lines if line["event"] == "issue.step"]
    assert [line["name"] for line in steps] == list(STEPS.values())
    assert {(line["outcome"], line["attempt"]) for line in steps} == {("ok", 1)}


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def _scraped(port: int) -> str:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    with closing(connection):
        connection.request("GET", "/metrics")
        answer = connection.getresponse()
        assert answer.status == 200
        return answer.read().decode()


def _code(data: Path) -> str:
    connection = sqlite3.connect(DataFolder(data).database)
    try:
        query = "SELECT code FROM attestations WHERE step = 'released'"
        return str(connection.execute(query).fetchone()[0])
    finally:
        connection.close()


def test_killed_in_the_middle_resumes_with_the_same_number(
    data: Path, papers: list[Sample], tmp_path: Path
) -> None:
    sample = papers[1]
    options = {"--requester": "Lò Văn Thử", "--title": "Giấy khai sinh"}
    options |= {"--out": str(tmp_path / "copy.pdf"), "--data": str(data)}
    lease = {"CERTIFY_LEASE_SECONDS": "5"}
    child = subprocess.Popen(
        (*CERTIFY, "copy", sample.path, *(w for pair in options.items() for w in pair)),
        env=lease,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    reserved: list[tuple[object, ...]] = []
    deadline = time.monotonic() + 110
    while not reserved:
        assert time.monotonic() < deadline
        reserved = _rows(data, "reserved")
    child.kill()
    child.wait()
    assert _rows(data, "reserved") == reserved, "it was killed before the release"
    while _rows(data, "complete")[-1:] != reserved:
        assert time.monotonic() < deadline
        subprocess.run((*CERTIFY, "reconcile", "--data", data), check=False, env=lease)
    assert _rows(data, "reserved") == []
    assert not (tmp_path / "copy.pdf").exists()


def _rows(data: Path, state: str) -> list[tuple[object, ...]]:
    query = "SELECT number, attestation_id FROM book_rows WHERE state = ?"
    connection = sqlite3.connect(DataFolder(data).database)
    try:
        return connection.execute(f"{query} ORDER BY number", (state,)).fetchall()
    finally:
        connection.close()


def _released(data: Path) -> bool:
    connection = sqlite3.connect(DataFolder(data).database)
    try:
        return bool(connection.execute("SELECT count(*) FROM editions").fetchone()[0])
    finally:
        connection.close()
