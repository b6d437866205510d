"""Reads a signed PDF as a stranger would (ETSI EN 319 102-1 §5.3, §5.6).

Runs in a child process: the bytes may be hostile. pyHanko is asked twice, because
AdES-LTA validation can say OK for a file whose basic validation says that it was
changed in a forbidden way. No network: only the file, the trust folder and the
revocation lists that the parent fetched.
"""

import asyncio
import hashlib
import logging
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import pikepdf
from asn1crypto import cms
from asn1crypto import crl as asn1_crl
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.pdf_utils.misc import PdfError, PdfReadError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import EmbeddedPdfSignature
from pyhanko.sign.validation.generic_cms import extract_tst_data_iter
from pyhanko.sign.validation.policy_decl import (
    CertificateFetchingRule,
    LocalKnowledge,
    PdfSignatureValidationSpec,
    RevinfoOnlineFetchingRule,
    RevocationInfoGatheringSpec,
    SignatureValidationSpec,
)
from pyhanko_certvalidator.context import CertValidationPolicySpec
from pyhanko_certvalidator.policy_decl import REQUIRE_REVINFO, CertRevTrustPolicy
from pyhanko_certvalidator.registry import SimpleTrustManager
from pyhanko_certvalidator.revinfo.archival import CRLContainer

from certify.inspection import Inspection, SignatureFacts
from certify.scan import page_digest
from certify.trust import Purpose
from signing.archive_chain import judge_earlier_timestamps
from signing.archive_token import end_of, newest_archive_token, path_upwards
from signing.cades import form_problems
from signing.container import SignedRange, container_problems, der_size
from signing.once import computing_once
from signing.page_images import NotACopyError, read_page_images
from signing.quick_hex import install as read_hex_quickly
from signing.record import read_record
from signing.revoked import load_lists
from signing.signature_facts import Context, signature_facts, timing_at
from signing.stored_evidence import StoredEvidence
from signing.token_form import token_has_one_form
from signing.trust import load_trust_store
from signing.validation_time import judging_at, time_to_judge
from signing.vouching import readable

read_hex_quickly()

MAX_BYTES = 200 * 1024 * 1024
_MAX_SIGNATURES = 40
_MAX_METADATA = 256 * 1024
_LEVELS = ("PAdES-B-B", "PAdES-B-T", "PAdES-B-LT", "PAdES-B-LTA")
_TAIL = 2048  # readers look for %%EOF in the last 1,024 (ISO 32000-1 annex H, note 18)
_END = re.compile(rb"[\r\n]startxref\s*\d+\s*%%EOF")

# pyHanko logs a traceback for each bad signature; here that is an answer, not an event
for _name in ("pyhanko", "pyhanko_certvalidator"):
    logging.getLogger(_name).setLevel(logging.CRITICAL + 1)


def inspect_file(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Task of the child process: read one file and return `Inspection.to_json()`.

    Args:
        arguments: "path" of the file, "trust" folder, "now" ISO 8601, "crls" paths of
            revocation lists (DER) fetched by the parent.
    """
    path = Path(arguments["path"])
    size = path.stat().st_size
    if size > MAX_BYTES:
        return Inspection(sha256="", size_bytes=size, problem="limits").to_json()
    data = path.read_bytes()
    digest = hashlib.sha256(data).hexdigest()
    context = _context(arguments)
    try:
        return _inspect(path, data, digest, context).to_json()
    except MemoryError:
        raise  # the child says so: over the limits, which is not "damaged"
    except Exception as error:  # noqa: BLE001 - hostile bytes raise anything; a verdict follows
        kind = "encrypted" if _is_encrypted(data, error) else "damaged"
        return Inspection(sha256=digest, size_bytes=size, problem=kind).to_json()


def _is_encrypted(data: bytes, error: Exception) -> bool:
    return b"/Encrypt" in data and "crypt" in f"{type(error).__name__} {error}".lower()


def _context(arguments: Mapping[str, Any]) -> Context:
    now = datetime.fromisoformat(arguments["now"]).astimezone(UTC)
    store = load_trust_store(Path(arguments["trust"]), now)
    # Separate roots for signers and for timestamps: an anchor never vouches for what
    # the manifest does not say. Which signer's role it vouches for is judged later.
    roots = _as_asn1(store.anchors(Purpose.SIGNATURE, Purpose.SEAL).roots)
    intermediates = _as_asn1(store.intermediates)
    timestamp_roots = _as_asn1(store.anchors(Purpose.TIMESTAMP).roots)
    crls = [
        CRLContainer(asn1_crl.CertificateList.load(Path(file).read_bytes()))
        for file in arguments.get("crls", ())
    ]
    spec = SignatureValidationSpec(
        cert_validation_policy=_policy(roots),
        ts_cert_validation_policy=_policy(timestamp_roots),
        revinfo_gathering_policy=RevocationInfoGatheringSpec(
            online_fetching_rule=RevinfoOnlineFetchingRule.LOCAL_ONLY,
            certificate_fetching_rule=CertificateFetchingRule.NEVER_FETCH,
        ),
        local_knowledge=LocalKnowledge(known_crls=crls, known_certs=intermediates),
    )
    lists = [container.crl_data for container in crls]
    return Context(
        spec=PdfSignatureValidationSpec(signature_validation_spec=spec),
        timing=timing_at(now),
        roots=roots,
        lists=load_lists(lists),
        timestamp_roots=timestamp_roots,
        intermediates=intermediates,
        store=store,
        crls=lists,
    )


def _as_asn1(
    certificates: Sequence[x509.Certificate],
) -> list[asn1_x509.Certificate]:
    return [
        asn1_x509.Certificate.load(c.public_bytes(Encoding.DER)) for c in certificates
    ]


def _policy(roots: Sequence[asn1_x509.Certificate]) -> CertValidationPolicySpec:
    return CertValidationPolicySpec(
        trust_manager=SimpleTrustManager.build(trust_roots=roots),
        revinfo_policy=CertRevTrustPolicy(REQUIRE_REVINFO),
    )


def _inspect(path: Path, data: bytes, digest: str, context: Context) -> Inspection:
    reader, problems = _open(data)
    embedded = list(reader.embedded_signatures)[:_MAX_SIGNATURES]
    context = context.judged_at(time_to_judge(embedded, context.timing.validation_time))
    stored = StoredEvidence(reader)
    with judging_at(context.timing.validation_time), computing_once(embedded):
        facts = asyncio.run(_all_facts(embedded, context, stored))
    ranges = [
        SignedRange(tuple(int(v) for v in signature.byte_range))
        for signature in embedded
    ]
    facts = _with_levels(stored, facts)
    until, algorithms = _protection(reader, context)
    if embedded and not _last_token_has_one_form(stored, embedded):
        problems.append("timestamp_form")
    problems += [code for s in embedded for code in form_problems(s)]
    problems = list(dict.fromkeys([*problems, *container_problems(data, ranges)]))
    pages = _read_pages(path)
    return Inspection(
        sha256=digest,
        size_bytes=len(data),
        container_problems=tuple(problems),
        signatures=facts,
        level=_lowest_level(facts),
        page_digest=pages.digest,
        page_count=pages.count,
        record=pages.record,
        protected_until=until,
        algorithms=algorithms,
    )


async def _all_facts(
    embedded: Sequence[EmbeddedPdfSignature], context: Context, stored: StoredEvidence
) -> tuple[SignatureFacts, ...]:
    facts = tuple([await signature_facts(s, context, stored) for s in embedded])
    return await judge_earlier_timestamps(embedded, facts, context, stored)


def _protection(
    reader: PdfFileReader, context: Context
) -> tuple[str | None, tuple[str, ...]]:
    """Tell what the last document timestamp rests on, and when the first of it ends."""
    try:
        token = newest_archive_token(reader)
    except (PdfError, ValueError, TypeError, KeyError):
        return None, ()
    if token is None:
        return None, ()
    path = path_upwards(token, readable(context.timestamp_roots))
    end = end_of(path)
    if end is None:
        return None, ()
    return end.isoformat(), token.algorithms(path)


def _open(data: bytes) -> tuple[PdfFileReader, list[str]]:
    """Open strictly; a file that only opens leniently is not a certified copy.

    From memory: pyHanko steps back byte by byte, which costs a buffer each on disk.
    It would step back through a line of any length, so the end is looked for first.

    Raises:
        PdfError: not even leniently.
    """
    if _END.search(data, max(0, len(data) - _TAIL)) is None:
        raise PdfReadError("no end of file")
    try:
        return PdfFileReader(BytesIO(data), strict=True), []
    except PdfError:
        return PdfFileReader(BytesIO(data), strict=False), ["structure"]


def _with_levels(
    stored: StoredEvidence, facts: Sequence[SignatureFacts]
) -> tuple[SignatureFacts, ...]:
    """Name the PAdES baseline level of each signature (EN 319 142-1 §6)."""
    return tuple(
        replace(f, level=_level_of(f, facts, stored))
        if f.kind == "signature" and f.intact
        else f
        for f in facts
    )


def _level_of(
    signature: SignatureFacts, facts: Sequence[SignatureFacts], stored: StoredEvidence
) -> str:
    if not signature.timestamped:
        return "PAdES-B-B"
    if not stored.has_revocation_data:
        return "PAdES-B-T"
    last = facts[-1]
    covered = last.kind == "timestamp" and last.revision_end > signature.revision_end
    return "PAdES-B-LTA" if covered else "PAdES-B-LT"


def _lowest_level(facts: Sequence[SignatureFacts]) -> str:
    signatures = [f for f in facts if f.kind == "signature"]
    if not signatures or not all(f.intact for f in facts):
        return ""
    return min((f.level for f in signatures), key=_LEVELS.index)


def _last_token_has_one_form(
    stored: StoredEvidence, embedded: Sequence[EmbeddedPdfSignature]
) -> bool:
    try:
        certificates = {certificate.dump() for certificate in stored.certificates}
        earlier = [token for one in embedded[:-1] for token in _tokens_of(one)]
    except (PdfError, ValueError, TypeError, KeyError):
        return False
    token = embedded[-1].pkcs7_content
    return token_has_one_form(token[: der_size(token)], certificates, earlier)


def _tokens_of(signature: EmbeddedPdfSignature) -> list[cms.SignedData]:
    """The timestamps of a signature, or the document timestamp that it is."""
    if signature.sig_object_type == "/DocTimeStamp":
        return [signature.signed_data]
    return list(extract_tst_data_iter(signature.signer_info, signed=False))


@dataclass(frozen=True)
class _Pages:
    count: int
    digest: str
    record: Mapping[str, str]


def _read_pages(path: Path) -> _Pages:
    """Recompute the page digest and read the record from what a viewer would show."""
    with pikepdf.open(path) as pdf:
        count = len(pdf.pages)
        try:
            digest = page_digest(read_page_images(pdf))
        except NotACopyError:
            digest = ""
        packet = pdf.Root.get("/Metadata")
        record: dict[str, str] = {}
        if isinstance(packet, pikepdf.Stream):
            record = read_record(packet.read_bytes()[:_MAX_METADATA])
    return _Pages(count, digest, record)
