"""Which TSAs and revocation hosts the operator allows, from settings to objects.

`CERTIFY_TSA_URLS` names TSAs in order. What a TSA's contract says stands in a file,
`CERTIFY_TSA_FILE`, a JSON list in order:

    [{"url": "http://tsa.example.vn/", "name": "TSA của Nhà nước",
      "certificate": "tsa.pem", "quota": 20, "window_minutes": 20,
      "concurrency": 2, "timeout_seconds": 180}]

Only `url` is needed. A certificate is a PEM file, beside this one unless absolute; then
no other certificate may sign that TSA's tokens.
"""

import ipaddress
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, TypeAlias
from urllib.parse import urlsplit

from cryptography import x509
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from certify.errors import InvalidInput

Network: TypeAlias = ipaddress.IPv4Network | ipaddress.IPv6Network
_MOST_TSAS = 8


class TsaChoice(BaseModel):
    """One TSA as the operator describes it.

    Attributes:
        quota: calls allowed in any `window_minutes`; None: any number.
        concurrency: calls at once.
        certificate: PEM file of the only certificate that may sign its tokens.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    url: str = Field(pattern=r"^https?://[^\s/]+")
    name: str = Field(default="", max_length=80)
    certificate: Path | None = None
    quota: int | None = Field(default=None, ge=4)
    window_minutes: float = Field(default=20, gt=0, le=24 * 60)
    concurrency: int = Field(default=4, ge=1, le=64)
    timeout_seconds: float = Field(default=180, ge=1, le=600)

    def arguments(self) -> dict[str, Any]:
        """Return what `signing.timestamp.TimestampSettings` takes.

        Raises:
            InvalidInput: there is no certificate in the file.
        """
        return {
            "address": self.url,
            "name": self.name,
            "timeout_seconds": self.timeout_seconds,
            "quota": self.quota,
            "window_seconds": self.window_minutes * 60,
            "concurrency": self.concurrency,
            "certificate": _certificate(self.certificate),
        }


def tsas_in_order(urls: Sequence[str], file: Path | None) -> tuple[TsaChoice, ...]:
    """Return the TSAs of both settings; those of the file come first.

    Raises:
        InvalidInput: the file is not as described above, or there are too many.
    """
    chosen = (*(_read(file) if file else ()), *(TsaChoice(url=url) for url in urls))
    if len(chosen) > _MOST_TSAS:
        raise InvalidInput(
            field="CERTIFY_TSA_URLS", reason=f"nhiều quá {_MOST_TSAS} dịch vụ"
        )
    return chosen


def hosts_of(addresses: Sequence[str]) -> frozenset[str]:
    """Return the hosts of addresses."""
    found = (urlsplit(address).hostname for address in addresses)
    return frozenset(host.lower() for host in found if host)


def _certificate(file: Path | None) -> x509.Certificate | None:
    if file is None:
        return None
    try:
        return x509.load_pem_x509_certificate(file.read_bytes())
    except (OSError, ValueError) as error:
        raise InvalidInput(
            field=f"Chứng thư số của dịch vụ dấu thời gian {file.name}",
            reason="không đọc được (cần tệp PEM)",
        ) from error


def _read(file: Path) -> tuple[TsaChoice, ...]:
    try:
        rows = json.loads(file.read_text(encoding="utf-8"))
        chosen = TypeAdapter(tuple[TsaChoice, ...]).validate_python(rows)
    except (OSError, ValueError) as error:
        place = ""
        if isinstance(error, ValidationError):
            place = ".".join(str(part) for part in error.errors()[0]["loc"])
        raise InvalidInput(
            field="CERTIFY_TSA_FILE",
            reason=f"không đọc được danh sách dịch vụ dấu thời gian {place}".strip(),
        ) from error
    return tuple(
        tsa.model_copy(update={"certificate": file.parent / tsa.certificate})
        if tsa.certificate
        else tsa
        for tsa in chosen
    )
