"""Whatever is done to a finished copy, verification notices and says so in Vietnamese.

Each change is judged twice: with the register, which knows the genuine file, and
without it, by the file and the roster alone.
"""

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pikepdf
import pytest
from PIL import Image

from api.devpki import serve_if_free
from certify.attestation import (
    CertifiedCopy,
    Edition,
    StoredObject,
)
from certify.clock import SystemClock
from certify.inspection import Inspection
from certify.verdict import Verdict
from certify.verify import Report, RosterEntry, VerifyCopy
from signing.container import SignedRange, container_problems
from signing.embed import FontPrograms
from signing.pictures import Picture
from signing.trust import TrustAnchors
from tests.support.pki import HOLDERS, RunningPki, make_pki
from tests.support.sealing import (
    Sealed,
    colour_page,
    inspect,
    make_canonical_scan,
    make_order,
    make_sealer,
    one_tsa,
    seal,
    trust_folder,
)

FLIPS = 300
BATCHES = 6  # so that parallel workers share the work
GREEN = {Verdict.OURS_IN_FORCE, Verdict.OURS_EARLIER_EDITION}


class InProcess:
    """Fills the Inspector port without a child, to judge hundreds of files."""

    def __init__(self, trust: Path) -> None:
        self._trust = trust
        self._last: tuple[bytes, Inspection] | None = None

    def inspect(self, path: Path) -> Inspection:
        data = path.read_bytes()
        if self._last is None or self._last[0] != data:
            self._last = (data, inspect(path, self._trust))
        return self._last[1]


@dataclass
class OneCopy:
    """A register that has released exactly one copy."""

    copy: CertifiedCopy

    def released(self, verification_code: str) -> CertifiedCopy | None:
        code = self.copy.statement.verification_code
        return self.copy if verification_code == code else None

    def released_file(self, sha256: str) -> CertifiedCopy | None:
        return self.copy if sha256 == self.copy.newest.stored.sha256 else None


@pytest.fixture(scope="module")
def inspector(trust: Path) -> InProcess:
    return InProcess(trust)


@pytest.fixture(scope="module")
def roster(sealed_copy: Sealed) -> list[RosterEntry]:
    statement = sealed_copy[1].statement
    return [
        RosterEntry(
            authority_id=statement.authority_id,
            authority_name=statement.authority_name,
            role=role,
            certificate_sha256=digest,
            valid_from=datetime(2020, 1, 1, tzinfo=UTC),
            valid_to=datetime(2060, 1, 1, tzinfo=UTC),
        )
        for role, digest in (
            ("chairman", statement.signatory_certificate),
            ("seal", statement.seal_certificate),
        )
    ]


@pytest.fixture(scope="module")
def with_register(
    sealed_copy: Sealed, inspector: InProcess, roster: list[RosterEntry]
) -> VerifyCopy:
    sealed, order = sealed_copy
    stored = StoredObject("key", "version", sealed.sha256, sealed.size_bytes)
    edition = Edition("id", 1, stored, "issued", SystemClock().now())
    copy = CertifiedCopy(
        attestation_id="id",
        number=order.number,
        shown_number=order.shown_number,
        statement=order.statement,
        attested_at=order.attested_at,
        editions=(edition,),
    )
    return VerifyCopy(inspector=inspector, register=OneCopy(copy), roster=roster)


@pytest.fixture(scope="module")
def without_register(inspector: InProcess, roster: list[RosterEntry]) -> VerifyCopy:
    return VerifyCopy(inspector=inspector, register=None, roster=roster)


@pytest.fixture
def judge(
    with_register: VerifyCopy, without_register: VerifyCopy, tmp_path: Path
) -> Callable[[bytes], tuple[Report, Report]]:
    def both(data: bytes) -> tuple[Report, Report]:
        path = tmp_path / "judged.pdf"
        path.write_bytes(data)
        return with_register(path), without_register(path)

    return both


Judge = Callable[[bytes], tuple[Report, Report]]


def assert_refused(reports: tuple[Report, Report]) -> None:
    for report in reports:
        assert report.verdict not in GREEN
        assert report.verdict is not Verdict.OTHER_AUTHORITY
        assert report.text.exit_code != 0
        named = [*report.problems, report.text.sentence]
        assert any(any(char in "ăâđêôơưạảấầộệ" for char in text) for text in named)
    assert reports[0].problems or reports[0].verdict is not Verdict.OURS_ALTERED


def test_the_genuine_file_is_in_force_and_without_the_register_well_signed(
    sealed_copy: Sealed, judge: Judge
) -> None:
    ours, offline = judge(sealed_copy[0].path.read_bytes())
    assert (ours.verdict, ours.problems) == (Verdict.OURS_IN_FORCE, ())
    assert ours.text.exit_code == 0
    assert offline.verdict is Verdict.OTHER_AUTHORITY
    assert offline.text.exit_code == 3


@pytest.mark.timeout(600)
@pytest.mark.parametrize("batch", range(BATCHES))
def test_one_flipped_byte_anywhere_is_noticed(
    batch: int, sealed_copy: Sealed, judge: Judge
) -> None:
    data = sealed_copy[0].path.read_bytes()
    part = -(-len(data) // BATCHES)  # each batch flips in its own part of the file
    for _ in range(FLIPS // BATCHES):
        offset = min(batch * part + secrets.randbelow(part), len(data) - 1)
        changed = bytearray(data)
        changed[offset] ^= 1 << secrets.randbelow(8)
        reports = judge(bytes(changed))
        try:
            assert_refused(reports)
        except AssertionError as error:
            raise AssertionError(f"flip at {offset} of {len(data)}") from error


def _contents(data: bytes, which: int) -> tuple[int, int]:
    """Start and end of the hex digits of a /Contents."""
    at = -1
    for _ in range(which + 1):
        at = data.index(b"/Contents <3", at + 1)
    start = at + len(b"/Contents <")
    return start, data.index(b">", start)


@pytest.mark.parametrize("which", [0, 1, 2], ids=["person", "agency", "timestamp"])
def test_padding_and_hex_case_cannot_be_touched(
    which: int, sealed_copy: Sealed, judge: Judge
) -> None:
    data = bytearray(sealed_copy[0].path.read_bytes())
    start, end = _contents(bytes(data), which)
    padded = data.copy()
    padded[end - 10 : end] = b"00000000ff"
    assert_refused(judge(bytes(padded)))
    letter = next(i for i in range(start, end) if data[i] in b"abcdef")
    data[letter] ^= 0x20
    assert_refused(judge(bytes(data)))


@pytest.mark.parametrize(
    "change",
    [
        lambda data: data + b"\n",
        lambda data: data + b"% thanh toan xong\n",
        lambda data: data + b"\x00" * 64,
        lambda data: data[:-1],
        lambda data: data[: len(data) // 2],
        lambda data: data[:100],
        lambda data: b" " + data,
        lambda _: b"",
        lambda _: b"%PDF-1.7\n" + secrets.token_bytes(5000),
    ],
    ids=[
        "newline",
        "comment",
        "zeros",
        "last byte",
        "half",
        "head only",
        "shifted",
        "empty",
        "noise",
    ],
)
def test_added_and_missing_bytes_are_noticed(
    change: Callable[[bytes], bytes], sealed_copy: Sealed, judge: Judge
) -> None:
    assert_refused(judge(change(sealed_copy[0].path.read_bytes())))


def _append_revision(path: Path, change: Callable[[object], None]) -> bytes:
    from pyhanko.pdf_utils.incremental_writer import (  # noqa: PLC0415
        IncrementalPdfFileWriter,
    )

    with path.open("rb+") as file:
        writer = IncrementalPdfFileWriter(file)
        change(writer)
        writer.write_in_place()
    return path.read_bytes()


def test_an_appended_revision_is_noticed(
    sealed_copy: Sealed, judge: Judge, tmp_path: Path
) -> None:
    from pyhanko.pdf_utils import generic  # noqa: PLC0415

    path = tmp_path / "copy.pdf"
    path.write_bytes(sealed_copy[0].path.read_bytes())

    def rewrite_root(writer: object) -> None:
        writer.root["/Lang"] = generic.pdf_string("en")  # type: ignore[attr-defined]
        writer.update_root()  # type: ignore[attr-defined]

    reports = judge(_append_revision(path, rewrite_root))
    assert_refused(reports)
    assert "có phần được thêm vào sau khi đóng dấu thời gian" in reports[0].problems


def test_cutting_back_to_an_earlier_revision_is_noticed(
    sealed_copy: Sealed, judge: Judge, trust: Path
) -> None:
    data = sealed_copy[0].path.read_bytes()
    ends = [s.revision_end for s in inspect(sealed_copy[0].path, trust).signatures]
    for end in ends[:-1]:
        assert_refused(judge(data[:end]))


def test_a_removed_page_is_noticed(
    sealed_copy: Sealed, judge: Judge, tmp_path: Path
) -> None:
    path = tmp_path / "removed.pdf"
    with pikepdf.open(sealed_copy[0].path) as pdf:
        del pdf.pages[1]
        pdf.save(path)
    reports = judge(path.read_bytes())
    assert_refused(reports)
    assert "hình ảnh trang khác với bản đã chứng thực" in reports[0].problems


def test_a_swapped_image_is_noticed(
    sealed_copy: Sealed, judge: Judge, tmp_path: Path
) -> None:
    path = tmp_path / "swapped.pdf"
    with pikepdf.open(sealed_copy[0].path) as pdf:
        scan = pdf.pages[0].Resources.XObject.Scan
        scan.write(colour_page("GIA MAO "), filter=pikepdf.Name.DCTDecode)
        pdf.save(path)
    reports = judge(path.read_bytes())
    assert_refused(reports)
    assert "hình ảnh trang khác với bản đã chứng thực" in reports[0].problems


def test_a_genuine_record_on_a_forged_unsigned_file_is_not_ours(
    sealed_copy: Sealed, judge: Judge, tmp_path: Path
) -> None:
    """The QR and the metadata are genuine; the paper and the signatures are not."""
    path = tmp_path / "forged.pdf"
    with pikepdf.open(sealed_copy[0].path) as genuine:
        packet = genuine.Root.Metadata.read_bytes()
    page = tmp_path / "page.pdf"
    Image.new("RGB", (800, 1100), "white").save(page)
    with pikepdf.open(page) as pdf:
        pdf.Root.Metadata = pdf.make_stream(packet)
        pdf.save(path)
    with_register, without = judge(path.read_bytes())
    assert with_register.verdict is Verdict.OURS_ALTERED
    assert without.verdict is Verdict.UNSIGNED


def test_a_copy_of_people_outside_the_roster_is_not_a_certified_copy(
    sealed_copy: Sealed, trust: Path
) -> None:
    verify = VerifyCopy(inspector=InProcess(trust), register=None, roster=[])
    report = verify(sealed_copy[0].path)
    assert report.verdict is Verdict.SIGNED_NOT_CERTIFIED
    assert report.text.exit_code == 1


def test_another_root_makes_the_signers_untrusted(
    sealed_copy: Sealed, roster: list[RosterEntry], tmp_path: Path
) -> None:
    other = make_pki(tmp_path / "pki", clock=SystemClock(), holders=HOLDERS[:1])
    verify = VerifyCopy(
        inspector=InProcess(trust_folder(other, tmp_path / "trust")),
        register=None,
        roster=roster,
    )
    report = verify(sealed_copy[0].path)
    assert report.verdict is Verdict.SIGNED_BY_UNTRUSTED, report.inspection


def test_a_timestamp_of_an_untrusted_tsa_proves_nothing(
    running_pki: RunningPki,
    fonts: FontPrograms,
    pictures: dict[str, Picture],
    trust: Path,
    roster: list[RosterEntry],
    tmp_path: Path,
) -> None:
    """The signers are right, the time is somebody's claim: undetermined, not red."""
    clock = SystemClock()
    other = make_pki(tmp_path / "pki", clock=clock, holders=())
    server = serve_if_free(other.pki, clock=clock, port=other.port)
    assert server is not None
    both = TrustAnchors([running_pki.pki.root, other.pki.root])
    tsa = one_tsa(f"{other.base}/tsa", both, clock)
    sealer = make_sealer(
        running_pki, pictures=pictures, fonts=fonts, timestamps=tsa, trust=both
    )
    scan = make_canonical_scan(tmp_path / "scan.pdf")
    copy = seal(sealer, make_order(sealer, scan, tmp_path))
    server.stop()
    tsa.close()
    report = VerifyCopy(inspector=InProcess(trust), register=None, roster=roster)(
        copy.path
    )
    assert report.verdict is Verdict.UNDETERMINED
    person, agency, _ = report.inspection.signatures
    assert (person.proven_time, agency.proven_time) == (None, None)
    assert person.sub_indication == "NO_POE"


@pytest.mark.parametrize(
    ("contents", "code"),
    [
        (b"<3003020101>", None),
        (b"<30030201010000>", None),
        (b"<30030201010001>", "contents_padding"),
        (b"<3003020101000>", "contents_encoding"),
        (b"<3003020101AA>", "contents_encoding"),
        (b"<308103020101>", "contents_encoding"),
        (b"<30820003020101>", "contents_encoding"),
        (b"<30800201010000>", "contents_encoding"),
        (b"<3009020101>", "contents_encoding"),
        (b"<>", "contents_encoding"),
        (b"(abc)", "contents_encoding"),
    ],
)
def test_contents_has_one_spelling(contents: bytes, code: str | None) -> None:
    data, values = _signed_file(contents)
    problems = list(container_problems(data, [SignedRange(values)]))
    assert problems == ([code] if code else [])


def test_an_image_cannot_speak_for_the_structure() -> None:
    """Image bytes may hold any words, those that end a revision too."""
    data, values = _signed_file(b"<3003020101>", b"startxref\n9\n%%EOF\n" * 3)
    assert list(container_problems(data, [SignedRange(values)])) == []


def _signed_file(contents: bytes, image: bytes = b"") -> tuple[bytes, tuple[int, ...]]:
    """The smallest file with two revisions, and the byte range of its signature."""
    head = b"%PDF-1.7\n" + image
    first = len(head)
    head += b"xref\n0 0\ntrailer\n<< >>\nstartxref\n%d\n%%%%EOF\n" % first
    head += b"/Contents "
    second = len(head) + len(contents) + 1
    tail = b"\nxref\n0 0\ntrailer\n<< /Prev %d >>\nstartxref\n%d\n%%%%EOF\n"
    tail %= (first, second)
    values = (0, len(head), len(head) + len(contents), len(tail))
    return head + contents + tail, values


def test_the_digest_of_the_judged_file_is_reported(
    sealed_copy: Sealed, judge: Judge
) -> None:
    data = sealed_copy[0].path.read_bytes()
    assert judge(data)[0].inspection.sha256 == hashlib.sha256(data).hexdigest()
