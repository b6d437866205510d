"""Nothing of a process with keys is written down when it crashes."""

import ctypes
import resource

from api.core_dumps import forbid_core_dumps
from tests.support.forked import in_child

PR_GET_DUMPABLE, PR_SET_DUMPABLE = 3, 4


def state() -> str:
    dumpable = ctypes.CDLL(None).prctl(PR_GET_DUMPABLE, 0, 0, 0, 0)
    return f"{dumpable} {resource.getrlimit(resource.RLIMIT_CORE)}"


def allowed() -> str:
    ctypes.CDLL(None).prctl(PR_SET_DUMPABLE, 1, 0, 0, 0)
    return state()


def forbidden() -> str:
    ctypes.CDLL(None).prctl(PR_SET_DUMPABLE, 1, 0, 0, 0)
    forbid_core_dumps()
    return state()


def test_neither_the_kernel_nor_a_collector_gets_a_core() -> None:
    assert in_child(allowed).startswith("1 ")  # else nothing is taken away
    assert in_child(forbidden) == "0 (0, 0)"
