"""`certify annulments add|export|publish`."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from api.annulment_feed import as_csv
from api.cli.terminal import Terminal
from api.data_folder import DataFolder
from api.services import Services
from api.settings import Settings
from api.trust_publisher import all_annulments
from api.wiring import build_publisher, open_storage
from certify.annulment import Decision
from certify.clock import SystemClock, vietnamese_day
from certify.errors import InvalidInput, NotFound
from certify.identifiers import parse_verification_code


@dataclass(frozen=True)
class TypedDecision:
    """A decision as typed."""

    number: str
    decided_on: str
    reason: str

    def read(self) -> Decision:
        """Read the date. Raises InvalidInput."""
        try:
            day = date.fromisoformat(self.decided_on)
        except ValueError as error:
            raise InvalidInput(
                field="Ngày quyết định", reason="phải ghi dạng 2026-11-23"
            ) from error
        return Decision(self.number, day, self.reason)


def add(services: Services, code: str, typed: TypedDecision, terminal: Terminal) -> int:
    """Annul the copy of a code, by the Chairman.

    Raises:
        NotFound: no released copy has this code.
        CertifyError: see `certify.annul.AnnulCopy`.
    """
    canonical = parse_verification_code(code)
    copy = services.register.released(canonical) if canonical else None
    if copy is None:
        raise NotFound(what="bản sao có mã này")
    made = services.annul(services.signatory_id, copy.attestation_id, typed.read())
    terminal.result(made.to_json())
    terminal.say(f"Bản sao số {made.shown_number} {made.sentence}.")
    terminal.say("Hãy đăng lên Cổng thông tin điện tử: certify annulments export")
    return 0


def export(
    settings: Settings, *, since: int, out: Path | None, terminal: Terminal
) -> int:
    """Print or write the annulments after a cursor; ask again from `next`."""
    folder = DataFolder(settings.data)
    authority_id = folder.choices().authority_id
    with open_storage(folder, settings) as storage:
        found = [
            a
            for a in all_annulments(storage.register, authority_id)
            if a.cursor > since
        ]
    newest = found[-1].cursor if found else since
    terminal.result({"next": newest, "annulments": [a.to_json() for a in found]})
    if out is not None:
        try:
            out.write_text(as_csv(found), encoding="utf-8", newline="")
        except OSError as error:
            raise InvalidInput(field=str(out), reason="không ghi được tệp") from error
        terminal.say(f"Đã ghi {len(found)} mục vào {out}. Mốc lần sau: {newest}")
        return 0
    terminal.table(
        ["Mốc", "Số chứng thực", "Mã tra cứu", "Quyết định", "Ngày", "Lý do"],
        [
            [
                str(a.cursor),
                a.shown_number,
                a.code,
                a.decision.number,
                a.decision.decided_on.isoformat(),
                a.decision.reason,
            ]
            for a in found
        ],
    )
    terminal.say(f"{len(found)} mục. Mốc lần sau: {newest}")
    return 0


def publish(settings: Settings, *, terminal: Terminal) -> int:
    """Sign the list of the trust folder again."""
    folder = DataFolder(settings.data)
    folder.choices()
    clock = SystemClock()
    with open_storage(folder, settings, clock) as storage:
        made = build_publisher(folder, clock).publish_annulments(
            storage.people, storage.register
        )
    terminal.result({**made.head.to_json(), "count": len(made.entries)})
    terminal.say(
        f"Đã ký danh sách hủy bỏ số {made.head.sequence} ({len(made.entries)} mục), "
        f"phải thay trước {made.head.next_update.isoformat(timespec='minutes')} "
        f"({vietnamese_day(made.head.next_update)})"
    )
    return 0
