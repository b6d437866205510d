"""The worker beside the server: our own program, there again whatever ended it."""

import logging
import sys
import time
from pathlib import Path

import pytest

from api import worker_process
from api.worker_process import WorkerProcess


def test_a_worker_that_could_not_be_started_is_started_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No memory, too many processes or files; here the program itself is away."""
    monkeypatch.setattr(worker_process, "FIRST_PAUSE_SECONDS", 0.02)
    program, began = tmp_path / "program", tmp_path / "began"
    monkeypatch.setattr(sys, "executable", str(program))
    worker = WorkerProcess(tmp_path)
    worker.start()
    time.sleep(0.1)
    program.write_text(f"#!/bin/sh\ntouch {began}\nexec cat >/dev/null\n")
    program.chmod(0o700)
    deadline = time.monotonic() + 20
    while not began.exists():
        assert time.monotonic() < deadline
        time.sleep(0.01)
    worker.stop()
    assert not worker._thread.is_alive()


def test_a_program_in_the_working_folder_is_not_taken_for_ours(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "api.py").write_text("raise SystemExit(7)\n")
    monkeypatch.chdir(tmp_path)
    worker = WorkerProcess(tmp_path / "none")
    with caplog.at_level(logging.ERROR, "certify.worker"):
        worker.start()
        deadline = time.monotonic() + 60
        while not caplog.records and time.monotonic() < deadline:
            time.sleep(0.05)
    worker.stop()
    # Ours says 2: there is no such data folder.
    assert [record.args for record in caplog.records] == [("ended with 2", 1.0)]
