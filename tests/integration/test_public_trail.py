"""A stranger's view of the public trail: pages, JSON, proofs checked without us."""

import json
import shutil
import sqlite3
from base64 import b64encode
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from api.__main__ import main
from api.cli.desk_work import Paper, certify_one, hand_over
from api.wiring import build_note_dates
from certify.checkpoint import (
    Checkpoint,
    NoteError,
    NoteKey,
    open_note,
    signed_note,
)
from certify.errors import InvalidInput
from certify.merkle import TreeHead
from certify.people import Requester
from certify.trail_check import Earlier, check_trail, head_in_record
from certify.trail_proof import decode_proof
from keys.note import NoteSigningKey
from tests.support.clock import MORNING
from tests.support.web import WebSystem

Run = Callable[..., tuple[int, Any]]
API = "/api/v1/trail"


def issue(system: WebSystem, out: Path) -> Path:
    services, sample = system.services, system.samples[1]
    case = services.desk.open_case(services.officer_id, Requester("Lò Văn Thử"))
    paper = Paper(scans=(sample.path,), title="Giấy khai sinh", accept="thử nghiệm")
    released = certify_one(services, case.id, paper, show_findings=lambda _: None)
    return hand_over(services, released, out, overwrite=False).file


@pytest.fixture(scope="module")
def trust(web_service: WebSystem) -> Path:
    return web_service.services.bundle._trust


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("public-trail")


@pytest.fixture(scope="module")
def first(web_service: WebSystem, folder: Path) -> Path:
    """A copy, and a checkpoint that holds it."""
    copy = issue(web_service, folder / "first.pdf")
    with web_service.client() as anybody:
        report = anybody.post("/api/v1/verify", content=copy.read_bytes()).json()
        assert report["trail"]["state"] == "pending"
        early = anybody.get(f"{API}/proofs/{report['sha256']}")
        assert (early.status_code, early.json()["code"]) == (503, "trail.pending")
        assert int(early.headers["retry-after"]) > 0
    web_service.services.publish_checkpoint()
    return copy


@pytest.fixture(scope="module")
def second(web_service: WebSystem, first: Path, folder: Path) -> Path:
    """A copy made after that checkpoint, and a checkpoint that holds it too."""
    assert first.is_file()
    copy = issue(web_service, folder / "second.pdf")
    web_service.services.publish_checkpoint()
    return copy


@pytest.fixture
def verify(trust: Path, folder: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    def run(*words: object) -> tuple[int, Any]:
        capsys.readouterr()
        away = ("--trust", trust, "--data", folder / "none", "--offline-ok", "--json")
        code = main(["verify", *map(str, (*words, *away))])
        return code, json.loads(capsys.readouterr().out)

    return run


def test_anybody_sees_checkpoints_and_proofs_that_a_proxy_may_keep(
    web_service: WebSystem, first: Path, second: Path, trust: Path
) -> None:
    key = NoteKey.decode((trust / "trail.vkey").read_text())
    digest = sha256(first.read_bytes()).hexdigest()
    with web_service.client() as anybody:
        newest = anybody.get(f"{API}/checkpoint")
        assert newest.headers["cache-control"] == "public, max-age=60"
        note = newest.json()["checkpoint"]
        later = open_note(note, [key]).head.size
        assert newest.json()["timestamp_at"], "dated by the development TSA"
        assert anybody.get("/trail/checkpoint").text == note
        assert NoteKey.decode(anybody.get("/trail/key").text) == key
        page = anybody.get("/trail").text
        assert (
            newest.json()["root"]
            == b64encode(bytes.fromhex(open_note(note, [key]).head.root.hex())).decode()
        )
        assert open_note(note, [key]).head.root.hex() in page
        report = anybody.post("/api/v1/verify", content=first.read_bytes()).json()
        assert report["trail"]["state"] == "proven"
        proof = decode_proof(json.dumps(report["trail"]["proof"]).encode())
        assert check_trail(proof, digest, [key]).exit_code == 0
        shown = anybody.post("/verify", files={"file": first.read_bytes()}).text
        assert f'name="sha256" value="{digest}"' in shown
        witness = anybody.post("/api/v1/verify", content=second.read_bytes())
        earlier = int(witness.json()["trail"]["proof"]["leaf_index"])
        assert anybody.get(f"{API}/checkpoints/{earlier}").status_code == 404
        unknown = anybody.get(f"{API}/proofs/{'0' * 64}")
        assert (unknown.status_code, unknown.json()["code"]) == (404, "not_found")
        assert anybody.get(f"{API}/proofs/{digest}?since=999999").status_code == 422
        wrong = anybody.get(f"{API}/consistency?earlier={later}&later={later - 1}")
        assert wrong.status_code == 422
        same = anybody.get(f"{API}/checkpoints/{later}")
        assert same.json() == newest.json()
        assert same.headers["cache-control"] == "public, max-age=86400"


def test_a_person_takes_the_proof_as_a_file_and_names_a_kept_checkpoint(
    web_service: WebSystem, first: Path
) -> None:
    digest = sha256(first.read_bytes()).hexdigest()
    with web_service.client() as anybody:
        asked = {"sha256": digest, "since": "1"}
        file = anybody.get("/trail/proof", params=asked)
        assert "attachment" in file.headers["content-disposition"]
        assert [one.size for one in decode_proof(file.content).growths] == [1]
        assert not decode_proof(
            anybody.get("/trail/proof", params=asked | {"since": ""}).content
        ).growths
        for impossible in ("999999", "x", "0"):
            page = anybody.get("/trail/proof", params=asked | {"since": impossible})
            assert page.status_code == 422
            assert "<html" in page.text


def test_offline_against_a_kept_checkpoint_and_another_copy(
    web_service: WebSystem, first: Path, second: Path, verify: Run, folder: Path
) -> None:
    digest = sha256(first.read_bytes()).hexdigest()
    record = web_service.services.verify(second).inspection.record
    head = head_in_record(record)
    assert head is not None
    with web_service.client() as anybody:
        kept = anybody.get(f"{API}/checkpoints/{head.size}").json()
        bare = anybody.get(f"{API}/proofs/{digest}").content
        full = anybody.get(f"{API}/proofs/{digest}?since={head.size}").content
    (folder / "kept.txt").write_text(kept["checkpoint"])
    (folder / "bare.json").write_bytes(bare)
    (folder / "full.json").write_bytes(full)
    given = ("--checkpoint", folder / "kept.txt", "--witness", second)
    code, said = verify(first, "--proof", folder / "full.json", *given)
    assert code == 0, said
    assert len(said["trail_check"]["compared"]) == 2
    assert said["trail_check"]["timestamp_at"]
    code, said = verify(first, "--proof", folder / "bare.json", *given)
    assert (code, len(said["trail_check"]["missing"])) == (3, 2)
    code, said = verify(first, "--checkpoint", folder / "kept.txt")
    assert (code, said["error"]["code"]) == (2, "input.invalid")


def test_a_service_that_rewrote_its_trail_is_found_by_what_was_kept(
    web_service: WebSystem, first: Path, second: Path
) -> None:
    """It has the key, and signs again: whoever kept nothing could not tell."""
    services = web_service.services
    key, digest = (
        services.publish_checkpoint.key,
        sha256(first.read_bytes()).hexdigest(),
    )
    witness = head_in_record(services.verify(second).inspection.record)
    assert witness is not None
    proof = services.prove_trail.proof(digest, [witness.size])
    other = TreeHead(witness.size, bytes(32))
    for kept, code in ((witness, 0), (other, 1), (TreeHead(10**6, bytes(32)), 3)):
        check = check_trail(proof, digest, [key], [Earlier("bản giữ", kept)])
        assert check.exit_code == code
    assert check_trail(proof, digest, []).exit_code == 3


def test_the_commands_check_prove_and_tell_of_a_rewritten_row(
    web_service: WebSystem,
    second: Path,
    trust: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def trail(data: Path, *words: object) -> tuple[int, Any]:
        capsys.readouterr()
        code = main(["trail", *map(str, words), "--data", str(data), "--json"])
        return code, json.loads(capsys.readouterr().out)

    data, kept = tmp_path / "data", tmp_path / "kept.txt"
    data.mkdir()
    for name in ("service.key", "service.json", "trust/trail.vkey"):
        (data / name).parent.mkdir(exist_ok=True)
        shutil.copy(trust.parent / name, data / name)
    with (
        closing(sqlite3.connect(trust.parent / "register.db")) as source,
        closing(sqlite3.connect(data / "register.db")) as copy,
    ):
        source.backup(copy)
    kept.write_text(web_service.services.prove_trail.checkpoint().note)
    code, found = trail(data, "verify", "--checkpoint", kept)
    assert (code, found["findings"], found["sound"]) == (0, [], True)
    code, made = trail(data, "proof", second)
    assert (code, made["type"]) == (0, "trail-proof/1")
    assert trail(data, "key")[1]["keys"] == [(trust / "trail.vkey").read_text().strip()]
    with closing(sqlite3.connect(data / "register.db")) as insider, insider:
        triggers = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        for (name,) in insider.execute(triggers).fetchall():
            insider.execute(f"DROP TRIGGER {name}")
        insider.execute(
            "UPDATE trail SET actor = 'officer:khac' WHERE action = 'copy.release'"
        )
    code, found = trail(data, "verify", "--checkpoint", kept)
    assert (code, found["findings"][0]["code"]) == (1, "chain.broken")
    kept.write_text("x")
    assert trail(data, "verify", "--checkpoint", kept)[0] == 2


def test_a_token_counts_for_its_checkpoint_alone(
    web_service: WebSystem, first: Path, trust: Path
) -> None:
    services = web_service.services
    proof = services.prove_trail.proof(sha256(first.read_bytes()).hexdigest())
    assert proof.token is not None
    dates = build_note_dates(trust, services.clock)
    published = services.prove_trail.checkpoint()
    assert dates(proof.note, proof.token) == published.token_at
    for note, token in (
        (proof.note + "x", proof.token),
        (proof.note, proof.token[:-1] + bytes([proof.token[-1] ^ 1])),
        (proof.note, b"no token"),
    ):
        with pytest.raises(InvalidInput, match="không đúng hoặc không tin cậy"):
            dates(note, token)


def test_a_page_says_that_publication_stopped(web_service: WebSystem) -> None:
    services = web_service.services
    later = services.clock.now() + timedelta(hours=1)
    services.publish_checkpoint._tree.refuse(later, "dòng 3")
    with web_service.client() as anybody:
        page = anybody.get("/trail").text
    assert "Đang dừng công bố" in page
    assert "dòng 3" not in page, "what exactly is for the administrator"


def test_only_our_key_signs_checkpoints_and_only_proofs_are_read() -> None:
    signer, stranger = (NoteSigningKey(bytes([n]) * 32) for n in (1, 2))
    key = NoteKey(signer.name, signer.public)
    made = Checkpoint(key.name, TreeHead(1, bytes(32)), MORNING.replace(microsecond=0))
    note = signed_note(made.text, key, signer.sign(made.text))
    assert open_note(note, [key]) == made
    assert open_note(note.replace("\n", "\r\n"), [key]) == made
    assert NoteKey.decode(key.encode()) == key
    forged = signed_note(made.text, key, stranger.sign(made.text))
    other = made.text.replace("\n1\n", "\n2\n")
    for bad in (
        forged,
        signed_note(other, key, signer.sign(made.text)),
        note.replace("— ", "- "),
        note.rstrip(),
        made.text,
        signed_note("x\n-1\n\n", key, signer.sign("x\n-1\n\n")),
        note * 100,
        "",
    ):
        with pytest.raises(NoteError):
            open_note(bad, [key])
    with pytest.raises(NoteError, match="known key"):
        open_note(note, [NoteKey(stranger.name, stranger.public)])
    for bad in ("x", key.encode().replace("+", "+0", 1), f"a+00000000+{'A' * 44}"):
        with pytest.raises(NoteError):
            NoteKey.decode(bad)
    leaf = {"authority_id": "a", "sequence": 1, "digest": "", "file": None}
    odd = (leaf | {name: bad} for name in leaf for bad in (float("nan"), "\ud800", [1]))
    proofs = (
        {
            "type": "trail-proof/1",
            "leaf": one,
            "leaf_index": 0,
            "path": [],
            "checkpoint": note,
            "timestamp": None,
            "consistency": [],
        }
        for one in odd
    )
    for data in (
        b"",
        b"[]",
        b"{}",
        b'{"type":"trail-proof/1"}',
        b"[" * 10**5,
        *(json.dumps(one).encode() for one in proofs),
    ):
        with pytest.raises(InvalidInput):
            decode_proof(data)
