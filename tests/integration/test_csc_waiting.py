"""A person's key at a remote signing service that is away, or refuses the PIN."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization.pkcs12 import (
    load_key_and_certificates,
)

from api.data_folder import DataFolder
from api.development_keys import SIGNATORY_KEY
from api.initialise import initialise
from api.settings import Settings
from api.wiring import build_services
from certify.attestation import IssuanceStep
from certify.errors import CertificateUnfit, ServiceUnavailable
from certify.verify import Verdict
from keys.open import open_key
from tests.support.csc import AUTHORIZE, PIN, WRONG_PIN, RemoteSigning, serving
from tests.support.key_away import OfficeWithKeysAway
from tests.support.papers import draw_paper


@dataclass
class Office(OfficeWithKeysAway):
    """The whole service; its signatory's key lives at the remote service."""

    remote: RemoteSigning

    def use_pin(self, pin: str) -> None:
        """Open the key again, as a restart with other settings does."""
        key = open_key(self.remote.settings(SIGNATORY_KEY, pin=pin))
        sealer: Any = self.services.issue._sealer
        sealer._guard._keys = {**sealer._guard.keys, SIGNATORY_KEY: key}


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    folder = tmp_path_factory.mktemp("remote")
    settings = Settings(data=folder / "data")
    initialise(settings)
    draw_paper(folder / "paper.jpg")
    with serving(folder) as remote:
        services = build_services(settings)
        _move_key(DataFolder(settings.data).pki / "keys", remote)
        yield Office(services, folder / "paper.jpg", remote)
        services.close()


def _move_key(keys: Path, remote: RemoteSigning) -> None:
    """Give the signatory's key, with the same certificate, to the remote service."""
    data = (keys / f"{SIGNATORY_KEY}.p12").read_bytes()
    passphrase = (keys / f"{SIGNATORY_KEY}.passphrase").read_bytes()
    private_key, leaf, chain = load_key_and_certificates(data, passphrase)
    assert isinstance(private_key, rsa.RSAPrivateKey)
    assert leaf is not None
    remote.add(SIGNATORY_KEY, private_key, [leaf, *chain])


def test_while_the_service_is_away_the_copy_waits_and_keeps_its_number(
    office: Office,
) -> None:
    office.use_pin(PIN)
    attestation_id = office.approved()
    (*before,) = office.book()

    def goes_down(step: int, _: str) -> None:
        if step == 6:
            office.remote.stop()

    with pytest.raises(ServiceUnavailable):
        office.services.issue(attestation_id, goes_down)
    view = office.services.cases.attestation(attestation_id)
    assert view.step is IssuanceStep.INTENDED
    assert view.waiting is not None
    assert view.waiting.startswith("Khóa ký số tạm thời không phản hồi")
    number = len(before) + 1
    assert office.book() == [*before, (number, "reserved")]
    with pytest.raises(ServiceUnavailable):
        office.services.issue(attestation_id)
    office.remote.start()
    assert office.services.reconcile().released == [attestation_id]
    assert office.book() == [*before, (number, "complete")]
    assert office.services.cases.attestation(attestation_id).waiting is None
    assert office.verdict(attestation_id) is Verdict.OURS_IN_FORCE


def test_a_wrong_pin_is_a_matter_for_a_person_and_costs_one_try(
    office: Office,
) -> None:
    office.use_pin(WRONG_PIN)
    attestation_id = office.approved()
    office.remote.forget_requests()
    for _ in range(3):
        with pytest.raises(CertificateUnfit, match="mã PIN không đúng"):
            office.services.issue(attestation_id)
    assert len(office.remote.requests(AUTHORIZE)) == 1
    view = office.services.cases.attestation(attestation_id)
    assert view.waiting is not None
    assert "Cần người xử lý nguyên nhân này" in view.waiting
    (*_, (number, _)) = office.book()
    office.use_pin(PIN)
    assert office.services.reconcile().released == [attestation_id]
    assert office.book()[-1] == (number, "complete")
    assert office.verdict(attestation_id) is Verdict.OURS_IN_FORCE
