"""External signing: what a signatory is asked, and the answer."""

import base64
import binascii
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from api.schemas.cases import ID
from certify.attestation import AttestationView
from certify.collect_signature import AskedSignature
from certify.errors import InvalidInput
from certify.signature_request import SignatureAnswer

Hex = Annotated[str, Field(pattern=r"^[0-9a-f]{64,128}$")]


class AskedOut(BaseModel):
    """One signature that is asked for."""

    id: str = Field(examples=[ID])
    attestation_id: str
    attempt: int
    number: str = Field(examples=["01, quyển 01/2026-SCTĐT/BS"])
    title: str
    copies: int
    requester_name: str
    authority_name: str
    certificate_sha256: str
    scheme: str = Field(examples=["rsa-pkcs1-sha256"])
    digest: str = Field(description="hex; là giá trị băm của signed_attributes")
    signed_attributes: str = Field(description="base64 của DER (RFC 5652 §5.4)")
    seconds_left: float

    @classmethod
    def of(cls, asked: AskedSignature) -> "AskedOut":
        """Show a request of the core."""
        request = asked.request
        return cls(
            id=request.id,
            attestation_id=request.attestation_id,
            attempt=request.attempt,
            number=asked.shown_number,
            title=asked.title,
            copies=asked.copies,
            requester_name=asked.requester_name,
            authority_name=asked.authority_name,
            certificate_sha256=request.certificate_sha256,
            scheme=request.scheme,
            digest=request.digest.hex(),
            signed_attributes=base64.b64encode(request.signed_attributes).decode(),
            seconds_left=round(asked.seconds_left, 1),
        )


class WaitingOut(BaseModel):
    """A confirmed copy that nobody works on now."""

    attestation_id: str
    number: str | None
    title: str
    copies: int
    requester_name: str
    waiting: str | None

    @classmethod
    def of(cls, view: AttestationView) -> "WaitingOut":
        """Show a view of the core."""
        statement = view.statement
        return cls(
            attestation_id=view.id,
            number=view.shown_number,
            title=statement.original_title if statement else "",
            copies=statement.copies if statement else 0,
            requester_name=statement.requester_name if statement else "",
            waiting=view.waiting,
        )


class SigningOut(BaseModel):
    """All that a signing page needs."""

    present: bool = Field(description="hệ thống biết người ký sẵn sàng ký")
    preparing: int = Field(description="bản sao đang soạn, sắp đến lượt ký")
    requests: list[AskedOut]
    waiting: list[WaitingOut]


class SignatureIn(BaseModel):
    """The signature of a request; everything else repeats what was asked."""

    model_config = ConfigDict(extra="forbid")

    signatory: str = Field(max_length=64)
    attestation_id: str = Field(max_length=64)
    attempt: int = Field(ge=1)
    certificate_sha256: Hex
    digest: Hex
    signature: str = Field(max_length=4096, description="base64")

    def answer(self) -> SignatureAnswer:
        """Return it as the core takes it.

        Raises:
            InvalidInput: the signature is no base64.
        """
        return answer_of(
            attestation_id=self.attestation_id,
            attempt=self.attempt,
            certificate_sha256=self.certificate_sha256,
            digest=self.digest,
            signature=self.signature,
        )


class SignatoryIn(BaseModel):
    """Whose page or program calls."""

    model_config = ConfigDict(extra="forbid")

    signatory: str = Field(max_length=64)


def answer_of(
    *,
    attestation_id: str,
    attempt: int,
    certificate_sha256: str,
    digest: str,
    signature: str,
) -> SignatureAnswer:
    """Decode an answer from its texts.

    Raises:
        InvalidInput: digest or signature is not what it should be.
    """
    try:
        return SignatureAnswer(
            attestation_id=attestation_id,
            attempt=attempt,
            certificate_sha256=certificate_sha256,
            digest=bytes.fromhex(digest),
            signature=base64.b64decode(signature, validate=True),
        )
    except (ValueError, binascii.Error) as error:
        raise InvalidInput(
            field="signature", reason="không phải chữ ký dạng base64"
        ) from error
