"""The data folder: where everything of the embedded set-up lies.

service.key   0600   32 random bytes; see `api.service_key`
service.json         choices of `certify init`; its presence says init is complete
register.db          cases, books, audit trail
archive/ scans/      encrypted objects
pki/                 development PKI with the signing keys
confirmation.pem     the development signatory's confirmation key
pictures/            signature and seal, transparent PNG
legal_tables.toml    only if an administrator put it there; see `api.legal_tables`
trust/               what is trusted, and the signed lists; see `api.trust_folder`
trust-seen.json      highest numbers of signed lists met; see `api.trust_seen`
audit-state.jsonl    where an audit stopped; see `api.audit_memory`
checkpoint.txt       newest checkpoint of the public trail, outside the database
work/ cache/         private temporary folders; the prepared font
metrics/             numbers of this machine's processes; see `api.observe.processes`
"""

from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from api.durable import write_private
from certify.errors import InvalidInput, StoredDataDamaged

PRIVATE_FOLDER = 0o700


class ServiceChoices(BaseModel):
    """What `certify init` decided once; addresses in certificates hang on it.

    Attributes:
        pki_port: loopback port written into AIA, CRL and OCSP addresses.
        picture_digests: id of the person or authority whose signature or seal it
            shows → SHA-256; checked before each use.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: int = 1
    base_url: str
    pki_port: int
    authority_id: str
    officer_id: str
    signatory_id: str
    picture_digests: dict[str, str]


@dataclass(frozen=True)
class DataFolder:
    """Names of the parts; nothing is created by asking for them."""

    path: Path

    @property
    def initialised(self) -> bool:
        """True once `certify init` has run to its end."""
        return (self.path / "service.json").is_file()

    @property
    def service_key(self) -> Path:
        """Root secret."""
        return self.path / "service.key"

    @property
    def database(self) -> Path:
        """SQLite file."""
        return self.path / "register.db"

    @property
    def archive(self) -> Path:
        """Finished copies."""
        return self.path / "archive"

    @property
    def scans(self) -> Path:
        """Working scans."""
        return self.path / "scans"

    @property
    def pki(self) -> Path:
        """Development PKI."""
        return self.path / "pki"

    @property
    def confirmation_key(self) -> Path:
        """The development signatory's second factor."""
        return self.path / "confirmation.pem"

    @property
    def pictures(self) -> Path:
        """Pictures of signature and seal."""
        return self.path / "pictures"

    @property
    def trust(self) -> Path:
        """Roots, roster and annulments."""
        return self.path / "trust"

    @property
    def trust_seen(self) -> Path:
        """Which signed lists were met: outside `trust`, which others may replace."""
        return self.path / "trust-seen.json"

    @property
    def audit_state(self) -> Path:
        """Where an audit stopped; gone when it was finished."""
        return self.path / "audit-state.jsonl"

    @property
    def checkpoint(self) -> Path:
        """What was published last: whoever owns the database cannot change it."""
        return self.path / "checkpoint.txt"

    @property
    def work(self) -> Path:
        """Private temporary folders."""
        return self.path / "work"

    @property
    def cache(self) -> Path:
        """Things that can be made again, such as the subset font."""
        return self.path / "cache"

    @property
    def metrics(self) -> Path:
        """What the processes of this machine have counted."""
        return self.path / "metrics"

    @property
    def places(self) -> dict[str, Path]:
        """What may lie on a disk of its own, by name."""
        return {
            "data": self.path,
            "archive": self.archive,
            "scans": self.scans,
            "work": self.work,
        }

    def choices(self) -> ServiceChoices:
        """Read `service.json`.

        Raises:
            InvalidInput: `certify init` has not run here.
            StoredDataDamaged: somebody edited it badly.
        """
        if not self.initialised:
            raise InvalidInput(
                field=f"Thư mục dữ liệu {self.path}",
                reason="chưa được khởi tạo, hãy chạy: certify init",
            )
        text = (self.path / "service.json").read_text(encoding="utf-8")
        try:
            return ServiceChoices.model_validate_json(text)
        except ValidationError:
            raise StoredDataDamaged(what="service.json") from None

    def write_choices(self, choices: ServiceChoices) -> None:
        """Write `service.json`, whole or not at all; the last step of init."""
        text = choices.model_dump_json(indent=2) + "\n"
        write_private(self.path / "service.json", text.encode())
