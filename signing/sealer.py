"""Fills the `Sealer` port: check certificates, get ready, prepare, seal.

Each stage offers only the next legal step: `PadesSealer.make_ready` → `ReadyPades`
→ `prepare` → `PreparedPades` → `seal`, which works once.
"""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path

from cryptography import x509

from certify.attestation import CertificateCheck, CopyOrder, Intent, SealedCopy
from certify.clock import Clock, vietnamese_day
from certify.errors import AttemptDiscarded, CertificateUnfit, ServiceUnavailable
from certify.people import Authority, Signatory
from certify.statement import AuthorisedStatement
from keys.base import SigningKey, SigningPurpose
from signing.certificates import CertificateGuard, fingerprint, record
from signing.cms import CmsTemplate
from signing.compose import Pictures, compose
from signing.condition import KnownCondition
from signing.embed import FontPrograms
from signing.file_signature import FileSignatureError
from signing.pades import Signer, open_composed
from signing.pictures import Picture
from signing.revocation import RevocationClient, RevocationEvidence
from signing.timestamps import CopyTimestamps, Timestamps
from signing.trust import TrustAnchors

_PRINTED_TIME_TOLERANCE = timedelta(minutes=10)  # design §3


class PadesSealer:
    """Makes PAdES-B-LTA files with the keys it is given."""

    def __init__(  # noqa: PLR0913 - the collaborators of the sealer, all of them
        self,
        *,
        keys: Mapping[str, SigningKey],
        pictures: Mapping[str, Picture],
        fonts: FontPrograms,
        timestamps: Timestamps,
        revocation: RevocationClient,
        trust: TrustAnchors,
        clock: Clock,
    ) -> None:
        """Take the collaborators; a CMS template is made when its key first signs.

        `keys` are by key id and may come and go. `pictures` are by the id of the
        person (signature) or of the authority (seal): a new key keeps the picture.
        """
        self._guard = CertificateGuard(
            keys=keys, revocation=revocation, trust=trust, clock=clock
        )
        self.condition = KnownCondition(guard=self._guard, timestamps=timestamps)
        self._pictures = dict(pictures)
        self._templates: dict[str, CmsTemplate] = {}
        self._fonts = fonts
        self._timestamps = timestamps
        self._clock = clock

    def certificate_digests(
        self, signatory: Signatory, authority: Authority
    ) -> tuple[str, str]:
        """SHA-256 of the person's and the seal's certificate in use now."""
        return (
            fingerprint(self.certificate(signatory.key_id)),
            fingerprint(self.certificate(authority.seal_key_id)),
        )

    def check_certificates(self, statement: AuthorisedStatement) -> None:
        """Check that both certificates are the named ones, valid, fit, not revoked."""
        self.check_person(statement)
        self.check_seal(statement)

    def check_person(self, statement: AuthorisedStatement) -> None:
        """Check the signatory's certificate, right before it signs."""
        self._guard.check(statement.signatory_key_id, statement.signatory_certificate)

    def check_seal(self, statement: AuthorisedStatement) -> None:
        """Check the agency's certificate, right before it seals."""
        self._guard.check(statement.seal_key_id, statement.seal_certificate)

    def make_ready(self, statement: AuthorisedStatement) -> "ReadyPades":
        """Collect evidence and prove that TSA and keys answer."""
        for holder_id in (statement.signatory_id, statement.authority_id):
            if holder_id not in self._pictures:
                raise ServiceUnavailable(service="Hình chữ ký hoặc con dấu")
        for key_id in (statement.signatory_key_id, statement.seal_key_id):
            self._guard.check_reachable(key_id)
        person = self._guard.path(statement.signatory_key_id)
        agency = self._guard.path(statement.seal_key_id)
        stamps = self._timestamps.ready(self._guard.check_status)
        evidence = self._guard.evidence((person, agency, *stamps.paths))
        now = self._clock.now()
        checks = (
            record("signatory", person, now),
            record("seal", agency, now),
            *(record("timestamp", path, now) for path in stamps.paths),
        )
        return ReadyPades(self, evidence, stamps, checks)

    def signer(self, key_id: str, name: str, purpose: SigningPurpose) -> Signer:
        """Return the signer of a key that may sign now."""
        key = self._guard.key(key_id)
        template = self._templates.get(key_id)
        if template is None or template.key is not key:  # opened anew since
            template = self._templates[key_id] = CmsTemplate(key)
        return Signer(template, name, purpose)

    def certificate(self, key_id: str) -> x509.Certificate:
        """Return the certificate of a key."""
        return self._guard.key(key_id).certificate

    def pictures(self, statement: AuthorisedStatement) -> Pictures:
        """Return the visible signature and seal of a statement."""
        return Pictures(
            signature=self._pictures[statement.signatory_id],
            seal=self._pictures[statement.authority_id],
        )

    def compose(self, order: CopyOrder, target: Path) -> None:
        """Write revision 1 of an order."""
        compose(
            order,
            fonts=self._fonts,
            pictures=self.pictures(order.statement),
            target=target,
        )

    def translated_key_errors(self) -> AbstractContextManager[None]:
        """Return what turns a key's errors into ours, see `CertificateGuard`."""
        return self._guard.translated()

    @property
    def clock(self) -> Clock:
        """Our clock."""
        return self._clock


@dataclass(frozen=True)
class ReadyPades:
    """Evidence in hand; see `PadesSealer.make_ready`."""

    sealer: PadesSealer
    evidence: RevocationEvidence
    stamps: CopyTimestamps
    checks: tuple[CertificateCheck, ...]

    def prepare(self, order: CopyOrder) -> "PreparedPades":
        """Compose revision 1; everything that can fail without a key."""
        path = order.workdir / f"copy-{order.attempt}.pdf"
        self.sealer.compose(order, path)
        intent = Intent(
            attempt=order.attempt,
            composed_sha256=_file_digest(path),
            composed_size=path.stat().st_size,
            page_digest=order.scan.page_digest,
            statement_digest=order.statement.digest,
            number=order.number,
            attested_at=order.attested_at,
        )
        return PreparedPades(self, order, intent, path)


class PreparedPades:
    """A composed copy bound to its order and intent. `seal` works once."""

    def __init__(
        self, ready: ReadyPades, order: CopyOrder, intent: Intent, path: Path
    ) -> None:
        """Made by `ReadyPades.prepare` only."""
        self._ready = ready
        self._order = order
        self._path: Path | None = path
        self.intent = intent

    def seal(self) -> SealedCopy:
        """Sign: the person, then the agency, then the archive timestamp.

        Raises:
            RuntimeError: called a second time.
            AttemptDiscarded, ServiceUnavailable: see the port.
        """
        if self._path is None:
            raise RuntimeError("a prepared copy is sealed once")
        path, self._path = self._path, None
        sealer, statement = self._ready.sealer, self._order.statement
        clock = sealer.clock
        purpose = SigningPurpose(statement.attestation_id, self._order.attempt)
        person = sealer.signer(
            statement.signatory_key_id, statement.signatory_name, purpose
        )
        agency = sealer.signer(statement.seal_key_id, statement.authority_name, purpose)
        try:
            with (
                sealer.translated_key_errors(),
                open_composed(path, self._ready.stamps) as copy,
            ):
                sealer.check_person(statement)
                signed_at = copy.sign_as_person(person, clock.now())
                self._check_printed_time(signed_at)
                sealer.check_seal(statement)
                sealed_at = copy.sign_as_agency(agency, clock.now())
                archived_at = copy.add_archive_timestamp(self._ready.evidence)
                digest, size_bytes = copy.sha256_and_size()
        except FileSignatureError as error:
            raise CertificateUnfit(
                holder=statement.signatory_name,
                reason="khóa không tạo được chữ ký đúng với chứng thư số",
            ) from error
        if not signed_at <= sealed_at <= archived_at:
            raise AttemptDiscarded(reason="thứ tự dấu thời gian")
        return SealedCopy(
            path=path,
            sha256=digest,
            size_bytes=size_bytes,
            signed_at=signed_at,
            sealed_at=sealed_at,
            archived_at=archived_at,
            checks=self._ready.checks,
        )

    def _check_printed_time(self, signed_at: datetime) -> None:
        """The printed date is the Vietnamese day of the person's token (design §3)."""
        printed = self._order.attested_at
        if vietnamese_day(printed) != vietnamese_day(signed_at):
            raise AttemptDiscarded(reason="qua ngày khi đang ký")
        if abs(signed_at - printed) > _PRINTED_TIME_TOLERANCE:
            raise AttemptDiscarded(reason="thời gian in và dấu thời gian cách quá xa")


def _file_digest(path: Path) -> str:
    digest = sha256()
    with path.open("rb") as file:
        while chunk := file.read(1 << 20):
            digest.update(chunk)
    return digest.hexdigest()
