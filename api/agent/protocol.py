"""What a signing page and the agent say to each other, over loopback HTTPS.

GET  /status   who the agent is and which certificates lie on the token
POST /sign     a batch for one certificate; the signatures, in the same order
"""

from pydantic import BaseModel, ConfigDict, Field

VERSION = 1
MOST_REQUESTS = 50  # of one batch: what a person can read on a terminal
MOST_BYTES = 512 * 1024  # of one request


class ToSign(BaseModel):
    """One signature, and what it is for in words."""

    model_config = ConfigDict(extra="forbid")

    id: str = Field(min_length=1, max_length=64)
    scheme: str = Field(max_length=32)
    digest: str = Field(max_length=128)
    signed_attributes: str = Field(max_length=8192, description="base64 of DER")
    number: str = Field(max_length=200)
    title: str = Field(max_length=400)
    copies: int = Field(ge=1, le=1000)
    seconds_left: float = Field(gt=0, le=600)


class Batch(BaseModel):
    """What one consent covers."""

    model_config = ConfigDict(extra="forbid")

    certificate_sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    requests: list[ToSign] = Field(min_length=1, max_length=MOST_REQUESTS)


class Refusal(Exception):
    """The agent will not; `detail` is a Vietnamese sentence for the person."""

    def __init__(self, status: int, code: str, detail: str) -> None:
        """Take an HTTP status, a stable code and the sentence."""
        self.status = status
        self.code = code
        self.detail = detail
        super().__init__(code)
