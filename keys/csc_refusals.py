"""From an answer's status to what it means for the key (CSC API 1.0.4 §10)."""

from http import HTTPStatus

from keys.base import KeyRefused, RefusalReason
from keys.csc_answers import Problem, read_problem
from keys.csc_http import HttpAnswer, NoAnswerError

_LATER = {
    HTTPStatus.REQUEST_TIMEOUT,
    HTTPStatus.TOO_EARLY,
    HTTPStatus.TOO_MANY_REQUESTS,
}
_NO_ACCESS = {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}
_NO_ACCESS_ERRORS = {
    "invalid_token",
    "invalid_client",
    "unauthorized_client",
    "access_denied",
    "insufficient_scope",
}

# Nearly every error is `invalid_request`; only its description, fixed by the
# specification, tells them apart. (error, part of the description, what it means), the
# first that fits; None: the SAD is used up or too old, a new one can do.
_MEANINGS: tuple[tuple[str, str, RefusalReason | None], ...] = (
    ("", "locked", RefusalReason.PIN_LOCKED),
    ("invalid_pin", "", RefusalReason.PIN_WRONG),
    ("", "pin is invalid", RefusalReason.PIN_WRONG),
    ("invalid_otp", "", RefusalReason.AUTHORISATION_UNSUPPORTED),
    ("", "hash is not authorized by the sad", RefusalReason.HASH_NOT_AUTHORISED),
    ("", "sad expired", None),
    ("", "invalid parameter sad", None),
    ("", "parameter credentialid", RefusalReason.CREDENTIAL_UNKNOWN),
    ("", "disabled", RefusalReason.CREDENTIAL_DISABLED),
)


class TokenRefusedError(Exception):
    """401 `invalid_token`: it is not, or no longer, accepted (RFC 6750 §3.1)."""


def check_status(answer: HttpAnswer, *, key_id: str) -> None:
    """Pass only a 200.

    Raises:
        TokenRefusedError: the service says that the token is the fault.
        KeyRefused: it will not do this however often it is asked.
        NoAnswerError: anything that time can heal, redirects too.
    """
    if answer.status == HTTPStatus.OK:
        return
    final = HTTPStatus.BAD_REQUEST <= answer.status < HTTPStatus.INTERNAL_SERVER_ERROR
    if not final or answer.status in _LATER:
        raise NoAnswerError(f"HTTP {answer.status}")
    problem = read_problem(answer)
    challenge = answer.headers.get("WWW-Authenticate", "")  # RFC 6750 §3
    if answer.status == HTTPStatus.UNAUTHORIZED and (
        problem.error == "invalid_token" or 'error="invalid_token"' in challenge
    ):
        raise TokenRefusedError
    reason = _reason(answer.status, problem)
    if reason is None:
        raise NoAnswerError("the SAD is not accepted")
    raise KeyRefused(reason, key_id=key_id)


def _reason(status: int, problem: Problem) -> RefusalReason | None:
    description = problem.error_description.lower()
    for error, part, reason in _MEANINGS:
        if error in {"", problem.error} and part in description:
            return reason
    if "certificate" in description and "is expired" in description:
        return RefusalReason.EXPIRED
    if status in _NO_ACCESS or problem.error in _NO_ACCESS_ERRORS:
        return RefusalReason.ACCESS_REFUSED
    return RefusalReason.REQUEST_REFUSED
