"""A PDF being made: a scan on its page, and what will be hidden."""

from dataclasses import dataclass

import numpy as np
import pikepdf
from pikepdf import Array, Name, Pdf, Stream

from tests.support import scans

BOX = (96.0, 134.4)  # points: 400 × 560 pixels at 300 dpi
SCAN = "q 96 0 0 134.4 0 0 cm /Im Do Q\n"
HIDDEN = "q 5.76 0 0 5.76 24 48 cm /Secret Do Q\n"  # pixel on pixel
SIDE = 24


@dataclass
class Draft:
    """A file being made: a scan on its page, and what will be hidden.

    Attributes:
        text: what must not survive, ASCII; image: noise that must not survive.
        content: of the page, as operators.
    """

    pdf: Pdf
    text: str
    image: scans.Array
    rng: np.random.Generator
    content: str = SCAN

    @property
    def page(self) -> pikepdf.Object:
        return self.pdf.pages[0].obj

    def secret(self, **entries: object) -> pikepdf.Object:
        """The hidden picture as an image XObject."""
        return self.pdf.make_indirect(
            Stream(
                self.pdf,
                self.image.tobytes(),
                Type=Name.XObject,
                Subtype=Name.Image,
                Width=SIDE,
                Height=SIDE,
                BitsPerComponent=8,
                ColorSpace=Name.DeviceRGB,
                **entries,
            )
        )

    def add_secret(self, **entries: object) -> None:
        self.page.Resources.XObject.Secret = self.secret(**entries)

    def form(self, content: str, **entries: object) -> pikepdf.Object:
        return self.pdf.make_indirect(
            Stream(
                self.pdf,
                content.encode(),
                **{
                    "Type": Name.XObject,
                    "Subtype": Name.Form,
                    "BBox": Array([0, 0, *BOX]),
                    "Resources": self.page.Resources,
                    **entries,
                },
            )
        )

    def say(self, before: str = "", at: str = "20 60") -> str:
        """Operators that show the text."""
        return f"BT {before} /F 6 Tf {at} Td ({self.text}) Tj ET\n"
