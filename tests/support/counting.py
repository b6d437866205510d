"""A process that counts, and one that adds up: `python -m tests.support.counting`.

count FOLDER N   count N copies, say so, and live until standard input ends
scrape FOLDER    print what a scrape of the folder would see
"""

import sys
from pathlib import Path

from api.observe.processes import SharedFolder


def count(folder: SharedFolder, copies: int) -> None:
    from prometheus_client import CollectorRegistry  # noqa: PLC0415 - after its folder

    meter = folder.meter(CollectorRegistry())
    for _ in range(copies):
        meter.issued()
        meter.step("sign", "ok", 0.2)
        meter.clock_drift("tsa", float(copies))
    print("counted", flush=True)  # noqa: T201 - the parent waits for it
    sys.stdin.read()


def scrape(folder: SharedFolder) -> None:
    from prometheus_client import CollectorRegistry, generate_latest  # noqa: PLC0415 - after its folder

    registry = CollectorRegistry()
    registry.register(folder)
    print(generate_latest(registry).decode())  # noqa: T201 - the parent reads it


if __name__ == "__main__":
    shared = SharedFolder(Path(sys.argv[2]))
    if sys.argv[1] == "count":
        count(shared, int(sys.argv[3]))
    else:
        scrape(shared)
