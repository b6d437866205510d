"""Step 6: PAdES-B-LTA on a composed copy, in place on the file (ETSI EN 319 142-1).

    revision 2   the person's certification signature, with its timestamp
    revision 3   the agency's approval signature that locks everything, timestamped
    revision 4   one document security store and one document timestamp

pyHanko writes the revisions. The CMS comes from `cms.CmsTemplate` and is put into its
place here, in lower-case hex, because the strict container asks for one spelling.
"""

import binascii
import hashlib
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from asn1crypto import crl as asn1_crl
from asn1crypto import ocsp as asn1_ocsp
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import (
    FieldMDPAction,
    FieldMDPSpec,
    MDPPerm,
    SigFieldSpec,
    SigSeedSubFilter,
)
from pyhanko.sign.signers.cms_embedder import (
    PdfCMSEmbedder,
    SigIOSetup,
    SigMDPSetup,
    SigObjSetup,
)
from pyhanko.sign.signers.pdf_byterange import (
    DocumentTimestamp,
    PdfSignedData,
    SignatureObject,
)
from pyhanko.sign.validation.dss import DocumentSecurityStore
from typing_extensions import override

from certify.signatures import SEAL_FIELD, SIGNATORY_FIELD
from signing.cms import CmsTemplate
from signing.revocation import RevocationEvidence
from signing.timestamp import TimestampClient

# Hex digits. A PDF/A string holds at most 32,767 bytes (ISO 19005-2 §6.1.13).
RESERVED = 2 * 16 * 1024
TIMESTAMP_FIELD = "DauThoiGianLuuTru"
_CHUNK = 1 << 20
_REASON = "Chứng thực bản sao đúng với bản chính"


@dataclass(frozen=True)
class Signer:
    """A key's template and the name that stands in the signature dictionary."""

    template: CmsTemplate
    name: str


class _Revision(IncrementalPdfFileWriter):
    """An incremental update that changes nothing but what it is told to."""

    IO_CHUNK_SIZE = _CHUNK

    @override
    def _update_meta(self) -> None:
        """Leave the metadata alone: pyHanko would add /Info and a local time."""


def sign_as_person(
    path: Path, signer: Signer, when: datetime, tsa: TimestampClient
) -> datetime:
    """Add revision 2 in place; return the genTime of its timestamp.

    Certification with P=2: only form filling and signing may follow.
    """
    mdp = SigMDPSetup(
        md_algorithm=signer.template.digest.name,
        certify=True,
        docmdp_perms=MDPPerm.FILL_FORMS,
    )
    return _sign(path, SIGNATORY_FIELD, signer, mdp, when, tsa)


def sign_as_agency(
    path: Path, signer: Signer, when: datetime, tsa: TimestampClient
) -> datetime:
    """Add revision 3 in place; return the genTime of its timestamp.

    Its field's /Lock covers all fields and permits no further change (P=1).
    """
    mdp = SigMDPSetup(
        md_algorithm=signer.template.digest.name,
        field_lock=FieldMDPSpec(action=FieldMDPAction.ALL),
        docmdp_perms=MDPPerm.NO_CHANGES,
    )
    return _sign(path, SEAL_FIELD, signer, mdp, when, tsa)


def add_archive_timestamp(
    path: Path, evidence: RevocationEvidence, tsa: TimestampClient
) -> datetime:
    """Add revision 4 in place: DSS and document timestamp; return its genTime."""
    with path.open("r+b") as file:
        writer = _Revision(file)
        DocumentSecurityStore.supply_dss_in_writer(
            writer,
            None,
            certs=[_asn1(c) for c in evidence.certificates],
            ocsps=[asn1_ocsp.OCSPResponse.load(r) for r in evidence.ocsp_responses],
            crls=[asn1_crl.CertificateList.load(c) for c in evidence.crls],
        )
        placed = _place(
            file,
            writer,
            TIMESTAMP_FIELD,
            DocumentTimestamp(  # type: ignore[no-untyped-call]  # pyHanko leaves it untyped
                bytes_reserved=RESERVED
            ),
            None,
            "sha256",
        )
        token = tsa.stamp(placed.digest)
        placed.fill(token.der)
        return token.time


def _sign(
    path: Path,
    field: str,
    signer: Signer,
    mdp: SigMDPSetup,
    when: datetime,
    tsa: TimestampClient,
) -> datetime:
    template = signer.template
    with path.open("r+b") as file:
        placed = _place(
            file,
            _Revision(file),
            field,
            SignatureObject(
                timestamp=when,
                subfilter=SigSeedSubFilter.PADES,
                name=signer.name,
                reason=_REASON,
                bytes_reserved=RESERVED,
            ),
            mdp,
            template.digest.name,
        )
        attributes = template.signed_attributes(placed.digest)
        signature = template.sign(attributes)
        token = tsa.stamp(hashlib.sha256(signature).digest())
        placed.fill(template.assemble(attributes, signature, token.der))
        return token.time


@dataclass(frozen=True)
class _Placed:
    """A written revision whose /Contents still has to be filled."""

    file: BinaryIO
    digest: bytes
    start: int
    end: int

    def fill(self, der: bytes) -> None:
        """Write the CMS in lower-case hex; the zero padding stands already."""
        text = binascii.hexlify(der)
        if len(text) > self.end - self.start - 2:
            raise ValueError("the CMS is larger than its reserve")
        self.file.seek(self.start + 1)
        self.file.write(text)
        self.file.flush()


def _place(
    file: BinaryIO,
    writer: IncrementalPdfFileWriter,
    field: str,
    placeholder: PdfSignedData,
    mdp: SigMDPSetup | None,
    digest_name: str,
) -> _Placed:
    """Write a revision with an empty /Contents and hash its byte range."""
    # A new field (the timestamp's) gets its invisible widget on the last page: the
    # pages of the scan keep their exact shape.
    spec = SigFieldSpec(sig_field_name=field, on_page=-1)
    steps = PdfCMSEmbedder(new_field_spec=spec).write_cms(
        field_name=field, writer=writer
    )
    next(steps)
    steps.send(SigObjSetup(sig_placeholder=placeholder, mdp_setup=mdp))
    prepared, _ = steps.send(
        SigIOSetup(md_algorithm=digest_name, in_place=True, chunk_size=_CHUNK)
    )
    return _Placed(
        file=file,
        digest=prepared.document_digest,
        start=prepared.reserved_region_start,
        end=prepared.reserved_region_end,
    )


def _asn1(certificate: x509.Certificate) -> asn1_x509.Certificate:
    return asn1_x509.Certificate.load(certificate.public_bytes(Encoding.DER))
