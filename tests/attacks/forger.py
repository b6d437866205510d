"""A forger with keys: a PKI of the same names, bought certificates, our own tools."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.hashes import SHA256

from api.devpki import DevelopmentPkiServer, serve_if_free
from certify.clock import SystemClock
from keys.base import SignatureScheme, SigningKey, SigningPurpose
from keys.devpki.holders import Holder
from keys.devpki.issue import issue_certificate
from keys.devpki.responders import DevelopmentPki
from keys.open import open_key
from signing.embed import FontPrograms
from signing.pades import PadesCopy, open_composed
from signing.pictures import Picture
from signing.revocation import RevocationClient, RevocationEvidence
from signing.sealer import PadesSealer
from signing.timestamp import TimestampClient, TimestampSettings
from signing.timestamp_token import Token
from signing.trust import TrustAnchors
from tests.support.pki import HOLDERS, PkiOnDisk, fresh_key_id, make_pki
from tests.support.sealing import (
    PERSON,
    SEAL,
    make_canonical_scan,
    make_order,
    make_sealer,
)

_SMALL = {"width": 300, "height": 420, "dots_per_inch": 50}


@dataclass
class ShiftedClock:
    """A clock that is wrong by so much."""

    offset: timedelta

    def now(self) -> Any:
        return SystemClock().now() + self.offset


@dataclass(frozen=True)
class ShiftedTsa:
    """A transport to a PKI's TSA whose clock is wrong, from a given call on."""

    pki: DevelopmentPki
    offsets: Sequence[timedelta]
    asked: list[int] = field(default_factory=list)

    def ask(self, request: bytes) -> bytes:
        offset = self.offsets[min(len(self.asked), len(self.offsets) - 1)]
        self.asked.append(1)
        return self.pki.timestamp(request, SystemClock().now() + offset)

    def close(self) -> None:
        """Nothing is held open."""


@dataclass(frozen=True)
class WeakKey:
    """A signing key of any strength."""

    key_id: str
    certificate: x509.Certificate
    chain: tuple[x509.Certificate, ...]
    private_key: Any

    @property
    def scheme(self) -> SignatureScheme:
        if isinstance(self.private_key, rsa.RSAPrivateKey):
            return SignatureScheme.RSA_PKCS1_SHA256
        return SignatureScheme.ECDSA_SHA256

    def sign_digest(self, digest: bytes) -> bytes:
        prehashed = Prehashed(SHA256())
        if isinstance(self.private_key, rsa.RSAPrivateKey):
            return self.private_key.sign(digest, padding.PKCS1v15(), prehashed)
        signature: bytes = self.private_key.sign(digest, ec.ECDSA(prehashed))
        return signature

    def check_reachable(self) -> None:
        """It is in memory."""


@dataclass(frozen=True)
class Step:
    """One thing the forger does to a composed copy: "person", "agency" or "stamp"."""

    act: str
    key_id: str = ""
    tsa: TimestampClient | None = None


USUAL = (Step("person", PERSON), Step("agency", SEAL), Step("stamp"))


@dataclass
class Forger:
    """The workshop. `pki` is the one that verifiers trust."""

    pki: PkiOnDisk
    foreign: PkiOnDisk
    fonts: FontPrograms
    pictures: dict[str, Picture]
    folder: Path
    count: int = 0
    _revocation: RevocationClient = field(
        default_factory=lambda: RevocationClient(clock=SystemClock())
    )

    @property
    def both_roots(self) -> TrustAnchors:
        """The forger's own tools trust everything."""
        return TrustAnchors([self.pki.pki.root, self.foreign.pki.root])

    def tsa(
        self, pki: PkiOnDisk | None = None, offsets: Sequence[timedelta] = ()
    ) -> TimestampClient:
        """A TSA of either PKI, its clock as wrong as wanted."""
        pki = pki or self.pki
        return TimestampClient(
            settings=TimestampSettings(
                address="in-process", max_clock_error=timedelta(days=36500)
            ),
            trust=self.both_roots,
            clock=SystemClock(),
            transport=ShiftedTsa(pki.pki, offsets or (timedelta(),)),
        )

    def keys(self, sources: Mapping[str, PkiOnDisk]) -> dict[str, SigningKey]:
        """Open the usual keys, each from one PKI."""
        return {role: open_key(pki.key_settings(role)) for role, pki in sources.items()}

    def bought(self, holder: Holder, **options: Any) -> SigningKey:
        """A key with a certificate of the trusted CA."""
        holder = replace(holder, key_id=fresh_key_id("bought"))
        issue_certificate(self.pki.folder, holder, now=SystemClock().now(), **options)
        return open_key(self.pki.key_settings(holder.key_id))

    def bought_weak(self, holder: Holder, private_key: Any) -> SigningKey:
        """The same for a key that our own key files refuse."""
        holder = replace(holder, key_id=fresh_key_id("weak"))
        issued = issue_certificate(
            self.pki.folder, holder, now=SystemClock().now(), private_key=private_key
        )
        chain = (self.pki.pki.issuing, self.pki.pki.root)
        return WeakKey(holder.key_id, issued.certificate, chain, private_key)

    def make(
        self,
        *,
        steps: Sequence[Step] = USUAL,
        keys: Mapping[str, SigningKey] | None = None,
        tsa: TimestampClient | None = None,
        templates: Mapping[str, Any] | None = None,
        store: bool = True,
    ) -> bytes:
        """Compose a copy with a picture of one's own and take the steps."""
        self.count += 1
        folder = self.folder / str(self.count)
        folder.mkdir()
        tsa = tsa or self.tsa()
        signing = {**self.keys({PERSON: self.pki, SEAL: self.pki}), **(keys or {})}
        sealer = make_sealer(
            self.pki, pictures=self.pictures, fonts=self.fonts, keys=signing
        )
        sealer._templates |= dict(templates or {})
        scan = make_canonical_scan(folder / "scan.pdf", **_SMALL)
        order = make_order(sealer, scan, folder)
        path = folder / "copy.pdf"
        sealer.compose(order, path)
        evidence = self._evidence(signing, tsa) if store else _NO_EVIDENCE
        with _unchecked(), open_composed(path, _Tokens(tsa)) as copy:  # type: ignore[arg-type]  # it behaves like one
            for step in steps:
                _take(step, copy, sealer, evidence)
        return path.read_bytes()

    def _evidence(
        self, keys: Mapping[str, SigningKey], tsa: TimestampClient
    ) -> RevocationEvidence:
        """What a genuine copy would hold, got at the time of the forgery."""
        tsa.stamp(bytes(32))  # tells its certificates; uses the first offset up
        paths = [(key.certificate, *key.chain) for key in keys.values()]
        return self._revocation.gather([*paths, *tsa.paths])


@contextmanager
def make_forger(
    pki: PkiOnDisk, fonts: FontPrograms, pictures: dict[str, Picture], folder: Path
) -> Iterator[Forger]:
    """Set the workshop up; its own PKI answers while the context lasts."""
    clock = SystemClock()
    foreign = make_pki(folder / "pki", clock=clock, holders=HOLDERS)
    server: DevelopmentPkiServer | None = serve_if_free(
        foreign.pki, clock=clock, port=foreign.port
    )
    assert server is not None
    yield Forger(pki, foreign, fonts, pictures, folder)
    server.stop()


_NO_EVIDENCE = RevocationEvidence((), (), ())


@dataclass(frozen=True)
class _Tokens:
    """Whatever token comes, in whatever order."""

    tsa: TimestampClient

    def for_signature(self, imprint: bytes) -> Token:
        return self.tsa.stamp(imprint)

    def for_archive(self, imprint: bytes) -> Token:
        return self.tsa.stamp(imprint)


def _take(
    step: Step, copy: PadesCopy, sealer: PadesSealer, evidence: RevocationEvidence
) -> None:
    if step.tsa:
        copy._tsa = _Tokens(step.tsa)  # type: ignore[assignment]  # as above
    now, purpose = sealer.clock.now(), SigningPurpose("forged", 1)
    match step.act:
        case "person":
            person = sealer.signer(step.key_id, "Lò Văn Thử", purpose)
            copy.sign_as_person(person, now)
        case "agency":
            agency = sealer.signer(step.key_id, "UBND xã", purpose)
            copy.sign_as_agency(agency, now)
        case _:
            copy.add_archive_timestamp(evidence)


@contextmanager
def _unchecked() -> Iterator[None]:
    """A forger's tool does not ask whether a signature is good."""
    with patch("signing.pades.check_file_signature"):
        yield
