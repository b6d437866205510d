"""EU DSS and veraPDF as judges of finished copies, from `tests/judges` (Java).

The jars are fetched and the runner is compiled once, into a cache outside the tree
whose name holds the digest of the project: another version is another folder. One run
of the Java machine judges many files, because its start costs more than a file.
"""

import fcntl
import hashlib
import json
import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

from tests.support.real import need

PROJECT = Path(__file__).resolve().parents[1] / "judges"
_BUILD_SECONDS = 900  # the first build fetches 60 MB
_MAVEN = "{http://maven.apache.org/POM/4.0.0}"


@dataclass(frozen=True)
class TokenVerdict:
    """What DSS says about one signature or timestamp.

    Attributes:
        kind: the PAdES level of a signature, the type of a timestamp.
        structure: what DSS noticed about the PDF, whether its policy weighs it or not.
    """

    kind: str
    indication: str
    sub_indication: str
    errors: tuple[str, ...]
    warnings: tuple[str, ...]
    infos: tuple[str, ...]
    structure: tuple[str, ...]


@dataclass(frozen=True)
class Verdict:
    """What both judges say about one file.

    Attributes:
        failures: a judge that broke on the file; empty when both came to an answer.
        pdfa_failures: "clause-test message" for each failed rule of PDF/A-2b.
        milliseconds: how long each judge took.
    """

    path: Path
    failures: tuple[str, ...]
    signatures: tuple[TokenVerdict, ...]
    timestamps: tuple[TokenVerdict, ...]
    pdfa_compliant: bool
    pdfa_failures: tuple[str, ...]
    milliseconds: Mapping[str, int]


def versions() -> dict[str, str]:
    """Return the versions the project pins: {"EU DSS": …, "veraPDF": …}."""
    pom = ET.parse(PROJECT / "pom.xml")  # noqa: S314 - our own file
    found = {
        name: pom.findtext(f"{_MAVEN}properties/{_MAVEN}{key}.version", "")
        for name, key in (("EU DSS", "dss"), ("veraPDF", "verapdf"))
    }
    if not all(found.values()):
        raise ValueError("pom.xml does not name the versions of the judges")
    return found


def judge_files(
    paths: Sequence[Path], root_pem: Path, crls: Sequence[Path] = ()
) -> list[Verdict]:
    """Judge files in one run, offline; skip the test where Java is missing.

    Args:
        paths: PDF files.
        root_pem: the only trust anchor.
        crls: current revocation lists (DER) given beside what the files hold.
    """
    java = need("java")
    built = _built()
    classes = f"{built / 'target/classes'}:{built / 'target/dependency'}/*"
    done = subprocess.run(
        [
            java,
            "-XX:+UseSerialGC",
            "-Xmx2g",
            "-cp",
            classes,
            "judges.Main",
            root_pem,
            *crls,
            "--",
            *paths,
        ],
        check=False,
        capture_output=True,
        timeout=600,
    )
    if done.returncode:
        raise RuntimeError(done.stderr.decode(errors="replace")[-4000:])
    lines = done.stdout.decode().splitlines()
    return [
        _verdict(path, json.loads(line))
        for path, line in zip(paths, lines, strict=True)
    ]


@cache
def _built() -> Path:
    """Return the folder of the built runner; build it when it is not there."""
    maven = need("mvn")
    folder = _cache() / f"judges-{_project_digest()[:16]}"
    done = folder / ".built"
    with _locked(folder.with_suffix(".lock")):
        if done.exists():
            return folder
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(PROJECT, folder, ignore=shutil.ignore_patterns("target"))
        built = subprocess.run(
            [maven, "-q", "-B", "process-classes"],
            cwd=folder,
            check=False,
            capture_output=True,
            text=True,
            timeout=_BUILD_SECONDS,
        )
        if built.returncode:
            raise RuntimeError(built.stdout[-4000:] + built.stderr[-4000:])
        done.touch()
    return folder


def _cache() -> Path:
    named = os.environ.get("XDG_CACHE_HOME")  # noqa: TID251 - a tool's cache
    folder = Path(named or Path.home() / ".cache") / "certified-copy"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _project_digest() -> str:
    digest = hashlib.sha256()
    for file in [*sorted((PROJECT / "src").rglob("*.java")), PROJECT / "pom.xml"]:
        digest.update(f"{file.relative_to(PROJECT)}\0".encode())
        digest.update(file.read_bytes())
    return digest.hexdigest()


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """One builder at a time among the workers of a parallel test run."""
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _verdict(path: Path, said: Mapping[str, Any]) -> Verdict:
    dss, verapdf = said["dss"], said["verapdf"]
    return Verdict(
        path=path,
        failures=tuple(
            f"{name}: {judge['failure']}"
            for name, judge in (("EU DSS", dss), ("veraPDF", verapdf))
            if "failure" in judge
        ),
        signatures=tuple(_token(s, "level") for s in dss.get("signatures", ())),
        timestamps=tuple(_token(s, "type") for s in dss.get("timestamps", ())),
        pdfa_compliant=verapdf.get("compliant", False),
        pdfa_failures=tuple(verapdf.get("failures", ())),
        milliseconds={n: said[n]["milliseconds"] for n in ("dss", "verapdf")},
    )


def _token(said: Mapping[str, Any], kind: str) -> TokenVerdict:
    lists = ("errors", "warnings", "infos", "structure")
    return TokenVerdict(
        kind=said[kind],
        indication=said["indication"],
        sub_indication=said["sub_indication"],
        **{name: tuple(said[name]) for name in lists},
    )
