"""What the web side needs to know of the settings; `api.settings` fills it."""

from dataclasses import dataclass

from certify.intake.limits import UPLOAD_BYTES


@dataclass(frozen=True)
class WebSettings:
    """Limits and names of the HTTP side.

    Attributes:
        production: no desk (accounts do not exist yet), Secure cookies, HSTS.
        base_url: public address of this service; its host is always accepted.
        allowed_hosts: further values of the Host header, without port.
        max_upload_bytes: largest scan or file to verify.
        portal_limit_bytes, mail_limit_bytes: what they take of one file; only shown.
        disk_free_bytes, clock_drift_seconds, ready_seconds: of `/health/ready`; see
            `api.observe_settings`.
        max_body_bytes: largest body of every other request.
        public_per_minute: steady rate of public calls of one client address.
        public_burst: how many of them may come at once.
        key_per_minute: steady rate of calls with one API key.
    """

    production: bool = False
    base_url: str = "http://127.0.0.1:8000"
    allowed_hosts: tuple[str, ...] = ("127.0.0.1", "localhost", "[::1]")
    max_upload_bytes: int = UPLOAD_BYTES
    portal_limit_bytes: int = 10 * 1024 * 1024
    mail_limit_bytes: int = 18 * 1024 * 1024
    disk_free_bytes: int = 0
    clock_drift_seconds: float = 10
    ready_seconds: float = 3
    max_body_bytes: int = 256 * 1024
    public_per_minute: int = 60
    public_burst: int = 30
    key_per_minute: int = 600
