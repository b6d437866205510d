"""The floor under any B-LTA copy, and step 6 of the main job."""

from hashlib import sha256

from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.hashes import SHA256

from bench.inputs import Input, Workplace
from bench.measure import Cost, timed
from bench.sealing import PERSON, SEAL, key_settings
from keys.devpki.folder import PkiFolder
from keys.devpki.holders import TSA
from keys.open import open_key


class Floor:
    """What no implementation can leave out."""

    name = "floor"
    job = "hash the file once, sign with both keys, sign three times as the TSA"

    def __init__(self, workplace: Workplace, given: Input) -> None:
        self._path = given.composed
        self._keys = [
            open_key(key_settings(workplace.pki, key_id)) for key_id in (PERSON, SEAL)
        ]
        self._tsa = PkiFolder(workplace.pki).private_key(TSA)

    def once(self) -> Cost:
        return timed(self._work)

    def _work(self) -> None:
        state = sha256()
        with self._path.open("rb") as file:
            while chunk := file.read(1 << 18):
                state.update(chunk)
        digest = state.digest()
        for key in self._keys:
            key.sign_digest(digest)
        for _ in range(3):
            self._tsa.sign(digest, padding.PKCS1v15(), Prehashed(SHA256()))


class Ours:
    """Step 6: keys loaded, evidence collected, TSA in process, tokens verified."""

    name = "ours"
    job = "from the composed revision 1 to the finished PAdES-B-LTA file"

    def __init__(self, given: Input) -> None:
        self._given = given

    def once(self) -> Cost:
        prepared = self._given.ready.prepare(self._given.fresh_order())
        return timed(prepared.seal)
