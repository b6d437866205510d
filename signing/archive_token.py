"""The newest document timestamp of a file: who made it, and what it rests on."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.types import CertificatePublicKeyTypes
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import EmbeddedPdfSignature
from pyhanko.sign.validation.dss import DocumentSecurityStore
from pyhanko.sign.validation.errors import ValidationInfoReadingError

DOCUMENT_TIMESTAMP = "/DocTimeStamp"
_MAX_DEPTH = 6


@dataclass(frozen=True)
class ArchiveToken:
    """A document timestamp.

    Attributes:
        leaf: the TSA's certificate.
        others: from the token and the document security store.
        digests: of the message imprint and of the signature over it.
    """

    leaf: x509.Certificate
    others: tuple[x509.Certificate, ...]
    digests: frozenset[str]

    def algorithms(self, path: Sequence[x509.Certificate]) -> tuple[str, ...]:
        """Name all that the proof rests on, sorted.

        Nobody relies on the signature in a root; on its key everybody does.

        Args:
            path: leaf, issuers, root.
        """
        names = set(self.digests)
        for certificate in path:
            names.add(_key_name(certificate.public_key()))
        for certificate in path[:-1]:
            digest = certificate.signature_hash_algorithm
            names.add("none" if digest is None else digest.name)
        return tuple(sorted(names))


def newest_archive_token(reader: PdfFileReader) -> ArchiveToken | None:
    """Read the last document timestamp; None when no such thing ends the file.

    Raises:
        ValueError, TypeError, KeyError: it is damaged.
    """
    embedded = list(reader.embedded_signatures)
    if not embedded or embedded[-1].sig_object_type != DOCUMENT_TIMESTAMP:
        return None
    return _token(embedded[-1], _stored(reader))


def path_upwards(
    token: ArchiveToken, roots: Sequence[x509.Certificate]
) -> tuple[x509.Certificate, ...]:
    """Return leaf, issuers, root whatever their dates say; empty if it ends nowhere."""
    path = [token.leaf]
    while len(path) <= _MAX_DEPTH:
        root = next((r for r in roots if _issued(r, path[-1])), None)
        if root is not None:
            return tuple(path) if root == path[-1] else (*path, root)
        above = next(
            (c for c in token.others if c not in path and _issued(c, path[-1])), None
        )
        if above is None:
            return ()
        path.append(above)
    return ()


def end_of(path: Sequence[x509.Certificate]) -> datetime | None:
    """Return when the first certificate of a path ends; None for no path."""
    return min((c.not_valid_after_utc for c in path), default=None)


def _token(
    signature: EmbeddedPdfSignature, stored: Sequence[asn1_x509.Certificate]
) -> ArchiveToken:
    signer = signature.signer_info
    info = signature.signed_data["encap_content_info"]["content"].parsed
    imprint = info["message_imprint"]["hash_algorithm"]["algorithm"].native
    return ArchiveToken(
        leaf=_loaded(signature.signer_cert),
        others=tuple(map(_loaded, (*signature.other_embedded_certs, *stored))),
        digests=frozenset(
            {str(imprint), str(signer["digest_algorithm"]["algorithm"].native)}
        ),
    )


def _stored(reader: PdfFileReader) -> Sequence[asn1_x509.Certificate]:
    try:
        return tuple(DocumentSecurityStore.read_dss(reader).load_certs())
    except (ValidationInfoReadingError, PdfError):
        return ()


def _loaded(certificate: asn1_x509.Certificate) -> x509.Certificate:
    return x509.load_der_x509_certificate(certificate.dump())


def _issued(issuer: x509.Certificate, subject: x509.Certificate) -> bool:
    if issuer.subject != subject.issuer:
        return False
    try:
        subject.verify_directly_issued_by(issuer)
    except (InvalidSignature, TypeError, ValueError):
        return False
    return True


def _key_name(key: CertificatePublicKeyTypes) -> str:
    if isinstance(key, rsa.RSAPublicKey):
        return f"rsa-{key.key_size}"
    if isinstance(key, ec.EllipticCurvePublicKey):
        return f"ec-{key.key_size}"
    return type(key).__name__.lower()
