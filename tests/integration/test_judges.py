"""Independent judges on every kind of finished copy, in one run of the Java machine."""

import fcntl
import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.support import verdicts
from tests.support.conformance import DOCUMENT, Row, render
from tests.support.corpus import corpus
from tests.support.judged_copies import CANONICAL, SAMPLES, CopyMaker, Sample
from tests.support.judges import judge_files
from tests.support.pki import RunningPki
from tests.support.real import need
from tests.support.softhsm import SoftHsm
from tests.support.verdicts import Opinion

Opinions = Mapping[str, Mapping[str, Opinion]]
GOOD = [sample for sample in SAMPLES if sample.good]
SCAN_OF = "scan of "
SPOILT = [sample for sample in SAMPLES if not sample.good]


def judge_all(
    pki: RunningPki, folder: Path, softhsm: SoftHsm
) -> dict[str, dict[str, Opinion]]:
    """Make every copy and ask every judge: {sample: {judge: opinion}}."""
    maker = CopyMaker(pki=pki, folder=folder, softhsm=softhsm)
    made = list(maker.make_all())
    scans = [maker.scan_of(sample) for sample in CANONICAL]
    root = pki.root_pem
    said = judge_files([*(path for _, path in made), *scans], root)
    of_scans = {
        SCAN_OF + sample.name: {
            "veraPDF": verdicts.verapdf(verdict),
            "qpdf": verdicts.qpdf(path),
        }
        for sample, path, verdict in zip(
            CANONICAL, scans, said[len(made) :], strict=True
        )
    }
    return of_scans | {
        sample.name: {
            "EU DSS": verdicts.dss(verdict, sample.renewals),
            "veraPDF": verdicts.verapdf(verdict),
            "pyHanko": verdicts.pyhanko(path, root, sample.renewals),
            "pdfsig": verdicts.pdfsig(path),
            "qpdf": verdicts.qpdf(path),
        }
        for (sample, path), verdict in zip(made, said[: len(made)], strict=True)
    }


@pytest.fixture(scope="session")
def opinions(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Opinions:
    """All opinions, asked once for all workers of a parallel run."""
    for tool in ("java", "mvn", "pdfsig", "qpdf"):
        need(tool)
    own = tmp_path_factory.getbasetemp()
    shared = own.parent if hasattr(request.config, "workerinput") else own
    answers = shared / "opinions.json"
    with (shared / "opinions.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not answers.exists():
            pki = request.getfixturevalue("running_pki")
            hsm = request.getfixturevalue("softhsm")
            asked = judge_all(pki, tmp_path_factory.mktemp("judged"), hsm)
            rows = {
                name: {judge: opinion.to_json() for judge, opinion in row.items()}
                for name, row in asked.items()
            }
            answers.write_text(json.dumps(rows), encoding="utf-8")
    return {
        name: {judge: Opinion.from_json(opinion) for judge, opinion in row.items()}
        for name, row in json.loads(answers.read_text(encoding="utf-8")).items()
    }


@pytest.mark.timeout(900)  # the first build fetches the judges
@pytest.mark.parametrize("sample", GOOD, ids=lambda s: s.name)
def test_every_judge_accepts_a_finished_copy(
    sample: Sample, opinions: Opinions
) -> None:
    said = opinions[sample.name]
    assert {judge: o for judge, o in said.items() if not o.accepted or o.remarks} == {}


@pytest.mark.timeout(900)  # as above
@pytest.mark.parametrize("sample", CANONICAL, ids=lambda s: s.name)
def test_the_canonical_scan_is_an_archive_file_itself(
    sample: Sample, opinions: Opinions
) -> None:
    said = opinions[SCAN_OF + sample.name]
    assert {judge: o for judge, o in said.items() if not o.accepted or o.remarks} == {}


@pytest.mark.timeout(900)  # as above
@pytest.mark.parametrize("sample", SPOILT, ids=lambda s: s.name)
def test_judges_reject_what_is_spoilt(sample: Sample, opinions: Opinions) -> None:
    said = opinions[sample.name]
    assert [j for j in sample.rejected_by if said[j].accepted] == []


@pytest.mark.timeout(900)  # as above
def test_dss_says_what_was_changed_after_the_signatures(opinions: Opinions) -> None:
    remarks = " ".join(opinions["appended"]["EU DSS"].remarks)
    assert "pages look different: [1]" in remarks
    assert "undefined changes" in remarks


def test_the_corpus_was_judged_too() -> None:
    corpus()
    judged = {sample.name for sample in GOOD}
    assert {"ocrmypdf-linn.pdf", "leptonica-feyn.tif"} <= judged


@pytest.mark.timeout(900)  # as above
def test_the_table_names_every_judge_and_copy(
    opinions: Opinions, request: pytest.FixtureRequest
) -> None:
    rows = [Row(sample, opinions[sample.name]) for sample in SAMPLES]
    judges = verdicts.judges()
    scans = [Row(sample, opinions[SCAN_OF + sample.name]) for sample in CANONICAL]
    text = render(judges, rows, scans)
    assert text.count("accepted: PDF/A-2b") == len(GOOD) + len(CANONICAL)
    assert all(f"| {name} | {number} |" in text for name, number in judges.items())
    assert text.count("TOTAL_PASSED") >= len(GOOD)
    if request.config.getoption("--write-conformance"):
        DOCUMENT.write_text(text, encoding="utf-8")
