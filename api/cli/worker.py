"""`certify worker`: issues what is confirmed, and has the periodic duties.

Beside a register in a file it runs the duties; what is confirmed there is issued by the
web server. With PostgreSQL it also takes jobs from the work queue, beside any number of
workers on other machines.
"""

import logging
import os
import signal
import sys
import threading
from collections.abc import Sequence

from api.cli.terminal import Terminal
from api.periodic import Duty, Timetable, duties
from api.services import Services
from api.settings import Settings


def work(
    services: Services,
    settings: Settings,
    *,
    concurrency: int,
    beside_server: bool,
    terminal: Terminal,
) -> int:
    """Work until SIGTERM, SIGINT, or the end of the server that started us; 0.

    Args:
        services: the built system.
        settings: already checked.
        concurrency: copies issued at the same time; most of the time each computes.
        beside_server: standard input ends with the server.
        terminal: where to speak.
    """
    logging.basicConfig(level=logging.INFO, format="%(message)s", force=True)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    if beside_server:
        threading.Thread(target=_await_end, args=(stop,), daemon=True).start()
    terminal.result({"worker": services.worker})
    terminal.say(f"Tiến trình {services.worker} đang chạy. Nhấn Ctrl-C để dừng.")
    sys.stdout.flush()
    table = duties(services, settings, stopping=stop.is_set)
    _run_here(services, table, stop)
    return 0


def _run_here(services: Services, table: Sequence[Duty], stop: threading.Event) -> None:
    timetable = Timetable(table, rounds=services.rounds, clock=services.clock)
    timetable.start()
    stop.wait()
    timetable.stop()


def _await_end(stop: threading.Event) -> None:
    while os.read(sys.stdin.fileno(), 1):
        pass
    stop.set()
