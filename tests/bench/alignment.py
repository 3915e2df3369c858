"""Measures how far an episode's rows are from the truth, while everything comes late and irregularly.

python tests/bench/alignment.py --seconds 20
Once with one camera, once with two that expose independently of each other. Exit code 1 when a bar is missed.
"""

import argparse
import asyncio
import os
import platform
import sys
import tempfile
from dataclasses import fields
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))

from injected_truth import Alignment, Delays, Errors, Rig, alignment
from promises import Promise, at_most, exit_code

BAR_MS = 10.0
CAMERAS = ("overview", "wrist")
OF_ALL = {
    "state": "joint's sample time against the moment that its angle tells",
    "page": "player's moment, by the page's clock and its offset",
}
OF_A_CAMERA = {
    "capture": "picture's capture time against the moment drawn into it",
    "row_by_arrival": "row, picture against joints, by time of arrival",
    "row_plain": "row, picture against joints, newest of each",
    "row_moment": "row as exported, picture against its observation.state",
    "row_own": "row as exported, picture against the state of that picture",
}


def line(what: str, errors: Errors) -> str:
    """One quantity, in ms."""
    median, p95, p99 = np.percentile(errors, [50, 95, 99])
    return f"{what:72s}{median:8.2f}{p95:8.2f}{p99:8.2f}{errors.max():8.2f}{len(errors):7d}"


def table(found: Alignment) -> str:
    """All quantities, of each camera its own."""
    lines = [f"{'error in ms':72s}{'median':>8s}{'p95':>8s}{'p99':>8s}{'max':>8s}{'count':>7s}"]
    lines += [line(what, getattr(found, name)) for name, what in OF_ALL.items()]
    for name, what in OF_A_CAMERA.items():
        lines += [line(f"{what} ({camera})", errors) for camera, errors in getattr(found, name).items()]
    return "\n".join(lines)


def recorded(cameras: tuple[str, ...], seconds: float) -> Alignment:
    """What so many cameras' rows are off by."""
    with tempfile.TemporaryDirectory() as folder:
        rig = Rig(Path(folder), Delays(), cameras=cameras)
        return alignment(asyncio.run(rig.record(seconds)), rig.began_ns)


def main() -> int:
    """Records, compares, prints."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=20.0)
    seconds = parser.parse_args().seconds
    delays = Delays()
    print(
        f"{platform.platform()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, {seconds:.0f} s each"
    )
    print("arm at 100 Hz, rows at 30 Hz; injected, in ms:")
    print(", ".join(f"{one.name} {[1e3 * x for x in getattr(delays, one.name)]}" for one in fields(delays)))
    promised: list[Promise] = []
    for count in (1, 2):
        found = recorded(CAMERAS[:count], seconds)
        print(f"\n{count} camera{'s' * (count > 1)}\n{table(found)}")
        promised += [
            at_most(
                f"of {count}: state of each picture ({camera}), p95",
                float(np.percentile(errors, 95)),
                BAR_MS,
                "ms",
            )
            for camera, errors in found.row_own.items()
        ]
        page_ms = float(np.percentile(found.page, 95))
        promised.append(at_most(f"of {count}: player's moment, p95", page_ms, BAR_MS, "ms"))
    print()
    return exit_code(promised)


if __name__ == "__main__":
    raise SystemExit(main())
