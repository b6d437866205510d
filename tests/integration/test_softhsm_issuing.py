"""The whole service with both keys in an HSM: SoftHSM2, real servers."""

import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.hazmat.primitives.serialization.pkcs12 import load_pkcs12

from api.data_folder import DataFolder
from api.development import SEAL_KEY, SIGNATORY_KEY
from api.initialise import initialise
from api.settings import Settings
from api.wiring import build_services
from certify.attestation import IssuanceStep
from certify.errors import CertificateUnfit, ServiceUnavailable
from certify.verify import Verdict
from keys.base import SigningKey
from keys.open import open_key
from tests.support.key_away import OfficeWithKeysAway
from tests.support.papers import draw_paper
from tests.support.softhsm import PIN, SoftHsm, SoftToken

AWAY = "Khóa ký số tạm thời không phản hồi"


@dataclass
class Office(OfficeWithKeysAway):
    token: SoftToken

    def problems(self) -> list[str]:
        condition = self.services.condition
        condition.refresh()
        return [s.problem for s in condition.look().services if s.kind == "keys"]


def move_to_token(keys: Path, key_id: str, token: SoftToken) -> SigningKey:
    """Put a development key on the token; its certificates stay in a file."""
    passphrase = (keys / f"{key_id}.passphrase").read_bytes()
    found = load_pkcs12((keys / f"{key_id}.p12").read_bytes(), passphrase)
    certificates = [found.cert, *found.additional_certs]
    pem = keys / f"{key_id}.pem"
    pem.write_bytes(
        b"".join(c.certificate.public_bytes(Encoding.PEM) for c in certificates if c)
    )
    assert found.key is not None
    token.put(key_id, found.key)
    return open_key(token.settings(key_id, certificates=pem))


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An initialised data folder to copy: its keys take seconds to make."""
    folder = tmp_path_factory.mktemp("fresh") / "data"
    initialise(Settings(data=folder))
    return folder


@pytest.fixture
def office(fresh: Path, softhsm: SoftHsm, tmp_path: Path) -> Iterator[Office]:
    folder, token = DataFolder(tmp_path / "data"), softhsm.new_token()
    shutil.copytree(fresh, folder.path)

    services = build_services(Settings(data=folder.path))
    sealer: Any = services.issue._sealer
    sealer._guard.keys._held = {
        key_id: move_to_token(folder.pki / "keys", key_id, token)
        for key_id in (SIGNATORY_KEY, SEAL_KEY)
    }
    draw_paper(tmp_path / "paper.jpg")
    yield Office(services, tmp_path / "paper.jpg", token)
    services.close()


def test_while_the_hsm_is_away_no_number_is_taken_and_the_desk_says_why(
    office: Office,
) -> None:
    services, first = office.services, office.approved()
    services.issue(first)
    second = office.approved()
    with office.token.away():
        assert office.problems() == ["tạm thời không phản hồi"] * 2
        with pytest.raises(ServiceUnavailable, match=AWAY):
            services.issue(second)
        view = services.cases.attestation(second)
        assert view.step is IssuanceStep.APPROVED
        assert (view.waiting or "").startswith(AWAY)
        assert office.book() == [(1, "complete")]
    assert services.reconcile().released == [second]
    assert office.problems() == ["", ""]
    assert office.book() == [(1, "complete"), (2, "complete")]
    assert office.verdict(second) is Verdict.OURS_IN_FORCE


def test_an_hsm_lost_when_the_number_is_taken_keeps_the_number(office: Office) -> None:
    services, attestation_id = office.services, office.approved()
    with ExitStack() as lost:

        def lose_token(step: int, _: str) -> None:
            if step == 6:
                lost.enter_context(office.token.away())

        with pytest.raises(ServiceUnavailable, match=AWAY):
            services.issue(attestation_id, lose_token)
    assert office.book() == [(1, "reserved")]
    assert services.reconcile().released == [attestation_id]
    assert office.book() == [(1, "complete")]
    assert office.verdict(attestation_id) is Verdict.OURS_IN_FORCE


def test_a_pin_changed_on_the_hsm_needs_a_person(office: Office) -> None:
    services, attestation_id = office.services, office.approved()
    office.token.hand("set_pin", old=PIN, new="22222222")
    with office.token.away():
        assert office.problems() == ["tạm thời không phản hồi"] * 2
    with pytest.raises(CertificateUnfit, match="mã PIN không đúng"):
        services.issue(attestation_id)
    assert office.book() == []
    assert "mã PIN không đúng" in office.problems()[0]
