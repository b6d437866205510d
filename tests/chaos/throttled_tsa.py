"""Many attestations while the first TSA fails now and then and is throttled.

    python -m tests.chaos.throttled_tsa --count 200

The first TSA fails 30 % of its calls in turn by silence, garbage and a wrong nonce,
and answers 429 beyond 20 calls in 20 minutes; the second one is healthy. The whole
service runs on them; each copy must end at PAdES-B-LTA, in force, with nothing in the
register that its file does not bear out.
"""

import argparse
import json
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from api.data_folder import DataFolder
from api.initialise import initialise
from api.services import Services
from api.settings import Settings
from api.wiring import build_services
from certify.inspection import Inspection
from certify.verify import Verdict
from keys.devpki.responders import DevelopmentPki
from tests.support.confirming import confirm_shown
from tests.support.faulty_pki import FaultyPki, serving
from tests.support.faulty_server import Fault
from tests.support.papers import compared_papers, draw_paper
from tests.support.pki import PkiOnDisk

KINDS = "down|garbage|wrong_nonce"
ROUNDS = 40


@contextmanager
def office(folder: Path) -> Iterator[tuple[Services, FaultyPki]]:
    """A whole service whose PKI answers from another process."""
    settings = Settings(data=folder / "data")
    initialise(settings)
    port = DataFolder(settings.data).choices().pki_port
    pki = DataFolder(settings.data).pki
    with serving(PkiOnDisk(pki, port, DevelopmentPki(pki))) as faulty:
        urls = f"{faulty.tsa},{faulty.second_tsa}"
        services = build_services(Settings(data=settings.data, tsa_urls=urls))
        try:
            yield services, faulty
        finally:
            services.close()


def run(folder: Path, count: int) -> dict[str, Any]:
    """Issue so many; return what became of them."""
    draw_paper(folder / "paper.jpg")
    with office(folder) as (services, faulty):
        ids = list(compared_papers(services, folder / "paper.jpg", count))
        confirm_shown(services, ids)
        faulty.set(tsa=Fault(KINDS, share=0.3, quota=20, window=1200))
        left, rounds = count, 0
        while left and rounds < ROUNDS:
            left = len(services.reconcile().waiting)
            rounds += 1
        found = Counter(_judged(services, one, folder / "copy.pdf") for one in ids)
        services.trail.check(services.authority_id)
        return {
            "attestations": count,
            "rounds": rounds,
            "found": dict(found),
            "asked_first_tsa": faulty.requests("tsa"),
            "asked_second_tsa": faulty.requests("tsa2"),
        }


def _judged(services: Services, attestation_id: str, path: Path) -> str:
    """Say what a copy is, by its file and by the register."""
    copy = services.register.released_attestation(attestation_id)
    if copy is None:
        return "not released"
    services.archive.fetch(copy.newest.stored, path)
    inspector: Any = services.issue._inspector
    inspection: Inspection = inspector.inspect(path)
    verdict = services.verify(path).verdict
    if verdict is not Verdict.OURS_IN_FORCE:
        return f"mislabelled: {verdict.value}"
    return inspection.level


def main() -> int:
    """Run and print; 0 when all are B-LTA."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=200)
    count = parser.parse_args().count
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        result = run(Path(folder), count)
    result["seconds"] = round(time.monotonic() - started, 1)
    print(json.dumps(result, indent=1))  # noqa: T201 - a command line tool
    return 0 if result["found"] == {"PAdES-B-LTA": count} else 1


if __name__ == "__main__":
    sys.exit(main())
