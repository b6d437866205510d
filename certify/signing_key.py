"""A signing key on record, and its life: the rules, without the key itself.

    generated → imported → active (from a day to a day) → retired
    frozen: at any time before the end, at once, and taken back

A rotation overlaps: the new key is activated while the old one still is. New
statements take the newest; one that was confirmed with the old key is signed with it
as long as the old key is within its dates.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from certify.attestation import Act
from certify.clock import VIETNAM
from certify.errors import InvalidInput, KeyNotUsable, WrongState


class KeyRole(StrEnum):
    """What a key signs as."""

    SIGNATORY = "signatory"
    SEAL = "seal"


class KeyState(StrEnum):
    """How far a key's life has come; frozen is beside it."""

    GENERATED = "generated"
    IMPORTED = "imported"
    ACTIVE = "active"
    RETIRED = "retired"


ROLE_WORDS = {KeyRole.SIGNATORY: "người ký", KeyRole.SEAL: "con dấu"}
STATE_WORDS = {
    KeyState.GENERATED: "chờ chứng thư số",
    KeyState.IMPORTED: "chờ kích hoạt",
    KeyState.ACTIVE: "đang dùng",
    KeyState.RETIRED: "đã thôi dùng",
}


@dataclass(frozen=True, kw_only=True)
class KeyRecord:
    """What the service knows of a key; never the key, never its secret.

    Attributes:
        person_id: the signatory whose key it is; None for the seal.
        backend: kind of the backend, as in `keys.settings`.
        parameters: where the backend finds the key; no secrets.
        secrets: name of a secret → reference to it, "file:…" or "env:…".
        public_key: SubjectPublicKeyInfo, DER.
        certificate: DER; None until it was imported.
        issuers: DER, the leaf's issuer first.
        active_from, active_to: aware; from inclusive, to exclusive; None is open.
        uses: signatures that were about to be made with it.
        use_limit: how many there may be; None is no limit.
    """

    id: str
    authority_id: str
    role: KeyRole
    person_id: str | None
    backend: str
    parameters: Mapping[str, str]
    secrets: Mapping[str, str]
    public_key: bytes
    created_at: datetime
    certificate: bytes | None = None
    certificate_sha256: str | None = None
    issuers: tuple[bytes, ...] = field(default=(), repr=False)
    state: KeyState = KeyState.GENERATED
    frozen: bool = False
    active_from: datetime | None = None
    active_to: datetime | None = None
    uses: int = 0
    use_limit: int | None = None

    def covers(self, now: datetime) -> bool:
        """Tell whether an active key is within its dates."""
        return (
            self.state is KeyState.ACTIVE
            and self.active_from is not None
            and self.active_from <= now
            and (self.active_to is None or now < self.active_to)
        )

    @property
    def used_up(self) -> bool:
        """Tell whether the limit of uses is reached."""
        return self.use_limit is not None and self.uses >= self.use_limit


class SigningKeys(Protocol):
    """The registry of signing keys.

    Every method that writes is one committed transaction and MUST append the given act
    to the authority's audit trail in it.
    """

    def add(self, key: KeyRecord, act: Act) -> None:
        """Put a key on record. MUST raise WrongState for an id that is taken."""
        ...

    def change(
        self, key_id: str, change: Callable[[KeyRecord], KeyRecord], act: Act
    ) -> KeyRecord:
        """Change a key by a rule of this module; nobody changes it in between."""
        ...

    def key(self, key_id: str) -> KeyRecord:
        """Raises NotFound."""
        ...

    def keys(self, authority_id: str) -> Sequence[KeyRecord]:
        """In order of creation."""
        ...


def check_usable(key: KeyRecord, now: datetime) -> None:
    """Check that a key may sign now; its limit of uses is `check_limit`'s.

    Raises:
        KeyNotUsable: frozen, retired, not active yet, or outside its dates.
    """
    if key.frozen:
        raise KeyNotUsable(
            key=key.id,
            reason="đã bị đóng băng; khi đã làm rõ, chạy: certify keys unfreeze, hoặc "
            "kích hoạt khóa khác rồi xác nhận lại",
        )
    match key.state:
        case KeyState.GENERATED | KeyState.IMPORTED:
            raise KeyNotUsable(
                key=key.id, reason="chưa được kích hoạt, chạy: certify keys activate"
            )
        case KeyState.RETIRED:
            raise KeyNotUsable(
                key=key.id,
                reason="đã thôi dùng; người ký hãy xác nhận lại để dùng khóa mới",
            )
        case KeyState.ACTIVE:
            _check_dates(key, now)


def _check_dates(key: KeyRecord, now: datetime) -> None:
    if key.covers(now):
        return
    if key.active_from is None or now < key.active_from:
        raise KeyNotUsable(
            key=key.id, reason=f"chỉ được dùng từ {shown(key.active_from)}"
        )
    raise KeyNotUsable(
        key=key.id,
        reason=f"đã hết thời gian sử dụng lúc {shown(key.active_to)}; người ký hãy "
        "xác nhận lại để dùng khóa mới",
    )


def check_limit(key: KeyRecord) -> None:
    """Check that one more use is allowed. Raises KeyNotUsable."""
    if key.used_up:
        raise KeyNotUsable(
            key=key.id,
            reason=f"đã dùng đủ {key.use_limit} lần cho phép; hãy nâng giới hạn hoặc "
            "kích hoạt khóa khác rồi xác nhận lại",
        )


def current(keys: Iterable[KeyRecord], now: datetime) -> KeyRecord | None:
    """Return the key that new statements of one holder take.

    The newest that may sign now; when none may, the newest active one, whose refusal
    then says what to do; None when none was ever activated.
    """
    active = [k for k in keys if k.state is KeyState.ACTIVE]
    usable = [k for k in active if k.covers(now) and not (k.frozen or k.used_up)]
    return max(usable or active, key=_age, default=None)


def _age(key: KeyRecord) -> tuple[datetime, datetime, str]:
    return (key.active_from or key.created_at, key.created_at, key.id)


def imported(
    key: KeyRecord, *, certificate: bytes, sha256: str, issuers: Sequence[bytes]
) -> KeyRecord:
    """Give a key its certificate. Raises WrongState once it is active."""
    if key.state not in (KeyState.GENERATED, KeyState.IMPORTED):
        raise WrongState(
            reason="khóa đã kích hoạt thì không đổi chứng thư số; hãy tạo khóa mới"
        )
    return replace(
        key,
        state=KeyState.IMPORTED,
        certificate=certificate,
        certificate_sha256=sha256,
        issuers=tuple(issuers),
    )


def activated(key: KeyRecord, start: datetime, end: datetime | None) -> KeyRecord:
    """Let a key be used from an aware time to another.

    Raises:
        WrongState: no certificate yet, or retired.
        InvalidInput: the end is not after the start.
    """
    if key.state is KeyState.GENERATED:
        raise WrongState(
            reason="khóa chưa có chứng thư số, hãy chạy: certify keys import"
        )
    if key.state is KeyState.RETIRED:
        raise WrongState(reason="khóa đã thôi dùng, hãy tạo khóa mới")
    if end is not None and end <= start:
        raise InvalidInput(field="--to", reason="phải sau thời điểm bắt đầu")
    return replace(key, state=KeyState.ACTIVE, active_from=start, active_to=end)


def retired(key: KeyRecord, now: datetime) -> KeyRecord:
    """End a key's life for good. Raises WrongState if it has ended."""
    if key.state is KeyState.RETIRED:
        raise WrongState(reason="khóa đã thôi dùng từ trước")
    end = key.active_to
    if key.active_from is not None:
        end = max(key.active_from, min(now, end or now))
    return replace(key, state=KeyState.RETIRED, active_to=end)


def frozen(key: KeyRecord, *, on: bool) -> KeyRecord:
    """Freeze a key or take that back. Raises WrongState if it is so already."""
    if key.frozen is on:
        word = "đã" if on else "không"
        raise WrongState(reason=f"khóa {word} bị đóng băng từ trước")
    return replace(key, frozen=on)


def limited(key: KeyRecord, limit: int | None) -> KeyRecord:
    """Limit the uses of a key; None lifts the limit."""
    return replace(key, use_limit=limit)


def shown(moment: datetime | None) -> str:
    """Say an aware time as people in Việt Nam do."""
    if moment is None:
        return "chưa định"
    return moment.astimezone(VIETNAM).strftime("%H:%M ngày %d/%m/%Y")
