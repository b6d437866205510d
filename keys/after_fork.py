"""What a forked child must not share with its parent: connections and held locks."""

import os
from collections.abc import Callable
from weakref import WeakMethod


def after_fork(renew: Callable[[], None]) -> None:
    """Have a bound method called in every forked child while its object lives.

    A lock that another thread held at the fork is never released in the child, and
    two processes that write into one TLS connection destroy it.
    """
    reference = WeakMethod(renew)

    def call() -> None:
        found = reference()
        if found is not None:
            found()

    os.register_at_fork(after_in_child=call)
