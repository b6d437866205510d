"""A real MinIO server for tests, where Go can build it: a second view of S3.

MinIO is distributed as source only. It is built once, into a cache outside the tree.
Where Go is missing or cannot build it one line says so and its tests are skipped, in
CI too: SeaweedFS is the store that every machine has.
"""

import base64
import fcntl
import json
import os
import secrets
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from minio.credentials.providers import StaticProvider
from minio.minioadmin import MinioAdmin

from tests.support.pki import free_port
from tests.support.seaweed import Credentials, S3Server, kill, wait_until_ready

RELEASE = "RELEASE.2025-10-15T17-29-55Z"
BUILD_SECONDS = 1800
_POLICY = Path(__file__).parents[2] / "docs" / "operate" / "s3-policy.json"
_GO = ("/usr/local/go/bin", "/usr/lib/go/bin")


@pytest.fixture(scope="session")
def minio_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3Server]:
    """One server for all tests of a process; each makes buckets of its own."""
    binary = _binary()
    server, process = _start(binary, tmp_path_factory.mktemp("minio"))
    yield server
    kill(process)


@pytest.fixture(
    params=[
        "seaweed",
        pytest.param("minio_server", marks=pytest.mark.timeout(BUILD_SECONDS)),
    ]
)
def s3_server(request: pytest.FixtureRequest) -> S3Server:
    """Every S3 server this machine can run, in turn."""
    server: S3Server = request.getfixturevalue(request.param)
    return server


def _binary() -> Path:
    """Return the server; built now if Go is here and has not built it yet."""
    on_path = shutil.which("minio")
    if on_path:
        return Path(on_path)
    cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"  # noqa: TID251 - where caches lie is no setting of the service
    folder = Path(cache) / "certified-copy" / f"minio-{RELEASE}"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # tests run in several processes
        if not (folder / "minio").exists():
            _build(folder)
    return folder / "minio"


def _build(folder: Path) -> None:
    """Build it; a failure is remembered, or each run would wait for it again."""
    go = shutil.which("go") or shutil.which("go", path=os.pathsep.join(_GO))
    if go is None:
        pytest.skip("MinIO: không có Go trên máy này để dựng")
    failure = folder / "build-failed.txt"
    if not failure.exists():
        done = subprocess.run(
            [go, "install", f"github.com/minio/minio@{RELEASE}"],
            env=os.environ | {"GOBIN": str(folder), "GOFLAGS": "-p=2"},  # noqa: TID251 - a child's own environment
            cwd=folder,
            capture_output=True,
            text=True,
            timeout=BUILD_SECONDS,
            check=False,
        )
        if done.returncode:
            failure.write_text(done.stderr, encoding="utf-8")
    if failure.exists():
        pytest.skip(f"MinIO: Go KHÔNG DỰNG ĐƯỢC; xem rồi xóa {failure} để thử lại")


def _start(binary: Path, folder: Path) -> tuple[S3Server, subprocess.Popen[bytes]]:
    endpoint = f"127.0.0.1:{free_port()}"
    server = S3Server(endpoint, Credentials("service"), Credentials("administrator"))
    key = base64.b64encode(secrets.token_bytes(32)).decode()
    with (folder / "output").open("wb") as output:
        process = subprocess.Popen(
            [binary, "server", folder / "data", "--address", endpoint, "--quiet"],
            env={
                "PATH": os.defpath,
                "HOME": str(folder),
                "MINIO_ROOT_USER": server.admin.access,
                "MINIO_ROOT_PASSWORD": server.admin.secret,
                "MINIO_KMS_SECRET_KEY": f"tests:{key}",  # SSE-S3 without a KMS
                "MINIO_BROWSER": "off",
                "MINIO_UPDATE": "off",
            },
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=folder,
        )
    try:
        wait_until_ready(server, process)
        _add_service(server)
    except BaseException:
        kill(process)
        raise
    return server, process


def _add_service(server: S3Server) -> None:
    """Give the service what the operator's documentation says, and no more."""
    admin = MinioAdmin(
        endpoint=server.endpoint,
        credentials=StaticProvider(server.admin.access, server.admin.secret),
        secure=False,
    )
    policy = json.loads(_POLICY.read_text(encoding="utf-8").replace("BUCKET", "*"))
    admin.user_add(server.service.access, server.service.secret)
    admin.policy_add("service", policy=policy)
    admin.policy_set("service", user=server.service.access)
