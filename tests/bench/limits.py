"""Throws random and adversarial setpoints at the controller of every arm, and counts limits passed.

python tests/bench/limits.py                       a million setpoints, all cores
python tests/bench/limits.py --setpoints 1e8       a slow job; --minutes 20 ends it early and counts
Simulated time, an ideal arm, raw datagrams in bursts: most ticks bring 512, all that the bridge reads in one.
"""

import argparse
import os
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))

from adversary import ARMS, Adversary

BURSTS = (1, 16, *(512,) * 14)
AT_ONCE = 100_000  # setpoints of one arm, from boot on
Job = tuple[str, int, int]


@dataclass(slots=True)
class Row:
    """What one arm was sent, and what came of it."""

    setpoints: int = 0
    ticks: int = 0
    refused: int = 0
    travelled_rad: float = 0.0
    cpu_s: float = 0.0
    violations: Counter[str] = field(default_factory=Counter)

    def add(self, other: "Row") -> None:
        """Takes in another run of the same arm."""
        self.setpoints += other.setpoints
        self.ticks += other.ticks
        self.refused += other.refused
        self.travelled_rad += other.travelled_rad
        self.cpu_s += other.cpu_s
        self.violations += other.violations


def sent(job: Job) -> tuple[str, Row]:
    """Runs one arm with dice of its own; a seed that passes a limit is printed, to be run again."""
    arm, seed, setpoints = job
    began = time.process_time()
    adversary = Adversary(arm, seed)
    adversary.run(setpoints, BURSTS)
    if adversary.violations:
        print(f"{arm} seed {seed}: {dict(adversary.violations)}", flush=True)
    row = Row(adversary.setpoints, adversary.ticks, adversary.refused, adversary.travelled_rad)
    row.cpu_s, row.violations = time.process_time() - began, adversary.violations
    return arm, row


def jobs(setpoints: int, seed: int) -> Iterator[Job]:
    """Equal shares of every arm in turn, so that an early end has seen them all."""
    rounds = -(-setpoints // (len(ARMS) * AT_ONCE))
    share = -(-setpoints // (len(ARMS) * rounds))
    for number in range(rounds):
        for arm in ARMS:
            yield arm, seed + number, share


def gathered(chosen: argparse.Namespace) -> dict[str, Row]:
    """All jobs in worker processes, as far as the time allows, with a bar that tells how far it is."""
    rows = {arm: Row() for arm in ARMS}
    todo = jobs(int(chosen.setpoints), chosen.seed)
    ends = time.monotonic() + 60.0 * chosen.minutes
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with ProcessPoolExecutor(chosen.jobs) as pool, Progress(*columns) as bar:
        task = bar.add_task("setpoints", total=int(chosen.setpoints))
        running: set[Future[tuple[str, Row]]] = {
            pool.submit(sent, job) for job in islice(todo, 2 * chosen.jobs)
        }
        while running:
            done, running = wait(running, return_when=FIRST_COMPLETED)
            for arm, row in (one.result() for one in done):
                rows[arm].add(row)
                bar.advance(task, row.setpoints)
            if time.monotonic() < ends:
                running |= {pool.submit(sent, job) for job in islice(todo, len(done))}
    return rows


def main() -> int:
    """Prints a row per arm; the exit code is 1 when any limit was passed."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--setpoints", type=float, default=1e6, help="how many, over all arms")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="worker processes")
    parser.add_argument("--minutes", type=float, default=600.0, help="begin nothing new after this long")
    began = time.monotonic()
    rows = gathered(parser.parse_args())
    print(
        f"{'arm':<12}{'setpoints':>12}{'ticks':>10}{'refused':>11}{'violations':>12}{'travelled':>15}"
        f"{'CPU s':>9}"
    )
    total = Row()
    for row in rows.values():
        total.add(row)
    for arm, row in [*rows.items(), ("all", total)]:
        print(
            f"{arm:<12}{row.setpoints:>12}{row.ticks:>10}{row.refused:>11}{sum(row.violations.values()):>12}"
            f"{row.travelled_rad:>11.0f} rad{row.cpu_s:>9.1f}  {dict(row.violations) or ''}"
        )
    print(f"limits passed: {sum(total.violations.values())} in {time.monotonic() - began:.0f} s")
    return 1 if total.violations else 0


if __name__ == "__main__":
    raise SystemExit(main())
