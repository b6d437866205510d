"""Forgeries that are signed: by others, in another order, at another time.

Each yields a situation beside the file when the roster, the clock or the revocation
lists of the verifier matter.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256

from certify.clock import SystemClock
from keys.base import SigningKey, SigningPurpose
from keys.devpki.holders import SealHolder, SignatoryHolder
from keys.devpki.issue import revoke
from keys.devpki.profiles import Validity
from signing.cms import CmsTemplate
from signing.der import SEQUENCE, SET, tlv
from tests.attacks.forger import Forger, Step
from tests.support.pki import AUTHORITY_NAME, CHAIRMAN, rsa_key
from tests.support.pki import SEAL as SEAL_HOLDER
from tests.support.sealing import PERSON, SEAL

_DAY = timedelta(days=1)
_NAMES = (
    ("Lò Văn Thử", "Chủ tịch"),
    ("Vàng Thị Mẫu", "Phó Chủ tịch"),
    ("Nguyễn Văn Dân", ""),
    ("Trần Thị Khách", "Giám đốc"),
    ("Lò Văn Thứ", "Chủ tịch"),
)


@dataclass(frozen=True)
class Situation:
    """How the verifier's world differs from the usual.

    Attributes:
        later: how long after the making the file is judged.
        certificates: which roles the roster gives the keys that signed; by default
            only the genuine two are on it.
        roster_from, roster_to: when the genuine entries begin and end.
        exchanged: the roster names the seal's certificate as the person's and so on.
    """

    later: timedelta = timedelta()
    roster: Mapping[str, str] | None = None
    roster_from: datetime = datetime(2020, 1, 1, tzinfo=UTC)
    roster_to: datetime = datetime(2060, 1, 1, tzinfo=UTC)
    exchanged: bool = False


USUAL = Situation()
Signed = Iterator[tuple[str, bytes, Situation]]
SignedFamily = Callable[[Forger], Signed]


def foreign_keys(forger: Forger) -> Signed:
    """A PKI of the same names: both keys, one of them, with either TSA."""
    both = {PERSON: forger.foreign, SEAL: forger.foreign}
    for tsa_of in (forger.pki, forger.foreign):
        for name, sources in (
            ("both", both),
            ("person", {PERSON: forger.foreign}),
            ("agency", {SEAL: forger.foreign}),
        ):
            for store in (True, False):
                data = forger.make(
                    keys=forger.keys(sources), tsa=forger.tsa(tsa_of), store=store
                )
                yield f"{name}, TSA of {tsa_of.port}, DSS {store}", data, USUAL


def bought_certificates(forger: Forger) -> Signed:
    """Citizens of the trusted CA on both fields, on one, with borrowed names."""
    for name, title in _NAMES:
        person = forger.bought(SignatoryHolder("x", name, title, AUTHORITY_NAME))
        seal = forger.bought(SealHolder("x", AUTHORITY_NAME))
        yield f"{name} alone", forger.make(keys={PERSON: person}), USUAL
        both = forger.make(keys={PERSON: person, SEAL: seal})
        yield f"{name} with a seal", both, USUAL


def one_key_for_both(forger: Forger) -> Signed:
    """The same person twice, the seal twice, the roles exchanged."""
    for name, person, agency in (
        ("person twice", PERSON, PERSON),
        ("seal twice", SEAL, SEAL),
        ("exchanged", SEAL, PERSON),
    ):
        for store in (True, False):
            for tsa_of in (forger.pki, forger.foreign):
                steps = (Step("person", person), Step("agency", agency), Step("stamp"))
                data = forger.make(steps=steps, store=store, tsa=forger.tsa(tsa_of))
                yield f"{name}, DSS {store}, TSA of {tsa_of.port}", data, USUAL


def step_missing(forger: Forger) -> Signed:
    """A signature or the archive timestamp is not there, or in another order."""
    person, agency, stamp = Step("person", PERSON), Step("agency", SEAL), Step("stamp")
    for name, steps in (
        ("no seal", (person, stamp)),
        ("no person", (agency, stamp)),
        ("no archive timestamp", (person, agency)),
        ("person only", (person,)),
        ("seal only", (agency,)),
        ("timestamp only", (stamp,)),
    ):
        for store in (True, False):
            yield f"{name}, DSS {store}", forger.make(steps=steps, store=store), USUAL


def not_on_the_roster(forger: Forger) -> Signed:
    """Right keys, wrong time of office or wrong role."""
    data = forger.make()
    now = SystemClock().now()
    for number in range(1, 5):
        long = _DAY * number * 30
        yield f"ended {long}", data, Situation(roster_to=now - long)
        yield f"begins {long}", data, Situation(roster_from=now + long)
    yield "ended a minute ago", data, Situation(roster_to=now - timedelta(minutes=1))
    yield "exchanged", data, Situation(exchanged=True)


def untrusted_timestamps(forger: Forger) -> Signed:
    """Tokens of a TSA that the verifier does not trust."""
    foreign, own = forger.tsa(forger.foreign), forger.tsa()
    for mask in range(1, 8):
        acts = ("person", "agency", "stamp")
        steps = tuple(
            Step(act, key, foreign if mask >> bit & 1 else own)
            for bit, (act, key) in enumerate(zip(acts, (PERSON, SEAL, ""), strict=True))
        )
        if mask != 4:
            yield f"mask {mask}", forger.make(steps=steps), USUAL
    for store in (True, False):
        steps = (
            Step("person", PERSON, own),
            Step("agency", SEAL, own),
            Step("stamp", "", foreign),
        )
        yield f"archive only, DSS {store}", forger.make(steps=steps, store=store), USUAL
    yield "all, no DSS", forger.make(tsa=foreign, store=False), USUAL
    yield "all, a month later", forger.make(tsa=foreign), Situation(later=_DAY * 30)


def wrong_clocks(forger: Forger) -> Signed:
    """A trusted TSA's clock goes wrong: the order of the three is impossible."""
    for number in (1, 2, 30, 300, 3000):
        for name, offsets in (
            ("agency before person", (0, 0, -number, 0)),
            ("archive before both", (0, 0, 0, -number)),
            ("person in the future", (0, number, 0, 0)),
        ):
            tsa = forger.tsa(offsets=[timedelta(hours=h) for h in offsets])
            yield f"{name} by {number} h", forger.make(tsa=tsa), USUAL


def revoked_before(forger: Forger) -> Signed:
    """A key was revoked before the time that the timestamps prove."""
    for number in range(5):
        when = SystemClock().now() - timedelta(minutes=5 + 600 * number)
        for role, holder in ((PERSON, CHAIRMAN), (SEAL, SEAL_HOLDER)):
            key = forger.bought(holder)
            data = forger.make(keys={role: key})
            _revoke(forger, key, when)
            situation = Situation(roster={role: _fingerprint(key)}, later=_DAY)
            yield f"{role} {600 * number} min before", data, situation


def expired_without_proof(forger: Forger) -> Signed:
    """The certificate has ended and no archive timestamp says that it had not."""
    now = SystemClock().now()
    steps = (Step("person", PERSON), Step("agency", SEAL))
    for number in range(5):
        for role, holder in ((PERSON, CHAIRMAN), (SEAL, SEAL_HOLDER)):
            ends = now + timedelta(days=1 + number)
            validity = Validity(now - _DAY, ends)
            key = forger.bought(holder, validity=validity)
            data = forger.make(keys={role: key}, steps=steps, store=number % 2 == 0)
            later = timedelta(days=30 * (number + 1))
            situation = Situation(roster={role: _fingerprint(key)}, later=later)
            yield f"{role}, {later.days} days later", data, situation


def weak_keys(forger: Forger) -> Signed:
    """Keys that no policy of today accepts."""
    for bits in (1024, 1280, 1536):
        for role, holder in ((PERSON, CHAIRMAN), (SEAL, SEAL_HOLDER)):
            key = forger.bought_weak(holder, rsa_key(bits))
            data = forger.make(keys={role: key})
            situation = Situation(roster={role: _fingerprint(key)})
            yield f"{role} RSA-{bits}", data, situation
    for curve in (ec.SECP192R1(), ec.SECP224R1()):
        for role, holder in ((PERSON, CHAIRMAN), (SEAL, SEAL_HOLDER)):
            key = forger.bought_weak(holder, ec.generate_private_key(curve))
            data = forger.make(keys={role: key})
            situation = Situation(roster={role: _fingerprint(key)})
            yield f"{role} {curve.name}", data, situation


class _Crooked(CmsTemplate):
    """A template whose CMS differs in one point."""

    def __init__(self, key: SigningKey, change: str) -> None:
        super().__init__(key)
        self._change = change
        content_type, reference = self._constant_attributes
        match change:
            case "no ESS":
                self._constant_attributes = (content_type,)  # type: ignore[assignment]
            case "no content type":
                self._constant_attributes = (reference,)  # type: ignore[assignment]
            case "ESS twice":
                self._constant_attributes = (content_type, reference, reference)  # type: ignore[assignment]
            case "other ESS":
                middle = len(reference) // 2
                changed = bytearray(reference)
                changed[middle] ^= 1
                self._constant_attributes = (content_type, bytes(changed))

    def signed_attributes(self, message_digest: bytes) -> bytes:
        if self._change == "other digest":
            message_digest = message_digest[::-1]
        return super().signed_attributes(message_digest)

    def sign(
        self, signed_attributes: bytes, purpose: SigningPurpose | None = None
    ) -> bytes:
        if self._change == "unsigned":
            signed_attributes = b"something else"
        return super().sign(signed_attributes, purpose)

    def assemble(self, attributes: bytes, signature: bytes, token: bytes) -> bytes:
        if self._change == "signature of zeros":
            signature = bytes(len(signature))
        cms = super().assemble(attributes, signature, token)
        if self._change == "no timestamp":
            cms = super().assemble(attributes, signature, tlv(SEQUENCE, tlv(SET)))
        return cms


def crooked_cms(forger: Forger) -> Signed:
    """CMS that says less or something else than CAdES asks (EN 319 122-1 §5)."""
    keys = forger.keys({PERSON: forger.pki, SEAL: forger.pki})
    for change in (
        "no ESS",
        "no content type",
        "ESS twice",
        "other ESS",
        "other digest",
        "unsigned",
        "signature of zeros",
        "no timestamp",
    ):
        for role, key in keys.items():
            templates = {role: _Crooked(key, change)}
            made = forger.make(keys=keys, templates=templates)
            yield f"{role}: {change}", made, USUAL


def good_copies(forger: Forger) -> Signed:
    """No attack at all: what must never be called bad."""
    for number in range(4):
        yield f"usual {number}", forger.make(), Situation(later=_DAY * number)
    for role, holder in ((PERSON, CHAIRMAN), (SEAL, SEAL_HOLDER)):
        for minutes in (10, 6000):
            key = forger.bought(holder)
            data = forger.make(keys={role: key})
            later = timedelta(minutes=minutes)
            _revoke(forger, key, SystemClock().now() + later)
            situation = Situation(roster={role: _fingerprint(key)}, later=_DAY * 30)
            yield f"{role} revoked {minutes} min after", data, situation
        for days in (2, 20):
            now = SystemClock().now()
            validity = Validity(now - _DAY, now + timedelta(days=1))
            key = forger.bought(holder, validity=validity)
            data = forger.make(keys={role: key})
            situation = Situation(
                roster={role: _fingerprint(key)}, later=timedelta(days=days)
            )
            yield f"{role} expired, {days} days later", data, situation
        key = forger.bought(holder, private_key=ec.generate_private_key(ec.SECP256R1()))
        situation = Situation(roster={role: _fingerprint(key)})
        yield f"{role} P-256", forger.make(keys={role: key}), situation


def _fingerprint(key: SigningKey) -> str:
    return key.certificate.fingerprint(SHA256()).hex()


def _revoke(forger: Forger, key: SigningKey, when: datetime) -> None:
    revoke(
        forger.pki.folder,
        key.certificate.serial_number,
        when=when,
        reason=x509.ReasonFlags.key_compromise,
    )


FAMILIES: Mapping[str, SignedFamily] = {
    "foreign key": foreign_keys,
    "citizens' certificates": bought_certificates,
    "same key twice": one_key_for_both,
    "signature missing": step_missing,
    "not on the roster then": not_on_the_roster,
    "untrusted TSA": untrusted_timestamps,
    "TSA with a wrong clock": wrong_clocks,
    "revoked before": revoked_before,
    "expired without archive timestamp": expired_without_proof,
    "weak algorithm": weak_keys,
    "CMS against CAdES": crooked_cms,
}
