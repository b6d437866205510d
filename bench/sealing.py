"""The real sealer, with its TSA in this process. Imports nothing tests would."""

from collections.abc import Mapping
from pathlib import Path

from certify.clock import Clock, SystemClock
from keys.base import SigningKey
from keys.devpki.responders import DevelopmentPki
from keys.open import open_key
from keys.settings import FileKeySettings
from signing.embed import FontPrograms
from signing.pictures import load_picture
from signing.revocation import RevocationClient
from signing.sealer import PadesSealer
from signing.timestamp import TimestampClient, TimestampSettings
from signing.timestamps import Timestamps
from signing.trust import TrustAnchors

PERSON, SEAL = "chairman", "seal"


class InProcessTsa:
    """A transport that asks the development TSA by a call."""

    def __init__(self, *, pki: DevelopmentPki, clock: Clock) -> None:
        self._pki = pki
        self._clock = clock

    def ask(self, request: bytes) -> bytes:
        return self._pki.timestamp(request, self._clock.now())

    def close(self) -> None:
        """Nothing is held open."""


def key_settings(pki_folder: Path, key_id: str) -> FileKeySettings:
    keys = pki_folder / "keys"
    return FileKeySettings(
        key_id=key_id,
        path=keys / f"{key_id}.p12",
        passphrase=(keys / f"{key_id}.passphrase").read_text(),
    )


def make_sealer(
    folder: Path, keys: Mapping[str, SigningKey] | None = None
) -> PadesSealer:
    """Build the sealer over `folder`, which holds pki/, fonts/ and the pictures.

    `keys` are by role, `PERSON` and `SEAL`; None takes the file keys of the PKI.
    """
    clock = SystemClock()
    pki = DevelopmentPki(folder / "pki")
    trust = TrustAnchors([pki.root])
    return PadesSealer(
        keys=keys
        or {k: open_key(key_settings(folder / "pki", k)) for k in (PERSON, SEAL)},
        pictures={k: load_picture(folder / f"{k}.png") for k in (PERSON, SEAL)},
        fonts=FontPrograms(folder / "fonts"),
        timestamps=Timestamps(
            [
                TimestampClient(
                    settings=TimestampSettings(address="in-process"),
                    trust=trust,
                    clock=clock,
                    transport=InProcessTsa(pki=pki, clock=clock),
                )
            ]
        ),
        revocation=RevocationClient(clock=clock),
        trust=trust,
        clock=clock,
    )
