"""`certify demo`: three sample papers, certified and verified, in one table."""

import secrets
from pathlib import Path

from api.cli.desk_work import (
    Certified,
    Paper,
    certified_row,
    certify_one,
    check_target,
    hand_over,
)
from api.cli.terminal import Terminal
from api.samples import Sample, make_samples
from api.services import Services
from certify.identifiers import show_verification_code
from certify.people import Requester
from certify.scan import Finding
from certify.verdict import Colour

ACCEPTED = "Bản chụp mẫu của chương trình thử nghiệm"
NOT_VALID = 1


def skip(terminal: Terminal) -> int:
    """Say that there is work on this data already."""
    terminal.result({"copies": []})
    terminal.say("Đã có hồ sơ, bỏ qua phần trình diễn.")
    return 0


def demo(services: Services, folder: Path, *, terminal: Terminal) -> int:
    """Certify three samples, one visit each; 0 only if every verdict is green."""
    folder.mkdir(mode=0o700, exist_ok=True)
    check_target(folder / "x.pdf", overwrite=True)
    with services.work_folder() as workdir:
        terminal.note("Đang tạo ba bản chụp mẫu…")
        samples = make_samples(workdir, seed=secrets.randbelow(1 << 31))
        finished = [_one(services, sample, folder, terminal) for sample in samples]
    terminal.result({"copies": [certified_row(certified) for certified in finished]})
    _show(finished, terminal)
    green = all(c.report.text.colour is Colour.GREEN for c in finished)
    return 0 if green else NOT_VALID


def _one(
    services: Services, sample: Sample, folder: Path, terminal: Terminal
) -> Certified:
    """Take one sample from the desk to a verified file."""
    case = services.desk.open_case(
        services.officer_id, Requester(name=sample.requester)
    )
    paper = Paper(
        scans=(sample.path,),
        title=sample.title,
        issuer=sample.issuer,
        accept=ACCEPTED,
        page_mm=sample.page_mm,
    )
    seen: list[Finding] = []
    with terminal.progress(sample.title) as progress:
        copy = certify_one(
            services, case.id, paper, show_findings=seen.extend, progress=progress
        )
    target = folder / f"{case.code}-{sample.path.stem}.pdf"
    certified = hand_over(services, copy, target, overwrite=True)
    services.publish_checkpoint()  # the next copy carries it, and so is its witness
    return certified


def _show(finished: list[Certified], terminal: Terminal) -> None:
    terminal.table(
        ("Số chứng thực", "Mã tra cứu", "Tệp", "Mức chữ ký", "Kết luận"),
        [
            (
                certified.copy.shown_number,
                show_verification_code(certified.copy.statement.verification_code),
                str(certified.file),
                certified.report.inspection.level,
                certified.report.text.word,
            )
            for certified in finished
        ],
    )
