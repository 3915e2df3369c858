"""The command `armcade episodes push`: an export into a folder or an object store."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

from teleop.episodes.pushing import PushRefused, push, shelf_at

_out = Console()
_err = Console(stderr=True)


def push_command(
    dest: Annotated[str, typer.Argument(help="A folder, or an address like s3://bucket/prefix.")],
    source: Annotated[Path, typer.Option("--from", help="The export's folder.")] = Path("dataset"),
) -> None:
    """Put an export into a folder or an object store, and read every file back."""
    try:
        with Progress(BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(), console=_err) as progress:
            bar = progress.add_task("", total=None)
            done = push(
                source, shelf_at(dest), lambda at, total: progress.update(bar, completed=at, total=total)
            )
    except (PushRefused, OSError) as error:
        _err.print(str(error), style="red", markup=False, highlight=False, soft_wrap=True)
        raise typer.Exit(1) from error
    _out.print(
        f"{dest}: {done.put} files put there ({done.bytes / 1e6:.1f} MB), {done.kept} were there already",
        highlight=False,
        soft_wrap=True,
    )
