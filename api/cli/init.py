"""`certify init`: a development authority in a fresh data folder."""

from api.cli.terminal import Terminal
from api.initialise import initialise, issue_api_keys
from api.settings import Settings


def init(settings: Settings, *, api_keys: bool, terminal: Terminal) -> int:
    """Initialise, and print the API keys; a second run changes nothing.

    Args:
        settings: names the folder.
        api_keys: make and print a further set of keys.
        terminal: where to speak.
    """
    created = initialise(settings)
    keys = issue_api_keys(settings) if created or api_keys else []
    terminal.result(
        {
            "data": str(settings.data),
            "created": created,
            "api_keys": [
                {"label": k.label, "scopes": list(k.scopes), "key": k.plain}
                for k in keys
            ],
        }
    )
    terminal.say(
        f"Đã tạo môi trường THỬ NGHIỆM trong {settings.data}."
        if created
        else f"Thư mục {settings.data} đã có đủ dữ liệu, không thay đổi gì."
    )
    if keys:
        terminal.say("Khóa API, chỉ hiện một lần này:")
    for key in keys:
        terminal.say(f"  {key.label} ({', '.join(key.scopes)}): {key.plain}")
    return 0
