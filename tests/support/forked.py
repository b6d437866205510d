"""Work in a forked child, as a pre-forking server would do it."""

import os
import warnings
from collections.abc import Callable


def in_child(
    work: Callable[[], str], beside: Callable[[], object] = lambda: None
) -> str:
    """Return what the work returned there, or its error.

    `beside` runs here meanwhile.
    """
    reading, writing = os.pipe()
    with warnings.catch_warnings():
        # Python 3.12 warns of forks beside threads; here they are the point.
        warnings.simplefilter("ignore", DeprecationWarning)
        child = os.fork()
    if child == 0:
        try:
            answer = work()
        except BaseException as error:  # noqa: BLE001 - reported to the parent
            answer = repr(error)
        os.write(writing, answer.encode())
        os._exit(0)
    os.close(writing)
    beside()
    with open(reading, encoding="utf-8") as answers:  # noqa: PTH123 - a descriptor
        text = answers.read()
    os.waitpid(child, 0)
    return text
