"""What an exception is called in metrics and log lines: never what it says."""

from certify.errors import CertifyError


def code_of(error: BaseException) -> str:
    """Return the stable code of an error; "fault" for what nobody expected."""
    return error.code if isinstance(error, CertifyError) else CertifyError.code


def is_fault(error: BaseException) -> bool:
    """Tell whether it is a fault of ours or damaged data (exit code 70)."""
    return getattr(error, "exit_code", CertifyError.exit_code) == CertifyError.exit_code
