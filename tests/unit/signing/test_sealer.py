"""A sealed copy: three tokens, two signatures, one DSS, in every scheme."""

import subprocess
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256

from certify.clock import SystemClock
from certify.errors import (
    AttemptDiscarded,
)
from certify.inspection import Indication
from certify.self_check import check_as_stranger, check_belongs_to_intent
from certify.signatures import SEAL_FIELD
from keys.base import SignatureScheme
from keys.devpki.holders import SignatoryHolder
from keys.devpki.issue import issue_certificate
from keys.open import open_key
from signing import pades
from signing.embed import FontPrograms
from signing.pictures import Picture
from signing.sealer import PadesSealer
from tests.support.pki import RunningPki, ec_key, fresh_key_id, rsa_key
from tests.support.real import need
from tests.support.sealing import (
    PERSON,
    Sealed,
    inspect,
    make_canonical_scan,
    make_order,
    make_sealer,
    seal,
)


def test_a_sealed_copy_is_lta_and_as_intended(sealed_copy: Sealed, trust: Path) -> None:
    copy, order = sealed_copy
    inspection = inspect(copy.path, trust)
    assert inspection.level == "PAdES-B-LTA"
    assert inspection.container_problems == ()
    assert [s.indication for s in inspection.signatures] == [
        Indication.TOTAL_PASSED
    ] * 3
    assert [s.field for s in inspection.signatures] == [
        "NguoiThucHienChungThuc",
        "CoQuanChungThuc",
        "DauThoiGianLuuTru",
    ]
    person, agency, _ = inspection.signatures
    assert (person.certification, agency.locks_all) == (2, True)
    assert (person.signer, person.title) == ("Lò Văn Thử", "Chủ tịch")
    assert inspection.page_digest == order.scan.page_digest
    assert inspection.page_count == 4
    assert inspection.sha256 == copy.sha256


def test_a_lock_that_spares_a_field_does_not_lock_all(
    sealer: PadesSealer, trust: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pades, "LOCKED_FIELDS", (SEAL_FIELD,))
    scan = make_canonical_scan(tmp_path / "scan.pdf")
    copy = seal(sealer, make_order(sealer, scan, tmp_path))
    inspection = inspect(copy.path, trust)
    assert [s.intact for s in inspection.signatures] == [True] * 3
    assert not inspection.signatures[1].locks_all


def test_the_strangers_check_accepts_the_file_and_names_any_difference(
    sealer: PadesSealer, trust: Path, tmp_path: Path
) -> None:
    scan = make_canonical_scan(tmp_path / "scan.pdf")
    order = make_order(sealer, scan, tmp_path)
    prepared = sealer.make_ready(order.statement).prepare(order)
    copy = prepared.seal()
    inspection = inspect(copy.path, trust)
    check_belongs_to_intent(copy.path, prepared.intent)
    check_as_stranger(inspection, prepared.intent, order.statement)
    for changed, word in (
        (replace(prepared.intent, page_digest="0" * 64), "hình ảnh trang"),
        (replace(prepared.intent, statement_digest="0" * 64), "xác nhận"),
        (
            replace(
                prepared.intent,
                attested_at=prepared.intent.attested_at - timedelta(days=1),
            ),
            "ngày in",
        ),
    ):
        with pytest.raises(Exception, match=word):
            check_as_stranger(inspection, changed, order.statement)
    with pytest.raises(Exception, match="lượt ký khác"):
        check_belongs_to_intent(
            copy.path, replace(prepared.intent, composed_sha256="0" * 64)
        )


def test_independent_tools_find_both_signatures_valid(sealed_copy: Sealed) -> None:
    path = sealed_copy[0].path
    answer = subprocess.run(
        [need("pdfsig"), "-nocert", path],
        check=True,
        capture_output=True,
        text=True,
        timeout=60,
    ).stdout
    assert answer.count("Signature is Valid") == 2
    assert "Total document signed" in answer
    subprocess.run(
        [need("qpdf"), "--check", path], check=True, capture_output=True, timeout=60
    )


def test_a_prepared_copy_is_sealed_once(sealer: PadesSealer, tmp_path: Path) -> None:
    scan = make_canonical_scan(tmp_path / "scan.pdf")
    order = make_order(sealer, scan, tmp_path)
    prepared = sealer.make_ready(order.statement).prepare(order)
    prepared.seal()
    with pytest.raises(RuntimeError):
        prepared.seal()


def test_tokens_are_in_order_and_hold_the_printed_day(sealed_copy: Sealed) -> None:
    copy, order = sealed_copy
    assert order.attested_at <= copy.signed_at <= copy.sealed_at <= copy.archived_at


@pytest.mark.parametrize(
    "printed",
    [timedelta(days=-1), timedelta(minutes=-11), timedelta(minutes=11)],
    ids=["another day", "too old", "in the future"],
)
def test_a_printed_time_far_from_the_token_is_discarded(
    printed: timedelta, sealer: PadesSealer, tmp_path: Path
) -> None:
    scan = make_canonical_scan(tmp_path / "scan.pdf")
    order = make_order(sealer, scan, tmp_path)
    order = replace(order, attested_at=order.attested_at + printed)
    prepared = sealer.make_ready(order.statement).prepare(order)
    with pytest.raises(AttemptDiscarded):
        prepared.seal()


@pytest.mark.parametrize(
    "scheme",
    [
        SignatureScheme.RSA_PKCS1_SHA256,
        SignatureScheme.RSA_PSS_SHA256,
        SignatureScheme.ECDSA_SHA256,
    ],
)
def test_every_scheme_ends_in_a_copy_that_passes(
    scheme: SignatureScheme,
    running_pki: RunningPki,
    fonts: FontPrograms,
    pictures: dict[str, Picture],
    trust: Path,
    tmp_path: Path,
) -> None:
    key_id = fresh_key_id("scheme")
    holder = SignatoryHolder(key_id, "Lò Thị Khóa", "Chủ tịch", "UBND xã Thử")
    elliptic = scheme is SignatureScheme.ECDSA_SHA256
    issue_certificate(
        running_pki.folder,
        holder,
        now=SystemClock().now(),
        private_key=ec_key(ec.SECP256R1()) if elliptic else rsa_key(2048),
    )
    key = open_key(replace(running_pki.key_settings(key_id), scheme=scheme))
    sealer = make_sealer(
        running_pki,
        pictures=pictures,
        fonts=fonts,
        keys={PERSON: key, "seal": open_key(running_pki.key_settings("seal"))},
    )
    scan = make_canonical_scan(tmp_path / "scan.pdf")
    order = make_order(sealer, scan, tmp_path)
    copy = seal(sealer, order)
    inspection = inspect(copy.path, trust)
    assert inspection.level == "PAdES-B-LTA"
    assert all(s.indication is Indication.TOTAL_PASSED for s in inspection.signatures)
    person = inspection.signatures[0]
    assert person.certificate_sha256 == key.certificate.fingerprint(SHA256()).hex()
