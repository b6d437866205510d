"""`certify trust roster add|end|sign`: change the roster and sign it again."""

from collections.abc import Mapping
from pathlib import Path

from cryptography.hazmat.primitives.hashes import SHA256

from api.cli.terminal import Terminal
from api.cli.trust import read_certificate, show_entries
from api.data_folder import DataFolder
from api.settings import load_settings
from api.trust_publisher import TrustPublisher
from api.wiring import build_publisher
from certify.clock import SystemClock
from certify.errors import InvalidInput
from certify.roster import Roster, roster_entry
from certify.trust import read_moment


def publisher(data: Path | None) -> TrustPublisher:
    """Open the data folder's publisher; its key is opened when it signs."""
    folder = DataFolder(load_settings(data=data).data)
    folder.choices()
    return build_publisher(folder, SystemClock())


def add_entry(
    publisher: TrustPublisher,
    certificate: Path,
    row: Mapping[str, str],
    terminal: Terminal,
) -> int:
    """Add a certificate in a role.

    Raises:
        InvalidInput: a part of the entry cannot be used, or it is there already.
    """
    fingerprint = read_certificate(certificate).fingerprint(SHA256()).hex()
    try:
        entry = roster_entry({**row, "certificate_sha256": fingerprint})
    except ValueError as error:
        raise InvalidInput(field="Danh bạ", reason=str(error)) from error
    return _shown(publisher.issue(lambda roster: roster.with_entry(entry)), terminal)


def end_entry(
    publisher: TrustPublisher, sha256: str, on: str | None, terminal: Terminal
) -> int:
    """End a certificate's entries.

    Raises:
        InvalidInput: the day cannot be read.
        NotFound: no such certificate in force.
    """
    try:
        at = SystemClock().now() if on is None else read_moment(on, end=True)
    except ValueError as error:
        raise InvalidInput(field="--on", reason=str(error)) from error
    fingerprint = sha256.replace(":", "").lower()
    return _shown(publisher.issue(lambda r: r.ended(fingerprint, at)), terminal)


def sign_again(
    publisher: TrustPublisher, *, as_it_lies: bool, terminal: Terminal
) -> int:
    """Sign the roster under the next number.

    Raises:
        InvalidInput: it does not stand, and nobody said to sign it as it lies.
    """
    roster = publisher.sign_as_it_lies() if as_it_lies else publisher.issue()
    return _shown(roster, terminal)


def _shown(roster: Roster, terminal: Terminal) -> int:
    terminal.result(
        {**roster.head.to_json(), "entries": [e.to_json() for e in roster.entries]}
    )
    terminal.say("Đã ký danh bạ mới.")
    show_entries(roster, terminal)
    return 0
