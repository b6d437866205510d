"""The certificates that a finished copy carries in its document security store."""

from pathlib import Path

import pikepdf
from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding

from certify.errors import StoredDataDamaged


def stored_certificates(path: Path) -> dict[str, bytes]:
    """Return the certificates of /DSS as PEM, by SHA-256 (hex), in that order.

    For our own released files alone: it opens the file in this process.

    Raises:
        StoredDataDamaged: the file has no such store.
    """
    try:
        with pikepdf.open(path) as pdf:
            certificates = [
                x509.load_der_x509_certificate(stream.read_bytes())
                for stream in pdf.Root.DSS.Certs
            ]
    except (pikepdf.PdfError, AttributeError, ValueError) as error:
        raise StoredDataDamaged(what="chứng thư trong bản sao") from error
    found = {
        c.fingerprint(SHA256()).hex(): c.public_bytes(Encoding.PEM)
        for c in certificates
    }
    return dict(sorted(found.items()))
