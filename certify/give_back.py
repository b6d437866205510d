"""A lease ends however a run ends, and what ended it is kept.

Shared by issuing a copy and renewing one: both hold an attestation's lease through
steps that may take minutes.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from certify.errors import CertifyError, ServiceUnavailable, TryLater
from certify.stopping import STOPPING

DISK_SERVICE = "Ổ đĩa của máy chủ"


@contextmanager
def giving_back(give_back: Callable[[CertifyError | None], None]) -> Iterator[None]:
    """Call `give_back` once at the end, with what went wrong or None.

    Raises:
        ServiceUnavailable: our work folder failed.
    """
    try:
        yield
    except CertifyError as error:
        give_back(error)
        raise
    except OSError as error:  # collaborators translate theirs: our work folder
        away = ServiceUnavailable(service=DISK_SERVICE)
        give_back(away)
        raise away from error
    except Exception:
        give_back(CertifyError())
        raise
    except BaseException:  # Ctrl-C: nothing that a person has to mend
        give_back(TryLater(reason=STOPPING))
        raise
    else:
        give_back(None)
