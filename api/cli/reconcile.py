"""`certify reconcile`: finish by hand what a crash or an outage left half done."""

from api.cli.terminal import Terminal
from api.services import Services

WAITING = 4


def reconcile(services: Services, *, terminal: Terminal) -> int:
    """Try every unfinished attestation once; 4 when some still wait."""
    result = services.reconcile()
    terminal.result(
        {
            "released": result.released,
            "waiting": result.waiting,
            "recovered": result.recovered,
        }
    )
    if result.recovered:
        terminal.say(
            f"Đã khôi phục {len(result.recovered)} bản sao từ kho lưu trữ vào sổ."
        )
    terminal.say(
        f"Đã phát hành {len(result.released)}, còn chờ {len(result.waiting)} bản sao."
    )
    for attestation_id, code in result.waiting.items():
        terminal.say(f"  {attestation_id}: {code}")
    return WAITING if result.waiting else 0
