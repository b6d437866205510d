"""A signed report on request: what was found, by which rules, at what time.

The report is canonical JSON; beside it lies a detached CMS signature of the service's
report key, which `openssl cms -verify` checks. The key vouches for the report alone:
it stands in no roster and makes no certified copy.

Nothing is stored between showing a report and asking for its signature: the page
carries the text and a MAC over it, and only a text of ours, of this hour, is signed.
"""

import hashlib
import hmac
import io
import json
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib.resources import files

from api.schemas.verification import ReportOut
from certify.canonical_json import canonical_json
from certify.clock import Clock
from certify.errors import InvalidInput
from certify.verify import Report

REPORT_TYPE = "verification-report/1"
REPORT, SIGNATURE, STEPS = "bao-cao.json", "bao-cao.p7s", "HUONG-DAN.txt"
LONGEST = 60_000  # characters offered on a page; a form doubles or triples them
_LIFE = timedelta(hours=1)
_SKEW = timedelta(minutes=5)


@dataclass(frozen=True)
class SealedReport:
    """A report as the page carries it: its exact text, and our MAC over it."""

    text: str
    mac: str


class SignedReports:
    """Writes reports down, and signs those it has written."""

    def __init__(
        self, *, sign: Callable[[bytes], bytes], mac_key: bytes, clock: Clock
    ) -> None:
        """Take the collaborators.

        Args:
            sign: makes the detached CMS signature; opens the key when it is called.
            mac_key: secret of this service.
            clock: what "now" is.
        """
        self._sign = sign
        self._mac_key = mac_key
        self._clock = clock

    def offer(self, report: Report) -> SealedReport | None:
        """Write a report down for its page; None when it is too long for one."""
        text = report_text(report, self._clock.now())
        if len(text) > LONGEST:
            return None
        return SealedReport(text, self._mac(text))

    def signed(self, text: str, mac: str) -> bytes:
        """Sign a report that `offer` wrote; return a ZIP.

        Raises:
            InvalidInput: not a text of ours, or older than an hour.
            StoredDataDamaged: the report key cannot be used.
        """
        if not hmac.compare_digest(self._mac(text), mac):
            raise InvalidInput(
                field="Báo cáo", reason="không phải do trang này lập, hãy kiểm tra lại"
            )
        made = datetime.fromisoformat(json.loads(text)["checked_at"])
        if not made - _SKEW <= self._clock.now() <= made + _LIFE:
            raise InvalidInput(
                field="Báo cáo", reason="đã cũ hơn một giờ, hãy kiểm tra lại tệp"
            )
        return self._pack(text)

    def of(self, report: Report) -> bytes:
        """Sign a report just made; return a ZIP.

        Raises:
            StoredDataDamaged: the report key cannot be used.
        """
        return self._pack(report_text(report, self._clock.now()))

    def _pack(self, text: str) -> bytes:
        data = text.encode()
        parts = {
            REPORT: data,
            SIGNATURE: self._sign(data),
            STEPS: _steps(data),
        }
        target = io.BytesIO()
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as bundle:
            for name, content in parts.items():
                bundle.writestr(name, content)
        return target.getvalue()

    def _mac(self, text: str) -> str:
        return hmac.new(self._mac_key, text.encode(), hashlib.sha256).hexdigest()


def report_text(report: Report, checked_at: datetime) -> str:
    """Return the bytes that are signed, as text: one line of canonical JSON."""
    value = {
        "type": REPORT_TYPE,
        "checked_at": checked_at.isoformat(timespec="seconds"),
        **ReportOut.of(report).model_dump(mode="json"),
    }
    return canonical_json(value)


def _steps(report: bytes) -> bytes:
    text = files("api").joinpath("bundle_texts", "BAO-CAO.txt").read_text("utf-8")
    text = text.replace("[[sha256]]", hashlib.sha256(report).hexdigest())
    return text.replace("\n", "\r\n").encode()  # read on Windows too
