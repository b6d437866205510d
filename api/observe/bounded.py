"""A question to a dependency that may hang: who asks gets an answer in time, or none.

A thread that hangs in a socket cannot be stopped. So there is at most one for each
question: who comes while it hangs waits for the same answer, and no second one begins.
"""

import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Future, wait
from typing import Generic, TypeVar

T = TypeVar("T")


class Question(Generic[T]):
    """Something to ask, by one thread at a time."""

    def __init__(self, name: str, ask: Callable[[], T]) -> None:
        """Ask nothing yet."""
        self.name = name
        self._ask = ask
        self._lock = threading.Lock()
        self._pending: Future[T] | None = None

    def asked(self) -> Future[T]:
        """Begin to ask, or join who is asking already."""
        with self._lock:
            if self._pending is not None and not self._pending.done():
                return self._pending
            pending: Future[T] = Future()
            self._pending = pending
        # A daemon: one that hangs must not keep the process from ending.
        threading.Thread(
            target=self._run, args=(pending,), name=f"ask-{self.name}", daemon=True
        ).start()
        return pending

    def _run(self, pending: Future[T]) -> None:
        try:
            answer = self._ask()
        except BaseException as error:  # noqa: BLE001 - it belongs to who waits for it
            pending.set_exception(error)
        else:
            pending.set_result(answer)


def answers(
    questions: Mapping[str, Question[T]], *, seconds: float
) -> Mapping[str, T | None]:
    """Ask all at once; None for who failed or did not answer in time."""
    pending = {name: question.asked() for name, question in questions.items()}
    done, _ = wait(pending.values(), timeout=seconds)
    return {
        name: future.result() if future in done and not future.exception() else None
        for name, future in pending.items()
    }
