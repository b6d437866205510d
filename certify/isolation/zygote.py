"""The zygote: imports the readers once, forks one child per job, watches and reaps.

    python -m certify.isolation.zygote <control fd> <runner pid>

It never looks at a job's arguments or reply; it only passes the job's socket to the
child. Single-threaded, so that forking is safe. It ends when the control socket
closes or the runner's process is gone, and takes every child with it: it is their
subreaper, so that a child's own forks cannot outlive the job.
"""

import gc
import importlib
import json
import os
import select
import signal
import socket
import sys
import time
from dataclasses import dataclass

from certify.isolation import linux, sandbox
from certify.isolation.limits import Limits

LONGEST_SLEEP_SECONDS = 1.0  # between two looks at whether the runner lives
MESSAGE_BYTES = 65536


@dataclass
class Job:
    """A running child."""

    number: int
    status: socket.socket
    deadline: float
    overdue: bool = False


class Zygote:
    """The loop: orders in, deaths out."""

    def __init__(self, control: socket.socket, runner: int) -> None:
        self._control = control
        self._runner = runner
        self._jobs: dict[int, Job] = {}
        self._wake, waker = socket.socketpair()
        self._wake.settimeout(0)  # set_wakeup_fd demands ends that do not block
        waker.settimeout(0)
        self._waker = waker

    def serve(self) -> None:
        """Run until the control socket closes or the runner is gone."""
        signal.signal(signal.SIGCHLD, lambda _signal, _frame: None)
        signal.set_wakeup_fd(self._waker.fileno(), warn_on_full_buffer=False)
        while os.getppid() == self._runner:
            ready, _, _ = select.select(
                [self._control, self._wake], [], [], self._patience()
            )
            if self._wake in ready:
                self._wake.recv(4096)
            if self._control in ready and not self._take_order():
                break
            self._kill_overdue()
            self._reap()
        for pid in linux.children():
            os.kill(pid, signal.SIGKILL)

    def _patience(self) -> float:
        nearest = min((j.deadline for j in self._jobs.values()), default=float("inf"))
        return max(0.0, min(LONGEST_SLEEP_SECONDS, nearest - time.monotonic()))

    def _take_order(self) -> bool:
        """Handle one message; False when the runner closed the socket."""
        message, fds, _, _ = socket.recv_fds(self._control, MESSAGE_BYTES, 2)
        if not message:
            return False
        order = json.loads(message)
        if order["op"] == "run":
            channels = [socket.socket(fileno=fd) for fd in fds]
            self._fork(order["job"], Limits(**order["limits"]), *channels)
        else:
            for job in self._jobs.values():
                if job.number == order["job"]:
                    job.deadline = 0.0
        return True

    def _fork(
        self, number: int, limits: Limits, job: socket.socket, status: socket.socket
    ) -> None:
        zygote = os.getpid()
        try:
            pid = os.fork()
        except OSError:  # no process or memory left: this job's end, not ours
            job.close()
            _report(Job(number, status, deadline=0.0), sandbox.EXIT_NOT_STARTED)
            return
        if pid == 0:
            signal.set_wakeup_fd(-1)
            sandbox.run_job(job, zygote, limits)
        job.close()
        deadline = time.monotonic() + limits.wall_seconds
        self._jobs[pid] = Job(number, status, deadline)

    def _kill_overdue(self) -> None:
        now = time.monotonic()
        for pid, job in self._jobs.items():
            if job.deadline <= now:
                job.overdue = True
                job.deadline = float("inf")
                os.kill(pid, signal.SIGKILL)  # not reaped yet, so still ours

    def _reap(self) -> None:
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                break
            if (job := self._jobs.pop(pid, None)) is not None:
                _report(job, os.waitstatus_to_exitcode(status))
        self._sweep_orphans()

    def _sweep_orphans(self) -> None:
        """Kill what a job's own forks left to us; no task has business forking."""
        for pid in linux.children():
            if pid not in self._jobs:
                os.kill(pid, signal.SIGKILL)


def _report(job: Job, exit_code: int) -> None:
    """Tell the runner how the child ended; a runner that left is no error."""
    message = json.dumps({"exit": exit_code, "overdue": job.overdue})
    with job.status:
        try:
            job.status.sendall(message.encode())
        except OSError:
            return


def main() -> None:
    """Say hello with what could not be had, then serve."""
    control = socket.socket(fileno=int(sys.argv[1]))
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the runner's to handle
    linux.prctl(linux.PR_SET_CHILD_SUBREAPER, 1)
    isolated = linux.leave_network()
    problem = ""
    try:
        for module in json.loads(control.recv(MESSAGE_BYTES))["preload"]:
            importlib.import_module(module)
    except ImportError as error:
        problem = str(error)
    control.send(json.dumps({"network_left": isolated, "problem": problem}).encode())
    gc.freeze()  # children share these pages; collecting would copy them
    Zygote(control, int(sys.argv[2])).serve()


if __name__ == "__main__":
    main()
