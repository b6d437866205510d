"""What routes and pages receive: the services, the settings, a private folder."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

from fastapi import Depends, Request

from api.services import Services
from api.web_settings import WebSettings


def _services(request: Request) -> Services:
    services: Services = request.app.state.services
    return services


def _settings(request: Request) -> WebSettings:
    settings: WebSettings = request.app.state.settings
    return settings


ServicesDep = Annotated[Services, Depends(_services)]
SettingsDep = Annotated[WebSettings, Depends(_settings)]


def _work_folder(services: ServicesDep) -> Iterator[Path]:
    """Give a folder that lives until the response has been sent."""
    with services.work_folder() as folder:
        yield folder


FolderDep = Annotated[Path, Depends(_work_folder)]
