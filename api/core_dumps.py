"""A process that holds keys and PINs leaves no picture of its memory behind."""

import resource

from certify.isolation.linux import PR_SET_DUMPABLE, prctl


def forbid_core_dumps() -> None:
    """Forbid core dumps of this process, for good.

    Both are needed: a core pattern that is a pipe (systemd-coredump) ignores the limit,
    see core(5); a process that is not dumpable cannot be read by ptrace(2) of its own
    user either. Programs it starts inherit the limit alone, see prctl(2).
    """
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    prctl(PR_SET_DUMPABLE, 0)
