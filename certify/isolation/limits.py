"""What one job may use, and how it ends when it uses more."""

from dataclasses import dataclass
from enum import StrEnum

MIB = 1024 * 1024
REPLY_BYTES = 4 * MIB  # of JSON; anything big goes to files in the job's folder


@dataclass(frozen=True)
class Limits:
    """Limits of one job.

    Attributes:
        memory_bytes: address space beyond what the preloaded modules already map
            (RLIMIT_AS counts address space; this also bounds resident memory).
        cpu_seconds: RLIMIT_CPU, soft.
        cpu_most_seconds: how far a task may raise it as it gets on; 0 for not at all.
        wall_seconds: after it the child is killed, whatever it does.
        file_bytes: RLIMIT_FSIZE, for each file written.
        open_files: RLIMIT_NOFILE.
    """

    memory_bytes: int = 1024 * MIB
    cpu_seconds: int = 20
    cpu_most_seconds: int = 0
    wall_seconds: float = 20.0
    file_bytes: int = 1024 * MIB
    open_files: int = 64


class FailureKind(StrEnum):
    """Why a job gave no answer."""

    CRASHED = "crashed"  # a signal, or an exception the task did not expect
    TIMEOUT = "timeout"  # wall or CPU time
    MEMORY = "memory"
    PROTOCOL = "protocol"  # what came back is not JSON of bearable size


class IsolatedFailure(Exception):
    """The child gave no usable answer. Callers turn this into a named finding."""

    def __init__(self, kind: FailureKind, detail: str = "") -> None:
        """`detail` is for logs: a signal or an exception's class, never content."""
        self.kind = kind
        self.detail = detail
        super().__init__(f"{kind}: {detail}" if detail else str(kind))
