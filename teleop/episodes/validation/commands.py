"""The command `armcade episodes validate`."""

import os
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.console import Console
from rich.table import Table

from teleop.episodes.validation.files import Report, validate_files
from teleop.paths import episodes_dir

_out = Console()


def validate_command(
    episodes: Annotated[
        list[str] | None, typer.Argument(help="Ids or files; all of them without any.")
    ] = None,
    directory: Annotated[
        Path | None, typer.Option("--dir", help="Where the episodes lie. [default: ARMCADE_HOME/episodes]")
    ] = None,
    workers: Annotated[int, typer.Option(min=1, help="Processes; any number finds the same.")] = min(
        4, os.cpu_count() or 1
    ),
    as_json: Annotated[bool, typer.Option("--json", help="One JSON line a finding.")] = False,
) -> None:
    """Look for defects in state, actions, clocks and pictures; name rule, place and value of each."""
    folder = directory or episodes_dir()
    paths = [_path(one, folder) for one in episodes] if episodes else sorted(folder.glob("*.mcap"))
    reports = validate_files(paths, min(workers, max(1, len(paths))))
    if as_json:
        _tell_json(reports)
    else:
        _tell(reports)
    if any(report.findings for report in reports):
        raise typer.Exit(1)


def _path(episode: str, folder: Path) -> Path:
    given = Path(episode)
    return given if given.suffix == ".mcap" or len(given.parts) > 1 else folder / f"{episode}.mcap"


def _tell_json(reports: tuple[Report, ...]) -> None:
    for report in reports:
        for one in report.findings:
            row = {"episode_id": report.episode_id, **msgspec.to_builtins(one)}
            typer.echo(msgspec.json.encode(row).decode())


def _tell(reports: tuple[Report, ...]) -> None:
    table = Table("episode", "rule", "where", "value", "bound", "what", box=None)
    for report in reports:
        for one in report.findings:
            table.add_row(
                report.episode_id, one.rule, one.place, f"{one.value:g}", f"{one.bound:g}", one.text
            )
    if table.row_count:
        _out.print(table)
    good = sum(not report.findings for report in reports)
    _out.print(f"{good} of {len(reports)} episodes have no finding.", highlight=False)
