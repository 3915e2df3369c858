"""Measures one turn driven by keys in a real Chromium on this machine, and prints median, p95 and p99.

make bench                 one turn of 30 s of driving
python tests/bench/run.py --seconds 60 --json artefacts/bench.json
"""

import argparse
import json
import os
import platform
import statistics
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
    player.open()
    player.take_turn("sort_colours", "Bench")
    player.begin()
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


def measure(seconds: float) -> tuple[list[Row], dict[str, float]]:
    """Plays one turn; answers rows of samples and the bridge's own gauges."""
    with tempfile.TemporaryDirectory(prefix="armcade-bench-") as folder:
        armcade = start(Path(folder) / "home")
        try:
            with chromium() as browser:
                page = browser.new_page(viewport={"width": 1280, "height": 720})
                load = Load(armcade.pids)
                load.start()
                player = BrowserPlayer(page, armcade.url, Path(folder))
                paint = drive(player, seconds)
                report = bridge_report(armcade)
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
    return table, report


def main() -> int:
    """Measures and prints."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seconds", type=float, default=30.0, help="how long to drive")
    parser.add_argument("--json", type=Path, help="also write the numbers here")
    arguments = parser.parse_args()
    table, report = measure(arguments.seconds)
    machine = f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    print(f"{machine}, headless Chromium,")
    print(f"two cameras of 640x480 at 30 pictures a second, {arguments.seconds:.0f} s of driving by keys")
    print(f"{'':<34}{'unit':<13}{'median':>9}{'p95':>9}{'p99':>9}{'n':>7}")
    results: dict[str, Any] = {}
    for name, unit, values in table:
        numbers = [statistics.median(values), quantile(values, 0.95), quantile(values, 0.99)]
        results[name] = dict(zip(("median", "p95", "p99"), numbers, strict=True)) | {"n": len(values)}
        print(f"{name:<34}{unit:<13}" + "".join(f"{n:9.2f}" for n in numbers) + f"{len(values):>7}")
    lateness = [1000 * value for key, value in sorted(report.items()) if "tick_lateness_seconds_p" in key]
    print(f"{'control tick lateness':<34}{'ms':<13}" + "".join(f"{n:9.3f}" for n in lateness))
    results["control tick lateness"] = dict(zip(("median", "p95", "p99"), lateness, strict=False))
    if arguments.json:
        arguments.json.parent.mkdir(parents=True, exist_ok=True)
        arguments.json.write_text(json.dumps(results, indent=1))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
