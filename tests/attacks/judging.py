"""Our verifier before a forged file: with the register's view, and a stranger's."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from api.devpki import serve_if_free
from certify.attestation import CertifiedCopy, CopyOrder, Edition, StoredObject
from certify.clock import SystemClock
from certify.inspection import Inspection, inspection_from_json
from certify.roster import RosterEntry
from certify.verdict import Colour, Verdict
from certify.verify import Report, VerifyCopy
from signing.embed import FontPrograms
from signing.inspect import inspect_file
from signing.sealer import PadesSealer
from tests.attacks import bytes_families, identity_families, revision_families
from tests.attacks.forger import Forger, make_forger
from tests.attacks.identity_families import Situation
from tests.attacks.kit import Attack, Copy, World
from tests.support.pki import HOLDERS, PkiOnDisk, make_pki
from tests.support.sealing import (
    PERSON,
    SEAL,
    make_canonical_scan,
    make_order,
    make_pictures,
    make_sealer,
    seal,
    trust_folder,
)

FAMILIES = (
    *bytes_families.FAMILIES,
    *revision_families.FAMILIES,
    *identity_families.FAMILIES,
)
USUAL = Situation()
_ROLES = {PERSON: "chairman", SEAL: "seal"}


class Verifier:
    """Judges a file with the register's view and by the roster alone."""

    def __init__(self, *, pki: PkiOnDisk, trust: Path, copy: CertifiedCopy) -> None:
        self._pki = pki
        self._trust = trust
        self._copy = copy

    def __call__(
        self, path: Path, situation: Situation = USUAL
    ) -> tuple[Report, Report]:
        inspection = self._inspect(path, situation)
        roster = self._roster(situation)
        known, stranger = (
            VerifyCopy(inspector=_Told(inspection), register=register, roster=roster)
            for register in (_OneCopy(self._copy), None)
        )
        return known(path), stranger(path)

    def _inspect(self, path: Path, situation: Situation) -> Inspection:
        now = SystemClock().now() + situation.later
        lists = []
        for name in ("root", "issuing"):
            file = path.with_suffix(f".{name}.crl")
            file.write_bytes(self._pki.pki.crl(name, now))
            lists.append(str(file))
        arguments = {"path": str(path), "trust": str(self._trust), "crls": lists}
        return inspection_from_json(inspect_file({**arguments, "now": now.isoformat()}))

    def _roster(self, situation: Situation) -> list[RosterEntry]:
        statement = self._copy.statement
        named = {
            PERSON: statement.signatory_certificate,
            SEAL: statement.seal_certificate,
            **(situation.roster or {}),
        }
        roles = list(_ROLES.values())
        if situation.exchanged:
            roles.reverse()
        return [
            RosterEntry(
                authority_id=statement.authority_id,
                authority_name=statement.authority_name,
                role=role,
                certificate_sha256=named[key],
                valid_from=situation.roster_from,
                valid_to=situation.roster_to,
            )
            for key, role in zip(_ROLES, roles, strict=True)
        ]


def is_valid(report: Report) -> bool:
    """Green, or as good as it gets without the register."""
    return (
        report.text.colour is Colour.GREEN or report.verdict is Verdict.OTHER_AUTHORITY
    )


@dataclass(frozen=True)
class Workshop:
    """Genuine copies, a verifier that knows the first, and a forger."""

    world: World
    verifier: Verifier
    forger: Forger
    root_pem: Path

    def attacks(self, family: str) -> Iterator[tuple[Attack, Situation]]:
        """Yield the files of one of `FAMILIES`; each is made when it is asked for."""
        if family in identity_families.FAMILIES:
            for name, data, situation in identity_families.FAMILIES[family](
                self.forger
            ):
                yield Attack(family, name, data), situation
            return
        plain = {**bytes_families.FAMILIES, **revision_families.FAMILIES}
        for name, data in plain[family](self.world):
            yield Attack(family, name, data), USUAL

    def good_copies(self) -> Iterator[tuple[Attack, Situation]]:
        """Yield files that must never be called bad."""
        for name, data, situation in identity_families.good_copies(self.forger):
            yield Attack("good", name, data), situation


@contextmanager
def workshop(folder: Path) -> Iterator[Workshop]:
    """Set everything up; the PKIs answer while the context lasts."""
    clock = SystemClock()
    pki = make_pki(folder / "trusted", clock=clock, holders=HOLDERS)
    server = serve_if_free(pki.pki, clock=clock, port=pki.port)
    assert server is not None
    fonts, pictures = FontPrograms(folder / "fonts"), make_pictures(folder)
    sealer = make_sealer(pki, pictures=pictures, fonts=fonts)
    (known, order), (other, _) = (
        _seal(sealer, folder / text, pages, code)
        for text, pages, code in (
            ("mot", 2, "0123456789ABCDEF"),
            ("hai", 3, "FEDCBA9876543210"),
        )
    )
    verifier = Verifier(
        pki=pki,
        trust=trust_folder(pki, folder / "trust"),
        copy=_released(known.data, order),
    )
    (folder / "forger").mkdir()
    with make_forger(pki, fonts, pictures, folder / "forger") as forger:
        yield Workshop(World(known, other), verifier, forger, pki.root_pem)
    server.stop()


class _Told:
    """Fills the Inspector port with what was seen before."""

    def __init__(self, inspection: Inspection) -> None:
        self._inspection = inspection

    def inspect(self, _path: Path) -> Inspection:
        return self._inspection


class _OneCopy:
    """A register that has released exactly one copy."""

    def __init__(self, copy: CertifiedCopy) -> None:
        self._copy = copy

    def released(self, verification_code: str) -> CertifiedCopy | None:
        code = self._copy.statement.verification_code
        return self._copy if verification_code == code else None

    def released_file(self, sha256: str) -> CertifiedCopy | None:
        return self._copy if sha256 == self._copy.newest.stored.sha256 else None


def _seal(
    sealer: PadesSealer, folder: Path, pages: int, code: str
) -> tuple[Copy, CopyOrder]:
    folder.mkdir()
    scan = make_canonical_scan(
        folder / "scan.pdf", pages=pages, width=300 + pages, height=420
    )
    order = make_order(sealer, scan, folder, verification_code=code)
    return Copy(seal(sealer, order).path.read_bytes()), order


def _released(data: bytes, order: CopyOrder) -> CertifiedCopy:
    digest = hashlib.sha256(data).hexdigest()
    stored = StoredObject("key", "version", digest, len(data))
    return CertifiedCopy(
        attestation_id="id",
        number=order.number,
        shown_number=order.shown_number,
        statement=order.statement,
        attested_at=order.attested_at,
        editions=(Edition("id", 1, stored, "issued", SystemClock().now()),),
    )
