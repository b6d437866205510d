"""`certify keys ceremony`: the minutes of making a key, to be printed and signed."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import load_der_public_key

from api.cli.terminal import Terminal
from api.rendering import render
from api.signing_keys.making import readable, subject_of
from api.signing_keys.room import KeyRoom
from certify.errors import InvalidInput
from certify.signing_key import ROLE_WORDS, KeyRecord

_STYLE = Path(__file__).resolve().parents[1] / "static" / "print.css"
_PLACES = {
    "file": "tệp mã hóa PKCS#8 trên máy chủ, quyền 0600",
    "pkcs11": "thiết bị bảo mật (PKCS#11), khóa riêng không xuất ra được",
    "csc": "dịch vụ ký từ xa (CSC)",
}


BLANK = "…" * 40  # to be written by hand


@dataclass(frozen=True)
class Fact:
    """A line of the minutes."""

    name: str
    value: str
    exact: bool = False


def ceremony(
    room: KeyRoom, key_id: str, request: Path | None, out: Path, terminal: Terminal
) -> int:
    """Write the page; the key itself is not opened.

    Raises:
        InvalidInput: a file cannot be read or written.
        NotFound: no such key.
    """
    key = room.registry.key(key_id)
    holder = room.holder(key)
    page = render(
        "keys_ceremony.html",
        style=_STYLE.read_text(encoding="utf-8"),
        key=key,
        authority=holder.authority,
        person=holder.person,
        role=ROLE_WORDS[key.role],
        subject=readable(subject_of(holder)),
        facts=_facts(key, request),
        now=room.clock.now(),
    )
    try:
        out.write_text(page, encoding="utf-8")
    except OSError as error:
        raise InvalidInput(field=str(out), reason="không ghi được tệp") from error
    terminal.result({"key": key_id, "file": str(out)})
    terminal.say(f"Đã ghi biên bản vào {out}. Mở bằng trình duyệt rồi in ra giấy A4.")
    return 0


def _facts(key: KeyRecord, request: Path | None) -> list[Fact]:
    given = key.parameters
    token = given.get("token_serial") or given.get("token_label")
    facts = [
        Fact("Mã khóa", key.id),
        Fact("Thuật toán", _algorithm(key)),
        Fact("Nơi giữ khóa", _PLACES.get(key.backend, key.backend)),
    ]
    if token:
        facts.append(Fact("Thiết bị (số sê-ri hoặc nhãn)", token))
    if label := given.get("key_label"):
        facts.append(Fact("Nhãn khóa trên thiết bị", label))
    return [
        *facts,
        Fact("SHA-256 của khóa công khai", _digest(key.public_key), exact=True),
        Fact("SHA-256 của tệp yêu cầu (CSR)", _file_digest(request), exact=True),
    ]


def _algorithm(key: KeyRecord) -> str:
    public_key = load_der_public_key(key.public_key)
    match public_key:
        case rsa.RSAPublicKey():
            return f"RSA {public_key.key_size} bit"
        case ec.EllipticCurvePublicKey():
            return f"ECDSA, đường cong {public_key.curve.name}"
        case _:
            return "không rõ"


def _file_digest(file: Path | None) -> str:
    if file is None:
        return BLANK
    try:
        return _digest(file.read_bytes())
    except OSError as error:
        raise InvalidInput(field=str(file), reason="không đọc được tệp") from error


def _digest(data: bytes) -> str:
    """Write 64 digits so that two people can read them aloud to each other."""
    digest = hashlib.sha256(data).hexdigest().upper()
    return " ".join(digest[i : i + 4] for i in range(0, len(digest), 4))
