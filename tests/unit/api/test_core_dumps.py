"""Nothing of a process with keys is written down when it crashes."""

import ctypes
import resource

from api.core_dumps import forbid_core_dumps
from tests.support.forked import in_child

PR_GET_DUMPABLE = 3


def state() -> str:
    dumpable = ctypes.CDLL(None).prctl(PR_GET_DUMPABLE, 0, 0, 0, 0)
    return f"{dumpable} {resource.getrlimit(resource.RLIMIT_CORE)}"


def forbidden() -> str:
    forbid_core_dumps()
    return state()


def test_neither_the_kernel_nor_a_collector_gets_a_core() -> None:
    assert in_child(state) != "0 (0, 0)"
    assert in_child(forbidden) == "0 (0, 0)"
