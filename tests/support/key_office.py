"""An office whose keys are changed by commands while its service goes on running."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from api.__main__ import main
from api.services import Services
from api.settings import Settings
from certify.clock import vietnamese_day
from certify.numbering import DEFAULT_BOOK_KIND
from certify.verify import Report
from tests.support.confirming import confirm_shown
from tests.support.csr import PROFILES, issue_for_request
from tests.support.papers import compared_papers

PASSPHRASE = "Mot-mat-khau-rat-dai-41928"  # noqa: S105 - of keys made in a test


@dataclass(frozen=True)
class Ended:
    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@dataclass
class KeyOffice:
    folder: Path
    settings: Settings
    services: Services
    paper: Path
    capsys: pytest.CaptureFixture[str]

    def run(self, *words: object) -> Ended:
        """Run `certify …` as an operator would, in this process."""
        self.capsys.readouterr()
        code = main([*map(str, words), "--data", str(self.settings.data)])
        return Ended(code, *self.capsys.readouterr())

    def keys(self, *words: object) -> Ended:
        ended = self.run("keys", *words)
        assert ended.code == 0, ended
        return ended

    @property
    def secret(self) -> str:
        path = self.folder / "passphrase"
        path.touch(mode=0o600)
        path.write_text(PASSPHRASE + "\n")
        return f"file:{path}"

    def generate(
        self, key_id: str, role: str = "signatory", algorithm: str = "p-256"
    ) -> Path:
        """Make a key in a file; its certification request."""
        path, request = self.folder / f"{key_id}.pem", self.folder / f"{key_id}.csr"
        given = ("--role", role, "--algorithm", algorithm, "--secret", self.secret)
        self.keys("generate", key_id, *given, "--set", f"path={path}")
        self.keys("csr", key_id, "--out", request)
        return request

    def imported(self, key_id: str, role: str = "signatory", **given: Any) -> Ended:
        """Make a key and give it its certificate."""
        request = self.generate(key_id, role)
        pki = self.settings.data / "pki"
        answer = issue_for_request(pki, request, profile=PROFILES[role], **given)
        return self.keys("import", key_id, answer, "--json")

    def on_roster(self, key_id: str, role: str = "chairman") -> None:
        file = self.folder / f"{key_id}.crt"
        self.keys("certificate", key_id, "--out", file)
        authority = self.services.people.authority(self.services.authority_id)
        ended = self.run(
            *("trust", "roster", "add", file, "--authority", authority.id),
            *("--name", authority.name, "--role", role, "--hierarchy", "deployment"),
            *("--from", "2026-01-01", "--to", "2029-12-31"),
        )
        assert ended.code == 0, ended

    def activated(self, key_id: str, role: str = "signatory", *words: object) -> Ended:
        """Walk a new key all the way; what the last command said."""
        self.imported(key_id, role)
        self.on_roster(key_id, "chairman" if role == "signatory" else "seal")
        return self.keys("activate", key_id, *words)

    def confirmed(self) -> str:
        """A paper compared and confirmed, ready to be issued."""
        (attestation_id,) = compared_papers(self.services, self.paper, 1)
        confirm_shown(self.services, [attestation_id])
        return attestation_id

    def issue(self, attestation_id: str) -> Report:
        """Issue and verify as a stranger with our register."""
        self.services.issue(attestation_id)
        return self.verify(attestation_id)

    def verify(self, attestation_id: str) -> Report:
        copy = self.services.register.released_attestation(attestation_id)
        assert copy is not None
        target = self.folder / f"{attestation_id}.pdf"
        target.unlink(missing_ok=True)
        self.services.archive.fetch(copy.newest.stored, target)
        return self.services.verify(target)

    def signers(self, attestation_id: str) -> Sequence[str]:
        """Certificates of the person and the seal on a released copy."""
        report = self.verify(attestation_id)
        person, seal, *_timestamps = report.inspection.signatures
        return [person.certificate_sha256, seal.certificate_sha256]

    def certificate(self, key_id: str) -> str:
        listed = self.keys("list", "--json").json["keys"]
        return next(str(k["certificate_sha256"]) for k in listed if k["id"] == key_id)

    def uses(self, key_id: str) -> int:
        listed = self.keys("list", "--json").json["keys"]
        return next(int(k["uses"]) for k in listed if k["id"] == key_id)

    def number_of(self, attestation_id: str) -> int:
        """The number an attestation holds, released or not; 0 for none."""
        year = vietnamese_day(self.services.clock.now()).year
        rows = self.services.register.book(
            self.services.authority_id, DEFAULT_BOOK_KIND, year
        )
        held = [r.number.number for r in rows if r.attestation_id == attestation_id]
        return held[0] if held else 0
