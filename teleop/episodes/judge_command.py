"""The command `armcade episodes judge`: shows the referee once more what it saw."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from game.puzzle import Puzzle, load_puzzles
from teleop.episodes.damage import EpisodeUnreadable
from teleop.episodes.export_command import path_of
from teleop.episodes.judging import CannotJudge, differences, judged_again
from teleop.episodes.loading import open_episode
from teleop.paths import episodes_dir

_out = Console()
_err = Console(stderr=True)


def judge_command(
    episodes: Annotated[
        list[str] | None, typer.Argument(help="Ids or files; all of them without any.")
    ] = None,
    directory: Annotated[
        Path | None, typer.Option("--dir", help="Where the episodes lie. [default: ARMCADE_HOME/episodes]")
    ] = None,
) -> None:
    """Judge turns again from what their referee saw, and compare that with their verdicts."""
    folder = directory or episodes_dir()
    paths = [path_of(one, folder) for one in episodes] if episodes else sorted(folder.glob("*.mcap"))
    puzzles = load_puzzles()
    problems = [problem for path in paths for problem in _problems(path, puzzles)]
    for problem in problems:
        _err.print(problem, style="red", markup=False, highlight=False, soft_wrap=True)
    same = len(paths) - len(problems)
    _out.print(f"{same} of {len(paths)} verdicts come out the same.", highlight=False)
    if problems:
        raise typer.Exit(1)


def _problems(path: Path, puzzles: dict[str, Puzzle]) -> list[str]:
    """Why the verdict of an episode does not stand, in one sentence; nothing when it does."""
    try:
        episode = open_episode(path, pictures=False)
        told, found = judged_again(
            episode.header, episode.closing, episode.events, episode.sightings, puzzles
        )
    except EpisodeUnreadable as error:
        return [str(error)]
    except CannotJudge as error:
        return [f"{path.stem} cannot be judged again: {error}."]
    changed = differences(told, found)
    return [f"{path.stem} comes out otherwise: {'; '.join(changed)}."] if changed else []
