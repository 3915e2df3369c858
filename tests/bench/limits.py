"""Throws random and adversarial setpoints at the controller of every arm, and counts limits passed.

python tests/bench/limits.py                       100,000 setpoints
python tests/bench/limits.py --setpoints 1e8       a slow job
Simulated time, an ideal arm, raw datagrams; five setpoints in a tick of 10 ms.
"""

import argparse
import sys
import time
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))

from adversary import ARMS, Adversary


def main() -> int:
    """Prints a row per arm; the exit code is 1 when any limit was passed."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--setpoints", type=float, default=1e5, help="how many, over all arms")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    total: Counter[str] = Counter()
    print(f"{'arm':<14}{'setpoints':>12}{'refused':>10}{'violations':>12}{'travelled':>11}{'s':>8}")
    for arm in ARMS:
        began = time.monotonic()
        adversary = Adversary(arm, arguments.seed)
        adversary.run(int(arguments.setpoints / len(ARMS)))
        total += adversary.violations
        found = sum(adversary.violations.values())
        took_s = time.monotonic() - began
        way_rad = adversary.travelled_rad
        print(
            f"{arm:<14}{adversary.setpoints:>12}{adversary.refused:>10}{found:>12}{way_rad:>7.0f} rad"
            f"{took_s:>8.1f}  {dict(adversary.violations) or ''}",
            flush=True,
        )
    print(f"limits passed: {sum(total.values())}")
    return 1 if total else 0


if __name__ == "__main__":
    raise SystemExit(main())
