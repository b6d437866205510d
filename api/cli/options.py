"""Options that many commands share."""

from pathlib import Path
from typing import Annotated

import typer

Data = Annotated[
    Path | None,
    typer.Option(
        "--data",
        metavar="THƯ_MỤC",
        help="Thư mục dữ liệu [mặc định: CERTIFY_DATA hoặc data].",
        show_default=False,
        readable=False,  # typer's sentence would not say whose folder it is
    ),
]
Json = Annotated[bool, typer.Option("--json", help="In kết quả dạng JSON cho máy đọc.")]
