"""Putting the pages of a scan in order at the desk, before it is compared."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import FileResponse, RedirectResponse, Response

from api.deps import FolderDep, ServicesDep, SettingsDep
from api.errors import status_of
from api.ownership import original_of
from api.pages.desk_form import DeskForm, DeskFormDep, desk_only
from api.pages.paper_page import Said, show_paper
from api.pages.paper_size import stated_size
from api.previews import PreviewWidth, part_picture
from api.services import Services
from api.uploads import keep_form_files
from api.web_settings import WebSettings
from certify.case import Original
from certify.errors import CertifyError, WrongState
from certify.scan import PlacedPage, UploadedScan

router = APIRouter(
    prefix="/desk/originals", dependencies=[Depends(desk_only)], include_in_schema=False
)


@dataclass(frozen=True)
class _Desk:
    """What every action here needs."""

    request: Request
    form: DeskForm
    services: Services
    settings: WebSettings
    original: Original

    def done(self, change: Callable[[], object]) -> Response:
        """Make a change; on an error show the page with the sentence."""
        try:
            change()
        except CertifyError as error:
            now = original_of(
                self.services, self.services.authority_id, self.original.id
            )
            said = Said(arrange_error=str(error))
            return show_paper(
                self.request, self.services, self.settings, now, said, status_of(error)
            )
        return RedirectResponse(f"/desk/originals/{self.original.id}#sap-xep", 303)


def _desk(
    original_id: str,
    request: Request,
    form: DeskFormDep,
    services: ServicesDep,
    settings: SettingsDep,
) -> _Desk:
    original = original_of(services, services.authority_id, original_id)
    if original.scan is None:
        raise WrongState(reason="chưa có bản chụp")
    return _Desk(request, form, services, settings, original)


_DeskDep = Annotated[_Desk, Depends(_desk)]


@router.post("/{original_id}/scan/parts")  # noqa: FAST003 - `_desk` takes it
def add_files(desk: _DeskDep, folder: FolderDep) -> Response:
    """Put the pages of more files behind those there are."""
    services, form = desk.services, desk.form

    def add() -> None:
        size = stated_size(form)
        uploads = [
            UploadedScan(file.path, file.size_bytes, size)
            for file in keep_form_files(form.files("scan"), folder)
        ]
        services.scan_desk.add(
            services.officer_id,
            desk.original.id,
            uploads,
            form.text("page_digest", 64),
        )

    return desk.done(add)


@router.post("/{original_id}/scan/arrangement")  # noqa: FAST003 - `_desk` takes it
def arrange(desk: _DeskDep) -> Response:
    """Order, turn, drop and take back pages."""
    scan = desk.original.scan
    if scan is None:
        raise WrongState(reason="chưa có bản chụp")
    pages = pages_of_form(desk.form, scan.arranged.pages)
    return desk.done(lambda: _arrange(desk, pages, scan.arranged.dpi))


@router.post("/{original_id}/scan/size")  # noqa: FAST003 - `_desk` takes it
def reduce(desk: _DeskDep) -> Response:
    """Make the scan smaller, or give it back as it was."""
    scan = desk.original.scan
    if scan is None:
        raise WrongState(reason="chưa có bản chụp")
    text = desk.form.text("dpi", 4)
    dpi = int(text) if text.isascii() and text.isdigit() else None
    return desk.done(lambda: _arrange(desk, scan.arranged.pages, dpi))


@router.get("/{original_id}/parts/{part}/pages/{page}.png")
def part_page(
    original_id: str, part: int, page: int, services: ServicesDep, folder: FolderDep
) -> FileResponse:
    """Give the small picture of a page of a file, dropped or not."""
    original = original_of(services, services.authority_id, original_id)
    return part_picture(
        services, original, (part, page), PreviewWidth.THUMBNAIL, folder
    )


def pages_of_form(form: DeskForm, before: Sequence[PlacedPage]) -> list[PlacedPage]:
    """Read place, turn and drop of each page.

    Two pages may ask for one place when somebody only typed a number: the one that
    moved up goes first, the one that moved down goes after.
    """
    old = {(p.part, p.page): at for at, p in enumerate(before, 1)}
    wanted = sorted(_wanted(form.starting_with("place."), old))
    return [
        PlacedPage(*key, _number(form.text(f"turn.{key[0]}.{key[1]}", 3)))
        for _place, _moved, key in wanted
        if not form.ticked(f"drop.{key[0]}.{key[1]}")
    ]


def _wanted(
    places: Mapping[str, str], old: Mapping[tuple[int, int], int]
) -> Iterator[tuple[int, int, tuple[int, int]]]:
    """Yield (place, moved up −1 … down 1, page)."""
    for name, text in places.items():
        part, _, page = name.partition(".")
        key = (_number(part), _number(page))
        place = _number(text)
        was = old.get(key, place + 1)
        yield place, (place > was) - (place < was), key


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() else 0


def _arrange(desk: _Desk, pages: Sequence[PlacedPage], dpi: int | None) -> None:
    services = desk.services
    services.scan_desk.arrange(
        services.officer_id,
        desk.original.id,
        pages,
        dpi=dpi,
        seen=desk.form.text("page_digest", 64),
    )
