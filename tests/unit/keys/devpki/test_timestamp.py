import hashlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from asn1crypto import cms, core, tsp
from asn1crypto import x509 as asn1_x509
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import given, settings
from hypothesis import strategies as st

from certify.clock import VIETNAM, SystemClock
from keys.devpki import der
from keys.devpki.timestamp import POLICY, generalized_time
from keys.devpki.timestamp_request import read_request
from tests.support.openssl import openssl
from tests.support.pki import RunningPki

MESSAGE = b"the bytes to be stamped"
NOON = datetime(2026, 11, 22, 12, 0, 0, tzinfo=UTC)


class Response(core.Sequence):
    """asn1crypto's TimeStampResp forgets that a rejection has no token."""

    _fields = [  # noqa: RUF012 - asn1crypto changes the list in place
        ("status", tsp.PKIStatusInfo),
        ("time_stamp_token", tsp.ContentInfo, {"optional": True}),
    ]


def request(*, algorithm: str = "sha256", **fields: Any) -> bytes:
    digest = hashlib.new(algorithm, MESSAGE).digest()
    imprint = {"hash_algorithm": {"algorithm": algorithm}, "hashed_message": digest}
    content = {"version": 1, "message_imprint": imprint, **fields}
    encoded: bytes = tsp.TimeStampReq(content).dump()
    return encoded


def answer(pki: RunningPki, request_der: bytes, now: datetime = NOON) -> Any:
    return Response.load(pki.pki.timestamp(request_der, now), strict=True)


def signed_data(response: Any) -> Any:
    assert response["status"]["status"].native == "granted"
    return response["time_stamp_token"]["content"]


def info(response: Any) -> Any:
    return signed_data(response)["encap_content_info"]["content"].parsed


@pytest.mark.parametrize("algorithm", ["sha256", "sha384", "sha512"])
@pytest.mark.parametrize("certificates", ["-cert", "-no_nonce"])
def test_openssl_verifies_the_token(
    running_pki: RunningPki, tmp_path: Path, algorithm: str, certificates: str
) -> None:
    data, query, reply = (tmp_path / n for n in ("data", "query", "reply"))
    data.write_bytes(MESSAGE)
    arguments = ["-data", data, f"-{algorithm}", certificates, "-out", query]
    openssl("ts", "-query", *arguments)
    now = SystemClock().now()
    reply.write_bytes(running_pki.pki.timestamp(query.read_bytes(), now))

    untrusted = tmp_path / "untrusted.pem"
    untrusted.write_bytes(
        (running_pki.folder / "certificates/issuing.pem").read_bytes()
        + (running_pki.folder / "certificates/tsa.pem").read_bytes()
    )
    # With -cert the token must carry all that is needed below the root.
    extra = [] if certificates == "-cert" else ["-untrusted", untrusted]
    trust = ["-CAfile", running_pki.root_pem, *extra]
    for subject in (["-queryfile", query], ["-data", data]):
        said = openssl("ts", "-verify", *subject, "-in", reply, *trust)
        assert "Verification: OK" in said


def test_token_repeats_the_request(running_pki: RunningPki) -> None:
    nonce = 2**150 + 7
    fields = {"nonce": nonce, "req_policy": POLICY}
    found = info(answer(running_pki, request(algorithm="sha512", **fields)))
    imprint = found["message_imprint"]
    assert found["version"].native == "v1"
    assert found["nonce"].native == nonce
    assert found["policy"].native == POLICY
    assert imprint["hash_algorithm"]["algorithm"].native == "sha512"
    assert imprint["hashed_message"].native == hashlib.sha512(MESSAGE).digest()
    assert found["accuracy"]["seconds"].native == 1
    without = info(answer(running_pki, request()))
    assert without["nonce"].native is None


def test_certificates_come_only_on_request(running_pki: RunningPki) -> None:
    pki = running_pki.pki
    found = signed_data(answer(running_pki, request(cert_req=True)))["certificates"]
    assert {choice.chosen.dump() for choice in found} == {
        pki.certificate("tsa"),
        pki.issuing.public_bytes(Encoding.DER),
    }
    found = signed_data(answer(running_pki, request()))["certificates"]
    assert isinstance(found, core.Void)
    assert found.native is None


def test_signed_attributes_name_the_certificate(running_pki: RunningPki) -> None:
    (signer,) = signed_data(answer(running_pki, request()))["signer_infos"]
    attributes = {a["type"].native: a["values"][0] for a in signer["signed_attrs"]}
    assert set(attributes) == {
        "content_type",
        "message_digest",
        "signing_certificate_v2",
    }
    leaf = running_pki.pki.certificate("tsa")
    (reference,) = attributes["signing_certificate_v2"]["certs"]
    assert reference["hash_algorithm"]["algorithm"].native == "sha256"
    assert reference["cert_hash"].native == hashlib.sha256(leaf).digest()
    serial = asn1_x509.Certificate.load(leaf).serial_number
    assert reference["issuer_serial"]["serial_number"].native == serial


def test_our_der_is_what_asn1crypto_writes(running_pki: RunningPki) -> None:
    response = answer(running_pki, request(cert_req=True, nonce=5))
    before = response.dump()
    signer = signed_data(response)["signer_infos"][0]
    attributes = cms.CMSAttributes(list(signer["signed_attrs"]))
    assert attributes.dump(force=True)[1:] == signer["signed_attrs"].dump()[1:]
    found = info(response)
    written = found.dump()
    assert found.dump(force=True) == written
    assert response.dump(force=True) == before


def test_serials_are_unique_and_grow(running_pki: RunningPki) -> None:
    encoded = request()
    serials = [
        info(answer(running_pki, encoded))["serial_number"].native for _ in range(20)
    ]
    assert serials == sorted(set(serials))
    with ThreadPoolExecutor(8) as pool:
        replies = pool.map(lambda _: answer(running_pki, encoded), range(100))
        more = [info(reply)["serial_number"].native for reply in replies]
    assert len(set(more)) == 100
    assert min(more) > max(serials)
    assert max(more).bit_length() <= 160


@pytest.mark.parametrize(
    ("microsecond", "written"),
    [(0, b""), (999, b""), (7_000, b".007"), (120_500, b".12"), (500_000, b".5")],
)
def test_time_has_milliseconds_without_trailing_zeros(
    running_pki: RunningPki, microsecond: int, written: bytes
) -> None:
    moment = NOON.replace(second=50, microsecond=microsecond)
    assert generalized_time(moment) == b"20261122120050" + written + b"Z"
    found = info(answer(running_pki, request(), moment))["gen_time"].native
    cut = microsecond // 1000 * 1000
    assert found == moment.replace(microsecond=cut)


def test_time_is_utc(running_pki: RunningPki) -> None:
    vietnam = (NOON + timedelta(hours=1)).astimezone(VIETNAM)
    found = info(answer(running_pki, request(), vietnam))["gen_time"].native
    assert found == NOON + timedelta(hours=1)


def _imprint(algorithm: str, size: int) -> dict[str, object]:
    return {
        "hash_algorithm": {"algorithm": algorithm},
        "hashed_message": bytes(size),
    }


BAD_REQUESTS: dict[str, tuple[Callable[[], bytes], str]] = {
    "empty": (lambda: b"", "bad_data_format"),
    "garbage": (lambda: b"GET / HTTP/1.1", "bad_data_format"),
    "truncated": (lambda: request()[:-3], "bad_data_format"),
    "trailing byte": (lambda: request() + b"\0", "bad_data_format"),
    "huge": (lambda: bytes(100_000), "bad_data_format"),
    "SHA-1": (lambda: request(algorithm="sha1"), "bad_alg"),
    "MD5": (lambda: request(algorithm="md5"), "bad_alg"),
    "short digest": (
        lambda: request(message_imprint=_imprint("sha256", 20)),
        "bad_data_format",
    ),
    "version 2": (lambda: request().replace(b"\2\1\1", b"\2\1\2", 1), "bad_request"),
    "other policy": (lambda: request(req_policy="1.2.3.4"), "unaccepted_policy"),
    "extension": (
        lambda: request(extensions=[{"extn_id": "1.2.3.4", "extn_value": b"\x05\x00"}]),
        "unaccepted_extensions",
    ),
    "long nonce": (lambda: request(nonce=2**1000), "bad_data_format"),
}


@pytest.mark.parametrize(
    ("make", "failure"), BAD_REQUESTS.values(), ids=BAD_REQUESTS.keys()
)
def test_bad_request_is_rejected_with_its_failure(
    running_pki: RunningPki, make: Callable[[], bytes], failure: str
) -> None:
    response = answer(running_pki, make())
    status = response["status"]
    assert status["status"].native == "rejection"
    assert status["fail_info"].native == {failure}
    assert status["status_string"].native[0].endswith(".")
    assert response["time_stamp_token"].native is None


def test_openssl_reads_the_rejection(running_pki: RunningPki, tmp_path: Path) -> None:
    reply = tmp_path / "reply"
    reply.write_bytes(running_pki.pki.timestamp(request(algorithm="md5"), NOON))
    said = openssl("ts", "-reply", "-in", reply, "-text")
    assert "Rejected" in said
    assert "unrecognized or unsupported algorithm" in said


@settings(deadline=None)  # the machine may be busy
@given(st.data())
def test_mutated_requests_always_get_an_answer(
    running_pki: RunningPki, data: st.DataObject
) -> None:
    encoded = bytearray(request(nonce=77, cert_req=True, req_policy=POLICY))
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(encoded) - 1))
        encoded[place] = data.draw(st.integers(0, 255))
    response = answer(running_pki, bytes(encoded))
    assert response["status"]["status"].native in {"granted", "rejection"}


@settings(deadline=None)  # the machine may be busy
@given(st.binary(max_size=300))
def test_random_bytes_get_a_rejection(running_pki: RunningPki, noise: bytes) -> None:
    response = answer(running_pki, noise)
    assert response["status"]["status"].native == "rejection"


@settings(deadline=None)  # the machine may be busy
@given(st.integers(0, 2**200), st.binary(max_size=70_000))
def test_der_writer_agrees_with_asn1crypto(number: int, content: bytes) -> None:
    assert der.integer(number) == core.Integer(number).dump()
    octets = der.tlv(der.OCTET_STRING, content)
    assert octets == core.OctetString(content).dump()


def test_request_reader_keeps_the_nonce_as_sent() -> None:
    found = read_request(request(nonce=128), policy=POLICY)
    assert found.nonce == b"\x02\x02\x00\x80"
    assert not found.wants_certificates
