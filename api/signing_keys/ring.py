"""The keys that may sign now. Each look asks the registry; opening is remembered.

So a key that is frozen anywhere is out of use here with the next look, and one that
was activated is in use, both without a restart.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from threading import Lock

from typing_extensions import override

from api.signing_keys.opening import KeyOpener, key_errors
from certify.clock import Clock
from certify.errors import KeyNotUsable, NotFound
from certify.signing_key import KeyRecord, SigningKeys, check_usable
from keys.base import KeyRefused, RefusalReason, SigningKey

# Mended outside, by the owner of the file: worth another look.
_MAY_MEND = {
    RefusalReason.FILE_MISSING,
    RefusalReason.FILE_UNREADABLE,
    RefusalReason.FILE_EXPOSED,
    RefusalReason.FILE_DAMAGED,
    RefusalReason.MODULE_MISSING,
    RefusalReason.KEY_MISSING,
}


@dataclass
class _Slot:
    """One key as this process knows it.

    Attributes:
        version: of what it was opened from.
        refusal, refused: why, and of which row and secret. A wrong PIN costs one of its
            few tries, so it is not sent again until the row or the secret is another
            one, or the key was frozen and thawed.
    """

    lock: Lock = field(default_factory=Lock)
    version: object = None
    key: SigningKey | None = None
    refusal: RefusalReason | None = None
    refused: int = 0


def as_it_is(_backend: str, key: SigningKey) -> SigningKey:
    """Watch nothing."""
    return key


class KeyRing(Mapping[str, SigningKey]):
    """Keys by id. Looking one up raises what keeps it from signing."""

    def __init__(
        self,
        *,
        registry: SigningKeys,
        authority_id: str,
        opener: KeyOpener,
        clock: Clock,
        held: Mapping[str, SigningKey] | None = None,
        watch: Callable[[str, SigningKey], SigningKey] = as_it_is,
    ) -> None:
        """Know the keys of one authority; none is opened yet.

        `watch` wraps each key that is opened; it is told its kind of backend.
        `held` are keys in their owners' hands: the registry says whether they may sign
        now, but opens none of them.
        """
        self._held = held or {}
        self._watch = watch
        self._registry = registry
        self._authority_id = authority_id
        self._opener = opener
        self._clock = clock
        self._slots: dict[str, _Slot] = {}

    @override
    def __getitem__(self, key_id: str) -> SigningKey:
        """Return a key that may sign now, opened.

        Raises:
            KeyNotUsable: unknown, frozen, ended, or it cannot be opened.
            ServiceUnavailable: its backend is away.
        """
        try:
            record = self._registry.key(key_id)
            check_usable(record, self._clock.now())
        except NotFound as error:
            self._slots.pop(key_id, None)
            raise KeyNotUsable(
                key=key_id,
                reason="chưa có trong sổ khóa, xem: certify keys list",
            ) from error
        except KeyNotUsable:
            self._slots.pop(key_id, None)
            raise
        if key_id in self._held:
            return self._held[key_id]
        slot = self._slots.setdefault(key_id, _Slot())
        with slot.lock:
            return self._opened(record, slot)

    @override
    def __iter__(self) -> Iterator[str]:
        """Ids of the keys that may sign now, opened or not."""
        now = self._clock.now()
        for record in self._registry.keys(self._authority_id):
            if record.covers(now) and not record.frozen:
                yield record.id

    @override
    def __len__(self) -> int:
        return sum(1 for _ in self)

    def _opened(self, record: KeyRecord, slot: _Slot) -> SigningKey:
        version = _version(record)
        if slot.key is not None and slot.version == version:
            return slot.key
        slot.key = None
        with key_errors(record.id):
            slot.key, slot.version = self._open(record, slot, version), version
        return slot.key

    def _open(self, record: KeyRecord, slot: _Slot, version: object) -> SigningKey:
        secrets = self._opener.secrets(record)
        wanted = (version, tuple(secrets.values()))
        if slot.refusal is not None and slot.refused == hash(wanted):
            raise KeyRefused(slot.refusal, key_id=record.id)
        slot.refusal = None
        try:
            opened = self._opener(record, secrets)
        except KeyRefused as error:
            if error.reason not in _MAY_MEND:
                slot.refusal, slot.refused = error.reason, hash(wanted)
            raise
        return self._watch(record.backend, opened)


def _version(record: KeyRecord) -> object:
    """Return what an opened key depends on; uses and dates change nothing."""
    return (
        record.backend,
        tuple(sorted(record.parameters.items())),
        tuple(sorted(record.secrets.items())),
        record.certificate_sha256,
    )
