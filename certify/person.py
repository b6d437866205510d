"""What the service knows of one person: found, and handed out on their demand.

Luật 91/2025/QH15: a person may see and get their data. Found by the code of a visit,
or by e-mail, phone or full name exactly as given; nothing like it is ever shown. Names
are shared by many: whoever hands data out checks the identity card first.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Protocol

from certify.attestation import Act, CertifiedCopy
from certify.case import Case, Original, StoredScan
from certify.clock import Clock
from certify.comparison import Comparison
from certify.desk_record import DeskRecord
from certify.errors import InvalidInput, NotFound
from certify.evidence import evidence_key
from certify.printable import clean
from certify.purge import PurgedPaper
from certify.retention import PaperState
from certify.statement import AuthorisedStatement

ERASED = "(đã xóa theo yêu cầu)"
"""What stands where a name or a title was."""


@dataclass(frozen=True)
class PersonWanted:
    """Whom to look for: exactly one of these is given."""

    case_code: str = ""
    email: str = ""
    phone: str = ""
    name: str = ""

    def check(self) -> None:
        """Raise InvalidInput unless exactly one is given."""
        given = [clean(text) for text in (self.case_code, self.email, self.name)]
        given.append(_digits(self.phone))
        if sum(map(bool, given)) != 1 or _folded(ERASED) in map(_folded, given):
            raise InvalidInput(
                field="Người cần tìm",
                reason="hãy cho đúng một trong: mã hồ sơ, thư điện tử, điện thoại, "
                "họ tên",
            )

    def is_of(self, case: Case) -> bool:
        """Tell whether a visit is of this person."""
        one = case.requester
        # What is blank was not given: many visits have no e-mail, or no phone.
        if code := _folded(self.case_code):
            return code == _folded(case.code)
        if email := _folded(self.email):
            return email == _folded(one.email or "")
        if phone := _digits(self.phone):
            return phone == _digits(one.phone or "")
        return self.is_in_name(one.name)

    def is_in(self, statement: AuthorisedStatement) -> bool:
        """Tell whether a recovered copy, of which no visit is known, is theirs."""
        if code := _folded(self.case_code):
            return code == _folded(statement.case_code)
        return self.is_in_name(statement.requester_name)

    def is_in_name(self, name: str) -> bool:
        """Tell whether this is the name that was asked for."""
        wanted = _folded(self.name)
        return bool(wanted) and wanted == _folded(name)


@dataclass(frozen=True)
class PaperFile:
    """Everything about one paper of a visit.

    Attributes:
        scans: all of them, parts and older ones too; purged ones without files.
        statement: what a signatory confirmed, if anybody did.
        number: as shown in the book, void ones too; "" when it never had one.
        records: refusals and reports, withdrawn ones too.
        layouts: how many fingerprints of pages are remembered.
    """

    original: Original
    state: PaperState
    scans: Sequence[StoredScan]
    comparison: Comparison | None
    statement: AuthorisedStatement | None
    number: str
    copy: CertifiedCopy | None
    records: Sequence[DeskRecord]
    layouts: int


@dataclass(frozen=True)
class Dossier:
    """Everything about one visit.

    Attributes:
        held: by a report of violation, or a decision (`certify.hold`).
        reasons: free text that people typed about it: subject's id → texts.
    """

    case: Case
    held: bool
    papers: Sequence[PaperFile]
    reasons: Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class Erasure:
    """What is erased of one visit, in one transaction.

    Attributes:
        contact: e-mail and phone; name: the requester's name.
        drafts: ids of papers of which nothing was released, with title and comparison.
        layouts: ids of attestations whose fingerprints are forgotten.
        reasons: ids of subjects whose typed reasons go, with their salts.
    """

    contact: bool = False
    name: bool = False
    drafts: tuple[str, ...] = ()
    layouts: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()

    @property
    def anything(self) -> bool:
        """False when there is nothing left to erase."""
        return bool(
            self.contact or self.name or self.drafts or self.layouts or self.reasons
        )


class PersonRecords(Protocol):
    """All that is stored about people's visits."""

    def visits(
        self, authority_id: str, wanted: Callable[[Case], bool]
    ) -> Sequence[Dossier]:
        """Dossiers of the wanted visits, oldest first."""
        ...

    def recovered(
        self, authority_id: str, wanted: Callable[[AuthorisedStatement], bool]
    ) -> Sequence[CertifiedCopy]:
        """Wanted copies of which only the archive remembered anything."""
        ...

    def exported(
        self, dossiers: Sequence[Dossier], copies: Sequence[CertifiedCopy], act: Act
    ) -> None:
        """Record on the trail that these were handed out; ids only."""
        ...

    def erase(
        self, case_id: str, decide: Callable[[Dossier], Erasure], act: Act
    ) -> Erasure:
        """Erase in one transaction with its row of the trail.

        MUST ask `decide` under the locks of the visit, and do and record nothing when
        it finds nothing.
        """
        ...


Purge = Callable[[str, Callable[[PaperState], bool], Act], PurgedPaper | None]
"""Removes the scans of one paper, if under lock it may: `PurgeScans.purge`."""


class ExportPerson:
    """Hands out what is known of a person."""

    def __init__(
        self, *, records: PersonRecords, clock: Clock, authority_id: str
    ) -> None:
        """Take the collaborators; `authority_id` is whose visits are looked at."""
        self._records = records
        self._clock = clock
        self._authority_id = authority_id

    def __call__(self, wanted: PersonWanted, actor: str) -> dict[str, Any]:
        """Return everything as plain JSON values, with a list of files.

        It is recorded on the trail, without saying whom it was about but by ids.

        Raises:
            InvalidInput: not exactly one thing to look for.
            NotFound: nothing is known of such a person.
        """
        wanted.check()
        found = self._records.visits(self._authority_id, wanted.is_of)
        recovered = self._records.recovered(self._authority_id, wanted.is_in)
        if not found and not recovered:
            raise NotFound(what="dữ liệu của người này")
        self._records.exported(found, recovered, Act(actor, "person.export"))
        return {
            "made_at": _text(self._clock.now()),
            "visits": [_visit(dossier) for dossier in found],
            "recovered_copies": [_copy(copy) for copy in recovered],
        }


def _visit(dossier: Dossier) -> dict[str, Any]:
    case = dossier.case
    return {
        "code": case.code,
        "status": case.status.value,
        "opened_at": _text(case.opened_at),
        "due_at": _text(case.due_at),
        "requester": asdict(case.requester),
        "papers": [_paper(paper) for paper in dossier.papers],
        "reasons": {key: list(texts) for key, texts in dossier.reasons.items()},
    }


def _paper(paper: PaperFile) -> dict[str, Any]:
    original, compared = paper.original, paper.comparison
    return {
        "id": original.id,
        "title": original.title,
        "issuer": original.issuer,
        "copies": original.copies,
        "step": paper.state.step and paper.state.step.value,
        "number": paper.number,
        "comparison": compared
        and {
            "compared_at": _text(compared.compared_at),
            "place": compared.place,
            "legalisation_note": compared.legalisation_note,
            "accepted_warnings": dict(compared.accepted_warnings),
        },
        "statement": paper.statement and paper.statement.to_json(),
        "copy": paper.copy and _copy(paper.copy),
        "records": [_record(record) for record in paper.records],
        "fingerprints_remembered": paper.layouts,
        "files": [
            {
                "kind": "scan",
                "id": scan.id,
                "sha256": scan.sha256,
                "size_bytes": scan.size_bytes,
                "pages": scan.page_count,
                "made_at": _text(scan.created_at),
                "purged_at": scan.purged_at and _text(scan.purged_at),
            }
            for scan in paper.scans
        ],
    }


def _copy(copy: CertifiedCopy) -> dict[str, Any]:
    return {
        "number": copy.shown_number,
        "code": copy.statement.verification_code,
        "attested_at": _text(copy.attested_at),
        "requester": copy.statement.requester_name,
        "title": copy.statement.original_title,
        "annulled": copy.annulment is not None,
        "files": [
            {
                "kind": kind,
                "key": key,
                "sha256": edition.stored.sha256 if kind == "copy" else None,
                "released_at": _text(edition.released_at),
            }
            for edition in copy.editions
            for kind, key in (
                ("copy", edition.stored.key),
                ("evidence", evidence_key(edition.stored.key)),
            )
        ],
    }


def _record(record: DeskRecord) -> dict[str, Any]:
    content = record.content
    return {
        "kind": record.kind.value,
        "number": record.shown_number,
        "made_at": _text(record.made_at),
        "reason": content.reason,
        "citation": content.citation,
        "withdrawn": record.withdrawal is not None,
        "words": {
            name: value
            for name in ("detail", "seen", "requester_says", "witness", "receiver")
            if (value := getattr(content, name, ""))
        },
    }


def _folded(text: str) -> str:
    return clean(text).casefold()


def _digits(text: str) -> str:
    return "".join(sign for sign in text if sign.isdecimal())


def _text(moment: datetime) -> str:
    return moment.isoformat()
