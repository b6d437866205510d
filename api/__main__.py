"""Start of the command line: runs a command and turns its end into an exit code.

0 good · 1 not valid · 2 refused or bad input · 3 undetermined · 4 try later ·
70 a fault of ours · 130 interrupted.
"""

import logging
import os
import signal
import sys
import traceback
from collections.abc import Sequence

from typer.exceptions import Abort, TyperException

from api.cli.agent import agent_command
from api.cli.api_keys_app import api_keys
from api.cli.app import app
from api.cli.backup_app import backup_command, restore_command
from api.cli.case_commands import case_app
from api.cli.keys_app import keys
from api.cli.service_key_app import service
from api.cli.terminal import Terminal
from api.cli.vietnamese import VietnameseCommand, usage_sentence
from certify.errors import CertifyError, NotAllowed

USAGE = 2
FAULT = 70
INTERRUPTED = 128 + signal.SIGINT

app.add_typer(case_app, name="case")
keys.add_typer(service, name="service")
keys.add_typer(api_keys, name="api")
app.add_typer(keys, name="keys")
app.command(cls=VietnameseCommand, name="agent")(agent_command)
app.command(cls=VietnameseCommand, name="backup")(backup_command)
app.command(cls=VietnameseCommand, name="restore")(restore_command)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command.

    Args:
        arguments: without the program's name; None takes the process's own.

    Returns:
        The exit code.
    """
    words = list(sys.argv[1:] if arguments is None else arguments) or ["--help"]
    # Standard error is for sentences; `serve` sets up logging for itself.
    logging.getLogger().addHandler(logging.NullHandler())
    terminal = Terminal(as_json="--json" in words)
    try:
        code = app(words, prog_name="certify", standalone_mode=False)
        sys.stdout.flush()
    except (CertifyError, PermissionError) as error:
        told = error if isinstance(error, CertifyError) else _foreign(error)
        return _failed(terminal, told.code, str(told), told.exit_code)
    except TyperException as error:
        return _failed(terminal, "usage", usage_sentence(error), USAGE)
    except (KeyboardInterrupt, Abort):
        return _failed(terminal, "interrupted", "Đã dừng.", INTERRUPTED)
    except BrokenPipeError:
        return _reader_gone()
    except Exception:  # noqa: BLE001 - the last line: a fixed sentence, no traceback
        _explain_to_developer()
        return _failed(terminal, CertifyError.code, CertifyError.sentence, FAULT)
    return code if isinstance(code, int) else 0


def _failed(terminal: Terminal, code: str, message: str, exit_code: int) -> int:
    terminal.result({"error": {"code": code, "message": message}})
    terminal.note(message)
    return exit_code


def _foreign(error: PermissionError) -> NotAllowed:
    """Mostly an administrator's own account, on the service's folder."""
    path = error.filename or "tệp"
    return NotAllowed(
        reason=f"tài khoản đang chạy lệnh không đọc hoặc không ghi được {path}; "
        "hãy chạy bằng tài khoản của dịch vụ"
    )


def _reader_gone() -> int:
    """`certify … | head`: stop in silence, and let the interpreter flush nowhere."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 128 + signal.SIGPIPE


def _explain_to_developer() -> None:
    """Show where it failed, only where CERTIFY_DEBUG asks for it."""
    from api.settings import debugging  # noqa: PLC0415 - keeps --help quick

    if debugging():
        traceback.print_exc()


if __name__ == "__main__":
    sys.exit(main())
