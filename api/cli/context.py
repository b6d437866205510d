"""From command line options to a built service, with everything closed again."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from api.cli.terminal import Terminal
from api.data_folder import DataFolder
from api.services import Services
from api.settings import Settings


@contextmanager
def running_services(
    settings: Settings, terminal: Terminal, *, make_data: bool = False
) -> Iterator[Services]:
    """Build the service on a data folder; close it on exit.

    Args:
        settings: already checked.
        terminal: told when a new data folder is made.
        make_data: initialise a missing development data folder first.
    """
    from api.wiring import build_services  # noqa: PLC0415 - imports the whole stack

    if make_data:
        ensure_data(settings, terminal)
    services = build_services(settings)
    try:
        yield services
    finally:
        services.close()


def ensure_data(settings: Settings, terminal: Terminal) -> None:
    """Initialise the data folder of a developer who has none yet."""
    if settings.env != "development" or DataFolder(settings.data).initialised:
        return
    from api.initialise import initialise  # noqa: PLC0415 - imports the whole stack

    terminal.note(f"Chưa có dữ liệu, đang tạo môi trường thử nghiệm: {settings.data}")
    initialise(settings)


def existing_folder(path: Path) -> DataFolder:
    """Return the data folder.

    Raises:
        InvalidInput: `certify init` has not run there.
    """
    folder = DataFolder(path)
    folder.choices()
    return folder
