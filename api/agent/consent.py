"""The terminal of the person who signs: what is asked, and the PIN as consent.

A PIN comes from here and nowhere else. What a page sends is shown as plain letters: no
control character of it reaches the terminal.
"""

import getpass
import time
from collections.abc import Callable, Sequence

from api.agent.protocol import ToSign

_LONGEST = 120  # letters of one line


class TerminalConsent:
    """Shows a batch and asks for one PIN for all of it."""

    def __init__(
        self,
        *,
        pin_minutes: float = 0,
        say: Callable[[str], object] = print,
        read_secret: Callable[[str], str] = getpass.getpass,
        read_line: Callable[[str], str] = input,
        seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        """`pin_minutes`: how long a PIN that was right may be used again; 0 never."""
        self._pin_seconds = pin_minutes * 60
        self._say = say
        self._read_secret = read_secret
        self._read_line = read_line
        self._seconds = seconds
        self._kept: tuple[str, float] | None = None

    def ask(self, holder: str, origin: str, batch: Sequence[ToSign]) -> str | None:
        """Return the PIN, None when the person does not want to sign."""
        self._say("")
        self._say(f"Trang {_plain(origin)} xin ký {len(batch)} bản sao")
        self._say(f"bằng chứng thư số của: {_plain(holder)}")
        for place, each in enumerate(batch, start=1):
            title, number = _plain(each.title), _plain(each.number)
            self._say(f"  {place}. Số {number}: {title} ({each.copies} bản)")
        pin = self._still_kept()
        try:
            if pin is not None:
                typed = self._read_line("Gõ C rồi Enter để ký, phím khác là không ký: ")
                return pin if typed.strip().lower() == "c" else None
            prompt = "Nhập mã PIN rồi Enter để ký; chỉ Enter là không ký: "
            return self._read_secret(prompt) or None
        except EOFError:
            return None

    def right(self, pin: str) -> None:
        """The PIN was right: keep it for as long as was asked for at the start."""
        if self._pin_seconds and self._still_kept() is None:
            self._kept = pin, self._seconds() + self._pin_seconds

    def forget(self) -> None:
        """Forget a PIN at once."""
        self._kept = None

    def tell(self, sentence: str) -> None:
        """Say a sentence of our own, or with a name of a certificate in it."""
        self._say(_visible(sentence))

    def _still_kept(self) -> str | None:
        if self._kept is None or self._seconds() >= self._kept[1]:
            self._kept = None
            return None
        return self._kept[0]


def _plain(text: str) -> str:
    shown = _visible(text)
    return shown if len(shown) <= _LONGEST else f"{shown[:_LONGEST]}…"


def _visible(text: str) -> str:
    return "".join(c if c.isprintable() else " " for c in text)
