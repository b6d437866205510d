"""A real S3 server for tests: SeaweedFS in a private folder, one for a session.

Two identities: the service as production should have it (it may write and read, not
bypass a lock), and an administrator who may do everything.
"""

import json
import os
import secrets
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path

import pytest
import urllib3
from minio import Minio
from minio.error import MinioException

from tests.support.real import need

START_SECONDS = 60
_GRPC = 10_000  # each HTTP port has a gRPC port above it
_PORTS = range(12_000, 22_000)  # both below the ephemeral range
_SERVICE_ACTIONS = [
    "Read",
    "List",
    "Write",
    "GetObjectRetention",
    "PutObjectRetention",
    "GetBucketObjectLockConfiguration",
]


@dataclass(frozen=True)
class Credentials:
    access: str
    secret: str = field(default_factory=lambda: secrets.token_hex(20))


@dataclass
class S3Server:
    """A running server and who may do what there."""

    endpoint: str
    service: Credentials
    admin: Credentials

    def client(self, who: Credentials | None = None) -> Minio:
        """The plain SDK, as the administrator unless told otherwise."""
        who = who or self.admin
        return Minio(
            self.endpoint,
            access_key=who.access,
            secret_key=who.secret,
            secure=False,
            region="us-east-1",
            http_client=urllib3.PoolManager(retries=False, timeout=20.0),
        )


def start_seaweed(
    binary: Path, folder: Path, start_seconds: float = START_SECONDS
) -> tuple[S3Server, subprocess.Popen[bytes]]:
    """Start it and wait until it stores an object; the caller kills it by its pid."""
    ports = _free_ports(4)
    server = S3Server(
        f"127.0.0.1:{ports['s3']}", Credentials("service"), Credentials("admin")
    )
    (folder / "data").mkdir()
    config = folder / "s3.json"
    config.write_text(json.dumps(_identities(server)))
    config.chmod(0o600)
    with (folder / "output").open("wb") as output:
        process = subprocess.Popen(
            [binary, *_arguments(folder, config, ports)],
            env={
                "PATH": os.defpath,
                "HOME": str(folder),
                "TMPDIR": str(folder),
                "WEED_S3_SSE_KEY": secrets.token_hex(16),
                "GOMEMLIMIT": "256MiB",
                "WEED_MASTER_VOLUME_GROWTH_COPY_1": "1",  # instead of 7 at once
            },
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=folder,
        )
    try:
        wait_until_ready(server, process, start_seconds)
    except BaseException:
        kill(process)
        raise
    return server, process


def kill(process: subprocess.Popen[bytes]) -> None:
    """A graceful stop takes 20 seconds."""
    process.send_signal(signal.SIGKILL)
    process.wait(timeout=20)


@pytest.fixture(scope="session")
def seaweed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3Server]:
    """One server for all tests of a process; each makes buckets of its own."""
    server, process = start_seaweed(need("weed"), tmp_path_factory.mktemp("seaweed"))
    yield server
    kill(process)


def _identities(server: S3Server) -> dict[str, object]:
    rows = (
        ("service", server.service, _SERVICE_ACTIONS),
        ("admin", server.admin, ["Admin"]),
    )
    return {
        "identities": [
            {
                "name": name,
                "credentials": [{"accessKey": who.access, "secretKey": who.secret}],
                "actions": actions,
            }
            for name, who, actions in rows
        ]
    }


def _arguments(folder: Path, config: Path, ports: dict[str, int]) -> list[str]:
    return [
        f"-logdir={folder}",
        "-logtostderr=false",
        "server",
        "-ip=127.0.0.1",
        "-ip.bind=127.0.0.1",
        f"-dir={folder / 'data'}",
        f"-master.port={ports['master']}",
        f"-volume.port={ports['volume']}",
        "-filer",
        f"-filer.port={ports['filer']}",
        "-s3",
        f"-s3.port={ports['s3']}",
        "-s3.port.iceberg=0",
        "-s3.port.lance=0",
        f"-s3.config={config}",
        "-s3.allowDeleteBucketNotEmpty=false",
        "-s3.autoCreateBucket=false",
        "-master.telemetry=false",
        "-master.volumeSizeLimitMB=256",
        # Every bucket takes volumes of its own; 0 would allow as many full ones as
        # the disk has room for, which a hundred buckets of a test run use up.
        "-volume.max=10000",
        "-volume.preStopSeconds=0",
    ]


def wait_until_ready(
    server: S3Server,
    process: subprocess.Popen[bytes],
    start_seconds: float = START_SECONDS,
) -> None:
    """Return when it stores an object: it answers before it can."""
    client, deadline = server.client(), time.monotonic() + start_seconds
    while True:
        try:
            if not client.bucket_exists("warm-up"):
                client.make_bucket("warm-up")
            client.put_object("warm-up", "object", BytesIO(b"x"), 1)
        except (MinioException, urllib3.exceptions.HTTPError) as error:
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError("the S3 server does not start") from error
            time.sleep(0.1)
        else:
            return


def _free_ports(count: int) -> dict[str, int]:
    found: list[int] = []
    while len(found) < count:
        port = secrets.choice(_PORTS)
        if port not in found and _is_free(port) and _is_free(port + _GRPC):
            found.append(port)
    return dict(zip(("master", "volume", "filer", "s3"), found, strict=True))


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
