"""What pyHanko finds out about one signature, in the terms of ETSI EN 319 102-1."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from hashlib import sha256

from asn1crypto import crl as asn1_crl
from asn1crypto import x509 as asn1_x509
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.sign.ades.report import AdESStatus, AdESSubIndic
from pyhanko.sign.diff_analysis import ModificationLevel
from pyhanko.sign.fields import MDPPerm
from pyhanko.sign.validation import (
    EmbeddedPdfSignature,
    async_validate_pdf_signature,
    async_validate_pdf_timestamp,
)
from pyhanko.sign.validation.ades import ades_lta_validation
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko.sign.validation.pdf_embedded import read_certification_data
from pyhanko.sign.validation.policy_decl import PdfSignatureValidationSpec
from pyhanko.sign.validation.status import (
    ModificationInfo,
    SignatureCoverageLevel,
    SignatureStatus,
)
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.ltv.types import ValidationTimingInfo

from certify.inspection import (
    CHAIN_MISSING,
    REVOKED,
    Indication,
    SignatureFacts,
)
from certify.signatures import LOCKED_FIELDS
from signing.revoked import Lists, revoked_since
from signing.stored_evidence import StoredEvidence
from signing.trust import TrustStore
from signing.vouching import with_vouching


@dataclass(frozen=True)
class Context:
    """Trust, time and revocation lists for one file.

    Attributes:
        roots: trusted for signers; `timestamp_roots` for timestamps only.
    """

    spec: PdfSignatureValidationSpec
    timing: ValidationTimingInfo
    roots: Sequence[asn1_x509.Certificate]
    timestamp_roots: Sequence[asn1_x509.Certificate]
    intermediates: Sequence[asn1_x509.Certificate]
    store: TrustStore
    crls: Sequence[asn1_crl.CertificateList]
    lists: Lists

    def judged_at(self, moment: datetime) -> "Context":
        """Return the same for another time."""
        return replace(self, timing=timing_at(moment))


def timing_at(moment: datetime) -> ValidationTimingInfo:
    """Validate as of this aware time."""
    return ValidationTimingInfo(
        validation_time=moment,
        best_signature_time=moment,
        point_in_time_validation=False,
    )


async def signature_facts(
    signature: EmbeddedPdfSignature, context: Context, stored: StoredEvidence
) -> SignatureFacts:
    """Validate one signature or document timestamp.

    Never raises for a bad signature: the indication says what is wrong.
    """
    bare = _bare_facts(signature)
    try:
        if bare.kind == "timestamp":
            facts = await _timestamp(signature, context, stored, bare)
        else:
            facts = await _signature(signature, context, stored, bare)
        return with_vouching(
            signature,
            facts,
            context.store,
            stored.certificates,
            context.timing.validation_time,
        )
    except SignatureValidationError as error:
        return _failed(bare, error.ades_subindication)
    except (PdfError, ValueError, TypeError, KeyError):
        return _failed(bare, None)


async def _signature(
    signature: EmbeddedPdfSignature,
    context: Context,
    stored: StoredEvidence,
    bare: SignatureFacts,
) -> SignatureFacts:
    """Basic validation for integrity and changes; AdES-LTA for trust and time."""
    basic = await async_validate_pdf_signature(
        signature,
        signer_validation_context=_validation_context(
            signature, context, stored, context.roots
        ),
        ts_validation_context=_validation_context(
            signature, context, stored, context.timestamp_roots
        ),
    )
    stamp = basic.timestamp_validity
    facts = replace(
        bare,
        intact=basic.intact and basic.valid,
        claimed_time=_iso(basic.signer_reported_dt),
        timestamped=stamp is not None and stamp.intact and stamp.valid,
        proven_time=_iso(stamp.timestamp) if stamp and stamp.trusted else None,
        changes_since=_changes(basic),
        coverage=_coverage(basic.coverage),
        docmdp_ok=basic.docmdp_ok is not False,
    )
    if not basic.intact:
        return replace(
            facts,
            indication=Indication.TOTAL_FAILED,
            sub_indication="HASH_FAILURE",
        )
    if not basic.valid:
        return replace(
            facts,
            indication=Indication.TOTAL_FAILED,
            sub_indication="SIG_CRYPTO_FAILURE",
        )
    result = await ades_lta_validation(signature, context.spec, context.timing)
    indication, sub = _indication(result.ades_subindic)
    if indication is Indication.TOTAL_PASSED and stamp and facts.timestamped:
        # Trusted at the time of the archive timestamp, if no longer by itself.
        facts = replace(facts, proven_time=_iso(stamp.timestamp))
    elif not basic.trusted and _problem(basic) in CHAIN_MISSING:
        sub = _problem(basic)  # the signer's own path fails: that comes first
    elif sub in CHAIN_MISSING:
        sub = "NO_POE"  # the signer is trusted; what proves the time is not
    if _was_revoked(signature, facts, context):
        indication, sub = Indication.TOTAL_FAILED, REVOKED
    return replace(facts, indication=indication, sub_indication=sub)


def _was_revoked(
    signature: EmbeddedPdfSignature, facts: SignatureFacts, context: Context
) -> bool:
    """Tell whether a current list revokes the path at the proven time or before."""
    known = [*signature.other_embedded_certs, *context.roots]
    since = revoked_since(signature.signer_cert, known, context.lists)
    if since is None:
        return False
    proven = facts.proven_time
    return proven is None or since <= datetime.fromisoformat(proven)


def _problem(status: SignatureStatus) -> str:
    """Name of what keeps the signer's own certificate from being trusted."""
    problem = status.trust_problem_indic
    return problem.standard_name if problem else ""


async def _timestamp(
    signature: EmbeddedPdfSignature,
    context: Context,
    stored: StoredEvidence,
    bare: SignatureFacts,
) -> SignatureFacts:
    status = await async_validate_pdf_timestamp(
        signature,
        validation_context=_validation_context(
            signature, context, stored, context.timestamp_roots
        ),
    )
    intact = status.intact and status.valid
    facts = replace(
        bare,
        intact=intact,
        claimed_time=_iso(status.timestamp),
        timestamped=intact,
        proven_time=_iso(status.timestamp) if intact and status.trusted else None,
        changes_since=_changes(status),
        coverage=_coverage(status.coverage),
        docmdp_ok=True,
    )
    if not intact:
        return replace(
            facts, indication=Indication.TOTAL_FAILED, sub_indication="HASH_FAILURE"
        )
    if _was_revoked(signature, facts, context):
        return replace(
            facts,
            indication=Indication.TOTAL_FAILED,
            sub_indication=REVOKED,
            proven_time=None,
        )
    if status.trusted:
        return replace(facts, indication=Indication.TOTAL_PASSED, sub_indication="")
    problem = status.trust_problem_indic
    return replace(
        facts,
        indication=Indication.INDETERMINATE,
        sub_indication=problem.standard_name if problem else "GENERIC",
    )


def _validation_context(
    signature: EmbeddedPdfSignature,
    context: Context,
    stored: StoredEvidence,
    roots: Sequence[asn1_x509.Certificate],
) -> ValidationContext:
    """Trust context with the file's own revocation data and the parent's lists."""
    return ValidationContext(
        trust_roots=list(roots),
        allow_fetching=False,
        moment=context.timing.validation_time,
        ocsps=stored.responses,
        crls=[*context.crls, *stored.lists],
        revocation_mode="require",
        other_certs=[
            *stored.certificates,
            *signature.other_embedded_certs,
            *context.intermediates,
        ],
    )


def _bare_facts(signature: EmbeddedPdfSignature) -> SignatureFacts:
    """What can be read without validating anything."""
    certificate = signature.signer_cert
    subject = certificate.subject.native
    byte_range = [int(value) for value in signature.byte_range]
    certification = read_certification_data(signature.reader)
    permission = None
    if certification and certification.author_sig == signature.sig_object:
        permission = certification.permission
    timestamp = signature.sig_object_type == "/DocTimeStamp"
    return SignatureFacts(
        field="".join(signature.field_name),  # a plain str, not pyHanko's
        kind="timestamp" if timestamp else "signature",
        indication=Indication.TOTAL_FAILED,
        sub_indication="FORMAT_FAILURE",
        signer=_text(subject.get("common_name")),
        organisation=_text(subject.get("organization_name")),
        title=_text(subject.get("title")),
        certificate_sha256=sha256(certificate.dump()).hexdigest(),
        intact=False,
        claimed_time=None,
        timestamped=False,
        proven_time=None,
        revision_end=sum(byte_range[-2:]),
        changes_since="forbidden",
        docmdp_ok=False,
        certification=None if permission is None else int(permission.value),
        locks_all=_locks_all(signature),
        valid_from=_iso(certificate.not_valid_before),
        valid_to=_iso(certificate.not_valid_after),
    )


def _locks_all(signature: EmbeddedPdfSignature) -> bool:
    """Tell whether a signature locks every field of a copy and permits no change.

    Locking both signature fields by name is as much as "All": a certified copy has
    no other (`certify.signatures` asks for exactly these), and P=1 forbids new ones.
    """
    lock = signature.fieldmdp
    return (
        lock is not None
        and all(lock.is_locked(name) for name in LOCKED_FIELDS)
        and signature.docmdp_level is MDPPerm.NO_CHANGES
    )


def _failed(bare: SignatureFacts, problem: AdESSubIndic | None) -> SignatureFacts:
    if problem is None:
        return bare
    indication, sub = _indication(problem)
    return replace(bare, indication=indication, sub_indication=sub)


def _indication(problem: AdESSubIndic) -> tuple[Indication, str]:
    match problem.status:
        case AdESStatus.PASSED:
            return Indication.TOTAL_PASSED, ""
        case AdESStatus.FAILED:
            return Indication.TOTAL_FAILED, problem.standard_name
        case AdESStatus.INDETERMINATE:
            return Indication.INDETERMINATE, problem.standard_name


def _changes(status: ModificationInfo) -> str:
    match status.modification_level:
        case ModificationLevel.NONE:
            return "none"
        case ModificationLevel.LTA_UPDATES | ModificationLevel.FORM_FILLING:
            return "allowed"
        case _:
            return "forbidden"


def _coverage(level: SignatureCoverageLevel | None) -> str:
    match level:
        case SignatureCoverageLevel.ENTIRE_FILE:
            return "file"
        case SignatureCoverageLevel.ENTIRE_REVISION:
            return "revision"
        case _:
            return "part"


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else moment.astimezone(UTC).isoformat()


def _text(value: object) -> str:
    """Distinguished names may repeat an attribute; then pyHanko gives a list."""
    if isinstance(value, list):
        return ", ".join(str(v) for v in value)
    return "" if value is None else str(value)
