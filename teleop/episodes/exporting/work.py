"""Exports episodes in any format: in worker processes, resumable, whole or not at all."""

import fcntl
import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from teleop.episodes.card.describe import describe, told
from teleop.episodes.card.summary import Summary
from teleop.episodes.exporting.contract import Excluded, Format, Part, Report
from teleop.episodes.exporting.parts import make_part
from teleop.episodes.exporting.pool import OnProgress, Progress, each
from teleop.episodes.exporting.taking import Asked

FPS = 30
MAX_FPS = 200


class ExportRefused(Exception):
    """Nothing was exported; the text says why and what to do."""


def silent(_: Progress) -> None:
    """Hears of progress and says nothing."""


def unnoted(_: Report) -> None:
    """Notes nothing."""


@dataclass(frozen=True, slots=True)
class How:
    """How an export is worked on; none of it changes its bytes. No `workers` means one a core.

    `note` is told of the export before it gets its place, so that none ever stands there unknown; after a
    kill it may be told of the same export again. What it raises leaves the finished parts for `resume`.
    """

    workers: int | None = 1
    resume: bool = False
    on_progress: OnProgress = silent
    note: Callable[[Report], None] = unnoted


def export_episodes(
    episodes: Sequence[Path | Asked], out: Path, form: Format, how: How | None = None, licence: str = ""
) -> Report:
    """Writes these episodes, whole or what is taken of them, to the folder `out`, which must not exist yet.

    Whatever cannot be exported is in the report with its reason; the card states the licence. Raises
    ExportRefused, WorkerDied, and OSError when the disk refuses; after the last two, and after a kill,
    `how.resume` goes on.
    """
    how = how or How()
    asked = [one if isinstance(one, Asked) else Asked(one) for one in episodes]
    if how.resume and out.exists() and _beside(out).exists():
        return _finished(out)
    _refuse_nonsense(asked, out, form.fps)
    out.parent.mkdir(parents=True, exist_ok=True)
    with _work_folder(out, how.resume) as work:
        workers = how.workers or len(os.sched_getaffinity(0))
        made = each(partial(make_part, form, work / "parts"), asked, workers, how.on_progress)
        parts, excluded = fitting(made)
        if not parts:
            reasons = "\n".join(f"  {one.file}: {one.reason}" for one in excluded)
            raise ExportRefused(f"None of the episodes can be exported:\n{reasons}")
        root = work / "joined"
        root.mkdir()
        form.join(parts, excluded, root)
        all_facts = tuple(part.facts for part in parts)
        describe(root, Summary(form.notes, form.fps, all_facts, tuple(excluded), licence))
        report = Report(out, all_facts, tuple(excluded))
        how.note(report)
        root.rename(out)
    return report


def _finished(out: Path) -> Report:
    """What an export came to that stood in its place already when its process was killed."""
    shutil.rmtree(_beside(out))
    done = told(out)
    return Report(out, done.facts, done.excluded)


def fitting(made: Sequence[Part | Excluded]) -> tuple[list[Part], list[Excluded]]:
    """The parts that make up one dataset, and all that is left out, both in the order given."""
    parts: list[Part] = []
    excluded: list[Excluded] = []
    for one in made:
        if isinstance(one, Excluded):
            excluded.append(one)
        elif reason := _misfit(one, parts):
            excluded.append(Excluded(one.facts.file, reason))
        else:
            parts.append(one)
    return parts, excluded


def _misfit(one: Part, parts: Sequence[Part]) -> str | None:
    episode_id = one.facts.header.episode_id
    if any(part.facts.header.episode_id == episode_id for part in parts):
        return f"episode {episode_id} is in the dataset already"
    if parts and one.facts.signature != parts[0].facts.signature:
        return "its arm, joints or cameras differ from those of the first exported episode"
    return None


def _refuse_nonsense(asked: Sequence[Asked], out: Path, fps: int) -> None:
    if out.exists():
        raise ExportRefused(f"{out} exists. Choose another --out: a dataset is never overwritten.")
    if not 1 <= fps <= MAX_FPS:
        raise ExportRefused(f"{fps} frames a second cannot be exported. Choose 1 to {MAX_FPS}.")
    if not asked:
        raise ExportRefused("No episode was named. `armcade episodes list` shows what there is.")


@contextmanager
def _work_folder(out: Path, resume: bool) -> Iterator[Path]:
    """A locked folder beside `out`; stays with its finished parts when the export is cut short."""
    work = _beside(out)
    work.mkdir(exist_ok=True)
    with (work / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise ExportRefused(f"Another export to {out} is running.") from error
        if not resume and any((work / "parts").glob("[!.]*")):
            raise ExportRefused(
                f"An export to {out} was cut short. Go on with --resume, or delete {work} to begin anew."
            )
        _clear(work)
        done = False
        try:
            yield work
            done = True
        except ExportRefused:
            done = True
            raise
        finally:
            _clear(work)
            if done or not any((work / "parts").iterdir()):
                shutil.rmtree(work)


def _beside(out: Path) -> Path:
    return out.with_name(f".{out.name}.export")


def _clear(work: Path) -> None:
    """Removes what was half done; finished parts stay."""
    shutil.rmtree(work / "joined", ignore_errors=True)
    (work / "parts").mkdir(exist_ok=True)
    for begun in (work / "parts").glob(".*"):
        shutil.rmtree(begun, ignore_errors=True)
