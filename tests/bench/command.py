"""Measures a command's way through the cell and the bridge: data channel in, bytes on the servo bus out.

python tests/bench/command.py [--seconds 30]
A whole Armcade on loopback, two cameras streaming, a player without a browser who sweeps the arm sideways.
All times are of one clock, so nothing is estimated: the player's stamp and the cell's are in the episode, the
tick that applied a command too, and when its bytes had gone to the bus. A command that a newer one overtakes
counts by the newer one's. It waits for the next tick, half a period on average; the bar is a period and 2 ms.
The player decodes video in its own process, so its leg holds more than the cell's part.
"""

import argparse
import asyncio
import itertools
import json
import os
import platform
import statistics
import sys
import tempfile
import time
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))

from armcade_process import Armcade, start
from evidence import rows, wait_for_file
from msgspec.structs import replace
from wire_player import CONTROL_PERIOD_S, WirePlayer, player_at

sys.path.insert(0, str(Path(__file__).resolve().parent))

from run import bridge_report, lateness

from teleop.wire import player_in

PERIOD_MS = 10.0
BAR_MS = PERIOD_MS + 2.0
REACH_M, SPEED_M_S = 0.08, 0.1
LAG = "armcade_cell_loop_lag_seconds"
ANSWER = "armcade_bridge_command_to_bus_seconds_"
LATENESS = "armcade_bridge_tick_lateness_seconds_"


@dataclass
class Figures:
    """Legs of every command in ms, and what the processes say of themselves."""

    player_to_cell: list[float] = field(default_factory=list)
    cell_to_tick: list[float] = field(default_factory=list)
    cell_to_bus: list[float] = field(default_factory=list)
    readings: list[float] = field(default_factory=list)
    bridge: dict[str, list[float]] = field(default_factory=dict)
    lag: list[tuple[str, float]] = field(default_factory=list)
    pictures_s: float = 0.0
    ticks: list[tuple[float, float]] = field(default_factory=list)
    bare: list[float] = field(default_factory=list)


def scraped(address: str) -> dict[str, float]:
    """The page's figures by their full name."""
    with urllib.request.urlopen(address, timeout=5) as answer:
        lines = [line for line in answer.read().decode().splitlines() if line and not line.startswith("#")]
    return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in lines)}


async def sweep(player: WirePlayer, ends_s: float) -> None:
    """Moves the ghost to and fro along y."""
    begun = player.ghost
    assert begun is not None
    player.stick = True
    for step in itertools.count():
        if time.monotonic() > ends_s:
            return
        phase = (REACH_M + step * SPEED_M_S * CONTROL_PERIOD_S) % (4 * REACH_M)
        player.ghost = replace(begun, y_m=begun.y_m + REACH_M - abs(phase - 2 * REACH_M))
        await asyncio.sleep(CONTROL_PERIOD_S)


async def listen(armcade: Armcade, kept: dict[str, list[float]]) -> None:
    """Keeps what the bridge tells once a second of its answers and its ticks, in ms."""
    while True:
        told = await asyncio.to_thread(scraped, armcade.cell_metrics + "/bridge")
        for name, value in told.items():
            if name.startswith((ANSWER, LATENESS)):
                kept.setdefault(name, []).append(1e3 * value)
        await asyncio.sleep(1.0)


async def play(armcade: Armcade, seconds: float) -> Figures:
    """One turn; answers what can be told before its episode is read."""
    figures = Figures()
    async with player_at(armcade.url) as player:
        await player.ready()
        before, seen = scraped(armcade.cell_metrics), sum(player.pictures.values())
        ticked = await asyncio.to_thread(bridge_report, armcade)
        command = [sys.executable, str(Path(__file__).with_name("bare_sleeper.py")), str(seconds)]
        ear = asyncio.create_task(listen(armcade, figures.bridge))
        sleeper = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
        await sweep(player, time.monotonic() + seconds)
        figures.ticks = lateness(ticked, await asyncio.to_thread(bridge_report, armcade))
        figures.bare = json.loads((await sleeper.communicate())[0])
        ear.cancel()
        figures.pictures_s = (sum(player.pictures.values()) - seen) / seconds
        figures.lag = lags(before, scraped(armcade.cell_metrics))
        player.send(player_in.EndTurn(version=1, lease_epoch=player.turn.lease_epoch))
        await asyncio.to_thread(wait_for_file, armcade.home / "episodes", 1)
    return figures


def lags(before: dict[str, float], after: dict[str, float]) -> list[tuple[str, float]]:
    """The share of the event loop's wake-ups, in percent, that were later than each bound."""
    grown = {name: after[name] - before.get(name, 0.0) for name in after if name.startswith(LAG)}
    every = grown[LAG + "_count"]
    buckets = [(name.split('"')[1], count) for name, count in grown.items() if "_bucket{" in name]
    return [(bound, 100.0 * (every - count) / every) for bound, count in buckets if bound != "+Inf"]


def read_legs(episode: Path, figures: Figures) -> None:
    """For each command of the hand: to the cell, and on to the tick that first applied it or a newer one."""
    actions = [(row["t_ns"], row["sequence"], row.get("applied_ns")) for row in rows(episode, "/action")]
    figures.readings = [(b[0] - a[0]) / 1e6 for a, b in itertools.pairwise(actions)]
    at = 0
    for row in rows(episode, "/input"):
        while at < len(actions) and (actions[at][0] < row["t_ns"] or actions[at][1] < row["sequence"]):
            at += 1
        if at == len(actions):
            return
        if row["stick"]:
            figures.player_to_cell.append((row["t_ns"] - 1000 * row["client_us"]) / 1e6)
            figures.cell_to_tick.append((actions[at][0] - row["t_ns"]) / 1e6)
            applied_ns = next(one for _, _, one in actions[at:] if one is not None)
            figures.cell_to_bus.append((applied_ns - row["received_ns"]) / 1e6)


def quantile(values: list[float], share: float) -> float:
    """The value below which this share of the values lies."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def told(figures: Figures) -> None:
    """Prints the table."""
    print(f"{'ms':<48}{'median':>9}{'p95':>9}{'p99':>9}{'n':>7}")
    legs = (
        ("player's stamp to the cell's gate", figures.player_to_cell),
        ("cell's gate to the tick that reads it", figures.cell_to_tick),
        ("from one reading of commands to the next", figures.readings),
        ("data channel in to bytes on the bus", figures.cell_to_bus),
    )
    for name, values in legs:
        marks = (statistics.median(values), quantile(values, 0.95), quantile(values, 0.99))
        print(f"{name:<48}" + "".join(f"{mark:9.2f}" for mark in marks) + f"{len(values):>7}")
    for name, prefix in (
        ("tick to bytes on the bus, of each second", ANSWER),
        ("lateness of the bridge's ticks, of each second", LATENESS),
    ):
        seconds = [figures.bridge[prefix + mark] for mark in ("p50", "p95", "p99")]
        marks = "".join(f"{statistics.median(values):9.2f}" for values in seconds)
        print(f"{name:<48}{marks}{len(seconds[0]):>7}")
    most = quantile(figures.cell_to_bus, 0.99)
    word = "met" if most <= BAR_MS else "not met"
    print(f"data channel in to bus bytes out: p99 {most:.2f} ms; promised {BAR_MS:.0f} ms: {word}")
    late = ", ".join(f"{1e3 * float(bound):g} ms: {share:.2f} %" for bound, share in figures.lag)
    print(f"cell's event loop woke later than {late}")
    for (bound, share), alone in zip(figures.ticks, figures.bare, strict=True):
        print(f"ticks later than {bound:g} ms: {share:.2f} %; bare wake-ups of this machine: {alone:.2f} %")
    print(f"{figures.pictures_s:.0f} pictures a second reached the player")


def main() -> int:
    """Measures and prints."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seconds", type=float, default=30.0, help="how long to sweep")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="armcade-command-") as folder:
        armcade = start(Path(folder) / "home")
        try:
            figures = asyncio.run(play(armcade, arguments.seconds))
            read_legs(armcade.episodes[0], figures)
        finally:
            armcade.stop()
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()},")
    print(f"a whole Armcade, {arguments.seconds:.0f} s of sweeping, load {os.getloadavg()[0]:.1f}")
    told(figures)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
