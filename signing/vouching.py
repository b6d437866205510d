"""Which anchors of the trust folder stand above a signer, at the time that counts."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime

from asn1crypto import x509 as asn1_x509
from cryptography import x509
from pyhanko.sign.validation import EmbeddedPdfSignature

from certify.inspection import Indication, SignatureFacts
from certify.trust import Purpose, Vouching, vouched
from signing.names import holder_of
from signing.trust import TrustStore

_WANTED = {
    "timestamp": (Purpose.TIMESTAMP,),
    "signature": (Purpose.SIGNATURE, Purpose.SEAL),
}


def with_vouching(
    signature: EmbeddedPdfSignature,
    facts: SignatureFacts,
    store: TrustStore,
    stored: Sequence[asn1_x509.Certificate],
    now: datetime,
) -> SignatureFacts:
    """Name the anchors above the signer, at the proven time.

    An archive timestamp proves its own time, so its anchor must be trusted today: with
    a TSA key that is trusted no more anybody could date a token back.

    Returns:
        The facts; INDETERMINATE when nothing vouches for the signer at that time.
    """
    moment = now
    if facts.kind == "signature" and facts.proven_time is not None:
        moment = datetime.fromisoformat(facts.proven_time)
    others = [*signature.other_embedded_certs, *stored]
    found: tuple[Vouching, ...] = ()
    chain: tuple[str, ...] = ()
    known = readable(others)
    for leaf in readable([signature.signer_cert]):
        found = store.vouching(leaf, known, moment)
        chain = tuple(holder_of(ca) for ca in store.chain(leaf, known))
    facts = replace(facts, vouching=found, chain=chain)
    if facts.indication is Indication.TOTAL_PASSED and not any(
        vouched(found, purpose) for purpose in _WANTED[facts.kind]
    ):
        # Trusted once, not at that time (the manifest's period).
        return replace(
            facts, indication=Indication.INDETERMINATE, sub_indication="NO_POE"
        )
    return facts


def readable(
    certificates: Sequence[asn1_x509.Certificate],
) -> list[x509.Certificate]:
    """Keep the certificates that can be read: strangers embed what they like."""
    found = []
    for certificate in certificates:
        with suppress(ValueError, x509.InvalidVersion):
            found.append(x509.load_der_x509_certificate(certificate.dump()))
    return found
