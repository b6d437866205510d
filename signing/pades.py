"""Step 6: PAdES-B-LTA on a composed copy, in place on the file (ETSI EN 319 142-1).

    revision 2   the person's certification signature, with its timestamp
    revision 3   the agency's approval signature that locks everything, timestamped
    revision 4   one document security store and one document timestamp

pyHanko writes the objects of the revisions; the CMS comes from `cms.CmsTemplate`.
"""

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from pyhanko.sign.fields import (
    FieldMDPAction,
    FieldMDPSpec,
    MDPPerm,
    SigFieldSpec,
    SigSeedSubFilter,
)
from pyhanko.sign.signers.cms_embedder import (
    PdfCMSEmbedder,
    SigMDPSetup,
    SigObjSetup,
)
from pyhanko.sign.signers.pdf_byterange import (
    DocumentTimestamp,
    PdfSignedData,
    SignatureObject,
)

from certify.signatures import LOCKED_FIELDS, SEAL_FIELD, SIGNATORY_FIELD
from keys.base import SigningPurpose
from signing.cms import CmsTemplate
from signing.file_signature import check_file_signature
from signing.revisions import RevisionWriter, Unfilled
from signing.revocation import RevocationEvidence
from signing.security_store import add_security_store, next_timestamp_field
from signing.timestamps import CopyTimestamps

# Hex digits. A PDF/A string holds at most 32,767 bytes (ISO 19005-2 §6.1.13).
RESERVED = 2 * 16 * 1024
_REASON = "Chứng thực bản sao đúng với bản chính"


@dataclass(frozen=True)
class Signer:
    """A key's template and the name that stands in the signature dictionary.

    Attributes:
        purpose: told to a key whose owner attends each signature.
    """

    template: CmsTemplate
    name: str
    purpose: SigningPurpose | None = None


@contextmanager
def open_composed(path: Path, tsa: CopyTimestamps) -> Iterator["PadesCopy"]:
    """Open revision 1 to sign it in place."""
    with path.open("r+b") as file:
        yield PadesCopy(file, tsa)


class PadesCopy:
    """A composed copy on its way to B-LTA. The three steps are taken in order."""

    def __init__(self, file: BinaryIO, tsa: CopyTimestamps) -> None:
        """Read the structure of revision 1; made by `open_composed`."""
        self._file = file
        self._writer = RevisionWriter(file)
        self._tsa = tsa

    def sign_as_person(self, signer: Signer, when: datetime) -> datetime:
        """Add revision 2; return the genTime of its timestamp.

        Certification with P=2: only form filling and signing may follow.

        Raises:
            FileSignatureError: what stands in the file now is not a signature of
                this key's certificate over it; the seal must not follow.
        """
        mdp = SigMDPSetup(
            md_algorithm=signer.template.digest.name,
            certify=True,
            docmdp_perms=MDPPerm.FILL_FORMS,
        )
        return self._sign(SIGNATORY_FIELD, signer, mdp, when)

    def sign_as_agency(self, signer: Signer, when: datetime) -> datetime:
        """Add revision 3; return the genTime of its timestamp.

        Its field's /Lock covers both signature fields and permits no further change
        (P=1).
        """
        mdp = SigMDPSetup(
            md_algorithm=signer.template.digest.name,
            field_lock=FieldMDPSpec(
                action=FieldMDPAction.INCLUDE, fields=list(LOCKED_FIELDS)
            ),
            docmdp_perms=MDPPerm.NO_CHANGES,
        )
        return self._sign(SEAL_FIELD, signer, mdp, when)

    def add_archive_timestamp(self, evidence: RevocationEvidence) -> datetime:
        """Add revision 4: DSS and document timestamp; return its genTime.

        Archive renewal adds later ones in the same way (ETSI EN 319 142-1 §5.5).
        """
        add_security_store(self._writer, evidence)
        stamp = DocumentTimestamp(bytes_reserved=RESERVED)  # type: ignore[no-untyped-call]  # pyHanko leaves it untyped
        field = next_timestamp_field(self._writer)
        unfilled = self._write(field, stamp, None, "sha256")
        token = self._tsa.for_archive(unfilled.digest)
        unfilled.fill(token.der)
        return token.time

    def sha256_and_size(self) -> tuple[str, int]:
        """Digest (hex) and size in bytes of the file as it is now."""
        size = self._file.seek(0, os.SEEK_END)
        return self._writer.digest("sha256").upto(size).hex(), size

    def _sign(
        self, field: str, signer: Signer, mdp: SigMDPSetup, when: datetime
    ) -> datetime:
        template = signer.template
        placeholder = SignatureObject(
            timestamp=when,
            subfilter=SigSeedSubFilter.PADES,
            name=signer.name,
            reason=_REASON,
            bytes_reserved=RESERVED,
        )
        unfilled = self._write(field, placeholder, mdp, template.digest.name)
        attributes = template.signed_attributes(unfilled.digest)
        signature = template.sign(attributes, signer.purpose)
        token = self._tsa.for_signature(hashlib.sha256(signature).digest())
        unfilled.fill(template.assemble(attributes, signature, token.der))
        if field == SIGNATORY_FIELD:  # the agency's is judged in step 7, with all else
            check_file_signature(
                unfilled.read_back(), unfilled.digest, template.certificate
            )
        return token.time

    def _write(
        self,
        field: str,
        placeholder: PdfSignedData,
        mdp: SigMDPSetup | None,
        digest_name: str,
    ) -> Unfilled:
        # A new field (the timestamp's) gets its invisible widget on the last page: the
        # pages of the scan keep their exact shape.
        spec = SigFieldSpec(sig_field_name=field, on_page=-1)
        steps = PdfCMSEmbedder(new_field_spec=spec).write_cms(
            field_name=field, writer=self._writer
        )
        next(steps)
        steps.send(SigObjSetup(sig_placeholder=placeholder, mdp_setup=mdp))
        return self._writer.write_signed(placeholder, digest_name)
