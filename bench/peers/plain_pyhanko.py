"""The same job as ours, with pyHanko's own signers, stamps and timestamper.

Keys are loaded once by SimpleSigner, evidence is given, the TSA is in this process,
the file is signed in place: what a careful user of the library would write.
"""

import sys
from pathlib import Path

from asn1crypto import crl, ocsp, tsp, x509
from pyhanko.pdf_utils.font.opentype import GlyphAccumulatorFactory
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.text import TextBoxStyle
from pyhanko.sign.fields import MDPPerm, SigSeedSubFilter
from pyhanko.sign.signers import (
    PdfSignatureMetadata,
    PdfSigner,
    PdfTimeStamper,
    SimpleSigner,
)
from pyhanko.sign.timestamps import TimeStamper
from pyhanko.sign.validation.dss import DocumentSecurityStore
from pyhanko.stamp import QRStampStyle

from bench.peers.worker import serve
from certify.clock import SystemClock
from certify.signatures import SEAL_FIELD, SIGNATORY_FIELD
from keys.devpki.responders import DevelopmentPki


class InProcessTimeStamper(TimeStamper):
    """Asks the development TSA by a call."""

    def __init__(self, pki: Path) -> None:
        super().__init__()
        self._pki = DevelopmentPki(pki)

    async def async_request_tsa_response(self, req):  # noqa: ANN001, ANN201 - pyHanko's
        answer = self._pki.timestamp(req.dump(), SystemClock().now())
        return tsp.TimeStampResp.load(answer)


def _signer(pki: Path, key_id: str) -> SimpleSigner:
    keys = pki / "keys"
    return SimpleSigner.load_pkcs12(
        keys / f"{key_id}.p12",
        passphrase=(keys / f"{key_id}.passphrase").read_bytes().strip(),
    )


def _loaded(folder: Path, kind: type) -> list:
    return [kind.load(file.read_bytes()) for file in sorted(folder.iterdir())]


class Job:
    """Two visible signatures with text and QR code, one DSS, one document timestamp."""

    def __init__(self, folder: Path) -> None:
        pki, evidence = folder / "pki", folder / "evidence"
        self._timestamper = InProcessTimeStamper(pki)
        self._person, self._seal = _signer(pki, "chairman"), _signer(pki, "seal")
        self._evidence = {
            "certs": _loaded(evidence / "certificates", x509.Certificate),
            "ocsps": _loaded(evidence / "ocsp", ocsp.OCSPResponse),
            "crls": _loaded(evidence / "crls", crl.CertificateList),
        }
        font = GlyphAccumulatorFactory(str(folder / "regular.ttf"), font_size=8)
        self._style = QRStampStyle(
            stamp_text="%(signer)s\nThời gian ký: %(ts)s",
            text_box_style=TextBoxStyle(font=font),
        )

    def __call__(self, path: Path) -> None:
        certification = {"certify": True, "docmdp_permissions": MDPPerm.FILL_FORMS}
        with path.open("r+b") as file:
            self._sign(file, SIGNATORY_FIELD, self._person, **certification)
            self._sign(file, SEAL_FIELD, self._seal)
            writer = IncrementalPdfFileWriter(file)
            DocumentSecurityStore.supply_dss_in_writer(writer, None, **self._evidence)
            PdfTimeStamper(self._timestamper).timestamp_pdf(
                writer, "sha256", in_place=True
            )

    def _sign(self, file, field: str, signer: SimpleSigner, **extra: object) -> None:  # noqa: ANN001 - any binary file
        metadata = PdfSignatureMetadata(
            field_name=field,
            md_algorithm="sha256",
            subfilter=SigSeedSubFilter.PADES,
            **extra,
        )
        PdfSigner(
            metadata, signer, timestamper=self._timestamper, stamp_style=self._style
        ).sign_pdf(
            IncrementalPdfFileWriter(file),
            existing_fields_only=True,
            in_place=True,
            appearance_text_params={"url": "http://127.0.0.1/v/0123456789ABCDEF"},
        )


if __name__ == "__main__":
    serve(Job(Path(sys.argv[1])))
