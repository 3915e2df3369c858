"""The `armcade recipe` commands: run a recipe, show a run, compare two."""

import os
import time
from pathlib import Path
from typing import Annotated, NoReturn

import msgspec
import typer
from rich.console import Console
from rich.table import Table

from teleop.curation.coverage import Coverage
from teleop.curation.curating import RECIPE, RunRefused, run, selection, write
from teleop.curation.deciding import COVERAGE, flips
from teleop.curation.filtering import version_of
from teleop.curation.recipe import RecipeInvalid, parse
from teleop.curation.records import Selected
from teleop.curation.runners import Dask, Processes, Runner
from teleop.lineage.exports import note_curation
from teleop.lineage.records import LedgerBroken
from teleop.paths import episodes_dir, home

app = typer.Typer(no_args_is_help=True, help="Choose and weigh episodes by a recipe, with a reason for each.")
_out = Console()
_err = Console(stderr=True)


@app.command("run")
def run_command(
    recipe: Annotated[Path, typer.Argument(help="The recipe, a TOML file.")],
    directory: Annotated[
        Path | None, typer.Option("--dir", help="Where the episodes lie. [default: ARMCADE_HOME/episodes]")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="The run's folder. [default: ARMCADE_HOME/recipes/NAME-HASH]")
    ] = None,
    workers: Annotated[int, typer.Option(min=1, help="Processes; never changes a byte.")] = os.cpu_count()
    or 1,
    dask: Annotated[
        str | None, typer.Option(help="A Dask scheduler's address, instead of processes.")
    ] = None,
    fresh: Annotated[bool, typer.Option("--fresh", help="Trust no record of earlier runs.")] = False,
) -> None:
    """Run a recipe over all episodes of a folder. The same recipe, code and episodes give the same bytes."""
    runner: Runner = Dask(dask) if dask else Processes(workers)
    try:
        text = recipe.read_text(encoding="utf-8")
        place = out or home() / "recipes" / version_of(parse(text, str(recipe)))
        episodes = directory or episodes_dir()
        cache = None if fresh else home() / "recipes" / ".records"
        files = run(text, sorted(episodes.glob("*.mcap")), cache, runner)
        note_curation(episodes, version_of(parse(text, str(recipe))), place, cache, time.time_ns())
        new = write(files, place)
    except (RecipeInvalid, RunRefused, LedgerBroken, OSError) as error:
        _fail(str(error))
    except ModuleNotFoundError as error:
        _fail(f"{error}. Install it: pip install {error.name}")
    _out.print(f"{place}{'' if new else ' (unchanged)'}", highlight=False, soft_wrap=True)
    _summary(place)


@app.command()
def show(folder: Annotated[Path, typer.Argument(help="A run's folder.")]) -> None:
    """Show what a run kept, what it left out and why, and what the kept episodes no longer contain."""
    _summary(folder)
    table = Table("episode", "kept", "weight", "labels", "reasons", box=None)
    for one in _selection(folder):
        weight = f"{one.weight:.3g}" if one.keep else ""
        kept = "yes" if one.keep else "no"
        table.add_row(one.episode_id, kept, weight, ", ".join(one.labels), "; ".join(one.reasons))
    _out.print(table)


@app.command()
def diff(
    before: Annotated[Path, typer.Argument(help="A run's folder, or a selection file.")],
    after: Annotated[Path, typer.Argument(help="Another.")],
) -> None:
    """List the episodes that one of two runs keeps and the other does not."""
    found = flips(_selection(before), _selection(after))
    words = {True: "kept", False: "left out", None: "not there"}
    for one in found:
        told = f"{one.episode_id}: {words[one.before]} -> {words[one.after]}"
        _out.print(f"{told}  {'; '.join(one.reasons)}".rstrip(), highlight=False, soft_wrap=True)
    _out.print(f"{len(found)} episodes differ.", highlight=False)


def _selection(folder: Path) -> tuple[Selected, ...]:
    try:
        return selection(folder)
    except RunRefused as error:
        _fail(str(error))


def _summary(folder: Path) -> None:
    chosen = _selection(folder)
    try:
        covers = msgspec.json.decode((folder / COVERAGE).read_bytes(), type=Coverage)
        name = parse((folder / RECIPE).read_text(encoding="utf-8"), RECIPE).name
    except (OSError, msgspec.MsgspecError, RecipeInvalid) as error:
        _fail(f"{folder} is no run of a recipe: {error}")
    kept = sum(one.keep for one in chosen)
    told = f"{name}: {kept} of {len(chosen)} episodes kept, {len(chosen) - kept} left out"
    _out.print(told, highlight=False)
    for facet, found in sorted({**covers.facets, "label": covers.labels}.items()):
        if found.gone:
            _out.print(f"no longer there: {facet} {', '.join(found.gone)}", highlight=False, soft_wrap=True)
    places = f"{covers.places_kept} of {covers.places_captured}"
    _out.print(f"the tool's places: {places} are still there", highlight=False)


def _fail(text: str) -> NoReturn:
    _err.print(text, style="red", markup=False, highlight=False, soft_wrap=True)
    raise typer.Exit(1)
