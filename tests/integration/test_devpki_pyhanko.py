"""pyHanko, the client that will really ask, takes and validates our tokens."""

import asyncio
import hashlib

import urllib3
from asn1crypto import crl as asn1_crl
from asn1crypto import tsp
from asn1crypto import x509 as asn1_x509
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.sign.timestamps import TimeStamper
from pyhanko.sign.validation.generic_cms import validate_tst_signed_data
from pyhanko_certvalidator import ValidationContext
from typing_extensions import override

from tests.support.pki import RunningPki


class _Urllib3TimeStamper(TimeStamper):
    def __init__(self, pool: urllib3.PoolManager, address: str) -> None:
        super().__init__()
        self._pool = pool
        self._address = address

    @override
    async def async_request_tsa_response(
        self, req: tsp.TimeStampReq
    ) -> tsp.TimeStampResp:
        reply = self._pool.request(
            "POST", self._address, body=req.dump(), retries=False
        )
        return tsp.TimeStampResp.load(reply.data)


def test_pyhanko_gets_and_validates_a_token(running_pki: RunningPki) -> None:
    digest = hashlib.sha256(b"copy").digest()
    addresses = running_pki.pki.addresses
    with urllib3.PoolManager() as pool:
        stamper = _Urllib3TimeStamper(pool, addresses.tsa)
        token = asyncio.run(stamper.async_timestamp(digest, "sha256"))
        lists = [
            asn1_crl.CertificateList.load(pool.request("GET", addresses.crl(ca)).data)
            for ca in ("root", "issuing")
        ]
    root = running_pki.pki.root.public_bytes(Encoding.DER)
    context = ValidationContext(
        trust_roots=[asn1_x509.Certificate.load(root)],
        crls=lists,
        allow_fetching=False,
        revocation_mode="require",
    )
    status = asyncio.run(
        validate_tst_signed_data(token["content"], context, lambda _: digest)
    )
    assert status["intact"]
    assert status["valid"]
    assert status["trust_problem_indic"] is None
    info = token["content"]["encap_content_info"]["content"].parsed
    assert status["timestamp"] == info["gen_time"].native
