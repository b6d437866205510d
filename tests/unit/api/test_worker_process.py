"""The worker beside the server is the server's own program."""

import logging
import time
from pathlib import Path

import pytest

from api.worker_process import WorkerProcess


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
    assert [record.args for record in caplog.records] == [(2, 1.0)]
