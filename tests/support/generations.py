"""Decades in an afternoon: one office, a simulated clock, one PKI after the other.

Every generation is a development PKI of its own, with a new root, a new CA and a new
TSA, made on the simulated day. When the next one takes over, the one before it answers
no more: no OCSP, no CRL, no token.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from api.data_folder import DataFolder
from api.devpki import DevelopmentPkiServer, serve_if_free
from api.initialise import initialise
from api.services import Services
from api.settings import Settings
from api.trust_folder import add_to_manifest
from api.wiring import build_services
from api.wiring import service as wiring
from certify.attestation import CertifiedCopy
from certify.verify import Report, VerifyCopy
from keys.devpki import issue as devpki
from keys.devpki.issue import create_development_pki
from keys.devpki.responders import DevelopmentPki
from signing.renewer import PadesRenewer
from signing.revocation import RevocationClient
from signing.trust import TrustAnchors
from tests.support.clock import FakeClock
from tests.support.confirming import confirm_shown
from tests.support.papers import compared_papers, draw_paper
from tests.support.pki import free_port
from tests.support.sealing import one_tsa
from tests.support.trust import listed

TSA_YEARS = 12


@dataclass(frozen=True)
class Generation:
    """A PKI that answers on a port of its own."""

    pki: DevelopmentPki
    server: DevelopmentPkiServer

    @property
    def lists(self) -> list[str]:
        addresses = self.pki.addresses
        return [addresses.crl(name) for name in ("root", "issuing")]


class Office:
    """The whole service on a data folder, and the PKI that the world has now."""

    def __init__(
        self, folder: Path, settings: Settings, services: Services, clock: FakeClock
    ) -> None:
        self.folder = folder
        self.settings = settings
        self.copies: list[str] = []
        self.services = services
        self.clock = clock
        self.data = DataFolder(folder / "data")
        self.roots = [DevelopmentPki(self.data.pki).root]
        port = self.data.choices().pki_port
        self.generation = self._serve(DevelopmentPki(self.data.pki), port)
        self._number = 1
        draw_paper(folder / "paper.jpg")

    def issue(self, number: int = 1) -> list[str]:
        ids = compared_papers(self.services, self.folder / "paper.jpg", number)
        confirm_shown(self.services, ids)
        for attestation_id in ids:
            self.services.issue(attestation_id)
        return list(ids)

    def next_generation(self) -> None:
        """A new root, CA and TSA; the old ones fall silent after the next renewal."""
        self._number += 1
        port, folder = free_port(), self.folder / f"pki-{self._number}"
        with _named(f"G{self._number}"):
            create_development_pki(
                folder,
                base_address=f"http://127.0.0.1:{port}/pki",
                now=self.clock.now(),
                holders=[],
            )
        self.before = self.generation
        self.generation = self._serve(DevelopmentPki(folder), port)
        self.roots.append(self.generation.pki.root)
        anchor, root = listed(f"root-{self._number}", self.generation.pki.root)
        add_to_manifest(self.data.trust, anchor, root.public_bytes(Encoding.PEM))
        self._publish([*self.generation.lists, *self.before.lists])
        self.use_tsa_of(self.generation)

    def use_tsa_of(self, generation: Generation) -> None:
        """What the operator does with CERTIFY_TSA_URLS and a restart."""
        trust = TrustAnchors(self.roots)
        renew: Any = self.services.renew_due._renew
        renew._renewer = PadesRenewer(
            timestamps=one_tsa(generation.pki.addresses.tsa, trust, self.clock),
            revocation=RevocationClient(clock=self.clock),
            trust=trust,
            clock=self.clock,
        )

    def retire_before(self) -> None:
        """The old services are switched off for good."""
        self.before.server.stop()
        self._publish(self.generation.lists)

    def copy(self, attestation_id: str) -> CertifiedCopy:
        copy = self.services.register.released_attestation(attestation_id)
        assert copy is not None
        return copy

    def file(self, attestation_id: str, edition: int = -1) -> Path:
        """Download an edition."""
        stored = self.copy(attestation_id).editions[edition].stored
        path = self.folder / f"{stored.sha256}.pdf"
        if not path.exists():
            self.services.archive.fetch(stored, path)
        return path

    def verify_unrenewed(self, attestation_id: str) -> Report:
        """Judge the first edition as if nobody had ever renewed it."""
        first = self.copy(attestation_id)
        verify: Any = self.services.verify
        judge = VerifyCopy(
            inspector=verify._inspector,
            register=_Register(replace(first, editions=first.editions[:1])),
            roster=(),
        )
        return judge(self.file(attestation_id, 0))

    def close(self) -> None:
        self.generation.server.stop()

    def _serve(self, pki: DevelopmentPki, port: int) -> Generation:
        server = serve_if_free(pki, clock=self.clock, port=port)
        assert server is not None
        return Generation(pki, server)

    def _publish(self, lists: list[str]) -> None:
        text = json.dumps({"crls": lists})
        (self.data.trust / "revocation.json").write_text(text)


@dataclass(frozen=True)
class _Register:
    copy: CertifiedCopy

    def released(self, _code: str) -> CertifiedCopy | None:
        return self.copy

    def released_file(self, _sha256: str) -> CertifiedCopy | None:
        return self.copy


@contextmanager
def _named(generation: str) -> Iterator[None]:
    """Give the services of a new PKI names of their own."""
    real = devpki.service_name

    def service_name(service: str) -> x509.Name:
        *others, last = real(service)
        return x509.Name(
            [*others, x509.NameAttribute(last.oid, f"{last.value} {generation}")]
        )

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(devpki, "service_name", service_name)
        yield


@contextmanager
def open_office(
    folder: Path, monkeypatch: pytest.MonkeyPatch, **settings: Any
) -> Iterator[Office]:
    """An office whose first PKI has a TSA and responder for `TSA_YEARS`."""
    for name in ("TSA_PROFILE", "OCSP_PROFILE"):
        profile = getattr(devpki, name)
        monkeypatch.setattr(devpki, name, replace(profile, years=TSA_YEARS))
    chosen = Settings(data=folder / "data", **settings)
    initialise(chosen)
    # The test serves the PKIs: it also switches them off.
    monkeypatch.setattr(wiring, "_development_pki", lambda _plan: nullcontext())
    start = datetime.now(UTC) + timedelta(minutes=1)  # noqa: TID251 - init was now
    clock = FakeClock(start)
    services = build_services(chosen, clock)
    office = Office(folder, chosen, services, clock)
    try:
        yield office
    finally:
        office.close()
        office.services.close()
