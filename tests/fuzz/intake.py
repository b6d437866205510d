"""Fuzz intake: every upload gets a verdict of the closed list."""

from collections.abc import Callable, Mapping
from pathlib import Path

from certify.errors import ScanRefused
from certify.intake import child, tasks
from certify.intake.checks import CHECKS
from certify.intake.failures import failure_finding
from certify.intake.page_images import NotCanonical
from certify.intake.reader import SandboxedIntake
from certify.isolation.limits import FailureKind, IsolatedFailure
from certify.isolation.runner import IsolatedRunner
from certify.scan import Finding, Severity, findings_from_json, pages_from_json
from tests.fuzz import seeds
from tests.fuzz.chance import Random, chance
from tests.fuzz.left_behind import at_most
from tests.fuzz.mutate import images, pdf_file, pdf_packed, raw
from tests.fuzz.mutate.jpeg import change_jpeg
from tests.fuzz.target import Broken, Case

Change = Callable[[bytes, Random], bytes]
FROM_CORPUS = 0.01
STATED = (None, None, None, (210.0, 297.0), (16.9, 23.7))
PDF_FAMILIES: Mapping[str, Change] = {
    "pdf objects": pdf_file.change_objects,
    "pdf tree": pdf_file.change_tree,
    "pdf streams": pdf_file.change_streams,
    "pdf content": pdf_file.change_content,
    "pdf references": pdf_file.change_references,
    "pdf revision": pdf_file.append_revision,
    "pdf packed": pdf_packed.change_packed,
    "pdf bytes": raw.change,
}
IMAGE_FAMILIES: Mapping[str, Change] = {
    "jpeg": change_jpeg,
    "png": images.change_png,
    "tiff": images.change_tiff,
}
EMBEDDED = ("jpeg in pdf", "jp2 in pdf")
FAMILIES = (*PDF_FAMILIES, *IMAGE_FAMILIES, *EMBEDDED, "image bytes", "splice")
VERDICTS = {check.code for check in CHECKS} | {
    failure_finding(IsolatedFailure(kind)).code for kind in FailureKind
}


class IntakeTarget:
    """Uploads."""

    name = "intake"
    limit_seconds = 20.0

    def __init__(self, *, seed: int, folder: Path) -> None:
        self._seed = seed
        self._pdfs = seeds.pdf_seeds(folder)
        self._images = seeds.image_seeds(folder)
        self._jp2 = seeds.jp2_seed()
        found = seeds.corpus_seeds()
        self._corpus_pdfs = {n: d for n, d in found.items() if n.endswith(".pdf")}
        self._corpus_images = {
            n: d for n, d in found.items() if n not in self._corpus_pdfs
        }
        self._runner = IsolatedRunner(tasks=tasks.TASKS, preload=tasks.PRELOAD)
        self._intake = SandboxedIntake(runner=self._runner)

    def make(self, number: int) -> Case:
        rng = chance(self.name, self._seed, number)
        family = FAMILIES[number % len(FAMILIES)]
        origin, data = self._make(family, rng)
        return Case(number, family, origin, data, rng.choice(STATED))

    def _make(self, family: str, rng: Random) -> tuple[str, bytes]:
        if family in PDF_FAMILIES:
            origin, data = self._pdf(rng)
            return origin, PDF_FAMILIES[family](data, rng)
        if family in IMAGE_FAMILIES:
            origin, data = _one(self._images[family], rng)
            return origin, IMAGE_FAMILIES[family](data, rng)
        if family in EMBEDDED:
            return self._embedded(family, rng)
        if family == "splice":
            everything = {
                k: v for kind in self._images.values() for k, v in kind.items()
            }
            everything |= self._pdfs
            if rng.random() < FROM_CORPUS:
                everything |= {**self._corpus_pdfs, **self._corpus_images}
            origin, data = _one(everything, rng)
            return origin, raw.splice(data, list(everything.values()), rng)
        kinds = [*self._images.values()] + (
            [self._corpus_images] if self._corpus_images else []
        )
        origin, data = _one(rng.choice(kinds), rng)
        return origin, raw.change(data, rng)

    def _pdf(self, rng: Random) -> tuple[str, bytes]:
        if self._corpus_pdfs and rng.random() < FROM_CORPUS:
            return _one(self._corpus_pdfs, rng)
        return _one(self._pdfs, rng)

    def _embedded(self, family: str, rng: Random) -> tuple[str, bytes]:
        """A sound PDF around a damaged picture."""
        if family == "jp2 in pdf":
            origin, part = "filter jpx", images.change_jp2(self._jp2, rng)
        else:
            origin, data = _one(self._images["jpeg"], rng)
            part = change_jpeg(data, rng)
        parts = pdf_file.Parts.of(
            self._pdfs["filter jpx" if "jp2" in family else "jpeg"]
        )
        for found in parts.objects:
            if found.data is not None and b"/Image" in found.head:
                found.data = part
                found.head = _with_length(found.head, len(part))
        return origin, parts.write()

    def judge(self, case: Case, path: Path, folder: Path) -> str:
        stated = list(case.stated_page_mm) if case.stated_page_mm else None
        answer = child.read_scan(str(path), stated, str(folder))
        findings = findings_from_json(answer["findings"])
        if answer["made"]:
            self._read_back(folder / tasks.CANONICAL)
        return _verdict(findings, made=answer["made"])

    def _read_back(self, canonical: Path) -> None:
        """What was made must be canonical: page images, and nothing else."""
        try:
            pages = pages_from_json(child.read_pages(str(canonical)))
        except NotCanonical as error:
            raise Broken(f"the canonical scan is not canonical: {error}") from error
        if not pages:
            raise Broken("a canonical scan without pages")

    def judge_isolated(self, case: Case, path: Path, folder: Path) -> str:
        try:
            with at_most(self.limit_seconds, self._runner):
                scan = self._intake.read(path, case.stated_page_mm, folder)
        except ScanRefused as refused:
            return _verdict(refused.findings, made=False)
        return _verdict(scan.findings, made=True)

    def close(self) -> None:
        self._runner.close()


def _with_length(head: bytes, length: int) -> bytes:
    before, _, after = head.partition(b"/Length ")
    return before + b"/Length %d" % length + after.lstrip(b"0123456789")


def _one(named: Mapping[str, bytes], rng: Random) -> tuple[str, bytes]:
    name = rng.choice(sorted(named))
    return name, named[name]


def _verdict(findings: tuple[Finding, ...], *, made: bool) -> str:
    """One word for the ledger; unknown codes and silence are failures."""
    codes = {finding.code for finding in findings}
    if not codes <= VERDICTS:
        raise Broken(f"unknown findings: {sorted(codes - VERDICTS)}")
    if any(not finding.vi for finding in findings):
        raise Broken("a finding without a sentence")
    blocking = [f.code for f in findings if f.severity is Severity.BLOCK]
    if blocking:
        return f"refused: {blocking[0]}"
    if not made:
        raise Broken("neither refused nor made")
    return "warned" if findings else "accepted"
