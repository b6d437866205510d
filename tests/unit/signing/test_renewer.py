"""A further archive timestamp on a finished copy, made by the real TSA."""

from itertools import pairwise
from pathlib import Path

import pytest
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation.dss import DocumentSecurityStore

from certify.clock import SystemClock
from certify.inspection import Indication
from certify.self_check import begins_with
from certify.signatures import ARCHIVE_LEVEL
from signing.renewer import PadesRenewer
from signing.revocation import RevocationClient
from signing.trust import TrustAnchors
from tests.support.copies import check_structure, run, valid_signatures
from tests.support.pki import RunningPki
from tests.support.real import need
from tests.support.sealing import Sealed, inspect, one_tsa


@pytest.fixture(scope="module")
def renewed(
    running_pki: RunningPki,
    sealed_copy: Sealed,
    tmp_path_factory: pytest.TempPathFactory,
) -> list[Path]:
    """The copy as issued, renewed once, and renewed again."""
    clock, trust = SystemClock(), TrustAnchors([running_pki.pki.root])
    renewer = PadesRenewer(
        timestamps=one_tsa(f"{running_pki.base}/tsa", trust, clock),
        revocation=RevocationClient(clock=clock),
        trust=trust,
        clock=clock,
    )
    folder = tmp_path_factory.mktemp("renewed")
    files = [sealed_copy[0].path]
    for number in (1, 2):
        ready = renewer.make_ready(files[-1])
        files.append(ready.renew(folder / f"{number}.pdf").path)
    return files


def test_every_renewal_passes_as_a_stranger_judges(
    renewed: list[Path], sealed_copy: Sealed, trust: Path
) -> None:
    order = sealed_copy[1]
    for number, file in enumerate(renewed):
        found = inspect(file, trust)
        assert not found.container_problems
        assert [s.kind for s in found.signatures] == [
            "signature",
            "signature",
            *["timestamp"] * (number + 1),
        ]
        assert {s.indication for s in found.signatures} == {Indication.TOTAL_PASSED}
        assert found.level == ARCHIVE_LEVEL
        assert found.page_digest == order.statement.page_digest


def test_what_was_released_stays_byte_for_byte(renewed: list[Path]) -> None:
    issued, once, twice = renewed
    assert begins_with(once, issued)
    assert begins_with(twice, once)
    assert not begins_with(issued, once)


def test_other_tools_accept_it(renewed: list[Path]) -> None:
    for number, file in enumerate(renewed):
        check_structure(file)
        assert valid_signatures(file) == 2
        said = run(need("pdfsig"), "-nocert", file)
        assert said.count("Signature #") == 3 + number


def test_the_newest_store_still_holds_what_earlier_ones_held(
    renewed: list[Path],
) -> None:
    stores = [_stored(file) for file in renewed]
    for earlier, later in pairwise(stores):
        assert earlier <= later
    assert all(stores)


def _stored(file: Path) -> set[bytes]:
    with file.open("rb") as stream:
        store = DocumentSecurityStore.read_dss(PdfFileReader(stream))
        streams = [*store.certs.values(), *store.ocsps, *store.crls]
        return {reference.get_object().data for reference in streams}
