"""The loop of a peer's process: prepare outside the clock, work inside it."""

import gc
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path


def serve(work: Callable[[Path], None]) -> None:
    """Answer each path on standard input with what the work on it cost."""
    for line in sys.stdin:
        path = Path(json.loads(line))
        gc.collect()
        wall, cpu = time.perf_counter(), time.process_time()
        work(path)
        cost = {"cpu": time.process_time() - cpu, "wall": time.perf_counter() - wall}
        print(json.dumps(cost), flush=True)
