"""Peers as contenders: workers in their own environments, and commands."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Self

from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    pkcs12,
)

from bench.environments import HERE, UnavailableError, environment
from bench.inputs import Input, Workplace
from bench.measure import Cost, timed
from bench.sealing import PERSON
from signing.embed import FontPrograms


class Worker:
    """A contender in another Python; it reports its own clock."""

    def __init__(
        self, *, name: str, job: str, process: "Process", given: Input
    ) -> None:
        self.name = name
        self.job = job
        self._process = process
        self._given = given

    def once(self) -> Cost:
        target = self._given.composed.with_name("peer.pdf")
        shutil.copyfile(self._given.composed, target)
        return self._process.ask(target)


class Process:
    """One of the programs of `bench.peers`, kept running between rounds."""

    def __init__(self, python: Path, module: str, folder: Path) -> None:
        self._process = subprocess.Popen(
            [python, "-m", f"bench.peers.{module}", folder],
            cwd=HERE.parent,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def ask(self, path: Path) -> Cost:
        """Have it do its work on a file; raises UnavailableError if it died."""
        process = self._process
        if process.stdin is None or process.stdout is None or process.stderr is None:
            raise RuntimeError("started without pipes")
        try:
            process.stdin.write(json.dumps(str(path)) + "\n")
            process.stdin.flush()
        except BrokenPipeError:
            pass  # what it said last is in its standard error
        answer = process.stdout.readline()
        if not answer:
            said = process.stderr.read().strip().splitlines()
            raise UnavailableError(said[-1] if said else "it ended without a word")
        return Cost(**json.loads(answer))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.communicate()


class Command:
    """A contender that is a command; start-up is part of its cost."""

    def __init__(self, *, name: str, job: str, command: list[str | Path]) -> None:
        self.name = name
        self.job = job
        self._command = command

    def once(self) -> Cost:
        return timed(
            lambda: subprocess.run(self._command, check=True, capture_output=True)
        )


def openssl(workplace: Workplace, given: Input) -> Command:
    """CMS alone: nothing is read of, or put into, the PDF."""
    found = shutil.which("openssl")
    if found is None:
        raise UnavailableError("no openssl here (apt: openssl)")
    key, certificate = _pem(workplace)
    return Command(
        name="openssl cms",
        job="one CAdES-BES signature over the file, in no PDF",
        command=[
            *(found, "cms", "-sign", "-cades", "-binary", "-md", "sha256"),
            *("-in", given.composed, "-inkey", key, "-signer", certificate),
            *("-outform", "DER", "-out", given.composed.with_name("openssl.der")),
        ],
    )


def pyhanko_command(workplace: Workplace, given: Input, *, install: bool) -> Command:
    """One invisible PAdES-B-B signature by the command line tool."""
    keys = workplace.pki / "keys"
    target = given.composed.with_name("command.pdf")
    return Command(
        name="pyhanko command",
        job="one invisible PAdES-B-B signature, from start to exit",
        command=[
            environment("pyhanko", install=install) / "pyhanko",
            *("sign", "addsig", "--field", "Bench", "--use-pades", "pkcs12"),
            *("--passfile", keys / f"{PERSON}.passphrase"),
            *(given.composed, target, keys / f"{PERSON}.p12"),
        ],
    )


def write_material(workplace: Workplace) -> None:
    """Lay out what the workers read: evidence and the font of the stamps."""
    evidence = workplace.inputs[0].ready.evidence
    kinds = {
        "certificates": [c.public_bytes(Encoding.DER) for c in evidence.certificates],
        "ocsp": evidence.ocsp_responses,
        "crls": evidence.crls,
    }
    for kind, ders in kinds.items():
        folder = workplace.folder / "evidence" / kind
        folder.mkdir(parents=True)
        for number, der in enumerate(ders):
            (folder / f"{number}.der").write_bytes(der)
    typeface = FontPrograms(workplace.folder / "fonts").typeface
    (workplace.folder / "regular.ttf").write_bytes(typeface.regular.data)


def _pem(workplace: Workplace) -> tuple[Path, Path]:
    keys = workplace.pki / "keys"
    key, certificate, _ = pkcs12.load_key_and_certificates(
        (keys / f"{PERSON}.p12").read_bytes(),
        (keys / f"{PERSON}.passphrase").read_bytes().strip(),
    )
    if key is None or certificate is None:
        raise RuntimeError("the key file is empty")
    files = workplace.folder / "key.pem", workplace.folder / "certificate.pem"
    files[0].write_bytes(
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    )
    files[1].write_bytes(certificate.public_bytes(Encoding.PEM))
    return files
