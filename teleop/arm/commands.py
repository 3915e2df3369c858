"""The `armcade arm` commands that change nothing: scan, check, bench and udev."""

import json
import re
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import Annotated

import typer

from robot_bridge.arms import read_calibration
from robot_bridge.tools import udev as udev_rules
from robot_bridge.tools.arm_servos import arm_servos
from robot_bridge.tools.bench import bench as measure
from robot_bridge.tools.check import check as read_back
from robot_bridge.tools.expectations import worst
from robot_bridge.tools.identity import identify
from robot_bridge.tools.ports import explicit
from robot_bridge.tools.scan import COMMON_IDS, FoundBus, list_ports, scan_all
from robot_bridge.tools.texts import Language, pick
from robot_bridge.tools.whole_arm import images, known
from teleop.arm import draw, headings
from teleop.arm.options import (
    ERR,
    EXIT_CODES,
    OUT,
    Arm,
    File,
    Json,
    Lang,
    Port,
    calibration_file,
    language_wished,
    model_of,
    open_link,
    sentences,
)
from teleop.arm.reports import scan_report
from teleop.paths import home

_SPAN = re.compile(r"(\d{1,3})(?:-(\d{1,3}))?")
_LAST_ID = 252

app = typer.Typer(no_args_is_help=True, epilog=EXIT_CODES)


@app.command(epilog=EXIT_CODES)
def scan(
    port: Annotated[
        list[str] | None, typer.Option("--port", help="Only this port; may be given again.")
    ] = None,
    arm: Arm = "so101",
    ids: Annotated[
        str | None, typer.Option(help="Ids to ask for, as 1-12 or 1,2,7. (Default: 1-12 and the arm's.)")
    ] = None,
    as_json: Json = False,
    lang: Lang = "",
) -> None:
    """Find servos: ports, baud rates, ids, models, supply, temperature, and which arm it is."""
    language = language_wished(lang)
    with sentences(language):
        model = model_of(arm)
        servos = {one.named.servo_id: one.named.joint for one in arm_servos(model)}
        wanted = tuple(dict.fromkeys((*COMMON_IDS, *servos))) if ids is None else _ids(ids)
        ports = explicit(port) if port else list_ports()
        with ERR.status("") as status:

            def told(path: str, baud: int, protocol: str) -> None:
                status.update(f"{path}: {protocol}, {baud} baud ...")

            buses = scan_all(ports, wanted, told)
    files = sorted((home() / "arms").glob("*.json"))
    names = [identify(known(files, (model,)), images(bus)) for bus in buses]
    if as_json:
        print(json.dumps([scan_report(*pair) for pair in zip(buses, names, strict=True)], ensure_ascii=False))
    else:
        _draw_buses(buses, names, servos, language)
    sound = any(bus.servos for bus in buses) and not any(bus.complaints for bus in buses)
    raise typer.Exit(0 if sound else 1)


def _draw_buses(
    buses: list[FoundBus], names: list[str | None], joints: dict[int, str], language: Language
) -> None:
    for bus, name in zip(buses, names, strict=True):
        OUT.print(draw.bus(bus, joints, name, language))


def _ids(text: str) -> tuple[int, ...]:
    """The ids that a text as 1-12 or 1,2,7 names; raises typer.BadParameter."""
    spans = [_SPAN.fullmatch(part.strip()) for part in text.split(",")]
    if not all(spans):
        raise typer.BadParameter(f"{text!r} is not like 1-12 or 1,2,7")
    ends = [(int(span[1]), int(span[2] or span[1])) for span in spans if span]
    found = tuple(dict.fromkeys(one for first, last in ends for one in range(first, last + 1)))
    if not found or max(found) > _LAST_ID:
        raise typer.BadParameter("ids lie within 0 to 252, the lower one first")
    return found


@app.command(epilog=EXIT_CODES)
def check(
    port: Port = None,
    arm: Arm = "so101",
    calibration: File = None,
    every: Annotated[bool, typer.Option("--all", help="Show the registers that are right, too.")] = False,
    as_json: Json = False,
    lang: Lang = "",
) -> None:
    """Read every safety register back and say which is wrong. Changes nothing."""
    language = language_wished(lang)
    with sentences(language):
        model = model_of(arm)
        file = calibration_file(arm, calibration)
        entries = read_calibration(file, model) if calibration is not None or file.exists() else None
        with open_link(model, port) as link:
            rows = read_back(link, model, entries)
    if as_json:
        print(json.dumps([asdict(row) for row in rows], ensure_ascii=False))
    else:
        OUT.print(draw.check(rows, every, language))
        if entries is None:
            OUT.print(pick(headings.UNCOMPARED, language).format(file=file), style="yellow", soft_wrap=True)
    raise typer.Exit(1 if worst(rows) == "wrong" else 0)


@app.command(epilog=EXIT_CODES)
def bench(
    port: Port = None,
    arm: Arm = "so101",
    cycles: Annotated[int, typer.Option(min=1, help="How many cycles.")] = 1000,
    rate: Annotated[float, typer.Option(min=0.0, help="Cycles a second; 0: as fast as the bus goes.")] = 0.0,
    as_json: Json = False,
    lang: Lang = "",
) -> None:
    """Measure the bus: wire time against measured cycles, missing answers, processor time. Only reads."""
    language = language_wished(lang)
    with sentences(language):
        model = model_of(arm)
        with open_link(model, port) as link, _cancellable() as ended:
            ids = [joint.servo_id for joint in model.joints]
            found = measure(link, ids, cycles, rate, ended)
            where = f"{link.path}, {link.spoken.name}, {link.baud} baud"
    if as_json:
        print(json.dumps({"where": where, **asdict(found)}))
    else:
        OUT.print(draw.bench(found, where, language))
    raise typer.Exit(1 if found.missing_answers else 0)


@contextmanager
def _cancellable() -> Iterator[Callable[[], bool]]:
    """Lets Ctrl-C end a measurement early with what it has."""
    pressed: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, frame: pressed.append(number))
    try:
        yield lambda: bool(pressed)
    finally:
        signal.signal(signal.SIGINT, before)


@app.command(epilog=EXIT_CODES)
def udev() -> None:
    """Print udev rules that open servo boards to the user at this machine."""
    sys.stdout.write(udev_rules.rules())
