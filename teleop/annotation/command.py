"""The command `armcade episodes subtasks`: an episode's sub-tasks as JSON lines."""

from pathlib import Path
from typing import Annotated, Literal

import msgspec
import typer
from rich.console import Console

from teleop.annotation.evidence import evidence_of
from teleop.annotation.language import language_persistent, rows
from teleop.annotation.store import AnnotationsBroken, read_revisions
from teleop.annotation.things import things_of
from teleop.episodes.damage import EpisodeUnreadable
from teleop.episodes.export_command import path_of
from teleop.episodes.loading import Episode, open_episode
from teleop.paths import episodes_dir
from teleop.wire.annotation_in import Prompt, Segment

_err = Console(stderr=True)
Directory = Annotated[
    Path | None, typer.Option("--dir", help="Where the episodes lie. [default: ARMCADE_HOME/episodes]")
]


def subtasks_command(
    episode: Annotated[str, typer.Argument(help="An episode's id or file.")],
    form: Annotated[
        Literal["rows", "lerobot"], typer.Option("--as", help="Rows, or LeRobot's language_persistent.")
    ] = "rows",
    language: Annotated[Literal["en", "zh"], typer.Option(help="Of LeRobot's sentences.")] = "en",
    directory: Directory = None,
) -> None:
    """Print what the arm does when: as last saved on the episode's page, else as proposed from its events."""
    path = path_of(episode, directory or episodes_dir())
    try:
        read = open_episode(path, pictures=False)
        segments = segments_of(read)
    except (EpisodeUnreadable, AnnotationsBroken, OSError) as error:
        _err.print(str(error), style="red", markup=False, highlight=False, soft_wrap=True)
        raise typer.Exit(1) from error
    found = rows(segments, 0, segments[-1].end_ns if segments else 0)
    if form == "rows":
        lines = [msgspec.json.encode(one) for one in found]
    else:
        task = Prompt(read.header.prompt.en, read.header.prompt.zh)
        lines = [msgspec.json.encode(one) for one in language_persistent(found, task, language)]
    for line in lines:
        typer.echo(line.decode())


def segments_of(episode: Episode) -> tuple[Segment, ...]:
    """The segments of the newest revision, else the proposal; raises AnnotationsBroken, OSError."""
    history = read_revisions(episode.path)
    if history:
        return history[-1].segments
    things = things_of(episode.header.puzzle_id, episode.header.puzzle_version)
    return evidence_of(episode, things.names).proposal
