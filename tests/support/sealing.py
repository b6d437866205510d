"""Sealed copies made with the real sealer over the session's development PKI."""

import hashlib
from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pikepdf
import pytest
from cryptography.hazmat.primitives.hashes import SHA256
from pikepdf import Array, Dictionary, Name, Pdf, Stream
from PIL import Image, ImageCms, ImageDraw

from api.samples.pictures import seal_picture, signature_picture
from certify.attestation import CopyOrder, SealedCopy, TrailHead
from certify.clock import Clock, SystemClock
from certify.inspection import Inspection, inspection_from_json
from certify.numbering import DEFAULT_BOOK_KIND, RegisterNumber
from certify.scan import CanonicalScan, PageImage
from certify.wording import WORDINGS
from keys.open import open_key
from signing.embed import FontPrograms
from signing.inspect import inspect_file
from signing.page_images import page_content
from signing.pictures import Picture, load_picture
from signing.revocation import RevocationClient
from signing.sealer import PadesSealer
from signing.timestamp import TimestampClient, TimestampSettings
from signing.timestamps import Timestamps
from signing.trust import TrustAnchors
from tests.support.builders import AUTHORITY_ID, SIGNATORY_ID, make_statement
from tests.support.pki import PkiOnDisk, RunningPki
from tests.support.trust import listed, make_trust

PERSON, SEAL = "chairman", "seal"
ADDRESS = "http://127.0.0.1:8000/v/0123456789ABCDEF"


def colour_page(text: str, width: int = 1240, height: int = 1754) -> bytes:
    """A JPEG page, 150 px an inch on A4 by default; enough for signing tests."""
    image = Image.new("RGB", (width, height), (250, 248, 240))
    ImageDraw.Draw(image).text((100, 100), text * 20, fill=(10, 10, 60))
    target = BytesIO()
    image.save(target, "JPEG", quality=80)
    return target.getvalue()


def make_canonical_scan(
    path: Path,
    pages: int = 1,
    dots_per_inch: int = 150,
    draw: Callable[..., bytes] = colour_page,
    **size: int,
) -> CanonicalScan:
    """A canonical scan written by hand, independent of intake.

    `draw` makes the JPEG of a page from its text and `size`.
    """
    pdf = Pdf.new()
    images = []
    for number in range(pages):
        data = draw(f"TRANG {number + 1} ", **size)
        width, height = Image.open(BytesIO(data)).size
        image = PageImage(
            stream_sha256=hashlib.sha256(data).hexdigest(),
            stream_filter="DCTDecode",
            colour_space="DeviceRGB",
            width_px=width,
            height_px=height,
            bits=8,
            width_milli_pt=width * 72_000 // dots_per_inch,
            height_milli_pt=height * 72_000 // dots_per_inch,
        )
        images.append(image)
        stream = Stream(
            pdf,
            data,
            Type=Name.XObject,
            Subtype=Name.Image,
            Width=width,
            Height=height,
            ColorSpace=Name.DeviceRGB,
            BitsPerComponent=8,
        )
        stream.Filter = Name.DCTDecode
        box = [0, 0, image.width_milli_pt / 1000, image.height_milli_pt / 1000]
        page = Dictionary(
            Type=Name.Page,
            MediaBox=Array([pikepdf.Object.parse(str(v).encode()) for v in box]),
            Resources=Dictionary(XObject=Dictionary(Scan=stream)),
            Contents=pdf.make_stream(page_content(image, 0)),
        )
        pdf.pages.append(pikepdf.Page(pdf.make_indirect(page)))
    profile = pdf.make_stream(
        ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes(), N=3
    )
    pdf.Root.OutputIntents = Array(
        [
            Dictionary(
                Type=Name.OutputIntent,
                S=Name.GTS_PDFA1,
                OutputConditionIdentifier="sRGB",
                DestOutputProfile=profile,
            )
        ]
    )
    pdf.save(path, deterministic_id=True)
    data = path.read_bytes()
    return CanonicalScan(
        path=path,
        sha256=hashlib.sha256(data).hexdigest(),
        size_bytes=len(data),
        upload_sha256="0" * 64,
        pages=tuple(images),
        findings=(),
    )


def make_pictures(folder: Path) -> dict[str, Picture]:
    made = {
        SIGNATORY_ID: signature_picture("Lò Văn Thử"),
        AUTHORITY_ID: seal_picture("Ủy ban nhân dân xã Mường Tè"),
    }
    for name, data in made.items():
        (folder / f"{name}.png").write_bytes(data)
    return {name: load_picture(folder / f"{name}.png") for name in made}


def one_tsa(address: str, trust: TrustAnchors, clock: Clock) -> Timestamps:
    """The only TSA of a deployment."""
    settings = TimestampSettings(address=address, timeout_seconds=10)
    return Timestamps([TimestampClient(settings=settings, trust=trust, clock=clock)])


def make_sealer(
    pki: PkiOnDisk,
    *,
    pictures: dict[str, Picture],
    fonts: FontPrograms,
    clock: Clock | None = None,
    **replaced: object,
) -> PadesSealer:
    """A sealer with the PKI's chairman and seal; collaborators can be replaced."""
    clock = clock or SystemClock()
    trust = TrustAnchors([pki.pki.root])
    collaborators: dict[str, object] = {
        "keys": {k: open_key(pki.key_settings(k)) for k in (PERSON, SEAL)},
        "pictures": pictures,
        "fonts": fonts,
        "timestamps": one_tsa(f"{pki.base}/tsa", trust, clock),
        "revocation": RevocationClient(clock=clock),
        "trust": trust,
        "clock": clock,
    }
    return PadesSealer(**{**collaborators, **replaced})  # type: ignore[arg-type]


def make_order(
    sealer: PadesSealer,
    scan: CanonicalScan,
    workdir: Path,
    *,
    clock: Clock | None = None,
    **changes: object,
) -> CopyOrder:
    """An order for that sealer; `changes` are fields of the statement."""
    person, seal = (
        sealer.certificate(k).fingerprint(SHA256()).hex() for k in (PERSON, SEAL)
    )
    statement = make_statement(
        verification_code="0123456789ABCDEF",
        page_digest=scan.page_digest,
        original_pages=len(scan.pages),
        signatory_key_id=PERSON,
        signatory_certificate=person,
        seal_key_id=SEAL,
        seal_certificate=seal,
    )
    statement = replace(statement, **changes)  # type: ignore[arg-type]
    number = RegisterNumber(statement.authority_id, DEFAULT_BOOK_KIND, 2026, 1, 7)
    return CopyOrder(
        statement=statement,
        number=number,
        shown_number=number.show(),
        trail_head=TrailHead(3, "ab" * 32),
        wording=WORDINGS[0],
        attested_at=(clock or SystemClock()).now().replace(microsecond=0),
        attempt=1,
        address=ADDRESS,
        scan=scan,
        workdir=workdir,
    )


def seal(sealer: PadesSealer, order: CopyOrder) -> SealedCopy:
    sealer.check_certificates(order.statement)
    return sealer.make_ready(order.statement).prepare(order).seal()


def trust_folder(pki: PkiOnDisk, folder: Path) -> Path:
    """A trust folder with the PKI's root for signatures, seals and timestamps."""
    return make_trust(folder, listed("root", pki.pki.root))


def inspect(path: Path, trust: Path, clock: Clock | None = None) -> Inspection:
    """Inspect in this process; the child is tested elsewhere."""
    now = (clock or SystemClock()).now().isoformat()
    return inspection_from_json(
        inspect_file({"path": str(path), "trust": str(trust), "now": now})
    )


@pytest.fixture(scope="session")
def fonts(tmp_path_factory: pytest.TempPathFactory) -> FontPrograms:
    return FontPrograms(tmp_path_factory.mktemp("fonts"))


@pytest.fixture(scope="session")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Picture]:
    return make_pictures(tmp_path_factory.mktemp("pictures"))


@pytest.fixture(scope="session")
def sealer(
    running_pki: RunningPki, fonts: FontPrograms, pictures: dict[str, Picture]
) -> PadesSealer:
    return make_sealer(running_pki, pictures=pictures, fonts=fonts)


@pytest.fixture(scope="session")
def trust(running_pki: RunningPki, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return trust_folder(running_pki, tmp_path_factory.mktemp("trust"))


@pytest.fixture(scope="session")
def sealed_copy(
    sealer: PadesSealer, tmp_path_factory: pytest.TempPathFactory
) -> tuple[SealedCopy, CopyOrder]:
    """One three-page copy; tests copy it before they change it."""
    folder = tmp_path_factory.mktemp("sealed")
    scan = make_canonical_scan(folder / "scan.pdf", pages=3)
    order = make_order(sealer, scan, folder)
    return seal(sealer, order), order


Sealed = tuple[SealedCopy, CopyOrder]
Change = Callable[[bytes], bytes]
