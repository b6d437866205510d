"""An S3 store that is away, slow, full or breaks off: nothing is lost."""

import ssl
import time
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from certify.attestation import StoredObject
from certify.errors import ServiceUnavailable, StoredDataDamaged
from storage.archive.open import open_archive
from storage.archive.s3 import S3Archive
from tests.support.faulty_proxy import Fault, FaultyProxy, running_proxy
from tests.support.s3_buckets import Bucket, fresh_bucket
from tests.support.seaweed import S3Server
from tests.support.tls import server_tls

QUICK = {
    "connect_seconds": 2.0,
    "read_seconds": 1.0,
    "total_seconds": 3.0,
    "tries": 2,
}
COPY = b"%PDF-1.7 a certified copy" * 5_000


def s3_answer(status: str, code: str) -> bytes:
    body = f"<Error><Code>{code}</Code><Message>no</Message></Error>".encode()
    head = (
        f"HTTP/1.1 {status}\r\nContent-Type: application/xml\r\n"
        f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    )
    return head.encode() + body


GARBAGE = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\n<a><b"
FAULTS = {
    "down": Fault("refuse"),
    "silent": Fault("silent"),
    "breaks off on the way in": Fault("half_request", after=300),
    "answer lost": Fault("lost_answer"),
    "half an answer": Fault("half_answer", after=40),
    "dripping": Fault("drip"),
    "full": Fault("answer", answer=s3_answer("507 Full", "XMinioStorageFull")),
    "overloaded": Fault("answer", answer=s3_answer("503 Slow", "SlowDown")),
    "broken": Fault("answer", answer=s3_answer("500 Error", "InternalError")),
    "not S3": Fault("answer", answer=GARBAGE),
    "no HTTP": Fault("answer", answer=b"SSH-2.0-OpenSSH_9.2\r\n"),
    "elsewhere": Fault(
        "answer",
        answer=b"HTTP/1.1 307 Moved\r\nLocation: http://127.0.0.1:9/\r\n"
        b"Content-Length: 0\r\nConnection: close\r\n\r\n",
    ),
}


@pytest.fixture(scope="module")
def proxy(seaweed: S3Server) -> Iterator[FaultyProxy]:
    with running_proxy(seaweed.endpoint) as proxy:
        yield proxy


@pytest.fixture
def bucket(seaweed: S3Server, proxy: FaultyProxy) -> Bucket:
    """The service reaches its bucket through the proxy."""
    proxy.fault = Fault()
    endpoint = f"http://127.0.0.1:{proxy.port}"
    return fresh_bucket(seaweed, endpoint=endpoint, **QUICK)


def calls(
    bucket: Bucket, folder: Path, there: StoredObject
) -> dict[str, Callable[[], object]]:
    return {
        "put": lambda: bucket.put("a1/new", COPY, folder),
        "fetch": lambda: bucket.archive.fetch(there, folder / "out"),
        "list": lambda: list(bucket.archive.list("")),
    }


@pytest.mark.parametrize("name", FAULTS)
def test_a_store_that_fails_is_one_to_wait_for(
    bucket: Bucket,
    proxy: FaultyProxy,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    name: str,
) -> None:
    there = bucket.put("a1/there", COPY, tmp_path)
    told = FAULTS[name]
    for call in calls(bucket, tmp_path, there).values():
        proxy.fault = Fault(told.kind, told.after, answer=told.answer)
        began = time.monotonic()
        with pytest.raises(ServiceUnavailable, match="Kho lưu trữ") as caught:
            call()
        assert time.monotonic() - began < 9
        shown = "".join(traceback.format_exception(caught.value)) + caplog.text
        assert bucket.server.service.secret not in shown
        assert "Signature=" not in shown
    assert not (tmp_path / "out").exists()
    proxy.fault = Fault()
    new = bucket.put("a1/new", COPY, tmp_path)
    assert list(bucket.archive.list("")) == [new, there]
    bucket.archive.fetch(there, tmp_path / "out")
    assert (tmp_path / "out").read_bytes() == COPY


def test_an_answer_that_is_lost_once_makes_no_second_version(
    bucket: Bucket, proxy: FaultyProxy, tmp_path: Path
) -> None:
    real = bucket.archive._bucket.create

    def lose_the_answer(*given: object, **named: object) -> None:
        proxy.fault = Fault("lost_answer", times=1)
        real(*given, **named)  # type: ignore[arg-type]  # passed on as they are

    bucket.archive._bucket.create = lose_the_answer  # type: ignore[method-assign]
    stored = bucket.put("a1/copy", COPY, tmp_path)
    assert proxy.fault.times == 0, "the fault struck"
    versions = list(bucket.archive._bucket.versions(""))
    assert [version.id for version in versions] == [stored.version_id]


def test_a_short_outage_is_not_even_noticed(
    bucket: Bucket, proxy: FaultyProxy, tmp_path: Path
) -> None:
    proxy.fault = Fault("answer", times=1, answer=s3_answer("503 Slow", "SlowDown"))
    bucket.put("a1/copy", COPY, tmp_path)
    assert proxy.fault.times == 0


def test_a_bit_that_flips_on_the_way_is_found(
    bucket: Bucket, proxy: FaultyProxy, tmp_path: Path
) -> None:
    stored = bucket.put("a1/copy", COPY, tmp_path)
    real = bucket.archive._bucket.client.get_object

    proxy.fault = Fault("flip")
    with pytest.raises(StoredDataDamaged, match="mã băm"):
        bucket.archive.fetch(stored, tmp_path / "out")
    assert real is not None
    assert not (tmp_path / "out").exists()


def test_a_copy_that_breaks_off_half_way_leaves_no_half_file(
    bucket: Bucket, proxy: FaultyProxy, tmp_path: Path
) -> None:
    stored = bucket.put("a1/copy", COPY, tmp_path)
    proxy.fault = Fault("half_answer", after=50_000)
    with pytest.raises(ServiceUnavailable):
        bucket.archive.fetch(stored, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_the_service_starts_while_the_store_is_away(
    bucket: Bucket, proxy: FaultyProxy, tmp_path: Path
) -> None:
    proxy.fault = Fault("refuse")
    endpoint = f"http://127.0.0.1:{proxy.port}"
    archive = open_archive(bucket.location(endpoint=endpoint, **QUICK))
    assert isinstance(archive, S3Archive)
    bucket.archive = archive
    with pytest.raises(ServiceUnavailable):
        bucket.put("a1/copy", COPY, tmp_path)
    proxy.fault = Fault()
    assert bucket.put("a1/copy", COPY, tmp_path) in set(archive.list(""))


def test_only_a_ca_the_operator_named_vouches_for_the_store(
    seaweed: S3Server, tmp_path: Path
) -> None:
    context, ca_file = server_tls(tmp_path / "right")
    _, other_ca = server_tls(tmp_path / "other")
    bucket = fresh_bucket(seaweed)
    bucket.put("a0/copy", COPY, tmp_path)  # the store's first room takes a while
    with running_proxy(seaweed.endpoint, context) as proxy:
        endpoint = f"https://127.0.0.1:{proxy.port}"
        for believed in (None, other_ca):
            archive = open_archive(
                bucket.location(endpoint=endpoint, ca_file=believed, **QUICK)
            )
            with pytest.raises(ServiceUnavailable) as caught:
                list(archive.list(""))
            assert isinstance(_root(caught.value), ssl.SSLCertVerificationError)
        archive = open_archive(
            bucket.location(endpoint=endpoint, ca_file=ca_file, **QUICK)
        )
        assert isinstance(archive, S3Archive)
        bucket.archive = archive
        stored = bucket.put("a1/copy", COPY, tmp_path)
        archive.fetch(stored, tmp_path / "out")
        assert (tmp_path / "out").read_bytes() == COPY


def _root(error: BaseException) -> BaseException:
    while (deeper := error.__cause__ or error.__context__) is not None:
        error = deeper
    return error
