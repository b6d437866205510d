"""One short verdict of each judge about one file, comparable and printable."""

import subprocess
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from asn1crypto import pem
from asn1crypto import x509 as asn1_x509
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature, validate_pdf_timestamp
from pyhanko.sign.validation.dss import DocumentSecurityStore
from pyhanko.sign.validation.errors import (
    SignatureValidationError,
    ValidationInfoReadingError,
)

from tests.support.judges import TokenVerdict, Verdict, versions
from tests.support.real import need

LEVEL = "PAdES-BASELINE-LTA"
_SIGNATURES, _TIMESTAMPS = 2, 3


@dataclass(frozen=True)
class Opinion:
    """What one judge says about one file.

    Attributes:
        accepted: everything that is asked of a finished copy holds.
        said: one line for a table.
        remarks: whatever else the judge remarked; empty for a finished copy.
    """

    accepted: bool
    said: str
    remarks: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, row: Mapping[str, Any]) -> "Opinion":
        return cls(row["accepted"], row["said"], tuple(row["remarks"]))


def dss(verdict: Verdict, renewals: int = 0) -> Opinion:
    """TOTAL-PASSED at B-LTA twice, three timestamps or more, not one remark."""
    tokens = (*verdict.signatures, *verdict.timestamps)
    remarks = tuple(f for f in verdict.failures if f.startswith("EU DSS")) + tuple(
        remark for token in tokens for remark in _remarks(token)
    )
    passed = [s for s in verdict.signatures if s.indication == "TOTAL_PASSED"]
    stamped = [t for t in verdict.timestamps if t.indication == "PASSED"]
    accepted = (
        len(passed) == len(verdict.signatures) == _SIGNATURES
        and len(stamped) == len(verdict.timestamps) == _TIMESTAMPS + renewals
        and {s.kind for s in passed} == {LEVEL}
        and not remarks
    )
    said = ", ".join(f"{s.indication} {s.kind}" for s in verdict.signatures)
    said += f"; {len(stamped)}/{len(verdict.timestamps)} timestamps"
    said += f"; {len(remarks)} remarks" if remarks else ""
    return Opinion(accepted, said if tokens else "no signature", remarks)


def _remarks(token: TokenVerdict) -> list[str]:
    return [
        *([token.sub_indication] if token.sub_indication else []),
        *token.errors,
        *token.warnings,
        *token.infos,
        *token.structure,
    ]


def verapdf(verdict: Verdict) -> Opinion:
    """PDF/A-2b."""
    broken = tuple(f for f in verdict.failures if f.startswith("veraPDF"))
    said = "PDF/A-2b" if verdict.pdfa_compliant else "not PDF/A-2b"
    return Opinion(
        verdict.pdfa_compliant, said, (*broken, *dict.fromkeys(verdict.pdfa_failures))
    )


def pyhanko(path: Path, root_pem: Path, renewals: int = 0) -> Opinion:
    """The library's bottom line for each signature and each archive timestamp."""
    _, _, der = pem.unarmor(root_pem.read_bytes())
    arguments: dict[str, Any] = {
        "trust_roots": [asn1_x509.Certificate.load(der)],
        "allow_fetching": False,
        "revocation_mode": "require",
    }
    lines: list[str] = []
    with path.open("rb") as file:
        reader = PdfFileReader(file, strict=True)
        try:
            store = DocumentSecurityStore.read_dss(reader)
        except (ValidationInfoReadingError, PdfError):
            return Opinion(accepted=False, said="no signature")
        for signature in reader.embedded_signatures:
            stamp = signature.sig_object_type == "/DocTimeStamp"
            validate = validate_pdf_timestamp if stamp else validate_pdf_signature
            try:
                status = validate(signature, store.as_validation_context(arguments))
            except SignatureValidationError as error:
                lines.append(type(error).__name__)
                continue
            good = (status.valid and status.trusted) if stamp else status.bottom_line
            lines.append("valid" if good else f"invalid: {status.summary()}")
    accepted = lines == ["valid"] * (_SIGNATURES + 1 + renewals)
    return Opinion(accepted, f"{lines.count('valid')}/{len(lines)} valid", ())


def pdfsig(path: Path) -> Opinion:
    """Poppler: both signatures hold and cover the file (it builds no path here)."""
    answer = subprocess.run(
        [need("pdfsig"), "-nocert", path],
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
    ).stdout
    valid = answer.count("Signature is Valid")
    whole = "Total document signed" in answer
    said = f"{valid} valid, whole file signed" if whole else f"{valid} valid"
    return Opinion(valid == _SIGNATURES and whole, said)


def qpdf(path: Path) -> Opinion:
    """Structure: no error, no warning."""
    done = subprocess.run(
        [need("qpdf"), "--check", path],
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
    )
    remarks = tuple(line for line in done.stderr.splitlines() if line)
    return Opinion(
        done.returncode == 0, "no error" if not done.returncode else "errors", remarks
    )


def judges() -> dict[str, str]:
    """Return every judge with the version that is asked."""
    return {
        **versions(),
        "pyHanko": version("pyhanko"),
        "pdfsig": _first_line("pdfsig", "-v"),
        "qpdf": _first_line("qpdf", "--version"),
    }


def _first_line(tool: str, option: str) -> str:
    done = subprocess.run(
        [need(tool), option], check=False, capture_output=True, text=True, timeout=60
    )
    return (done.stdout + done.stderr).splitlines()[0].split()[-1]
