"""`certify agent`: build the agent, say how to reach it, serve until Ctrl-C."""

import sys
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit

from api.agent.consent import TerminalConsent
from api.agent.identity import Identity, agent_identity
from api.agent.server import LOOPBACK, AgentServer
from api.agent.signing import BatchSigner
from api.loopback import is_loopback
from certify.clock import Clock, SystemClock
from certify.errors import InvalidInput
from keys.persons_token import PersonsToken

DEFAULT_FOLDER = ".certify-agent"


def run_agent(  # noqa: PLR0913 - one parameter per option
    *,
    module: Path,
    token_label: str | None,
    origins: Sequence[str],
    port: int,
    pin_minutes: float,
    folder: Path | None,
    clock: Clock | None = None,
) -> int:
    """Serve until interrupted.

    Args:
        module: the token's PKCS#11 library.
        token_label: None takes every token that the module sees.
        origins: pages that may ask, e.g. https://chungthuc.example.vn.
        port: of loopback.
        pin_minutes: how long a PIN may be used again; 0 asks for each batch.
        folder: private to the user; None takes `~/.certify-agent`.
        clock: None takes the machine's.

    Raises:
        InvalidInput: an origin is none, the port is taken, the folder not ours.
    """
    allowed = frozenset(checked_origin(text) for text in origins)
    if not module.is_file():
        raise InvalidInput(field="--module", reason="không có tệp thư viện này")
    folder = folder or Path.home() / DEFAULT_FOLDER
    try:
        identity = agent_identity(folder, (clock or SystemClock()).now())
    except OSError as error:
        raise InvalidInput(
            field=f"Thư mục {folder}", reason="không tạo hoặc ghi được"
        ) from error
    if sys.platform == "linux":  # from here on a PIN may be in memory
        from api.core_dumps import forbid_core_dumps  # noqa: PLC0415 - Linux only

        forbid_core_dumps()
    token = PersonsToken(module.resolve(), token_label=token_label)
    consent = TerminalConsent(pin_minutes=pin_minutes)
    signer = BatchSigner(token=token, consent=consent)
    try:
        server = AgentServer(
            port=port, context=identity.context(), origins=allowed, signer=signer
        )
    except OSError as error:
        raise InvalidInput(
            field="--port", reason="cổng này đang có chương trình khác dùng"
        ) from error
    with server:
        _announce(server, identity, signer, consent)
        server.serve_forever()
    return 0


def checked_origin(text: str) -> str:
    """Return the origin as a browser sends it.

    Raises:
        InvalidInput: not `https://name[:port]`; plain http only to this machine.
    """
    refused = InvalidInput(
        field="--origin",
        reason="phải có dạng https://ten-mien, không có đường dẫn phía sau",
    )
    try:
        parts = urlsplit(text.strip().rstrip("/"))
        port = parts.port
    except ValueError as error:
        raise refused from error
    host = parts.hostname or ""
    safe = parts.scheme == "https" or (parts.scheme == "http" and is_loopback(host))
    extra = parts.path or parts.query or parts.fragment or parts.username
    if not safe or not host or extra:
        raise refused
    usual = {"https": 443, "http": 80}[parts.scheme]  # browsers leave it out
    shown = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{shown}" + ("" if port in (None, usual) else f":{port}")


def _announce(
    server: AgentServer,
    identity: Identity,
    signer: BatchSigner,
    consent: TerminalConsent,
) -> None:
    port = server.server_address[1]
    consent.tell(f"Trạm ký chạy ở https://{LOOPBACK}:{port}")
    for origin in sorted(server.origins):
        consent.tell(f"  Chỉ nhận yêu cầu từ trang: {origin}")
    if identity.fresh:
        consent.tell("Lần đầu: nhập chứng thư sau vào trình duyệt, làm một lần:")
        consent.tell(f"  {identity.ca}")
        consent.tell("  Cách làm: mục “Hướng dẫn” ở trang Ký bằng USB token.")
    status = signer.status()
    if status["problem"]:
        consent.tell(f"Chú ý: {status['problem']}")
    certificates = status["certificates"]
    if isinstance(certificates, list) and certificates:
        for each in certificates:
            consent.tell(f"  Chứng thư số: {each['holder']}, do {each['issuer']} cấp")
    else:
        consent.tell("Chưa thấy USB token; cắm vào lúc nào cũng được.")
    consent.tell("Để cửa sổ này mở khi ký. Nhấn Ctrl-C để dừng.")
