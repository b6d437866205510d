"""AdES-LTA validation as pyHanko does it: both signatures and the document timestamp.

A process of its own: nothing of ours is imported, nothing of pyHanko's is wrapped.
"""

import asyncio
import sys
from pathlib import Path

from asn1crypto import pem, x509
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.ades.report import AdESPassed
from pyhanko.sign.validation import async_validate_pdf_timestamp
from pyhanko.sign.validation.ades import ades_lta_validation
from pyhanko.sign.validation.dss import DocumentSecurityStore
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

from bench.peers.worker import serve

_TIMESTAMP = "/DocTimeStamp"


class Validator:
    """Trust is read once; the file anew each time."""

    def __init__(self, folder: Path) -> None:
        _, _, der = pem.unarmor((folder / "pki/root.pem").read_bytes())
        self._roots = [x509.Certificate.load(der)]
        policy = CertValidationPolicySpec(
            trust_manager=SimpleTrustManager.build(trust_roots=self._roots),
            revinfo_policy=CertRevTrustPolicy(REQUIRE_REVINFO),
        )
        self._spec = PdfSignatureValidationSpec(
            SignatureValidationSpec(
                cert_validation_policy=policy,
                revinfo_gathering_policy=RevocationInfoGatheringSpec(
                    online_fetching_rule=RevinfoOnlineFetchingRule.LOCAL_ONLY,
                    certificate_fetching_rule=CertificateFetchingRule.NEVER_FETCH,
                ),
                local_knowledge=LocalKnowledge(),
            )
        )

    def work(self, path: Path) -> None:
        asyncio.run(self._validate(path))

    async def _validate(self, path: Path) -> None:
        with path.open("rb") as file:
            reader = PdfFileReader(file, strict=True)
            for signature in reader.embedded_signatures:
                if signature.sig_object_type == _TIMESTAMP:
                    context = DocumentSecurityStore.read_dss(
                        reader
                    ).as_validation_context(
                        {
                            "trust_roots": self._roots,
                            "allow_fetching": False,
                            "revocation_mode": "require",
                        }
                    )
                    status = await async_validate_pdf_timestamp(signature, context)
                    good = status.trusted
                else:
                    result = await ades_lta_validation(signature, self._spec)
                    good = result.ades_subindic is AdESPassed.OK
                if not good:
                    raise RuntimeError("pyHanko does not find the copy good")


if __name__ == "__main__":
    serve(Validator(Path(sys.argv[1])).work)
