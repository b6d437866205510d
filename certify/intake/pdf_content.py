"""What does a page draw? One straight image over the page, or something else?

A reader of content streams (ISO 32000-2 §8, §9) that knows just enough to say "this
page is one image" with certainty. Everything it does not know is a reason to render.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Any

import pikepdf

from certify.intake.geometry import UNIT, Box, Matrix

Operands = Any  # whatever a content stream holds: names, numbers, arrays, anything

INVISIBLE = 3  # text rendering mode, ISO 32000-2 table 104
DEEPEST_FORM = 20
MOST_OPERATIONS = 2_000_000  # over all forms: a form may draw itself many times
CLIP_SLACK = 2.0  # points; scanners' clips round to whole points
_CALM = {"/BM": ("/Normal", "/Compatible"), "/SMask": ("/None",)}
_FULL = ("/ca", "/CA")
_HARMLESS = {  # they change how strokes or text look, or say how to print
    *("/Type", "/SA", "/SM", "/OP", "/op", "/OPM", "/RI", "/LW", "/LC", "/LJ"),
    *("/ML", "/D", "/FL", "/TK", "/Font", "/AIS"),
}
_IGNORED = {  # operators without a mark of their own
    *("w", "J", "j", "M", "d", "ri", "i", "BMC", "EMC", "MP", "DP", "BX", "EX"),
    *("BT", "ET", "Tc", "Tw", "Tz", "TL", "Tf", "Ts", "Td", "TD", "Tm", "T*"),
    *("CS", "SC", "SCN", "G", "RG", "K"),
}
_PATH = {"m", "l", "c", "v", "y", "h"}
_PAINT = {"S", "s", "f", "F", "f*", "B", "B*", "b", "b*"}
_TEXT = {"Tj", "TJ", "'", '"'}
_BLACK = {"g": [0.0], "rg": [0.0, 0.0, 0.0], "k": [0.0, 0.0, 0.0, 1.0]}


@dataclass(frozen=True)
class DrawnImage:
    """An image XObject and where it goes (unit square → page space)."""

    image: pikepdf.Stream
    matrix: Matrix


@dataclass
class PageContent:
    """Everything drawn on a page.

    Attributes:
        odd: first reason why this is not just images; "" if there is none.
        hidden_text: an invisible text layer (OCR).
    """

    images: list[DrawnImage] = field(default_factory=list)
    odd: str = ""
    hidden_text: bool = False


@dataclass(frozen=True)
class _State:
    matrix: Matrix
    text_mode: int = 0
    black: bool = True
    clip: Box | None = None


def read_content(page: pikepdf.Page) -> PageContent:
    """Interpret a page's content.

    Raises:
        pikepdf.PdfError: the content cannot be parsed at all.
        ContentBomb: it must not be given to a renderer.
    """
    reader = _Reader()
    reader.run(page, page.obj.get("/Resources"), _State(Matrix()), depth=0)
    return reader.content


class ContentBomb(ValueError):
    """Forms that draw forms without end: PDFium would try, for hours."""


class _Reader:
    """One pass over a page and the forms it draws."""

    def __init__(self) -> None:
        self.content = PageContent()
        self._left = MOST_OPERATIONS
        self._state = _State(Matrix())
        self._stack: list[_State] = []
        self._path: list[Box | None] = []
        self._resources: Operands = None
        self._depth = 0
        self._special: dict[str, Callable[[Operands], None]] = {
            "q": self._save,
            "Q": self._restore,
            "cm": self._transform,
            "re": self._rectangle,
            "gs": self._graphics_state,
            "Do": self._draw,
            "Tr": self._text_mode,
            "BDC": self._marked,
            "W": self._clip,
            "W*": self._clip,
            "n": self._end_path,
            "cs": self._coloured,
            "sc": self._coloured,
            "scn": self._coloured,
        }

    def run(
        self,
        stream: pikepdf.Page | pikepdf.Stream,
        resources: pikepdf.Object | None,
        state: _State,
        *,
        depth: int,
    ) -> None:
        """Interpret one content stream, then restore what was before."""
        before = (self._state, self._stack, self._resources, self._depth)
        self._state, self._stack = state, []
        self._resources, self._depth = resources, depth
        for instruction in pikepdf.parse_content_stream(stream):
            self._left -= 1
            if self._left < 0:
                raise ContentBomb("endless content")
            self._operate(str(instruction.operator), instruction.operands)
        self._state, self._stack, self._resources, self._depth = before

    def _odd(self, reason: str) -> None:
        self.content.odd = self.content.odd or reason

    def _operate(self, operator: str, operands: Operands) -> None:
        if operator in self._special:
            self._special[operator](operands)
        elif operator in _PATH:
            self._path.append(None)
        elif operator in _PAINT:
            self._odd("drawing")
            self._end_path(operands)
        elif operator in _TEXT:
            self._text(operands)
        elif operator in _BLACK:
            black = [float(o) for o in operands] == _BLACK[operator]
            self._state = replace(self._state, black=black)
        elif operator not in _IGNORED:  # sh, inline images, Type 3, unknown
            self._odd(f"operator {operator[:20]}")

    def _save(self, _operands: Operands) -> None:
        self._stack.append(self._state)

    def _restore(self, _operands: Operands) -> None:
        if self._stack:
            self._state = self._stack.pop()

    def _transform(self, operands: Operands) -> None:
        matrix = Matrix(*(float(o) for o in operands)).then(self._state.matrix)
        self._state = replace(self._state, matrix=matrix)

    def _rectangle(self, operands: Operands) -> None:
        x, y, width, height = (float(o) for o in operands)
        box = Box(min(x, x + width), min(y, y + height), *_far(x, y, width, height))
        straight = self._state.matrix.turn() is not None
        self._path.append(self._state.matrix.bounds(box) if straight else None)

    def _end_path(self, _operands: Operands) -> None:
        self._path = []

    def _coloured(self, _operands: Operands) -> None:
        self._state = replace(self._state, black=False)

    def _clip(self, _operands: Operands) -> None:
        if len(self._path) == 1 and self._path[0] is not None:
            self._narrow(self._path[0])
        else:
            self._odd("clipping path")

    def _narrow(self, box: Box) -> None:
        clip = self._state.clip
        self._state = replace(self._state, clip=clip.meet(box) if clip else box)

    def _graphics_state(self, operands: Operands) -> None:
        state = _resource(self._resources, "/ExtGState", operands[0])
        if state is None or not all(_calm(key, value) for key, value in state.items()):
            self._odd("graphics state")

    def _text_mode(self, operands: Operands) -> None:
        self._state = replace(self._state, text_mode=int(operands[0]))

    def _text(self, operands: Operands) -> None:
        if not any(_says_something(operand) for operand in operands):
            return
        if self._state.text_mode == INVISIBLE:
            self.content.hidden_text = True
        else:
            self._odd("text")

    def _marked(self, operands: Operands) -> None:
        if operands[0] == pikepdf.Name.OC:
            self._odd("layer")

    def _draw(self, operands: Operands) -> None:
        drawn = _resource(self._resources, "/XObject", operands[0])
        if not isinstance(drawn, pikepdf.Stream) or "/OC" in drawn:
            self._odd("layer" if drawn is not None else "missing object")
        elif drawn.get("/Subtype") == pikepdf.Name.Image:
            self._image(drawn)
        elif drawn.get("/Subtype") == pikepdf.Name.Form:
            self._form(drawn)
        else:
            self._odd("unknown object")

    def _image(self, image: pikepdf.Stream) -> None:
        state = self._state
        bounds = state.matrix.bounds(UNIT)
        if state.clip is not None and not bounds.within(state.clip, CLIP_SLACK):
            self._odd("clipped image")
        if image.get("/ImageMask", False) and not state.black:
            self._odd("coloured stencil")
        self.content.images.append(DrawnImage(image, state.matrix))

    def _form(self, form: pikepdf.Stream) -> None:
        if self._depth >= DEEPEST_FORM:
            raise ContentBomb("forms inside forms")
        if "/Group" in form and "/SMask" in form.Group:
            self._odd("transparency")
        numbers = form.get("/Matrix")
        own = Matrix(*(float(n) for n in numbers)) if numbers is not None else Matrix()
        matrix = own.then(self._state.matrix)
        before = self._state
        box = Box(*(float(n) for n in form.BBox))
        self._narrow(matrix.bounds(box))
        resources = form.get("/Resources", self._resources)
        inside = replace(self._state, matrix=matrix)
        self.run(form, resources, inside, depth=self._depth + 1)
        self._state = before


def _far(x: float, y: float, width: float, height: float) -> tuple[float, float]:
    return max(x, x + width), max(y, y + height)


def _resource(resources: Operands, kind: str, name: Operands) -> Operands:
    """Look a name up; None when there is no such thing."""
    if resources is None or kind not in resources:
        return None
    return resources[kind].get(str(name))


def _calm(key: str, value: Operands) -> bool:
    """Whether an ExtGState entry leaves an image's pixels alone."""
    if key in _CALM:
        return str(value) in _CALM[key]
    if key in _FULL:
        return float(value) == 1.0
    return key in _HARMLESS


def _says_something(operand: Operands) -> bool:
    """Whether a text operand holds more than spaces and positions."""
    if isinstance(operand, pikepdf.Array):
        parts: Iterable[Any] = operand.as_list()
        return any(_says_something(part) for part in parts)
    return isinstance(operand, pikepdf.String) and bool(
        bytes(operand).strip(b" \0\r\n")
    )
