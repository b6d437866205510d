"""`python -m bench.hsm [--rounds N]`: what an HSM key costs beside a file key.

The signing step (step 6, as in `bench.ours`) has two signatures of ours, the person's
and the agency's. Both keys are RSA-2048, once in PKCS#12 files and once in SoftHSM2;
TSA in process, 1 page. "raw" is two times C_SignInit and C_Sign on the same token,
called as a C program would: no thread, no verification.
"""

import argparse
import ctypes
import sys
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from bench.inputs import PAPERS, Input, Workplace, open_workplace
from bench.measure import Cost, Spread, run_rounds, timed
from bench.sealing import PERSON, SEAL, key_settings, make_sealer
from certify.clock import SystemClock
from keys.base import SigningKey
from keys.devpki.holders import SealHolder, SignatoryHolder
from keys.devpki.issue import issue_certificate
from keys.open import open_key
from tests.support.pki import AUTHORITY_NAME, rsa_key
from tests.support.real import need
from tests.support.sealing import make_order
from tests.support.softhsm import SoftToken, open_softhsm

FILE, HSM, RAW = "file keys", "HSM keys", "raw C_Sign"
ROUNDS, WARM_UP = 60, 3
MOST = 1.5  # times the step with file keys, beside the raw signatures

# PKCS #11 v2.40, pkcs11t.h
_SERIAL_SESSION, _RSA_PKCS = 4, 1
_CLASS, _LABEL, _PRIVATE_KEY = 0, 3, 3
_DIGEST_INFO = bytes.fromhex("3031300d060960864801650304020105000420")


class Step:
    """Step 6 with some keys."""

    def __init__(self, name: str, job: str, given: Input) -> None:
        self.name = name
        self.job = job
        self._given = given

    def once(self) -> Cost:
        prepared = self._given.ready.prepare(self._given.fresh_order())
        return timed(prepared.seal)


class RawSignatures:
    """Signs twice in a session of its own, which shares the login of the process."""

    name = RAW
    job = "two times C_SignInit and C_Sign"

    def __init__(self, token: SoftToken, label: str) -> None:
        self._module = ctypes.CDLL(str(token.module))
        self._session, self._key = ctypes.c_ulong(), ctypes.c_ulong()
        for slot in self._slots():
            if self._has(slot, label.encode()):
                return
        raise LookupError(label)

    def once(self) -> Cost:
        return timed(self._twice)

    def _twice(self) -> None:
        for number in (1, 2):
            self._sign(bytes([number]) * 32)

    def _sign(self, digest: bytes) -> bytes:
        mechanism = (ctypes.c_ulong * 3)(_RSA_PKCS, 0, 0)  # CK_MECHANISM, no parameter
        data, out = _DIGEST_INFO + digest, ctypes.create_string_buffer(512)
        size = ctypes.c_ulong(len(out))
        self._call("C_SignInit", self._session, mechanism, self._key)
        self._call(
            "C_Sign",
            *(self._session, data, ctypes.c_ulong(len(data))),
            *(out, ctypes.byref(size)),
        )
        return out.raw[: size.value]

    def _slots(self) -> list[int]:
        count = ctypes.c_ulong(16)
        slots = (ctypes.c_ulong * count.value)()
        self._call("C_GetSlotList", ctypes.c_ubyte(1), slots, ctypes.byref(count))
        return slots[: count.value]

    def _has(self, slot: int, label: bytes) -> bool:
        session = ctypes.byref(self._session)
        flags = ctypes.c_ulong(_SERIAL_SESSION)
        self._call("C_OpenSession", ctypes.c_ulong(slot), flags, None, None, session)
        kind = ctypes.c_ulong(_PRIVATE_KEY)
        text = ctypes.create_string_buffer(label)
        template = (ctypes.c_ulong * 6)(  # two CK_ATTRIBUTE: type, pValue, ulValueLen
            *(_CLASS, ctypes.addressof(kind), ctypes.sizeof(kind)),
            *(_LABEL, ctypes.addressof(text), len(label)),
        )
        found = ctypes.c_ulong()
        one = ctypes.c_ulong(1)
        self._call("C_FindObjectsInit", self._session, template, ctypes.c_ulong(2))
        self._call(
            "C_FindObjects",
            *(self._session, ctypes.byref(self._key), one, ctypes.byref(found)),
        )
        self._call("C_FindObjectsFinal", self._session)
        return found.value == 1

    def _call(self, name: str, *arguments: object) -> None:
        code = getattr(self._module, name)(*arguments)
        if code:
            raise RuntimeError(f"{name}: {code:#x}")


def measure(folder: Path, *, rounds: int) -> dict[str, Spread]:
    """Return file keys, HSM keys and raw signatures from interleaved rounds."""
    with (
        open_workplace(folder, PAPERS[:1]) as place,
        open_softhsm(need("libsofthsm2.so"), folder) as softhsm,
    ):
        token = softhsm.new_token()
        ids = _issue(place.pki)
        in_files = {role: _file_key(place.pki, key_id) for role, key_id in ids.items()}
        in_hsm = {
            role: _hsm_key(place.pki, key_id, token) for role, key_id in ids.items()
        }
        contenders = (
            Step(FILE, "step 6, both keys in PKCS#12 files", _input(place, in_files)),
            Step(HSM, "step 6, both keys in SoftHSM2", _input(place, in_hsm)),
            RawSignatures(token, ids[PERSON]),
        )
        return run_rounds(contenders, rounds, warm_up=WARM_UP)


def _issue(pki: Path) -> dict[str, str]:
    ids = {PERSON: "bench-person", SEAL: "bench-seal"}
    holders = (
        SignatoryHolder(ids[PERSON], "Lò Văn Thử", "Chủ tịch", AUTHORITY_NAME),
        SealHolder(ids[SEAL], AUTHORITY_NAME),
    )
    for number, holder in enumerate(holders):
        issue_certificate(
            pki, holder, now=SystemClock().now(), private_key=rsa_key(2048, number)
        )
    return ids


def _file_key(pki: Path, key_id: str) -> SigningKey:
    return open_key(key_settings(pki, key_id))


def _hsm_key(pki: Path, key_id: str, token: SoftToken) -> SigningKey:
    number = 0 if key_id == "bench-person" else 1
    of_file = _file_key(pki, key_id)
    token.put(key_id, rsa_key(2048, number), [of_file.certificate, *of_file.chain])
    return open_key(token.settings(key_id))


def _input(place: Workplace, keys: Mapping[str, SigningKey]) -> Input:
    given = place.inputs[0]
    sealer = make_sealer(place.folder, keys)
    order = make_order(sealer, given.scan, given.order.workdir)
    return replace(given, order=order, ready=sealer.make_ready(order.statement))


def lines(rows: Mapping[str, Spread]) -> list[str]:
    """Markdown for the page of results."""
    shown = [
        f"| {name} | {s.median:.2f} ({s.low:.2f}–{s.high:.2f}) | {s.wall_median:.2f} |"
        for name, s in rows.items()
    ]
    by_cpu, by_wall = (_ratio(rows, of) for of in (_cpu, _wall))
    return [
        "| two RSA-2048 signatures, 1 page | CPU ms, median (quartiles) | wall ms |",
        "|---|---:|---:|",
        *shown,
        "",
        f"(HSM - raw) / file: CPU {by_cpu:.2f}, wall {by_wall:.2f}; target <= {MOST}",
    ]


def _cpu(spread: Spread) -> float:
    return spread.median


def _wall(spread: Spread) -> float:
    return spread.wall_median


def _ratio(rows: Mapping[str, Spread], of: Callable[[Spread], float]) -> float:
    return (of(rows[HSM]) - of(rows[RAW])) / of(rows[FILE])


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.hsm", description=__doc__)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        rows = measure(Path(folder), rounds=arguments.rounds)
    print("\n".join(lines(rows)))
    return 0 if _ratio(rows, _cpu) <= MOST else 1


if __name__ == "__main__":
    sys.exit(main())
