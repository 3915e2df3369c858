"""Options that the arm commands share, and how a failure is told: a sentence, advice, an exit code."""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from robot_bridge.arms import ArmModel, load_arm
from robot_bridge.toml_table import InvalidTable
from robot_bridge.tools.complaint import Complaint, ToolFailed
from robot_bridge.tools.servo_link import ServoLink
from robot_bridge.tools.texts import Language, language_of
from robot_bridge.tools.whole_arm import dialect_of, find_port
from teleop.arm import draw
from teleop.paths import home

OUT = Console(highlight=False)
ERR = Console(stderr=True, highlight=False)
CANNOT, HUNG_UP, INTERRUPTED = 2, 129, 130
EXIT_CODES = (
    "Exit codes: 0 all is right, 1 something on the bus is wrong, 2 it could not be done, "
    "129 the terminal is gone, 130 ended by a key."
)

Arm = Annotated[str, typer.Option("--arm", help="The arm's model.")]
Port = Annotated[
    str | None,
    typer.Option("--port", help="Serial port, or socket://host:port. (Default: the one with an arm.)"),
]
Lang = Annotated[str, typer.Option("--lang", help="en or zh. (Default: the locale's.)", show_default=False)]
File = Annotated[
    Path | None,
    typer.Option("--calibration", help="LeRobot's JSON file. (Default: ARMCADE_HOME/arms/ARM.json.)"),
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@contextmanager
def sentences(language: Language) -> Iterator[None]:
    """Turns what cannot be done into a sentence, advice, and exit code 2; a lost terminal into 129."""
    try:
        with _complaints(language):
            yield
    except OSError as error:
        if error.errno != errno.EIO:
            raise
        raise typer.Exit(HUNG_UP) from error


@contextmanager
def _complaints(language: Language) -> Iterator[None]:
    """Prints what cannot be done; raises OSError when the terminal is gone by then."""
    try:
        yield
    except ToolFailed as failed:
        ERR.print(draw.complaint(failed.complaint, language))
        raise typer.Exit(CANNOT) from failed
    except InvalidTable as error:
        ERR.print(draw.complaint(Complaint("bad_file", found=str(error)), language))
        raise typer.Exit(CANNOT) from error


def language_wished(wish: str) -> Language:
    """The language that was asked for, else the locale's."""
    return language_of(wish, os.environ)


def model_of(arm: str) -> ArmModel:
    """The arm of this name; raises ToolFailed."""
    try:
        return load_arm(arm)
    except InvalidTable as error:
        raise ToolFailed(Complaint("bad_arm", found=str(error))) from error


def calibration_file(arm: str, file: Path | None) -> Path:
    """The calibration file that was named, else the arm's own."""
    return file or home() / "arms" / f"{arm}.json"


def open_link(model: ArmModel, port: str | None) -> ServoLink:
    """The arm's servos on the port that was named, else on the one that carries them; raises ToolFailed."""
    return ServoLink(port or find_port(model), model.servo.baud, dialect_of(model))
