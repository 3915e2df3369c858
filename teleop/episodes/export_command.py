"""The command `armcade episodes export`: episodes as one dataset for training."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from teleop.episodes.exporting import pool
from teleop.episodes.exporting.contract import Facts, Report
from teleop.episodes.exporting.selected import kept
from teleop.episodes.exporting.taking import Asked, spoken
from teleop.episodes.exporting.work import FPS, ExportRefused, How, export_episodes
from teleop.episodes.formats import FORMATS
from teleop.episodes.loading import list_episodes
from teleop.lineage.exports import note_report, take_back
from teleop.lineage.records import LedgerBroken
from teleop.paths import episodes_dir

TOLD = 20  # episodes whose figures are printed
_out = Console()
_err = Console(stderr=True)
_TITLES = "; ".join(f"{name}: {offered.title}" for name, offered in FORMATS.items())


def _known(name: str) -> str:
    if name not in FORMATS:
        raise typer.BadParameter(f"{name!r} is none of: {', '.join(FORMATS)}")
    return name


@dataclass(frozen=True)
class Export:
    """Export episodes, failed turns with their label, as one dataset for training."""

    episodes: Annotated[list[str] | None, typer.Argument(help="Ids or files; all of them without any.")] = (
        None
    )
    to: Annotated[str, typer.Option(help=f"The format. {_TITLES}.", callback=_known)] = "lerobot"
    out: Annotated[Path, typer.Option(help="The dataset's folder, which must not exist yet.")] = Path(
        "dataset"
    )
    fps: Annotated[int, typer.Option(help="Rows and pictures a second.")] = FPS
    workers: Annotated[
        int | None, typer.Option(min=1, help="Processes; never changes a byte. [default: one a core]")
    ] = None
    resume: Annotated[bool, typer.Option("--resume", help="Go on with an export that was cut short.")] = False
    licence: Annotated[str, typer.Option(help="Stated on the card, like cc-by-4.0.")] = ""
    language: Annotated[
        Literal["en", "zh"], typer.Option(help="Of the task and the sentences of sub-tasks.")
    ] = "en"
    selection: Annotated[
        Path | None,
        typer.Option(help="Only the ranges that this run of a recipe, or selection file, keeps."),
    ] = None
    directory: Annotated[
        Path | None, typer.Option("--dir", help="Where the episodes lie. [default: ARMCADE_HOME/episodes]")
    ] = None

    def __post_init__(self) -> None:
        """Exports: typer makes one of these for each call of the command."""
        folder = self.directory or episodes_dir()
        try:
            with _bar() as on_progress:
                how = How(self.workers, self.resume, on_progress, partial(_note, folder, self.to))
                paths = _paths(self.episodes, self.directory)
                asked = kept(paths, self.selection) if self.selection else [Asked(path) for path in paths]
                form = FORMATS[self.to].make(self.fps)
                asked = spoken(asked, self.language)
                report = export_episodes(asked, self.out.absolute(), form, how, self.licence)
            erased = take_back(folder, report)
        except (ExportRefused, LedgerBroken, OSError) as error:
            _complain(str(error))
            raise typer.Exit(1) from error
        except pool.WorkerDied as error:
            _complain(f"{error} Finished episodes are kept: go on with --resume.")
            raise typer.Exit(1) from error
        if erased:
            _complain(
                f"{', '.join(erased)} were erased meanwhile, and the export with them. Export the others."
            )
            raise typer.Exit(1)
        _tell(report, self.to)


def _note(episodes: Path, kind: str, report: Report) -> None:
    note_report(episodes, report, kind)


@contextmanager
def _bar() -> Iterator[pool.OnProgress]:
    columns = (
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("episodes, {task.fields[pictures]} pictures"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=_err) as progress:
        bar = progress.add_task("", total=None, visible=False, pictures=0)

        def show(now: pool.Progress) -> None:
            progress.update(bar, completed=now.done, total=now.total, pictures=now.pictures, visible=True)

        yield show


def _paths(episodes: list[str] | None, directory: Path | None) -> list[Path]:
    folder = directory or episodes_dir()
    if episodes:
        return [path_of(episode, folder) for episode in episodes]
    listing = list_episodes(folder)
    return [one.path for one in listing.episodes] + [one.path for one in listing.unreadable]


def path_of(episode: str, folder: Path) -> Path:
    """The file of an episode that was named by its id or its file."""
    given = Path(episode)
    if given.suffix == ".mcap" or len(given.parts) > 1:
        return given
    return folder / f"{episode}.mcap"


def _tell(report: Report, to: str) -> None:
    solved = sum(one.verdict.solved for one in report.exported)
    _out.print(
        f"{report.out}: {len(report.exported)} episodes ({solved} solved), {report.rows} rows, format {to}",
        highlight=False,
        soft_wrap=True,
    )
    shown = report.exported[:TOLD]
    for one in shown:
        _out.print(_told(one), highlight=False, soft_wrap=True)
    if len(report.exported) > len(shown):
        _out.print(f"  and {len(report.exported) - len(shown)} more", highlight=False)
    for left_out in report.excluded:
        _complain(f"not exported: {left_out.file}: {left_out.reason}")


def _told(one: Facts) -> str:
    """One episode's resampling error: the worst of its cameras and joints."""

    def worst(name: str) -> float:
        return max((value for key, value in one.figures.items() if key.startswith(name)), default=0.0)

    said = f"  {one.header.episode_id}: {one.rows} rows"
    if one.signature.cameras:
        ages = worst("picture_age_p95_s"), worst("picture_age_max_s")
        said += ", pictures up to {:.0f} ms old (p95 {:.0f})".format(*(age * 1e3 for age in reversed(ages)))
    copied = [value for key, value in one.figures.items() if key.startswith("copied_pictures/")]
    if copied:
        said += f", {sum(copied):.0f} of {one.rows * len(copied)} copied"
    far_ms, action = worst("sample_distance_max_s/state") * 1e3, worst("held_error_max_rad/action")
    return f"{said}; joints up to {far_ms:.0f} ms from a sample, held actions off by up to {action:.4f} rad"


def _complain(text: str) -> None:
    _err.print(text, style="red", markup=False, highlight=False, soft_wrap=True)
