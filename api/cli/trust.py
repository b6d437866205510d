"""`certify trust list|check|add`, `roster show`: what is trusted here, and is it whole?

Exit codes: 0 all of it stands · 1 something was changed or does not verify · 2 bad
input · 3 old, ended or not there, so that some answers stay open.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding

from api.cli.terminal import Terminal
from api.data_folder import DataFolder
from api.settings import load_settings
from api.trust_folder import add_to_manifest, read_anchors
from api.wiring import build_lists
from certify.annulment import AnnulmentList
from certify.clock import SystemClock, vietnamese_day
from certify.errors import InvalidInput
from certify.roster import ROLE_WORDS, Role, Roster
from certify.signed_list import ListKind, Standing, standing_sentence
from certify.trust import (
    HIERARCHY_WORDS,
    MANIFEST_TYPE,
    PURPOSE_WORDS,
    Anchor,
    ManifestError,
    parse_anchor,
)

GOOD, NOT_VALID, UNDETERMINED = 0, 1, 3
_OPEN = {Standing.STALE, Standing.ABSENT}


@dataclass(frozen=True)
class Reader:
    """A trust folder and the reader of its lists (`signing.signed_lists`)."""

    folder: Path
    lists: Any


@dataclass(frozen=True)
class NewAnchor:
    """A certificate and what the operator says of it; `row` as in the manifest."""

    certificate: Path
    row: dict[str, Any]


def trust_folder(folder: Path | None, data: Path | None) -> Path:
    """Return the named folder, or the data folder's own."""
    if folder is not None:
        return folder
    own = DataFolder(load_settings(data=data, signs=False).data)
    own.choices()
    return own.trust


def reader(folder: Path | None, data: Path | None) -> Reader:
    """Open a trust folder for reading.

    Raises:
        InvalidInput: it is none.
    """
    chosen = trust_folder(folder, data)
    own = DataFolder(load_settings(data=data, signs=False).data)
    seen = own.trust_seen if own.initialised else None
    return Reader(chosen, build_lists(chosen, SystemClock(), seen))


def list_anchors(reader: Reader, terminal: Terminal) -> int:
    """Print the manifest; 0."""
    anchors = read_anchors(reader.folder)
    terminal.result(
        {"type": MANIFEST_TYPE, "anchors": [anchor.to_json() for anchor in anchors]}
    )
    terminal.table(
        ["Tệp", "Hệ thống", "Được dùng để", "Từ", "Đến", "SHA-256"],
        [_anchor_row(anchor) for anchor in anchors],
    )
    for anchor in anchors:
        terminal.say(f"{anchor.file}: lấy từ {anchor.source}; {anchor.verified_by}")
    return GOOD


def check(reader: Reader, terminal: Terminal) -> int:
    """Check certificates and lists, and say each problem."""
    store = reader.lists.store()
    standings = {kind: reader.lists.read(kind).standing for kind in ListKind}
    problems = [(p.code, p.sentence, p.grave) for p in store.problems]
    problems += [
        (
            f"{kind.value}.{standing.value}",
            standing_sentence(kind, standing),
            standing not in _OPEN,
        )
        for kind, standing in standings.items()
        if standing is not Standing.GOOD
    ]
    code = GOOD
    if problems:
        code = NOT_VALID if any(grave for *_, grave in problems) else UNDETERMINED
    terminal.result(
        {
            "exit_code": code,
            "trusted": [t.anchor.file for t in store.trusted],
            "lists": {kind.value: s.value for kind, s in standings.items()},
            "problems": [
                {"code": c, "sentence": s, "grave": g} for c, s, g in problems
            ],
        }
    )
    terminal.say(_SENTENCES[code])
    for _, sentence, grave in problems:
        terminal.say(f"  {'SAI' if grave else 'CHÚ Ý'}: {sentence}")
    terminal.say(f"Chứng thư dùng được: {len(store.trusted)}")
    return code


_SENTENCES = {
    GOOD: "ĐÚNG. Mọi chứng thư khớp dấu vân; danh bạ và danh sách hủy bỏ có chữ ký "
    "đúng.",
    NOT_VALID: "SAI. Thư mục tin cậy bị thay đổi hoặc có chữ ký không đúng.",
    UNDETERMINED: "CHƯA ĐỦ. Có phần đã quá hạn hoặc chưa có.",
}


def add_anchor(folder: Path, new: NewAnchor, terminal: Terminal) -> int:
    """List a certificate; its fingerprint must be the one the operator typed.

    Raises:
        InvalidInput: no certificate, another fingerprint, or an entry that lacks
            something.
    """
    certificate = read_certificate(new.certificate)
    part = "intermediates" if new.row["purposes"] == ["chain"] else "roots"
    fingerprint = certificate.fingerprint(SHA256()).hex()
    try:
        anchor = parse_anchor({**new.row, "file": f"{part}/{fingerprint[:16]}.pem"})
    except ManifestError as error:
        raise InvalidInput(field="Chứng thư gốc", reason=str(error)) from error
    if anchor.sha256 != fingerprint:
        raise InvalidInput(
            field="Dấu vân SHA-256",
            reason=f"tệp có dấu vân {fingerprint}, khác dấu vân đã nhập; không thêm",
        )
    add_to_manifest(folder, anchor, certificate.public_bytes(Encoding.PEM))
    terminal.result(anchor.to_json())
    terminal.say(f"Đã thêm {anchor.file}: {certificate.subject.rfc4514_string()}")
    return GOOD


def show_roster(reader: Reader, terminal: Terminal) -> int:
    """Print the roster with what its signature is worth."""
    found = reader.lists.read(ListKind.ROSTER)
    content: Roster | AnnulmentList | None = found.content
    terminal.result(
        {
            "standing": found.standing.value,
            **({} if content is None else content.head.to_json()),
            "entries": [e.to_json() for e in content.entries]
            if isinstance(content, Roster)
            else [],
        }
    )
    if found.standing is not Standing.GOOD:
        terminal.say(f"CHÚ Ý: {standing_sentence(ListKind.ROSTER, found.standing)}")
    if isinstance(content, Roster):
        show_entries(content, terminal)
    if found.standing is Standing.GOOD:
        return GOOD
    return UNDETERMINED if found.standing in _OPEN else NOT_VALID


def show_entries(roster: Roster, terminal: Terminal) -> None:
    """Print a roster as a table, for people."""
    head = roster.head
    terminal.say(
        f"Danh bạ số {head.sequence}, ký ngày {vietnamese_day(head.issued_at)}, "
        f"phải thay trước {vietnamese_day(head.next_update)}"
    )
    terminal.table(
        ["Cơ quan", "Vai trò", "Từ", "Đến", "Hệ thống", "SHA-256 của chứng thư"],
        [
            [
                entry.authority_name,
                ROLE_WORDS[Role(entry.role)],
                str(vietnamese_day(entry.valid_from)),
                str(vietnamese_day(entry.valid_to)),
                HIERARCHY_WORDS[entry.hierarchy],
                entry.certificate_sha256,
            ]
            for entry in roster.entries
        ],
    )


def read_certificate(file: Path) -> x509.Certificate:
    """Read one certificate, PEM or DER.

    Raises:
        InvalidInput: the file is none.
    """
    try:
        data = file.read_bytes()
        if b"-----BEGIN" not in data:
            return x509.load_der_x509_certificate(data)
        (certificate,) = x509.load_pem_x509_certificates(data)
    except (OSError, ValueError) as error:
        raise InvalidInput(
            field=str(file), reason="không phải đúng một chứng thư số đọc được"
        ) from error
    return certificate


def _anchor_row(anchor: Anchor) -> list[str]:
    end = "không hạn" if anchor.valid_to is None else vietnamese_day(anchor.valid_to)
    return [
        anchor.file,
        HIERARCHY_WORDS[anchor.hierarchy],
        ", ".join(PURPOSE_WORDS[p] for p in sorted(anchor.purposes)),
        str(vietnamese_day(anchor.valid_from)),
        str(end),
        anchor.sha256,
    ]
