"""Peak memory of a fresh process that composes and seals one copy.

`python -m bench.memory <folder> <order>` prints the peak (VmHWM) after the imports,
with keys and fonts loaded, after composing and after sealing, in MB.
"""

import json
import pickle
import subprocess
import sys
from pathlib import Path

from bench.sealing import make_sealer
from certify.attestation import CopyOrder

ROOT = Path(__file__).resolve().parents[1]


def measure(folder: Path, order: CopyOrder) -> dict[str, float]:
    """Run the child and return what it printed."""
    file = order.workdir / "order.pickle"
    file.write_bytes(pickle.dumps(order))
    done = subprocess.run(
        [sys.executable, "-m", "bench.memory", folder, file],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    return {name: float(value) for name, value in json.loads(done.stdout).items()}


def peak_mb() -> float:
    """Peak resident set of this process so far, in MB."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    raise RuntimeError("this system does not tell VmHWM")


def _seal(folder: Path, file: Path) -> dict[str, float]:
    found = {"imports": peak_mb()}
    order: CopyOrder = pickle.loads(file.read_bytes())  # noqa: S301 - our parent wrote it
    sealer = make_sealer(folder)
    ready = sealer.make_ready(order.statement)
    found["loaded"] = peak_mb()
    prepared = ready.prepare(order)
    found["composed"] = peak_mb()
    prepared.seal()
    found["sealed"] = peak_mb()
    found["growth"] = found["sealed"] - found["imports"]
    return found


if __name__ == "__main__":
    print(json.dumps(_seal(Path(sys.argv[1]), Path(sys.argv[2]))))
