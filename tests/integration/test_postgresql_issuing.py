"""The main job on PostgreSQL, as its operator and its officers meet it."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from api.__main__ import main
from api.samples import Sample
from tests.support.postgres import Server

Run = Callable[..., tuple[int, Any]]


@pytest.fixture
def certify(capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command in this process; its exit code and what it says as JSON."""

    def run(*words: object) -> tuple[int, Any]:
        capsys.readouterr()
        code = main([*map(str, words), "--json"])
        said = capsys.readouterr()
        return code, json.loads(said.out) if said.out else said.err

    return run


@pytest.mark.timeout(300)  # draws its papers when nobody has before
def test_the_main_job_with_the_rights_of_the_service_only(
    postgresql15: Server,
    papers: list[Sample],
    tmp_path: Path,
    certify: Run,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    data, made, password = tmp_path / "data", tmp_path / "copy.pdf", tmp_path / "secret"
    with postgresql15.fresh(migrated=False) as url:
        postgresql15.execute("DROP ROLE IF EXISTS clerk")
        postgresql15.execute("CREATE ROLE clerk LOGIN PASSWORD 'clerk-secret'")
        monkeypatch.setenv("CERTIFY_DATABASE_URL", url)
        code, said = certify("database", "migrate", "--service-role", "clerk")
        assert (code, said["service_role"]) == (0, "clerk")
        address = url.rpartition("@")[2]
        password.write_text("clerk-secret\n")
        password.chmod(0o600)
        monkeypatch.setenv("CERTIFY_DATABASE_URL", f"postgresql://clerk@{address}")
        monkeypatch.setenv("CERTIFY_DATABASE_PASSWORD_FILE", str(password))
        sample = papers[1]
        code, said = certify(
            *("copy", sample.path, "--requester", sample.requester),
            *("--title", sample.title, "--out", made, "--data", data),
        )
        assert code == 0, said
        assert not (data / "register.db").exists()
        code, said = certify("verify", made, "--data", data)
        assert (code, said["verdict"]) == (0, "ours_in_force")
        code, said = certify("status", "--data", data)
        assert said["database"].startswith("PostgreSQL 1")
        code, said = certify("init", "--data", tmp_path / "another")
        assert code == 2
        assert "đã thuộc một thư mục dữ liệu khác" in said["error"]["message"]
