"""`certify worker`: issues what is confirmed, and has the periodic duties.

Beside a register in a file it runs the duties; what is confirmed there is issued by the
web server. With PostgreSQL it also takes jobs from the work queue, beside any number of
workers on other machines.
"""

import os
import signal
import sys
import threading
import time
from datetime import timedelta

from api.cli.observed import observed
from api.cli.terminal import Terminal
from api.dispatch import DispatchUnfinished
from api.periodic import Duty, Timetable, duties
from api.services import Services
from api.settings import Settings
from api.wiring import build_runner, open_queue, share

SWEEP_STALLED = timedelta(seconds=30)
LOOK_SECONDS = 0.2


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
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    if beside_server:
        threading.Thread(target=_await_end, args=(stop,), daemon=True).start()
    terminal.result({"worker": services.worker})
    terminal.say(f"Tiến trình {services.worker} đang chạy. Nhấn Ctrl-C để dừng.")
    sys.stdout.flush()
    with observed(services, settings, process="worker"):
        if settings.database_url is None:
            work_alone(services, settings, stop)
        else:
            work_with_others(services, settings, stop, concurrency=concurrency)
    return 0


def work_alone(services: Services, settings: Settings, stop: threading.Event) -> None:
    """Run the duties of a register in a file until `stop`."""
    timetable = Timetable(
        duties(services, settings, stopping=stop.is_set),
        rounds=services.rounds,
        clock=services.clock,
    )
    timetable.start()
    while not stop.is_set():  # not `wait`: a signal's handler may not meet its lock
        time.sleep(LOOK_SECONDS)
    timetable.stop()


def work_with_others(
    services: Services, settings: Settings, stop: threading.Event, *, concurrency: int
) -> None:
    """Take jobs and a share in the duties from the work queue until `stop`."""
    runner = build_runner(
        settings, name=services.worker, concurrency=concurrency, issue=services.issue
    )
    with open_queue(settings) as queue:
        finish = DispatchUnfinished(reconcile=services.reconcile, queue=queue)
        table = [
            *duties(services, settings, finish=finish, stopping=stop.is_set),
            # Not alone: a worker may die in the middle of this round, too.
            Duty("stalled", SWEEP_STALLED, runner.sweep_stalled, alone=False),
        ]
        for duty in table:
            if not duty.here:
                share(runner, duty, services)
        here = [duty for duty in table if duty.here]
        timetable = Timetable(here, rounds=services.rounds, clock=services.clock)
        timetable.start()
        try:
            runner.run(stop)
        finally:
            timetable.stop()


def _await_end(stop: threading.Event) -> None:
    while os.read(sys.stdin.fileno(), 1):
        pass
    stop.set()
