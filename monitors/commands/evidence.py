"""`xunjian evidence`: verify the archive, and recompute what it shows."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

commands = typer.Typer(help="存证：校验完整性，由原始字节重新得出结论。", no_args_is_help=True)
Archive = Annotated[Path | None, typer.Argument(help="存证目录或 WARC 文件；不填则为数据目录里的存证")]


def add_to(app: typer.Typer) -> None:
    """Hang the group into the command."""
    app.add_typer(commands, name="evidence")
