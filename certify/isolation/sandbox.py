"""What runs inside the child: limits first, then one task, then one JSON reply.

Exit codes tell the zygote how it went, without trusting the reply:
0 a reply was written, 3 out of memory, 4 an exception the task did not expect.
"""

import gc
import importlib
import json
import os
import resource
import signal
import socket
from collections.abc import Callable
from typing import Any, NoReturn

from certify.isolation import linux
from certify.isolation.limits import Limits

_OBJECTS = 50_000  # made between two looks for garbage; the default is 700
EXIT_MEMORY = 3
EXIT_EXCEPTION = 4
EXIT_NOT_STARTED = 256  # the zygote's word for "no child": no process can exit so


def run_job(job: socket.socket, zygote: int, limits: Limits) -> NoReturn:
    """Read the job, run it, reply, exit. Never returns into the zygote's code."""
    code = EXIT_EXCEPTION
    try:
        _confine(zygote, limits, job.fileno())
        order = json.loads(_read_all(job))
        task = _resolve(order["task"])
        reply = json.dumps({"ok": task(**order["arguments"])})
        job.sendall(reply.encode())
        code = 0
    except MemoryError:
        code = EXIT_MEMORY
    except BaseException as error:  # noqa: BLE001 - the child's last line of defence
        job.sendall(json.dumps({"error": _where(error)}).encode())
    finally:
        os._exit(code)


def _where(error: BaseException) -> str:
    """Name class and place of an exception, never its text: it may quote content."""
    trace = error.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    if trace is None:
        return type(error).__name__
    file = os.path.basename(trace.tb_frame.f_code.co_filename)  # noqa: PTH119 - a name
    return f"{type(error).__name__} at {file}:{trace.tb_lineno}"


def _confine(zygote: int, limits: Limits, keep: int) -> None:
    linux.die_with_parent(zygote)
    # It lives for one job: what it drops is soon gone with it, and its memory is
    # limited. Looking for garbage as often as usual costs a sixth of a verification.
    gc.set_threshold(_OBJECTS)
    os.setsid()
    _close_all_but(keep)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    linux.prctl(linux.PR_SET_NO_NEW_PRIVS, 1)
    linux.prctl(linux.PR_SET_DUMPABLE, 0)
    space = linux.address_space_bytes() + limits.memory_bytes
    for what, amount in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_AS, space),
        (resource.RLIMIT_FSIZE, limits.file_bytes),
        (resource.RLIMIT_NOFILE, limits.open_files),
    ):
        resource.setrlimit(what, (amount, amount))
    # Soft below hard: SIGXCPU tells "too slow" from other deaths.
    most = max(limits.cpu_seconds, limits.cpu_most_seconds)
    resource.setrlimit(resource.RLIMIT_CPU, (limits.cpu_seconds, most + 1))


def _close_all_but(keep: int) -> None:
    """Other jobs' channels and the zygote's control socket are none of ours.

    0, 1 and 2 are /dev/null since the zygote started.
    """
    os.closerange(3, keep)
    os.closerange(keep + 1, os.sysconf("SC_OPEN_MAX"))


def _read_all(job: socket.socket) -> bytes:
    parts = []
    while part := job.recv(65536):
        parts.append(part)
    return b"".join(parts)


def _resolve(task: str) -> Callable[..., Any]:
    module, _, function = task.partition(":")
    found: Callable[..., Any] = getattr(importlib.import_module(module), function)
    return found
