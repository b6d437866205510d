"""The signed lists are issued again when they are due, and only then."""

from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from api.trust_publisher import ANNULMENTS_LIFE, ROSTER_LIFE, TrustPublisher
from api.trust_seen import SeenSequences
from certify.clock import SystemClock
from certify.errors import InvalidInput
from certify.ports import People, Register
from certify.signed_list import ListKind
from certify.trust import Purpose
from keys.open import open_key
from signing.detached import sign_detached
from signing.signed_lists import FolderLists
from tests.support.clock import FakeClock
from tests.support.pki import RunningPki
from tests.support.trust import listed, make_trust

NOBODY = cast("People", SimpleNamespace())
EMPTY = cast("Register", SimpleNamespace())


def numbers(lists: FolderLists) -> tuple[int, ...]:
    found: list[Any] = [lists.read(kind).content for kind in ListKind]
    return tuple(content.head.sequence for content in found)


def publisher_of(
    running_pki: RunningPki, folder: Path, signer: str
) -> tuple[TrustPublisher, FolderLists, FakeClock]:
    pinned = open_key(running_pki.key_settings("deputy"))
    pin = listed("roster", pinned.certificate, purposes=frozenset({Purpose.ROSTER}))
    trust = make_trust(folder / "trust", pin)
    key = open_key(running_pki.key_settings(signer))
    clock = FakeClock(SystemClock().now())
    seen = SeenSequences(folder / "seen.json")
    lists = FolderLists(trust, clock=clock, seen=seen)
    made = TrustPublisher(
        trust=trust,
        read=lists.read,
        sign=lambda data: sign_detached(data, key),
        seen=seen.highest,
        clock=clock,
    )
    return made, lists, clock


def test_lists_are_issued_again_at_half_their_time(
    running_pki: RunningPki, tmp_path: Path
) -> None:
    publisher, lists, clock = publisher_of(running_pki, tmp_path, "deputy")
    publisher.begin(())
    publisher.publish_annulments(NOBODY, EMPTY)
    publisher.refresh(NOBODY, EMPTY)
    assert numbers(lists) == (1, 1)
    clock.set(clock.now() + ANNULMENTS_LIFE / 2 + timedelta(minutes=1))
    publisher.refresh(NOBODY, EMPTY)
    assert numbers(lists) == (1, 2)
    clock.set(clock.now() + ROSTER_LIFE / 2)
    publisher.refresh(NOBODY, EMPTY)
    assert numbers(lists) == (2, 3)


def test_a_signer_that_is_not_listed_is_refused_at_once(
    running_pki: RunningPki, tmp_path: Path
) -> None:
    publisher, _, _ = publisher_of(running_pki, tmp_path, "chairman")
    with pytest.raises(InvalidInput, match="chưa có trong manifest"):
        publisher.begin(())
