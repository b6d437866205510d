"""One sum over several processes: each keeps its numbers in files of its own.

prometheus-client sums files of a folder, one set for each process, and never removes
any: a sum that lost a file would seem to begin anew, and every rate over it would jump.
So the numbers of processes that ended are first added to those of a process 0. One
folder belongs to one machine or container: process ids must mean the same to all.
"""

import fcntl
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from prometheus_client import CollectorRegistry
    from prometheus_client.metrics_core import Metric

    from api.observe.prometheus import PrometheusMeter

_VARIABLE = "PROMETHEUS_MULTIPROC_DIR"
_ENDED = "0"  # no process has this id
_LATEST = "gauge_mostrecent"


class SharedFolder:
    """The files of all processes of this machine."""

    def __init__(self, path: Path) -> None:
        """Make the folder; before prometheus-client is imported by anybody.

        Raises:
            RuntimeError: too late, it was imported and counts for one process.
        """
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.path = path
        os.environ[_VARIABLE] = str(path)  # noqa: TID251 - handed on, not read
        from prometheus_client import values  # noqa: PLC0415 - see above

        if values.ValueClass is values.MutexValue:
            raise RuntimeError("prometheus_client was imported too early")

    def meter(self, registry: "CollectorRegistry") -> "PrometheusMeter":
        """Make this process's meter; nobody cleans up meanwhile."""
        from api.observe.prometheus import PrometheusMeter  # noqa: PLC0415 - see above

        with self._alone():
            return PrometheusMeter(registry)

    def collect(self) -> "Iterable[Metric]":
        """Return the sums over all processes, those that ended included."""
        from prometheus_client.multiprocess import MultiProcessCollector  # noqa: PLC0415 - see above

        with self._alone():
            self._add_up_ended()
            # Read within the lock: no file goes while it is read.
            return list(MultiProcessCollector(None, path=str(self.path)).collect())

    @contextmanager
    def _alone(self) -> Iterator[None]:
        with (self.path / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _add_up_ended(self) -> None:
        """Add what processes that ended have counted to process 0.

        A crash in the middle counts their last numbers twice, once; a lost file would
        spoil every rate.
        """
        from prometheus_client.mmap_dict import MmapedDict  # noqa: PLC0415 - see above

        for file in sorted(self.path.glob("*.db")):
            kind, _, process = file.stem.rpartition("_")
            if process == _ENDED or _lives(process):
                continue
            total = MmapedDict(str(file.with_name(f"{kind}_{_ENDED}.db")))
            try:
                for key, value, at, _ in MmapedDict.read_all_values_from_file(file):
                    before, before_at = total.read_value(key)
                    if kind != _LATEST:
                        total.write_value(key, before + value, 0.0)
                    elif at >= before_at:
                        total.write_value(key, value, at)
            finally:
                total.close()
            file.unlink()


def _lives(process: str) -> bool:
    """Tell whether a process id is in use; by another program, it is left for later."""
    try:
        os.kill(int(process), 0)
    except ProcessLookupError:
        return False
    except (PermissionError, ValueError):
        return True
    return True
