"""The `armcade episodes` commands: list, show, verify, judge, recover and export demonstration episodes."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from teleop.annotation.command import subtasks_command
from teleop.episodes.card.checking import changes, is_export
from teleop.episodes.damage import EpisodeUnreadable
from teleop.episodes.export_command import Export, path_of
from teleop.episodes.judge_command import judge_command
from teleop.episodes.loading import Overview, list_episodes, overview
from teleop.episodes.push_command import push_command
from teleop.episodes.recovery import recover, waiting
from teleop.episodes.validation.commands import validate_command
from teleop.lineage.inventory import problems_of
from teleop.lineage.keys import KeyRefused
from teleop.lineage.records import LedgerBroken
from teleop.lineage.verification import Verifier
from teleop.paths import episodes_dir

app = typer.Typer(no_args_is_help=True, help="List, show and export demonstration episodes.")
_out = Console()
_err = Console(stderr=True)
Directory = Annotated[
    Path | None, typer.Option("--dir", help="Where the episodes lie. [default: ARMCADE_HOME/episodes]")
]


app.command("validate")(validate_command)


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
    if unfinished := waiting(folder):
        _complain(f"Being written, or interrupted (then: armcade episodes recover): {', '.join(unfinished)}")
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
        list[str] | None, typer.Argument(help="Ids, files or folders of exports; all episodes without any.")
    ] = None,
    directory: Directory = None,
) -> None:
    """Compare episodes with what was sealed and signed, exports with their checksums.

    Without any name also the ledger, documents, receipts and annotations, and whether an episode is gone.
    """
    folder = directory or episodes_dir()
    exports = [Path(one) for one in episodes or () if is_export(Path(one))]
    names = [one for one in episodes or () if Path(one) not in exports]
    paths = [_path(name, directory) for name in names] if episodes else sorted(folder.glob("*.mcap"))
    try:
        verifiers = {path.parent: Verifier(path.parent) for path in paths}
        problems = [problem for path in paths for problem in verifiers[path.parent].problems(path)]
        others = [problem for export in exports for problem in changes(export)]
        others += [] if episodes else problems_of(folder)
    except (KeyRefused, LedgerBroken) as error:
        _complain(str(error))
        raise typer.Exit(1) from error
    for problem in (*problems, *others):
        _complain(problem)
    if paths or not exports:
        _out.print(f"{len(paths) - len(problems)} of {len(paths)} episodes are unchanged.", highlight=False)
    for export in exports:
        if not any(one.startswith(f"{export}: ") for one in others):
            _out.print(f"{export}: every file is as it was exported.", highlight=False, soft_wrap=True)
    if problems or others:
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


app.command("judge")(judge_command)
app.command("export")(Export)
app.command("push")(push_command)
app.command("subtasks")(subtasks_command)


def _path(episode: str, directory: Path | None) -> Path:
    return path_of(episode, directory or episodes_dir())


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
