"""The `armcade arm` commands that need a person at a terminal: calibrate and jog."""

from pathlib import Path
from typing import Annotated

import typer

from robot_bridge.arms import read_calibration
from robot_bridge.tools.bridge_child import BridgeChild
from robot_bridge.tools.calibrating import job
from robot_bridge.tools.complaint import Complaint, ToolFailed
from robot_bridge.tools.texts import Language, pick
from robot_bridge.tools.whole_arm import dialect_of
from robot_bridge.tools.workbench import Workbench
from teleop.arm import draw, draw_bars
from teleop.arm.calibrate_screen import CalibrateScreen
from teleop.arm.commands import app
from teleop.arm.guidance import GUIDANCE, LEFT, RESTORED, WRITTEN
from teleop.arm.jog_screen import JogScreen
from teleop.arm.jog_words import JOG_ENDED, JOG_WARNING
from teleop.arm.keyboard import Keyboard
from teleop.arm.options import (
    CANNOT,
    ERR,
    EXIT_CODES,
    INTERRUPTED,
    OUT,
    Arm,
    File,
    Lang,
    Port,
    calibration_file,
    language_wished,
    model_of,
    open_link,
    sentences,
)

__all__ = ["app"]


@app.command(epilog=EXIT_CODES)
def calibrate(
    port: Port = None,
    arm: Arm = "so101",
    file: Annotated[
        Path | None, typer.Option("--file", help="Where to write. (Default: ARMCADE_HOME/arms/ARM.json.)")
    ] = None,
    restore: Annotated[
        bool, typer.Option("--restore", help="Put back what an unfinished one changed.")
    ] = False,
    lang: Lang = "",
) -> None:
    """Guide through LeRobot's calibration with live bars; the torque goes off, so hold the arm."""
    language = language_wished(lang)
    target = calibration_file(arm, file)
    with sentences(language):
        model = model_of(arm)
        spoken = dialect_of(model)
        keyboard = Keyboard()
        with open_link(model, port) as link:
            bench = Workbench(link, model, target)
            if restore:
                _restore(bench, target, keyboard, language)
                return
            with keyboard:
                todo = job(model, spoken.homing, spoken.offset_sign, spoken.most_offset)
                state = CalibrateScreen(bench, todo, OUT, language).run(keyboard)
        if state.phase == "done":
            OUT.print(pick(WRITTEN, language).format(file=target))
            return
        if state.complaint is not None:
            ERR.print(draw.complaint(state.complaint, language))
        ERR.print(pick(LEFT[state.reached], language), style="bold")
        raise typer.Exit(CANNOT if state.complaint is not None else INTERRUPTED)


def _restore(bench: Workbench, target: Path, keyboard: Keyboard, language: Language) -> None:
    if not bench.has_unfinished:
        raise ToolFailed(Complaint("nothing_to_restore", where=str(target)))
    _agree(keyboard, pick(GUIDANCE["warn"], language))
    bench.restore()
    OUT.print(pick(RESTORED, language))


def _agree(keyboard: Keyboard, warning: str) -> None:
    """Waits for y; anything that ends a program ends this one, with nothing changed."""
    OUT.print(draw_bars.guided("armcade arm", warning, "", None))
    with keyboard:
        while True:
            for key in keyboard.keys(1.0):
                if key == "y":
                    return
                if key in ("ctrl-c", "ctrl-d", "q"):
                    raise typer.Exit(INTERRUPTED)


@app.command(epilog=EXIT_CODES)
def jog(
    port: Port = None,
    arm: Arm = "so101",
    calibration: File = None,
    lang: Lang = "",
) -> None:
    """Move one joint at a time while a key is held, through a bridge of its own."""
    language = language_wished(lang)
    with sentences(language):
        model = model_of(arm)
        file = calibration_file(arm, calibration)
        read_calibration(file, model)
        keyboard = Keyboard()
        with open_link(model, port) as link:
            path = link.path
        _agree(keyboard, pick(JOG_WARNING, language))
        with BridgeChild(arm, path, file) as child, keyboard:
            JogScreen(child, model, OUT, language).run(keyboard)
        OUT.print(pick(JOG_ENDED, language))
