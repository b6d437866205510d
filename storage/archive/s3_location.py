"""Where an S3 store is and how to reach it. Imports no SDK."""

import ipaddress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

_MIB = 1 << 20


@dataclass(frozen=True)
class S3Location:
    """A bucket with object lock.

    Attributes:
        endpoint: https://host[:port]; http only on this machine.
        access_key, secret_key: of the service; never shown.
        ca_file: PEM of the CAs to believe; None takes the system's.
        part_bytes: larger files are sent in parts of this size; 5 MiB at least.
        connect_seconds, read_seconds, tries: of one request.
        total_seconds: of one call with its retries, beside a second for each MiB.
        make_bucket: make a missing bucket on opening; for development.
        default_retention_days: what the bucket gives an object that names none.
    """

    endpoint: str
    bucket: str
    access_key: str = field(repr=False)
    secret_key: str = field(repr=False)
    region: str = "us-east-1"
    ca_file: Path | None = None
    part_bytes: int = 16 * _MIB
    connect_seconds: float = 5.0
    read_seconds: float = 30.0
    total_seconds: float = 60.0
    tries: int = 3
    make_bucket: bool = False
    default_retention_days: int = 3653

    def __post_init__(self) -> None:
        """Refuse what would send a key or a copy in the clear.

        Raises:
            ValueError: not https, and not on this machine.
        """
        url = urlsplit(self.endpoint)
        if url.scheme != "https" and not (
            url.scheme == "http" and _is_loopback(url.hostname or "")
        ):
            raise ValueError("the endpoint must be https")

    @property
    def is_tls(self) -> bool:
        """True unless it is on this machine."""
        return self.endpoint.startswith("https://")

    @property
    def host(self) -> str:
        """Host and port."""
        return urlsplit(self.endpoint).netloc

    def seconds_for(self, size_bytes: int) -> float:
        """Return how long a call that moves so much may take in all."""
        return self.total_seconds + size_bytes / _MIB


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
