"""Plants every defect of the suite in good turns, and counts what the validator finds and invents.

python tests/bench/validator.py [--times 3] [--clean 200] [--first 0] [--workers 2]
Every turn is written as a file and validated as one: 6 arms, 1 to 3 cameras of 15 to 60 Hz, 3 to 9 s,
with and without tremor, pauses, dropped pictures, noise, link delay. A defect counts as found when a rule
that is named for it beforehand says so. A false flag is any finding in a good turn. Exit code 1 when a bar is
missed.
"""

import argparse
import os
import platform
import sys
import tempfile
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))

from planted.trial import NAMES, clean_findings, trial
from promises import at_least, at_most, exit_code


def main() -> int:
    """Prints found share, false flags and what was missed."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--times", type=int, default=3, help="turns a defect is planted in")
    parser.add_argument("--clean", type=int, default=200, help="good turns")
    parser.add_argument("--first", type=int, default=0, help="seed of the first turn")
    parser.add_argument("--workers", type=int, default=2)
    arguments = parser.parse_args()
    started = time.monotonic()
    with (
        tempfile.TemporaryDirectory(prefix="armcade-validator-") as folder,
        ProcessPoolExecutor(arguments.workers, mp_context=get_context("spawn")) as pool,
    ):
        tasks = [(name, arguments.first + seed, folder) for name in NAMES for seed in range(arguments.times)]
        found = list(pool.map(trial, tasks, chunksize=4))
        good = [(arguments.first + seed, folder) for seed in range(arguments.clean)]
        wolves = list(pool.map(clean_findings, good, chunksize=4))
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}")
    missed = Counter(name for (name, _, _), rules in zip(tasks, found, strict=True) if not rules)
    kinds = len(NAMES) - sum(count == arguments.times for count in missed.values())
    print(f"{len(NAMES)} defects, each planted in {arguments.times} turns")
    share = 1 - missed.total() / max(1, len(tasks))
    print(f"found: {len(tasks) - missed.total()} of {len(tasks)} ({100 * share:.1f} %)")
    print(f"kinds found at least once: {kinds}")
    for name, count in missed.most_common():
        print(f"  missed {count} of {arguments.times}: {name}")
    flagged = [(seed, one) for seed, one in enumerate(wolves, arguments.first) if one]
    percent = 100 * len(flagged) / max(1, len(wolves))
    print(f"false flags: {len(flagged)} of {len(wolves)} good turns ({percent:.1f} %)")
    for seed, one in flagged:
        print(f"  good turn {seed}: {'; '.join(one)}")
    print(f"took {time.monotonic() - started:.0f} s")
    return exit_code(
        [
            at_least("kinds of defects", len(NAMES), 40, "kinds"),
            at_least("planted defects found", 100 * share, 95, "%"),
            at_most("good turns flagged", percent, 1, "%"),
        ]
    )


if __name__ == "__main__":
    raise SystemExit(main())
