"""One invisible PKCS#7 signature with endesive (no CAdES, no timestamp)."""

import sys
from pathlib import Path

from cryptography.hazmat.primitives.serialization import pkcs12
from endesive.pdf import cms

from bench.peers.worker import serve

_SETTINGS = {
    "sigflags": 3,
    "sigfield": "Bench",
    "signingdate": "D:20261122000000+00'00'",
    "reason": "bench",
    "contact": "",
    "location": "",
    "aligned": 8192,
}


class Job:
    """Key loaded once; the file is read, signed and written."""

    def __init__(self, folder: Path) -> None:
        keys = folder / "pki" / "keys"
        self._key = pkcs12.load_key_and_certificates(
            (keys / "chairman.p12").read_bytes(),
            (keys / "chairman.passphrase").read_bytes().strip(),
        )

    def __call__(self, path: Path) -> None:
        data = path.read_bytes()
        signed = cms.sign(data, dict(_SETTINGS), *self._key, "sha256")
        with path.open("ab") as file:
            file.write(signed)


if __name__ == "__main__":
    serve(Job(Path(sys.argv[1])))
