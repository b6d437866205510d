"""Owners of external keys who answer at once: each is a thread with a file key."""

import queue
import threading
from concurrent.futures import Future
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.hazmat.primitives.serialization import Encoding

from keys.base import SigningKey
from keys.external import WantedSignature
from keys.open import open_key
from keys.settings import ExternalKeySettings, FileKeySettings

_Question = tuple[WantedSignature, "Future[bytes]"]


@dataclass
class Owners:
    """Fills `keys.external.SignatureExchange`."""

    questions: dict[str, "queue.SimpleQueue[_Question]"] = field(default_factory=dict)

    def take_out(self, held: FileKeySettings, folder: Path) -> ExternalKeySettings:
        """Give a file key to an owner; return settings that know its certificates."""
        key = open_key(held)
        pem = folder / "certificates.pem"
        pem.write_bytes(
            b"".join(
                c.public_bytes(Encoding.PEM) for c in (key.certificate, *key.chain)
            )
        )
        asked: queue.SimpleQueue[_Question] = queue.SimpleQueue()
        self.questions[held.key_id] = asked
        threading.Thread(target=_answer, args=(key, asked), daemon=True).start()
        return ExternalKeySettings(
            key_id=held.key_id,
            certificates=pem,
            time_limit_seconds=60,
            scheme=held.scheme,
        )

    def check_present(self, key_id: str) -> None:
        assert key_id in self.questions

    def signature(self, wanted: WantedSignature) -> bytes:
        answer: Future[bytes] = Future()
        self.questions[wanted.key_id].put((wanted, answer))
        return answer.result(wanted.time_limit_seconds)


def _answer(key: SigningKey, asked: "queue.SimpleQueue[_Question]") -> None:
    while True:
        wanted, answer = asked.get()
        answer.set_result(key.sign_digest(wanted.digest))
