"""Measures how far an episode's rows are from the truth, while everything comes late and irregularly.

python tests/bench/alignment.py --seconds 20
"""

import argparse
import asyncio
import platform
import sys
import tempfile
from dataclasses import fields
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))

from injected_truth import Alignment, Delays, Rig, alignment

BAR_MS = 10.0
WHAT = {
    "capture": "picture's capture time against the moment drawn into it",
    "state": "joint's sample time against the moment that its angle tells",
    "page": "player's moment, by the page's clock and its offset",
    "row_by_arrival": "row, picture against joints, by time of arrival",
    "row_plain": "row, picture against joints, newest of each",
    "row_aligned": "row, picture against joints, joints at the capture",
    "row_exported": "row as exported, its picture against its observation.state",
}


def table(found: Alignment) -> str:
    """One line a quantity, in ms."""
    lines = [f"{'error in ms':62s}{'median':>8s}{'p95':>8s}{'p99':>8s}{'max':>8s}{'count':>7s}"]
    for one in fields(found):
        errors = getattr(found, one.name)
        median, p95, p99 = np.percentile(errors, [50, 95, 99])
        lines.append(
            f"{WHAT[one.name]:62s}{median:8.2f}{p95:8.2f}{p99:8.2f}{errors.max():8.2f}{len(errors):7d}"
        )
    return "\n".join(lines)


def main() -> None:
    """Records, compares, prints."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=20.0)
    seconds = parser.parse_args().seconds
    delays = Delays()
    with tempfile.TemporaryDirectory() as folder:
        rig = Rig(Path(folder), delays)
        path = asyncio.run(rig.record(seconds))
        found = alignment(path, rig.began_ns)
    print(
        f"{platform.platform()}, {seconds:.0f} s, one camera, arm at 100 Hz, rows at 30 Hz; injected, in ms:"
    )
    print(", ".join(f"{one.name} {[1e3 * x for x in getattr(delays, one.name)]}" for one in fields(delays)))
    print(table(found))
    p95 = float(np.percentile(found.row_exported, 95))
    said = "within" if p95 <= BAR_MS else "BEYOND"
    print(f"exported rows: p95 {p95:.2f} ms, {said} the bar of {BAR_MS:.0f} ms")


if __name__ == "__main__":
    main()
