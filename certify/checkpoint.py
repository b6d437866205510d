"""Signed checkpoints of the public trail: C2SP tlog-checkpoint in a signed note.

    <origin>
    <number of entries>
    <root hash, base64>
    time <UTC, ISO 8601>

    — <origin> <base64 of key id and Ed25519 signature>

The public key travels as a C2SP verifier key: `<name>+<key id>+<base64>`. Formats:
c2sp.org/signed-note, c2sp.org/tlog-checkpoint. Signing is in `keys.note`.
"""

import re
from base64 import b64decode, b64encode
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from certify.merkle import HASH_BYTES, TreeHead

MAX_NOTE_CHARACTERS = 10_000
_ED25519 = b"\x01"  # c2sp.org/signed-note: signature type
_KEY_ID_BYTES = 4
_KEY_BYTES = 32
_SIZE = re.compile(r"0|[1-9][0-9]{0,18}")


class NoteError(ValueError):
    """Not a checkpoint, or not one that a known key has signed."""


@dataclass(frozen=True)
class Checkpoint:
    """What was published: the whole trail as it stood.

    Attributes:
        origin: name of the log; also of its key.
        at: when it was made, aware, whole seconds.
    """

    origin: str
    head: TreeHead
    at: datetime

    @property
    def text(self) -> str:
        """The text that is signed; it ends with a newline."""
        root = b64encode(self.head.root).decode()
        at = self.at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        return f"{self.origin}\n{self.head.size}\n{root}\ntime {at}\n"


@dataclass(frozen=True)
class NoteKey:
    """The public half of the key that signs checkpoints."""

    name: str
    public: bytes

    @property
    def id(self) -> bytes:
        """Key id of c2sp.org/signed-note: four bytes of a hash over name and key."""
        data = self.name.encode() + b"\n" + _ED25519 + self.public
        return sha256(data).digest()[:_KEY_ID_BYTES]

    def encode(self) -> str:
        """Return the verifier key, one line without its end."""
        public = b64encode(_ED25519 + self.public).decode()
        return f"{self.name}+{self.id.hex()}+{public}"

    @classmethod
    def decode(cls, text: str) -> "NoteKey":
        """Read a verifier key.

        Raises:
            NoteError: of another form or kind, or its id does not fit.
        """
        try:
            name, key_id, encoded = text.strip().split("+", 2)
            data = b64decode(encoded, validate=True)
        except ValueError as error:
            raise NoteError("not a verifier key") from error
        key = cls(name, data[1:])
        if not data.startswith(_ED25519) or len(key.public) != _KEY_BYTES:
            raise NoteError("not an Ed25519 key")
        if key.id.hex() != key_id:
            raise NoteError("the key id does not fit")
        return key

    def check(self, text: str, signature: bytes) -> None:
        """Raise NoteError unless it is this key's signature over the text."""
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(
                signature, text.encode()
            )
        except (InvalidSignature, ValueError) as error:
            raise NoteError("the signature is not right") from error


def signed_note(text: str, key: NoteKey, signature: bytes) -> str:
    """Join a text and its signature to a note."""
    line = b64encode(key.id + signature).decode()
    return f"{text}\n— {key.name} {line}\n"


def open_note(note: str, keys: Iterable[NoteKey]) -> Checkpoint:
    """Read a checkpoint that one of the keys has signed.

    Raises:
        NoteError: it is none, or carries no right signature of a known key.
    """
    if len(note) > MAX_NOTE_CHARACTERS:
        raise NoteError("too long")
    # A file that went through an editor may have other line ends.
    text, found, tail = note.replace("\r\n", "\n").rpartition("\n\n")
    if not found or not tail.endswith("\n"):
        raise NoteError("not a signed note")
    text += "\n"
    checkpoint = _parse(text)
    known = {(key.name, key.id): key for key in keys}
    for line in tail.splitlines():
        name, signature = _signature(line)
        key = known.get((name, signature[:_KEY_ID_BYTES]))
        # c2sp.org/signed-note: signatures of unknown keys are passed over
        if key is not None and key.name == checkpoint.origin:
            key.check(text, signature[_KEY_ID_BYTES:])
            return checkpoint
    raise NoteError("not signed by a known key")


def _signature(line: str) -> tuple[str, bytes]:
    try:
        mark, name, encoded = line.split(" ")
        data = b64decode(encoded, validate=True)
    except ValueError as error:
        raise NoteError("not a signature line") from error
    if mark != "—":
        raise NoteError("not a signature line")
    return name, data


def _parse(text: str) -> Checkpoint:
    """Read the signed text; lines of other extensions are passed over."""
    lines = text.split("\n")[:-1]
    try:
        origin, size, root, *extensions = lines
        times = [line.removeprefix("time ") for line in extensions]
        at = datetime.strptime(times[0], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
        root_bytes = b64decode(root, validate=True)
    except (ValueError, IndexError) as error:
        raise NoteError("not a checkpoint") from error
    if not origin or not _SIZE.fullmatch(size) or len(root_bytes) != HASH_BYTES:
        raise NoteError("not a checkpoint")
    return Checkpoint(origin, TreeHead(int(size), root_bytes), at)
