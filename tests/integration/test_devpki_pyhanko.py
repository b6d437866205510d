"""The client that will really ask: pyHanko's HTTP timestamper and fetchers."""

import asyncio
import hashlib

from asn1crypto import x509 as asn1_x509
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.sign.timestamps.requests_client import HTTPTimeStamper
from pyhanko.sign.validation.generic_cms import validate_tst_signed_data
from pyhanko_certvalidator import ValidationContext

from tests.support.pki import RunningPki


def test_pyhanko_gets_and_validates_a_token(running_pki: RunningPki) -> None:
    digest = hashlib.sha256(b"copy").digest()
    stamper = HTTPTimeStamper(running_pki.pki.addresses.tsa)
    token = asyncio.run(stamper.async_timestamp(digest, "sha256"))
    root = running_pki.pki.root.public_bytes(Encoding.DER)
    context = ValidationContext(
        trust_roots=[asn1_x509.Certificate.load(root)],
        allow_fetching=True,
        revocation_mode="require",
    )
    status = asyncio.run(validate_tst_signed_data(token["content"], context, digest))
    assert status["intact"]
    assert status["valid"]
    assert status["trust_problem_indic"] is None
    info = token["content"]["encap_content_info"]["content"].parsed
    assert status["timestamp"] == info["gen_time"].native
