"""Child task: the pages of several canonical files become one canonical file.

Image streams are copied as they are, unless they are reduced; a turn is geometry. The
files are ours, but they are opened in a child all the same.
"""

from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pikepdf

from certify.intake.encode import ImageStream, decode_parameters
from certify.intake.page_images import NotCanonical, read_page_images
from certify.intake.reduce import reduced
from certify.intake.tasks import CANONICAL
from certify.intake.writer import CanonicalWriter


def arrange(
    parts: Sequence[str],
    pages: Sequence[Sequence[int]],
    dpi: int | None,
    workdir: str,
) -> dict[str, Any]:
    """Write the arrangement into `workdir`.

    Args:
        parts: canonical files.
        pages: (1-based part, 1-based page, degrees clockwise) in order.
        dpi: reduce finer pages to this; None copies every byte.
        workdir: gets `CANONICAL`.

    Returns:
        {"saved": bytes that the images take less}.

    Raises:
        NotCanonical: a part is something else.
    """
    saved = 0
    with ExitStack() as stack, (Path(workdir) / CANONICAL).open("wb") as file:
        pdfs = [stack.enter_context(pikepdf.open(path)) for path in parts]
        described = [read_page_images(pdf) for pdf in pdfs]
        writer = CanonicalWriter(file)
        for part, number, degrees in pages:
            page = described[part - 1][number - 1]
            source = pdfs[part - 1].pages[number - 1].obj.Resources.XObject.Scan
            if not isinstance(source, pikepdf.Stream):
                raise NotCanonical("image")
            image = _copied(source)
            smaller = image if dpi is None else reduced(image, source, page, dpi)
            saved += len(image.data) - len(smaller.data)
            placed = page.turned(degrees)
            size = (placed.width_milli_pt, placed.height_milli_pt)
            writer.add_page(smaller, size, placed.turn)
        writer.finish()
    return {"saved": saved}


def _copied(source: pikepdf.Stream) -> ImageStream:
    stream_filter = str(source.Filter).removeprefix("/")
    space = str(source.ColorSpace).removeprefix("/")
    width, height = int(source.Width), int(source.Height)
    return ImageStream(
        data=source.read_raw_bytes(),
        stream_filter=stream_filter,
        colour_space=space,
        width=width,
        height=height,
        bits=int(source.BitsPerComponent),
        parameters=decode_parameters(stream_filter, space, width, height),
    )
