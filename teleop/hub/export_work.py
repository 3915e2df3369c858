"""One export in a process of its own: the recipe over the chosen episodes, then what it keeps as a dataset.

python -m teleop.hub.export_work FOLDER --episodes EPISODES
Reads `job.json` in FOLDER, leaves the recipe's run in `recipe` and the result in `dataset`, and says how far
it is, then what became of every episode, in JSON lines. It ends when its standard input does, so that it
never outlives its hub; the next call goes on where it was.
"""

import argparse
import os
import shutil
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TypeVar

import msgspec

from teleop.curation import curating
from teleop.curation.coverage import Coverage
from teleop.curation.deciding import COVERAGE, EXCLUSIONS
from teleop.curation.records import Exclusion, read_lines
from teleop.episodes.exporting.contract import Report
from teleop.episodes.exporting.pool import Progress as Exporting
from teleop.episodes.exporting.pool import WorkerDied, each
from teleop.episodes.exporting.selected import kept
from teleop.episodes.exporting.taking import spoken
from teleop.episodes.exporting.work import ExportRefused, How, export_episodes
from teleop.episodes.formats import FORMATS
from teleop.hub.export_jobs import Job, Order, Outcome, Progress
from teleop.lineage.exports import note_curation, note_report
from teleop.lineage.records import LedgerBroken
from teleop.wire.browser_out import LeftOut

JOB, RUN, DATASET, RECORDS = "job.json", "recipe", "dataset", ".records"
SAME_FILE = "export: another file has the same bytes"
NICENESS = 10
MAX_DETAIL, MAX_RULE = 2000, 160
SAID_EVERY_S = 0.25
Task = TypeVar("Task")
Answer = TypeVar("Answer")
Say = Callable[[Progress], None]


@dataclass(slots=True)
class Told:
    """Says how far it is, a few times a second at most, and the end of each step in any case."""

    say: Say
    last_s: float = field(default=0.0)

    def tell(self, progress: Progress) -> None:
        """Takes the newest."""
        now_s = time.monotonic()
        if progress.done == progress.total or now_s - self.last_s >= SAID_EVERY_S:
            self.last_s = now_s
            self.say(progress)


@dataclass(frozen=True, slots=True)
class Counting:
    """Runs a recipe's work on single episodes in worker processes, and tells how many are done."""

    told: Told
    workers: int = 1

    def map(self, work: Callable[[Task], Answer], tasks: Sequence[Task]) -> list[Answer]:
        """All answers, in the order of the tasks; raises WorkerDied."""
        self.told.tell(Progress("curating", 0, len(tasks), 0))
        return each(partial(_without_pictures, work), tasks, self.workers, self._hear)

    def _hear(self, now: Exporting) -> None:
        self.told.tell(Progress("curating", now.done, now.total, 0))


def _without_pictures(work: Callable[[Task], Answer], task: Task, _: Callable[[], None]) -> Answer:
    return work(task)


def work(folder: Path, episodes: Path, say: Say) -> Outcome:
    """Does one job, or the rest of it; raises OSError, LedgerBroken, WorkerDied."""
    order = msgspec.json.decode((folder / JOB).read_bytes(), type=Job).order
    paths = [episodes / f"{one}.mcap" for one in order.episode_ids]
    told = Told(say)
    # noted before anything is kept of an episode, so that an erasure finds it
    note_curation(episodes, f"export {folder.name}", folder / RUN, folder / RECORDS, time.time_ns())
    exclusions, gone = curate(order, paths, folder, told)
    rules = first_rules(exclusions)
    run = folder / RUN
    if len(rules) == len(paths):
        return Outcome(0, _counted(rules), gone, trouble="none_kept")
    try:
        here = [path for path in paths if path.is_file()]
        done = export_episodes(
            spoken(kept(here, run), order.language),
            folder / DATASET,
            FORMATS[order.form].make(order.fps),
            How(_workers(), True, lambda now: told.tell(_exporting(now)), _noting(episodes, order.form, say)),
            order.licence,
        )
    except ExportRefused as error:
        return Outcome(0, _counted(rules), gone, trouble="refused", detail=str(error)[:MAX_DETAIL])
    erased = [one.header.episode_id for one in done.exported if not (episodes / one.file).is_file()]
    if erased:
        for part in (DATASET, RUN, RECORDS):
            shutil.rmtree(folder / part, ignore_errors=True)
        told_of = f"{len(erased)} episodes were erased meanwhile. Go on to export the others."
        return Outcome(0, _counted(rules), gone, trouble="refused", detail=told_of)
    exported = {one.file for one in done.exported}
    rules |= {one.file: f"export: {one.reason}"[:MAX_RULE] for one in done.excluded}
    rules |= {path.name: SAME_FILE for path in paths if path.name not in exported | rules.keys()}
    if len(exported) + len(rules) != len(paths):
        raise AssertionError(f"{len(exported)} kept and {len(rules)} left out are not {len(paths)}")
    return Outcome(len(exported), _counted(rules), gone, _bytes(folder / DATASET))


def _noting(episodes: Path, kind: str, say: Say) -> Callable[[Report], None]:
    """Notes an export in the ledger, and says that it is about to be finished."""

    def note(done: Report) -> None:
        say(Progress("finishing", 1, 1, 0))
        note_report(episodes, done, kind)

    return note


def curate(
    order: Order, paths: Sequence[Path], folder: Path, told: Told
) -> tuple[tuple[Exclusion, ...], tuple[str, ...]]:
    """Runs the recipe: the reasons against episodes, and the values of facets of which none is left."""
    shutil.rmtree(folder / RUN, ignore_errors=True)  # an earlier try's: episodes may have gone since
    files = curating.run(order.recipe, paths, folder / RECORDS, Counting(told, _workers()))
    curating.write(files, folder / RUN)
    covers = msgspec.json.decode(files[COVERAGE], type=Coverage)
    return read_lines(files[EXCLUSIONS], Exclusion), values_gone(covers)


def values_gone(covers: Coverage) -> tuple[str, ...]:
    """What nothing is left of, like `puzzle swap`; of people only how many, for this outlasts an erasure."""
    gone = [
        f"{facet} {value}"
        for facet, found in sorted(covers.facets.items())
        for value in found.gone
        if facet != "contributor"
    ]
    people = len(covers.facets["contributor"].gone)
    return (*gone, f"contributors: {people}") if people else tuple(gone)


def first_rules(exclusions: Sequence[Exclusion]) -> dict[str, str]:
    """The first rule that each file breaks."""
    found: dict[str, str] = {}
    for one in exclusions:
        found.setdefault(one.file, one.rule)
    return found


def main(argv: Sequence[str] | None = None) -> int:
    """Does one job; 1 with a sentence when the disk refuses."""
    parser = argparse.ArgumentParser("python -m teleop.hub.export_work", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--episodes", type=Path, required=True)
    options = parser.parse_args(argv)
    try:
        outcome = work(options.folder, options.episodes, _say)
    except (OSError, LedgerBroken, WorkerDied, curating.RunRefused) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    _say(outcome)
    shutil.rmtree(options.folder / RECORDS, ignore_errors=True)
    return 0


def _say(message: Progress | Outcome) -> None:
    sys.stdout.buffer.write(msgspec.json.encode(message) + b"\n")
    sys.stdout.buffer.flush()


def _exporting(now: Exporting) -> Progress:
    return Progress("exporting", now.done, now.total, now.pictures)


def _counted(rules: dict[str, str]) -> tuple[LeftOut, ...]:
    return tuple(LeftOut(rule, count) for rule, count in sorted(Counter(rules.values()).items()))


def _bytes(folder: Path) -> int:
    return sum(one.stat().st_size for one in folder.rglob("*") if one.is_file())


def _workers() -> int:
    """One core is left to whatever else this machine does."""
    return max(1, len(os.sched_getaffinity(0)) - 1)


def _end_with_hub() -> None:
    sys.stdin.buffer.read()
    os._exit(1)


if __name__ == "__main__":
    os.nice(NICENESS)
    threading.Thread(target=_end_with_hub, daemon=True).start()
    raise SystemExit(main())
