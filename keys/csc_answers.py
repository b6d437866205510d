"""What a remote signing service may answer (CSC API 1.0.4 §11.5, §11.6, §11.9).

Only what is used is read. Validation errors never show their input: it may be a SAD.
"""

from base64 import b64decode
from typing import Annotated, Literal, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, SecretStr
from pydantic import ValidationError as _ValidationError

from keys.csc_http import HttpAnswer, NoAnswerError


def _strict_base64(value: object) -> bytes:
    if not isinstance(value, str):
        raise ValueError("base64 is text")  # noqa: TRY004 - pydantic wants ValueError
    return b64decode(value, validate=True)


Base64 = Annotated[bytes, BeforeValidator(_strict_base64)]


class CscAnswer(BaseModel):
    """Root of the answers."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)


class KeyPart(CscAnswer):
    """`key` of credentials/info; `algo` are OIDs."""

    status: Literal["enabled", "disabled"]
    algo: tuple[str, ...]


class CertificatePart(CscAnswer):
    """`cert` of credentials/info; the leaf comes first."""

    status: Literal["valid", "expired", "revoked", "suspended"] | None = None
    certificates: tuple[Base64, ...] = ()


class AskedFor(CscAnswer):
    """`PIN` and `OTP` of credentials/info."""

    presence: Literal["true", "false", "optional"] = "false"


class CredentialInfo(CscAnswer):
    """Answer of credentials/info."""

    key: KeyPart
    cert: CertificatePart
    auth_mode: str = Field(alias="authMode")
    scal: str = Field(default="1", alias="SCAL")
    pin: AskedFor = Field(default=AskedFor(), alias="PIN")
    otp: AskedFor = Field(default=AskedFor(), alias="OTP")


class Authorisation(CscAnswer):
    """Answer of credentials/authorize: the signature activation data."""

    sad: SecretStr = Field(alias="SAD", min_length=1)


class Signatures(CscAnswer):
    """Answer of signatures/signHash to one hash."""

    signatures: Annotated[tuple[Base64, ...], Field(min_length=1, max_length=1)]


class Token(CscAnswer):
    """Answer of oauth2/token (RFC 6749 §5.1; CSC: an hour unless said otherwise)."""

    access_token: SecretStr
    token_type: str
    expires_in: float = Field(default=3600.0, ge=0)


class Problem(CscAnswer):
    """An error of the service (§10.1); its text is compared, never shown."""

    error: str = ""
    error_description: str = ""


A = TypeVar("A", bound=CscAnswer)


def read_answer(answer: HttpAnswer, model: type[A]) -> A:
    """Return the parsed body of an answer.

    Raises:
        NoAnswerError: it is not JSON of that form.
    """
    media_type = answer.headers.get("Content-Type", "").partition(";")[0]
    if media_type.strip().lower() != "application/json":
        raise NoAnswerError("the answer is no JSON")
    try:
        return model.model_validate_json(answer.body)
    except _ValidationError as error:
        raise NoAnswerError("the answer has another form") from error


def read_problem(answer: HttpAnswer) -> Problem:
    """Return what an error says of itself, as far as it can be read."""
    try:
        return read_answer(answer, Problem)
    except NoAnswerError:
        return Problem()
