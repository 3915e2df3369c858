"""The `armcade` command: every process and every tool under one name."""

import importlib.metadata
import os
import sys
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
_PASS_ON = {"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": []}


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"armcade {importlib.metadata.version('armcade')}")
        raise typer.Exit


@app.callback()
def armcade(
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Solve puzzles with a robot arm from a browser; every turn becomes a demonstration episode."""


@app.command()
def play(
    port: Annotated[int, typer.Option(help="Port of the pages on this machine.")] = 8000,
    home: Annotated[Path | None, typer.Option(help="Where episodes, accounts and keys are kept.")] = None,
    seed: Annotated[int, typer.Option(help="Seed of the simulated cell.")] = 1,
    ready_file: Annotated[
        Path | None, typer.Option(help="Write addresses and process ids here (JSON) once all is up.")
    ] = None,
) -> None:
    """Run a whole Armcade on this machine, with a simulated arm, and print where to play."""
    from teleop.paths import home as default_home
    from teleop.play.session import Options, run

    raise typer.Exit(run(Options((home or default_home()).absolute(), port, seed, ready_file)))


@app.command(context_settings=_PASS_ON)
def hub(context: typer.Context) -> None:
    """Run the hub: pages, sign-in, lobby, leases, results."""
    from teleop.hub.__main__ import main as run

    raise typer.Exit(run(context.args))


@app.command(context_settings=_PASS_ON)
def cell(context: typer.Context) -> None:
    """Run a cell: video, inputs, referee and recorder beside the arm."""
    from teleop.cell.__main__ import main as run

    raise typer.Exit(run(context.args))


@app.command(context_settings=_PASS_ON)
def bridge(context: typer.Context) -> None:
    """Run the bridge: the only process that may move the arm."""
    from robot_bridge.__main__ import main as run

    raise typer.Exit(run(context.args))


@app.command(context_settings=_PASS_ON)
def sim(context: typer.Context) -> None:
    """Run the simulated hardware: servo bus and cameras."""
    os.execv(sys.executable, [sys.executable, "-m", "sim_fallback", *context.args])


@app.command()
def token(
    role: Annotated[str, typer.Argument(help="operator, researcher or cell")],
    home: Annotated[Path | None, typer.Option(help="Where keys are kept.")] = None,
) -> None:
    """Print the token of a role, creating it when there is none."""
    from teleop.hub.secret_files import ensure_secrets
    from teleop.paths import home as default_home

    secrets = ensure_secrets((home or default_home()) / "secrets")
    tokens = {
        "operator": secrets.operator_token,
        "researcher": secrets.researcher_token,
        "cell": secrets.cell_token,
    }
    if role not in tokens:
        typer.echo(f"There is no role {role!r}; choose one of: {', '.join(tokens)}", err=True)
        raise typer.Exit(2)
    typer.echo(tokens[role])


def main() -> None:
    """Runs the command line."""
    from teleop.arm.hands_on import app as arm
    from teleop.curation.commands import app as recipe
    from teleop.episodes.commands import app as episodes
    from teleop.lineage.commands import app as lineage
    from teleop.lineage.commands import withdraw

    app.add_typer(arm, name="arm", help="Find, calibrate, check, jog and measure an arm.")
    app.add_typer(episodes, name="episodes", help="List, show and export demonstration episodes.")
    app.add_typer(lineage, name="lineage", help="Show where episodes came from and where they went.")
    app.command("withdraw")(withdraw)
    app.add_typer(recipe, name="recipe", help="Choose and weigh episodes by a recipe.")
    app()
