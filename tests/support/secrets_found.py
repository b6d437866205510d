"""Looks for secrets in bytes, in the forms in which secrets usually get out."""

import base64
import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

_ALIGNMENTS = 3


def forms(secret: bytes) -> Iterator[bytes]:
    """A secret raw, as hex, and as base64 at each of its three alignments."""
    yield secret
    yield secret.hex().encode()
    yield secret.hex().upper().encode()
    for shift in range(_ALIGNMENTS):
        text = base64.b64encode(bytes(shift) + secret)
        # the first and last characters hang on what stands beside the secret
        yield text[shift + 1 : len(text) - 4]
        yield base64.urlsafe_b64encode(bytes(shift) + secret)[shift + 1 : -4]


def words(text: str) -> list[bytes]:
    """Forms of a PIN or passphrase."""
    return [*forms(text.encode()), text.encode("utf-16-le"), text.encode("utf-16-be")]


def private_numbers(file: Path, passphrase: str) -> list[bytes]:
    """Forms of everything that is secret in a key's file."""
    key = load_pem_private_key(file.read_bytes(), passphrase.encode())
    assert isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey)
    parts = [
        key.private_bytes(Encoding.DER, form, NoEncryption())
        for form in (PrivateFormat.PKCS8, PrivateFormat.TraditionalOpenSSL)
    ]
    if isinstance(key, rsa.RSAPrivateKey):
        numbers = key.private_numbers()
        integers = [numbers.p, numbers.q, numbers.d]
    else:
        integers = [key.private_numbers().private_value]
    for number in integers:
        raw = number.to_bytes((number.bit_length() + 7) // 8, "big")
        parts += [raw, raw[::-1], str(number).encode()]
    return [form for part in parts for form in forms(part)]


def found(data: bytes, secrets: Mapping[str, list[bytes]]) -> list[str]:
    """Names of the secrets that stand in these bytes."""
    return [
        name
        for name, shapes in secrets.items()
        if any(shape in data for shape in shapes)
    ]


def children_of(pid: int) -> list[int]:
    """All processes below one, at this moment."""
    below: list[int] = []
    for entry in Path("/proc").iterdir():
        try:
            fields = (entry / "stat").read_text().rsplit(")", 1)[1].split()
        except (OSError, IndexError):
            continue
        if entry.name.isdigit() and int(fields[1]) == pid:
            below += [int(entry.name), *children_of(int(entry.name))]
    return below


def titles() -> Iterator[tuple[str, bytes]]:
    """Command lines of all processes of this user."""
    for entry in Path("/proc").iterdir():
        try:
            if entry.name.isdigit() and entry.stat().st_uid == os.getuid():
                yield f"{entry.name}/cmdline", (entry / "cmdline").read_bytes()
        except OSError:
            continue
