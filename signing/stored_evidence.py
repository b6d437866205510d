"""What the document security store of a file holds, read once for all its signatures.

Certificates, OCSP responses and lists of /DSS (ETSI EN 319 142-1 §5.4.2). Nothing here
is believed: every object is judged where it is used.
"""

from collections.abc import Sequence
from functools import cached_property

from asn1crypto import crl as asn1_crl
from asn1crypto import ocsp as asn1_ocsp
from asn1crypto import x509 as asn1_x509
from pyhanko.pdf_utils.decode_limits import DecodePurpose
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation.dss import DocumentSecurityStore
from pyhanko.sign.validation.errors import ValidationInfoReadingError


class StoredEvidence:
    """The store of one file, empty where there is none that can be read.

    Objects are parsed when they are first asked for: those of a stranger may raise
    ValueError then, which belongs to the signature that needs them.
    """

    def __init__(self, reader: PdfFileReader) -> None:
        """Take the file."""
        self._reader = reader

    @cached_property
    def _store(self) -> DocumentSecurityStore | None:
        try:
            return DocumentSecurityStore.read_dss(self._reader)
        except (ValidationInfoReadingError, PdfError):
            return None

    @property
    def has_revocation_data(self) -> bool:
        """Tell whether there are certificates and answers about them."""
        store = self._store
        return store is not None and bool(store.certs and (store.ocsps or store.crls))

    @cached_property
    def certificates(self) -> Sequence[asn1_x509.Certificate]:
        """Return what /Certs holds."""
        return () if self._store is None else tuple(self._store.load_certs())

    @cached_property
    def responses(self) -> Sequence[asn1_ocsp.OCSPResponse]:
        """Return what /OCSPs holds."""
        found = () if self._store is None else self._store.ocsps
        return [
            asn1_ocsp.OCSPResponse.load(
                reference.get_object().read_data(DecodePurpose.OCSP_RESPONSE)
            )
            for reference in found
        ]

    @cached_property
    def lists(self) -> Sequence[asn1_crl.CertificateList]:
        """Return what /CRLs holds."""
        found = () if self._store is None else self._store.crls
        return [
            asn1_crl.CertificateList.load(
                reference.get_object().read_data(DecodePurpose.CRL)
            )
            for reference in found
        ]
