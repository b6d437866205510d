"""The last timestamp token has one form: whoever writes it otherwise is noticed."""

import re
from collections.abc import Callable

import pytest
from asn1crypto import cms

from signing.container import der_size
from signing.der import tlv
from signing.token_form import token_has_one_form
from tests.fuzz.chance import chance
from tests.fuzz.mutate import der
from tests.support.sealing import Sealed

_TST_INFO = bytes.fromhex("060b2a864886f70d0109100104")
_CONTENT = 2  # of SignedData: version, digest algorithms, content, certificates …


Genuine = tuple[bytes, set[bytes], list[cms.SignedData]]


@pytest.fixture(scope="module")
def genuine(sealed_copy: Sealed) -> Genuine:
    """The last token of a copy, the certificates of its store, and an earlier token."""
    data = sealed_copy[0].path.read_bytes()
    digits = re.findall(rb"/Contents <(30[0-9a-f]+)>", data)[-1]
    value = bytes.fromhex(digits.decode())
    token = value[: der_size(value)]
    signed = cms.ContentInfo.load(token)["content"]
    certificates = [certificate.chosen.dump() for certificate in signed["certificates"]]
    assert len(certificates) > 1
    return token, set(certificates), [signed]


def _signed_parts(token: bytes) -> tuple[bytes, ...]:
    """What the signature and its digest cover, and the signature value."""
    signed = cms.ContentInfo.load(token)["content"]
    (signer,) = signed["signer_infos"]
    return (
        signed["encap_content_info"]["content"].contents,
        signer["signed_attrs"].contents,
        signer["signature"].native,
    )


def test_the_genuine_token_has_it(genuine: Genuine) -> None:
    assert token_has_one_form(*genuine)


def test_no_change_outside_what_is_signed_keeps_it(
    genuine: Genuine,
) -> None:
    token, stored, earlier = genuine
    changed = {der.change_der(token, chance("token", n)) for n in range(4000)} - {token}
    assert len(changed) > 3000
    passed = [other for other in changed if token_has_one_form(other, stored, earlier)]
    assert len(passed) > 50  # the signed parts are for the signature to judge
    before = _signed_parts(token)
    assert [other.hex() for other in passed if _signed_parts(other) == before] == []


def _twice(content: der.Node) -> None:
    content.parts.append(content.parts[1])


def _padded_type(content: der.Node) -> None:
    assert content.parts[0].write() == _TST_INFO
    content.parts[0].content = b"\x2a\x80" + content.parts[0].content[1:]


def _long_length(content: der.Node) -> None:
    body = b"".join(part.write() for part in content.parts)
    content.whole = b"\x30\x84" + len(body).to_bytes(4, "big") + body


@pytest.mark.parametrize("change", [_twice, _padded_type, _long_length])
def test_the_content_is_written_in_one_way(
    change: Callable[[der.Node], None], genuine: Genuine
) -> None:
    """Found by `make fuzz`: a second content beside the first was nobody's business."""
    token, stored, earlier = genuine
    root = der.read(token)
    assert root is not None
    assert root.write() == token
    change(root.parts[1].parts[0].parts[_CONTENT])
    assert root.write() != token
    assert not token_has_one_form(root.write(), stored, earlier)


def test_the_signed_attributes_have_a_minimal_length(
    genuine: Genuine,
) -> None:
    token, stored, earlier = genuine
    root = der.read(token)
    assert root is not None
    (signer,) = root.parts[1].parts[0].parts[-1].parts
    attributes = next(part for part in signer.parts if part.tag == 0xA0)
    body = b"".join(part.write() for part in attributes.parts)
    assert attributes.write() == tlv(0xA0, body)
    attributes.whole = b"\xa0\x84" + len(body).to_bytes(4, "big") + body
    assert not token_has_one_form(root.write(), stored, earlier)


def test_certificates_stand_as_in_an_earlier_token(genuine: Genuine) -> None:
    token, stored, earlier = genuine
    root = der.read(token)
    assert root is not None
    certificates = root.parts[1].parts[0].parts[_CONTENT + 1]
    assert certificates.tag == 0xA0
    certificates.parts.reverse()
    turned = root.write()
    assert token_has_one_form(turned, stored)  # of an authority not met before
    assert not token_has_one_form(turned, stored, earlier)
    certificates.parts.pop(0)
    assert not token_has_one_form(root.write(), stored, earlier)


def test_parameters_are_left_out_as_in_an_earlier_token(genuine: Genuine) -> None:
    token, stored, earlier = genuine
    root = der.read(token)
    assert root is not None
    (signer,) = root.parts[1].parts[0].parts[-1].parts
    algorithm = signer.parts[-2]
    assert algorithm.parts.pop().write() == b"\x05\x00"  # NULL
    assert token_has_one_form(root.write(), stored)
    assert not token_has_one_form(root.write(), stored, earlier)
