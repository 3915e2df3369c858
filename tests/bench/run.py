"""Measures one turn driven by keys in a real Chromium on this machine, and prints median, p95 and p99.

make bench                 one turn of 30 s of driving
python tests/bench/run.py --seconds 60 --json artefacts/bench.json
"""

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))

from armcade_process import Armcade, start
from browser_player import BrowserPlayer, chromium
from evidence import rows, wait_for_file

from robot_bridge.gauges import LATE_US

TICKS_PER_S = os.sysconf("SC_CLK_TCK")
Row = tuple[str, str, list[float]]


def quantile(values: list[float], share: float) -> float:
    """The value below which this share of the values lies."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def cpu_s(pid: int) -> float:
    """Processor seconds of a process and its children that it started itself."""
    total = 0.0
    for process in [pid, *children(pid)]:
        try:
            fields = Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()
        except FileNotFoundError:
            continue
        total += (int(fields[11]) + int(fields[12])) / TICKS_PER_S
    return total


def children(pid: int) -> list[int]:
    """Process ids of the children of all threads."""
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in task.read_text().split():
            found += [int(child), *children(int(child))]
    return found


@dataclass
class Load(threading.Thread):
    """Samples the processor use of each process once a second."""

    pids: dict[str, int]
    percent: dict[str, list[float]] = field(default_factory=dict)
    ending: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        super().__init__(daemon=True)

    def __hash__(self) -> int:
        return id(self)

    def run(self) -> None:
        """Samples until told to end."""
        before = {name: cpu_s(pid) for name, pid in self.pids.items()}
        since = time.monotonic()
        while not self.ending.wait(1.0):
            now = time.monotonic()
            for name, pid in self.pids.items():
                used = cpu_s(pid)
                share = 100 * (used - before[name]) / (now - since)
                self.percent.setdefault(name, []).append(share)
                before[name] = used
            since = now


def drive(player: BrowserPlayer, seconds: float) -> list[float]:
    """Sweeps the ghost by keys for a while; answers the capture-to-paint times in ms."""
    ends = time.monotonic() + seconds
    for side in (1, -1) * 1000:
        player.move_ghost(y_m=0.1 * side, z_m=0.1)
        if time.monotonic() > ends:
            break
    return [float(value) for value in player.page.evaluate("() => window.__armcade.captureToPaintMs()")]


def command_to_bus_ms(episode: Path) -> list[float]:
    """From the page sending an input to the tick that first applied it or a newer one."""
    actions = [(row["sequence"], row["t_ns"]) for row in rows(episode, "/action")]
    found: list[float] = []
    at = 0
    for row in rows(episode, "/input"):
        sent_ns = row["client_us"] * 1000 + row["offset_ns"]
        while at < len(actions) and actions[at][1] < row["t_ns"]:
            at += 1
        applied = next((t for s, t in actions[at : at + 50] if s >= row["sequence"]), None)
        if row["stick"] and applied is not None:
            found.append((applied - sent_ns) / 1e6)
    return found


def bridge_report(armcade: Armcade) -> dict[str, float]:
    """The bridge's own gauges."""
    with urllib.request.urlopen(armcade.cell_metrics + "/bridge", timeout=5) as answer:
        lines = [line for line in answer.read().decode().splitlines() if line and not line.startswith("#")]
    return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in lines)}


def lateness(before: dict[str, float], after: dict[str, float]) -> list[tuple[float, float]]:
    """The share of ticks, in percent, that came later than each bound in ms."""
    ticks = _grown(before, after, "_ticks_total")
    bounds = [(us / 1e3, _grown(before, after, f"_ticks_later_than_{us}us_total")) for us in LATE_US]
    return [(bound_ms, 100.0 * count / ticks) for bound_ms, count in bounds]


def _grown(before: dict[str, float], after: dict[str, float], ending: str) -> float:
    (name,) = [one for one in after if one.endswith(ending)]
    return after[name] - before[name]


def bare_lateness(sleeper: "subprocess.Popen[str]") -> list[float]:
    """The share of late wake-ups, in percent, of a process that does nothing else; see bare_sleeper.py."""
    shares: list[float] = json.loads(sleeper.communicate()[0])
    return shares


def measure(seconds: float) -> tuple[list[Row], list[tuple[float, float, float]]]:
    """Plays one turn; answers rows of samples, and for each bound the late ticks and bare wake-ups in %."""
    with tempfile.TemporaryDirectory(prefix="armcade-bench-") as folder:
        armcade = start(Path(folder) / "home")
        try:
            with chromium() as browser:
                page = browser.new_page(viewport={"width": 1280, "height": 720})
                load = Load(armcade.pids)
                load.start()
                player = BrowserPlayer(page, armcade.url, Path(folder))
                player.open()
                player.take_turn("sort_colours", "Bench")
                player.begin()
                before = bridge_report(armcade)
                command = [sys.executable, str(Path(__file__).with_name("bare_sleeper.py")), str(seconds)]
                with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as sleeper:
                    paint = drive(player, seconds)
                    ticks = lateness(before, bridge_report(armcade))
                    bare = bare_lateness(sleeper)
                late = [(bound, share, alone) for (bound, share), alone in zip(ticks, bare, strict=True)]
                load.ending.set()
                player.give_back()
                episode = wait_for_file(armcade.home / "episodes", 1)[0]
                commands = command_to_bus_ms(episode)
        finally:
            armcade.stop()
    table: list[Row] = [
        ("capture to paint in Chromium", "ms", paint),
        ("page sends to bus tick", "ms", commands),
    ]
    table += [(f"processor, {name}", "% of a core", values) for name, values in load.percent.items()]
    return table, late


def main() -> int:
    """Measures and prints."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seconds", type=float, default=30.0, help="how long to drive")
    parser.add_argument("--json", type=Path, help="also write the numbers here")
    arguments = parser.parse_args()
    table, late = measure(arguments.seconds)
    machine = f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    print(f"{machine}, headless Chromium,")
    print(f"two cameras of 640x480 at 30 pictures a second, {arguments.seconds:.0f} s of driving by keys")
    print(f"{'':<34}{'unit':<13}{'median':>9}{'p95':>9}{'p99':>9}{'n':>7}")
    results: dict[str, Any] = {}
    for name, unit, values in table:
        numbers = [statistics.median(values), quantile(values, 0.95), quantile(values, 0.99)]
        results[name] = dict(zip(("median", "p95", "p99"), numbers, strict=True)) | {"n": len(values)}
        print(f"{name:<34}{unit:<13}" + "".join(f"{n:9.2f}" for n in numbers) + f"{len(values):>7}")
    print(f"{'later than their deadline by more than':<42}{'ticks':>9}{'bare wake-ups of this machine':>32}")
    for bound, share, alone in late:
        print(f"{f'  {bound:g} ms':<42}{share:>7.2f} %{alone:>30.2f} %")
    results["late, %: ticks, bare"] = {f"{bound:g} ms": [share, alone] for bound, share, alone in late}
    if arguments.json:
        arguments.json.parent.mkdir(parents=True, exist_ok=True)
        arguments.json.write_text(json.dumps(results, indent=1))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
