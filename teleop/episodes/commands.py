"""The `armcade episodes` commands: list, show, verify, recover and export demonstration episodes."""

import hashlib
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from teleop.episodes.container import checksum_path
from teleop.episodes.damage import EpisodeUnreadable
from teleop.episodes.export_lerobot import FPS, ExportRefused, Report, export
from teleop.episodes.loading import Overview, list_episodes, overview
from teleop.episodes.recovery import recover
from teleop.paths import episodes_dir

app = typer.Typer(no_args_is_help=True, help="List, show and export demonstration episodes.")
_out = Console()
_err = Console(stderr=True)
Directory = Annotated[
    Path | None, typer.Option("--dir", help="Where the episodes lie. [default: ARMCADE_HOME/episodes]")
]


class ExportFormat(StrEnum):
    """What episodes can be exported to."""

    LEROBOT = "lerobot"


@app.command("list")
def list_command(directory: Directory = None) -> None:
    """List all episodes, oldest first."""
    folder = directory or episodes_dir()
    listing = list_episodes(folder)
    table = Table("episode", "puzzle", "player", "result", "length", "pictures", "MB", box=None)
    for one in listing.episodes:
        table.add_row(
            one.header.episode_id,
            one.header.puzzle_id,
            one.header.pseudonym,
            _result(one),
            f"{one.duration_s:.1f} s",
            str(sum(one.pictures.values())),
            f"{one.bytes / 1e6:.1f}",
        )
    if listing.episodes:
        _out.print(table)
    else:
        _out.print(f"No episodes in {folder}.", highlight=False)
    for problem in listing.unreadable:
        _complain(str(problem))
    waiting = sorted(part.name for part in folder.glob("*.part"))
    if waiting:
        _complain(f"Being written, or interrupted (then: armcade episodes recover): {', '.join(waiting)}")
    if listing.unreadable:
        raise typer.Exit(1)


@app.command()
def show(
    episode: Annotated[str, typer.Argument(help="An episode's id or file.")], directory: Directory = None
) -> None:
    """Show where an episode comes from, how it was judged and what it holds."""
    try:
        one = overview(_path(episode, directory))
    except EpisodeUnreadable as error:
        _complain(str(error))
        raise typer.Exit(1) from error
    table = Table(box=None, show_header=False)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for name, value in _facts(one):
        table.add_row(name, value)
    _out.print(table)


@app.command()
def verify(
    episodes: Annotated[
        list[str] | None, typer.Argument(help="Ids or files; all of them without any.")
    ] = None,
    directory: Directory = None,
) -> None:
    """Compare episodes with the checksums that were written when they were sealed."""
    folder = directory or episodes_dir()
    paths = [_path(episode, directory) for episode in episodes] if episodes else sorted(folder.glob("*.mcap"))
    problems = [problem for path in paths if (problem := _difference(path))]
    for problem in problems:
        _complain(problem)
    _out.print(f"{len(paths) - len(problems)} of {len(paths)} episodes are unchanged.", highlight=False)
    if problems:
        raise typer.Exit(1)


@app.command("recover")
def recover_command(directory: Directory = None) -> None:
    """Make readable episodes of what an interrupted recording left behind."""
    folder = directory or episodes_dir()
    found = recover(folder) if folder.is_dir() else ()
    for one in found:
        _out.print(f"{one.kept.name}: {one.note}", highlight=False)
    if not found:
        _out.print(f"Nothing to recover in {folder}.", highlight=False)


@app.command("export")
def export_command(
    episodes: Annotated[
        list[str] | None, typer.Argument(help="Ids or files; all of them without any.")
    ] = None,
    to: Annotated[ExportFormat, typer.Option(help="The format: LeRobotDataset v3.0.")] = ExportFormat.LEROBOT,
    out: Annotated[Path, typer.Option(help="The dataset's folder, which must not exist yet.")] = Path(
        "dataset"
    ),
    fps: Annotated[int, typer.Option(help="Rows and pictures a second.")] = FPS,
    directory: Directory = None,
) -> None:
    """Export episodes, failed turns with their label, as one dataset for training."""
    folder = directory or episodes_dir()
    if episodes:
        paths = [_path(episode, directory) for episode in episodes]
    else:
        listing = list_episodes(folder)
        paths = [one.path for one in listing.episodes] + [one.path for one in listing.unreadable]
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=_err) as progress:
        bar = progress.add_task("", total=None, visible=False)

        def on_rows(episode_id: str, done: int, total: int) -> None:
            progress.update(bar, description=episode_id, completed=done, total=total, visible=True)

        try:
            report = export(paths, out.absolute(), fps, on_rows)
        except (ExportRefused, OSError) as error:
            progress.stop()
            _complain(str(error))
            raise typer.Exit(1) from error
    _tell(report, to)


def _tell(report: Report, to: ExportFormat) -> None:
    solved = sum(one.success for one in report.exported)
    _out.print(
        f"{report.out}: {len(report.exported)} episodes ({solved} solved), {report.rows} rows, format {to}",
        highlight=False,
        soft_wrap=True,
    )
    for one in report.excluded:
        _complain(f"not exported: {one.file}: {one.reason}")


def _path(episode: str, directory: Path | None) -> Path:
    given = Path(episode)
    if given.suffix == ".mcap" or len(given.parts) > 1:
        return given
    return (directory or episodes_dir()) / f"{episode}.mcap"


def _difference(path: Path) -> str | None:
    try:
        recorded = checksum_path(path).read_text(encoding="ascii").split()
        with path.open("rb") as stream:
            found = hashlib.file_digest(stream, "sha256").hexdigest()
    except FileNotFoundError as error:
        return f"{path}: {Path(str(error.filename)).name} is missing."
    if recorded[:1] != [found]:
        return f"{path}: differs from its checksum. Take it from a backup."
    return None


def _result(one: Overview) -> str:
    if one.verdict is None:
        return one.closing.status
    return f"solved {'*' * one.verdict.stars}" if one.verdict.solved else "not solved"


def _facts(one: Overview) -> list[tuple[str, str]]:
    header, closing = one.header, one.closing
    facts = [
        ("episode", header.episode_id),
        ("file", str(one.path)),
        ("result", _result(one)),
        ("length", f"{one.duration_s:.2f} s, {closing.messages} messages, {one.bytes / 1e6:.2f} MB"),
        ("pictures", ", ".join(f"{camera} {count}" for camera, count in one.pictures.items())),
        ("puzzle", f"{header.puzzle_id} version {header.puzzle_version}: {header.prompt.en}"),
        ("player", f"{header.pseudonym}, consent {header.consent.text_version} ({header.consent.record_id})"),
        ("cell", f"{header.cell_id}, {header.source}, arm {header.arm}, grasp {header.grasp_model}"),
        ("software", header.software),
        ("configuration", f"sha256 {header.cell_config_sha256}"),
        ("calibration", f"sha256 {header.calibration_sha256}"),
        ("referee", header.referee_version),
        ("turn", header.turn_id),
    ]
    if closing.verdict is not None:
        judged = closing.verdict
        score = f"{judged.score} points, {judged.time_s:.1f} s, {judged.moves} moves: {judged.reason.en}"
        facts.insert(3, ("verdict", score))
    if closing.note or closing.lost:
        facts.append(("note", f"{closing.note} {closing.lost} messages lost".strip()))
    return facts


def _complain(text: str) -> None:
    _err.print(text, style="red", markup=False, highlight=False, soft_wrap=True)
