"""The command `armcade episodes push`: an export into a folder or an object store."""

import time
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

from teleop.episodes.pushing import PushRefused, is_export, push, shelf_at
from teleop.lineage.exports import note_copy
from teleop.lineage.records import LedgerBroken
from teleop.paths import episodes_dir

_out = Console()
_err = Console(stderr=True)


def push_command(
    dest: Annotated[str, typer.Argument(help="A folder, or an address like s3://bucket/prefix.")],
    source: Annotated[Path, typer.Option("--from", help="The export's folder.")] = Path("dataset"),
    directory: Annotated[
        Path | None,
        typer.Option("--dir", help="Where the export's episodes lie. [default: ARMCADE_HOME/episodes]"),
    ] = None,
) -> None:
    """Put an export into a folder or an object store, and read every file back."""
    try:
        if is_export(source) and not note_copy(directory or episodes_dir(), source, dest, time.time_ns()):
            _err.print(f"{source}: the ledger does not know it, so no withdrawal will find the copy.")
        with Progress(BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(), console=_err) as progress:
            bar = progress.add_task("", total=None)
            done = push(
                source, shelf_at(dest), lambda at, total: progress.update(bar, completed=at, total=total)
            )
    except (PushRefused, LedgerBroken, OSError) as error:
        _err.print(str(error), style="red", markup=False, highlight=False, soft_wrap=True)
        raise typer.Exit(1) from error
    _out.print(
        f"{dest}: {done.put} files put there ({done.bytes / 1e6:.1f} MB), {done.kept} were there already",
        highlight=False,
        soft_wrap=True,
    )
