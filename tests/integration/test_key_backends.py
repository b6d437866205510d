"""Keys of providers and tokens, put on record by the commands and used for copies."""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from api.initialise import initialise
from api.settings import Settings
from api.wiring import build_services
from certify.clock import SystemClock
from certify.verdict import Colour
from keys.devpki.folder import PkiFolder
from keys.devpki.holders import ISSUING, ROOT, SignatoryHolder
from keys.devpki.issue import issue_certificate
from tests.support.csc import PIN, TOKEN, RemoteSigning
from tests.support.csr import PROFILES, issue_for_request
from tests.support.key_office import KeyOffice
from tests.support.papers import draw_paper
from tests.support.pki import AUTHORITY_NAME, rsa_key
from tests.support.softhsm import PIN as TOKEN_PIN
from tests.support.softhsm import SoftHsm

pytestmark = pytest.mark.timeout(300)  # a busy machine is no fault


@pytest.fixture
def office(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Iterator[KeyOffice]:
    settings = Settings(data=tmp_path / "data")
    initialise(settings)
    draw_paper(tmp_path / "paper.jpg")
    services = build_services(settings)
    yield KeyOffice(tmp_path, settings, services, tmp_path / "paper.jpg", capsys)
    services.close()


def kept(office: KeyOffice, name: str, secret: str) -> str:
    """Keep a secret in a file of the operator; its reference."""
    path = office.folder / f"{name}.secret"
    path.touch(mode=0o600)
    path.write_text(secret + "\n")
    return f"file:{path}"


def test_a_person_signs_remotely_and_the_seal_lies_in_an_hsm(
    office: KeyOffice, csc_service: RemoteSigning, softhsm: SoftHsm
) -> None:
    _remote_person(office, csc_service)
    _seal_in_hsm(office, softhsm)
    attestation_id = office.confirmed()
    assert office.issue(attestation_id).text.colour is Colour.GREEN
    assert office.signers(attestation_id) == [
        office.certificate("tu-xa"),
        office.certificate("dau-hsm"),
    ]
    assert (office.uses("tu-xa"), office.uses("dau-hsm")) == (1, 1)


def _remote_person(office: KeyOffice, service: RemoteSigning) -> None:
    """Put a key on record that the provider holds with its certificate."""
    pki, name = office.settings.data / "pki", "provider-person"
    holder = SignatoryHolder(name, "Vàng A Páo", "Chủ tịch", AUTHORITY_NAME)
    key = rsa_key(2048)
    leaf = issue_certificate(
        pki, holder, now=SystemClock().now(), private_key=key
    ).certificate
    known = PkiFolder(pki)
    service.add(name, key, [leaf, *(known.certificate(n) for n in (ISSUING, ROOT))])
    ca_file = shutil.copy(service.ca_file, office.folder / "provider-ca.pem")
    office.keys(
        *("add", "tu-xa", "--role", "signatory", "--backend", "csc"),
        *("--set", f"base_url={service.base_url}", "--set", f"credential_id={name}"),
        *(
            "--set",
            f"ca_file={ca_file}",
            "--secret",
            f"pin={kept(office, 'csc-pin', PIN)}",
        ),
        *("--secret", f"token={kept(office, 'token', TOKEN)}"),
    )
    office.on_roster("tu-xa")
    office.keys("activate", "tu-xa")


def _seal_in_hsm(office: KeyOffice, softhsm: SoftHsm) -> None:
    """Have the token make a key, certify it, and put it to use."""
    token, request = softhsm.new_token(), office.folder / "dau-hsm.csr"
    # In a process of its own: here other tests have opened the module.
    words = (
        *("keys", "generate", "dau-hsm", "--role", "seal", "--backend", "pkcs11"),
        *("--algorithm", "rsa-2048", "--set", f"module={token.module}"),
        *("--set", f"token_label={token.label}", "--set", "key_label=dau"),
        *("--secret", kept(office, "hsm-pin", TOKEN_PIN)),
        *("--data", str(office.settings.data)),
    )
    made = subprocess.run((sys.executable, "-m", "api", *words), check=False)
    assert made.returncode == 0
    office.keys("csr", "dau-hsm", "--out", request)
    answer = issue_for_request(
        office.settings.data / "pki", request, profile=PROFILES["seal"]
    )
    office.keys("import", "dau-hsm", answer)
    office.on_roster("dau-hsm", "seal")
    office.keys("activate", "dau-hsm")
    assert "dau-hsm" in office.keys("test", "dau-hsm").out
