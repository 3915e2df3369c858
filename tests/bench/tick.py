"""Measures what one tick of the controller costs, every limit on, for every arm.

python tests/bench/tick.py [--ticks 2000]
A pose setpoint in every tick and one keep-out box. Friendly: places in the workspace, another one twice a
second. Hostile: places up to a metre away, most of them out of reach, another one every 30 ms. Processor time
of this process.
"""

import argparse
import os
import platform
import statistics
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))

from adversary import ARMS, Adversary


def main() -> int:
    """Prints median, p95, p99 and the worst in microseconds."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--ticks", type=int, default=2000, help="per arm")
    arguments = parser.parse_args()
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, us a tick")
    print(f"{'arm':<12}{'targets':<10}{'median':>9}{'p95':>9}{'p99':>9}{'worst':>9}{'n':>7}")
    for arm in ARMS:
        for targets in ("friendly", "hostile"):
            took = sorted(
                Adversary(arm, 1).timed(arguments.ticks, time.process_time, hostile=targets == "hostile")
            )
            marks = (took[int(0.95 * len(took))], took[int(0.99 * len(took))], took[-1])
            numbers = (statistics.median(took), *marks)
            row = "".join(f"{1e6 * number:9.0f}" for number in numbers)
            print(f"{arm:<12}{targets:<10}{row}{len(took):>7}", flush=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
