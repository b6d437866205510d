"""`certify renew`: a further archive timestamp on what soon loses its force."""

from collections.abc import Iterator, Mapping

from api.cli.terminal import Terminal
from api.services import Services
from certify.clock import vietnamese_day
from certify.renew_due import Cause, RenewalReport

DONE, FAILED, WAITING, INCOMPLETE = 0, 1, 4, 70


def renew(
    services: Services, *, within: int | None, dry_run: bool, terminal: Terminal
) -> int:
    """Look at every released edition and renew what is due.

    Returns:
        0 all is protected; 1 somebody has to act on one; 4 some wait; 70 the counts
        do not explain every edition. A dry run ends in 0 unless counts are missing.
    """
    report = services.renew_due(
        within_months=within,
        dry_run=dry_run,
        progress=lambda attestation_id: terminal.note(f"Đang xem {attestation_id}"),
    )
    terminal.result(as_json(report, dry_run=dry_run))
    for line in _table(report):
        terminal.say(line)
    if report.missing:
        return INCOMPLETE
    if dry_run:
        return DONE
    if report.failed:
        return FAILED
    return WAITING if report.waiting else DONE


def as_json(report: RenewalReport, *, dry_run: bool) -> dict[str, object]:
    """Return the report for machines."""
    return {
        "at": report.at.isoformat(),
        "before": report.before.isoformat(),
        "dry_run": dry_run,
        "looked_at": report.looked_at,
        "not_due": report.not_due,
        "renewed": list(report.renewed),
        "failed": _causes(report.failed),
        "waiting": _causes(report.waiting),
        "missing": report.missing,
    }


def _causes(named: Mapping[str, Cause]) -> dict[str, dict[str, str]]:
    return {
        attestation_id: {"code": cause.code, "sentence": cause.sentence}
        for attestation_id, cause in named.items()
    }


def _table(report: RenewalReport) -> Iterator[str]:
    day = vietnamese_day(report.before).strftime("%d/%m/%Y")
    yield f"Gia hạn lưu trữ các bản sao được bảo vệ không quá ngày {day}"
    rows = (
        ("Đã xem", report.looked_at),
        ("Đã gia hạn", len(report.renewed)),
        ("Chưa đến hạn", report.not_due),
        ("Không gia hạn được", len(report.failed)),
        ("Còn chờ", len(report.waiting)),
    )
    for words, number in rows:
        yield f"  {words:<20}{number:>10}"
    if report.missing:
        yield (
            f"  THIẾU {report.missing} bản sao không giải thích được. Hãy báo người "
            "quản trị."
        )
    else:
        yield "  Không bỏ sót bản sao nào."
    for title, named in (
        ("Không gia hạn được:", report.failed),
        ("Còn chờ:", report.waiting),
    ):
        if named:
            yield title
        for attestation_id, cause in named.items():
            yield f"  {attestation_id}: {cause.sentence} [{cause.code}]"
