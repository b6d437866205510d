"""Opening a key on a token: every reason to refuse one, on real SoftHSM2 tokens."""

import os
import shutil
import tempfile
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding

from keys.base import KeyRefused, KeyUnreachable, RefusalReason, SignatureScheme
from keys.open import open_key
from keys.settings import Pkcs11KeySettings
from tests.support.forked import in_child
from tests.support.pki import RunningPki, ec_key, rsa_key
from tests.support.softhsm import SoftHsm, SoftToken, issue_on

DIGEST = bytes(32)
NOBODY = 65534


@pytest.fixture
def token(softhsm: SoftHsm) -> SoftToken:
    return softhsm.new_token()


@pytest.fixture
def settings(
    token: SoftToken, running_pki: RunningPki, tmp_path: Path
) -> Pkcs11KeySettings:
    pem = tmp_path / "certificates.pem"
    return issue_on(token, running_pki, rsa_key(2048), pem=pem)


@pytest.fixture(scope="module")
def untouched(
    softhsm: SoftHsm, running_pki: RunningPki, tmp_path_factory: pytest.TempPathFactory
) -> Pkcs11KeySettings:
    """One key for all tests that change nothing on its token."""
    pem = tmp_path_factory.mktemp("untouched") / "certificates.pem"
    return issue_on(softhsm.new_token(), running_pki, rsa_key(2048), pem=pem)


def refusal(settings: Pkcs11KeySettings) -> RefusalReason:
    with pytest.raises(KeyRefused) as caught:
        open_key(settings)
    return caught.value.reason


def test_a_key_is_found_by_id_and_its_token_by_serial(
    token: SoftToken, settings: Pkcs11KeySettings
) -> None:
    assert settings.key_label is not None
    by_number = replace(
        settings,
        token_label=None,
        token_serial=token.hand("serial"),
        key_cka_id=settings.key_label.encode(),
        key_label=None,
    )
    open_key(by_number).sign_digest(DIGEST)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"token_label": None}, RefusalReason.SETTINGS_INCOMPLETE),
        ({"key_label": None}, RefusalReason.SETTINGS_INCOMPLETE),
        ({"key_label": "no such key"}, RefusalReason.KEY_MISSING),
        ({"key_cka_id": b"no such id"}, RefusalReason.KEY_MISSING),
        ({"certificates": None}, RefusalReason.CERTIFICATE_MISSING),
        ({"certificates": Path("missing.pem")}, RefusalReason.CERTIFICATE_UNREADABLE),
        ({"certificates": Path("/")}, RefusalReason.CERTIFICATE_UNREADABLE),
        ({"certificates": Path(__file__)}, RefusalReason.CERTIFICATE_UNREADABLE),
        ({"scheme": SignatureScheme.ECDSA_SHA256}, RefusalReason.SCHEME_UNSUITABLE),
        ({"module": Path("/no/such/module.so")}, RefusalReason.MODULE_MISSING),
        ({"module": Path("/")}, RefusalReason.MODULE_MISSING),
        ({"module": Path(__file__)}, RefusalReason.MODULE_UNUSABLE),
    ],
)
def test_refused(
    untouched: Pkcs11KeySettings, changes: dict[str, object], reason: RefusalReason
) -> None:
    assert refusal(replace(untouched, **changes)) is reason


def test_a_library_that_is_no_pkcs11_module(untouched: Pkcs11KeySettings) -> None:
    with Path("/proc/self/maps").open() as maps:
        libc = next(line.split()[-1] for line in maps if "libc.so" in line)
    library = replace(untouched, module=Path(libc))
    assert refusal(library) is RefusalReason.MODULE_UNUSABLE


def test_two_keys_of_one_label(token: SoftToken, settings: Pkcs11KeySettings) -> None:
    token.put(settings.key_id, rsa_key(2048, 1), key_id="aa")
    assert refusal(settings) is RefusalReason.KEY_AMBIGUOUS


def test_two_tokens_of_one_label(
    softhsm: SoftHsm, token: SoftToken, settings: Pkcs11KeySettings
) -> None:
    serial = token.hand("serial")
    softhsm.new_token(token.label)
    assert refusal(settings) is RefusalReason.TOKEN_AMBIGUOUS
    open_key(replace(settings, token_serial=serial)).sign_digest(DIGEST)


@pytest.mark.parametrize("kind", ["rsa", "ec"])
def test_the_certificate_of_another_key(
    token: SoftToken, running_pki: RunningPki, tmp_path: Path, kind: str
) -> None:
    keys = {
        "rsa": (rsa_key(2048), rsa_key(2048, 1)),
        "ec": (ec_key(ec.SECP256R1()), ec_key(ec.SECP256R1())),
    }
    pem, other = tmp_path / "own.pem", tmp_path / "other.pem"
    settings, _ = (
        issue_on(token, running_pki, key, pem=path)
        for key, path in zip(keys[kind], (pem, other), strict=True)
    )
    open_key(settings)
    mixed = replace(settings, certificates=other)
    assert refusal(mixed) is RefusalReason.KEY_MISMATCH


def test_a_renewed_certificate_on_the_token_is_the_one_taken(
    token: SoftToken, running_pki: RunningPki
) -> None:
    """The certificate of another key under the same id is left alone."""
    settings = issue_on(token, running_pki, rsa_key(2048))
    first = open_key(settings).certificate
    stranger = running_pki.pki.issuing
    token.put_certificate(settings.key_id, stranger)
    assert open_key(settings).certificate == first


def test_a_token_away_at_the_start_is_waited_for_if_the_certificate_is_known(
    token: SoftToken, settings: Pkcs11KeySettings
) -> None:
    with token.away():
        with pytest.raises(KeyUnreachable):
            open_key(replace(settings, certificates=None))
        key = open_key(settings)
        with pytest.raises(KeyUnreachable):
            key.sign_digest(DIGEST)
    key.sign_digest(DIGEST)


def test_the_late_proof_still_refuses_another_key(
    token: SoftToken, settings: Pkcs11KeySettings, running_pki: RunningPki
) -> None:
    assert settings.certificates is not None
    settings.certificates.write_bytes(running_pki.pki.root.public_bytes(Encoding.PEM))
    with token.away(), pytest.raises(KeyRefused) as caught:
        open_key(settings)
    assert caught.value.reason is RefusalReason.USAGE_WRONG
    other = open_key(running_pki.key_settings("chairman")).certificate
    settings.certificates.write_bytes(other.public_bytes(Encoding.PEM))
    with token.away():
        key = open_key(settings)
    with pytest.raises(KeyRefused) as late:
        key.sign_digest(DIGEST)
    assert late.value.reason is RefusalReason.KEY_MISMATCH


def test_a_token_that_may_only_be_read_signs(
    token: SoftToken, running_pki: RunningPki, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sessions are read-only: nothing on the token is written, not even by a login."""
    settings = issue_on(token, running_pki, rsa_key(2048))
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        shutil.copytree(token.folder, folder / "tokens" / token.folder.name)
        for path in (folder, *folder.rglob("*")):
            path.chmod(0o555 if path.is_dir() else 0o444)
        configuration = folder / "softhsm2.conf"
        folder.chmod(0o755)
        configuration.write_text(f"directories.tokendir = {folder / 'tokens'}\n")

        def reader() -> str:
            monkeypatch.setenv("SOFTHSM2_CONF", str(configuration))
            if os.getuid() == 0:
                os.setresuid(NOBODY, NOBODY, NOBODY)
            with pytest.raises(PermissionError):
                (folder / "tokens" / token.folder.name / "new").touch()
            open_key(settings).sign_digest(DIGEST)
            return "signed"

        assert in_child(reader) == "signed"
        for path in (folder, *folder.rglob("*")):
            path.chmod(0o755)  # to be removed
