"""`certify keys generate|add|csr|import`: up to a key with its certificate."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from api.cli.terminal import Terminal
from api.signing_keys.backends import BACKENDS, backend
from api.signing_keys.certificates import read_bundle, with_bundle
from api.signing_keys.making import (
    existing_key,
    generate_key,
    readable,
    request_of,
)
from api.signing_keys.room import KeyRoom
from api.signing_keys.secret import check_reference
from certify.errors import InvalidInput, NotFound
from certify.signing_key import KeyRecord, KeyRole

_PAIR = 2
# as a file name and as a name on a token
_KEY_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


@dataclass(frozen=True)
class TypedKey:
    """A key as an operator describes it on the command line."""

    key_id: str
    role: str
    person: str | None
    kind: str
    parameters: Sequence[str]
    secrets: Sequence[str]
    limit: int | None


def generate(
    room: KeyRoom, typed: TypedKey, algorithm: str, reason: str, terminal: Terminal
) -> int:
    """Make a key and put it on record.

    Raises:
        InvalidInput, WrongState, KeyNotUsable, ServiceUnavailable.
    """
    made = generate_key(room.opener, _new_record(room, typed), algorithm)
    room.registry.add(made, room.act("add", reason))
    terminal.result({"key": made.id, "state": made.state.value})
    terminal.say(f"Đã tạo khóa {made.id} ({algorithm}). Tiếp theo:")
    terminal.say(f"  certify keys csr {made.id} --out {made.id}.csr")
    terminal.say(
        f"  certify keys ceremony {made.id} --csr {made.id}.csr --out {made.id}.html"
    )
    return 0


def add(room: KeyRoom, typed: TypedKey, reason: str, terminal: Terminal) -> int:
    """Put a key on record that exists, with the certificate its backend has.

    Raises:
        InvalidInput, WrongState, KeyNotUsable, ServiceUnavailable.
    """
    key = existing_key(room.opener, _new_record(room, typed))
    room.registry.add(key, room.act("add", reason))
    _say_imported(room, key, terminal)
    return 0


def csr(room: KeyRoom, key_id: str, out: Path | None, terminal: Terminal) -> int:
    """Print or write the certification request of a key, PEM.

    Raises:
        InvalidInput: the file cannot be written.
        NotFound, KeyNotUsable, ServiceUnavailable.
    """
    key = room.registry.key(key_id)
    text = request_of(room.opener, key, room.holder(key))
    terminal.result({"key": key_id, "csr": text})
    if out is None:
        terminal.say(text.rstrip())
        return 0
    try:
        out.write_text(text, encoding="ascii")
    except OSError as error:
        raise InvalidInput(field=str(out), reason="không ghi được tệp") from error
    terminal.say(f"Đã ghi yêu cầu cấp chứng thư số vào {out}. Gửi tệp này cho nơi cấp.")
    return 0


def import_certificate(
    room: KeyRoom, key_id: str, files: Sequence[Path], terminal: Terminal
) -> int:
    """Give a key the certificate that came back from the CA.

    Raises:
        InvalidInput: not this key's, or not to sign documents.
        WrongState: the key is active already.
    """
    bundle = read_bundle(files)
    key = room.registry.change(
        key_id, lambda known: with_bundle(known, bundle), room.act("import")
    )
    _say_imported(room, key, terminal)
    return 0


def _new_record(room: KeyRoom, typed: TypedKey) -> KeyRecord:
    if not _KEY_ID.fullmatch(typed.key_id):
        raise InvalidInput(
            field="Khóa", reason="mã chỉ gồm chữ không dấu, số, dấu chấm, gạch nối"
        )
    if typed.role not in set(KeyRole):
        raise InvalidInput(field="--role", reason=f"phải là {', '.join(KeyRole)}")
    role = KeyRole(typed.role)
    known = backend(typed.kind)
    parameters = dict(_pair("--set", text) for text in typed.parameters)
    usual = known.secrets[0]
    secrets = dict(_secret(text, usual) for text in typed.secrets)
    known.check(parameters, secrets)
    person = None
    if role is KeyRole.SIGNATORY:
        person = room.people.signatory(typed.person or room.signatory_id).id
    record = KeyRecord(
        id=typed.key_id,
        authority_id=room.authority_id,
        role=role,
        person_id=person,
        backend=typed.kind,
        parameters=parameters,
        secrets=secrets,
        public_key=b"",
        created_at=room.clock.now(),
        use_limit=typed.limit,
    )
    _refuse_taken(room, record.id)
    return record


def _refuse_taken(room: KeyRoom, key_id: str) -> None:
    """Find out before a key is made that it could not be put on record."""
    try:
        room.registry.key(key_id)
    except NotFound:
        return
    raise InvalidInput(field="Khóa", reason=f"mã {key_id} đã có trong sổ khóa")


def _pair(option: str, text: str) -> tuple[str, str]:
    parts = text.split("=", 1)
    if len(parts) != _PAIR or not all(parts):
        raise InvalidInput(field=option, reason="phải ghi dạng tên=giá_trị")
    return parts[0], parts[1]


def _secret(text: str, usual: str) -> tuple[str, str]:
    """Read "name=file:…", or a bare reference for the backend's usual secret."""
    names = {name for known in BACKENDS.values() for name in known.secrets}
    name, separator, reference = text.partition("=")
    if separator and name in names:
        return name, check_reference(reference)
    return usual, check_reference(text)


def _say_imported(room: KeyRoom, key: KeyRecord, terminal: Terminal) -> None:
    leaf = x509.load_der_x509_certificate(key.certificate or b"")
    issuers = [x509.load_der_x509_certificate(der) for der in key.issuers]
    trusted = room.leads_to_root(leaf, issuers, key.role)
    commands = _roster_commands(room, key, leaf)
    terminal.result(
        {
            "key": key.id,
            "state": key.state.value,
            "certificate_sha256": key.certificate_sha256,
            "trusted": trusted,
            "next": commands,
        }
    )
    terminal.say(f"Khóa {key.id} có chứng thư số: {readable(leaf.subject)}")
    terminal.say(f"SHA-256: {key.certificate_sha256}")
    if not trusted:
        terminal.note(
            "CẢNH BÁO: chứng thư số chưa dẫn tới chứng thư gốc nào trong thư mục tin "
            "cậy; chưa kích hoạt được. Thêm gốc: certify trust add"
        )
    terminal.say("So dấu vân với nơi cấp qua đường khác, rồi ghi vào danh bạ:")
    for command in commands:
        terminal.say(f"  {command}")


def _roster_commands(
    room: KeyRoom, key: KeyRecord, leaf: x509.Certificate
) -> list[str]:
    first = leaf.not_valid_before_utc.date().isoformat()
    last = leaf.not_valid_after_utc.date().isoformat()
    name = room.holder(key).authority.name
    roster = (
        f"certify trust roster add {key.id}.pem --authority {key.authority_id} "
        f'--name "{name}" --role {room.roster_role(key)} --hierarchy deployment '
        f"--from {first} --to {last}"
    )
    return [f"certify keys certificate {key.id} --out {key.id}.pem", roster]


def export_certificate(
    room: KeyRoom, key_id: str, out: Path, terminal: Terminal
) -> int:
    """Write a key's certificate, PEM.

    Raises:
        NotFound: it has none yet.
        InvalidInput: the file cannot be written.
    """
    key = room.registry.key(key_id)
    if key.certificate is None:
        raise NotFound(what="chứng thư số của khóa này")
    leaf = x509.load_der_x509_certificate(key.certificate)
    try:
        out.write_bytes(leaf.public_bytes(Encoding.PEM))
    except OSError as error:
        raise InvalidInput(field=str(out), reason="không ghi được tệp") from error
    terminal.result({"key": key_id, "file": str(out)})
    terminal.say(f"Đã ghi chứng thư số vào {out}.")
    return 0
