"""Worker processes: one task each, results in the order of the tasks, an end with their parent."""

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from multiprocessing.sharedctypes import Synchronized
from typing import TypeVar

POLL_S = 0.1
_STOPPED = -1
Task = TypeVar("Task")
Outcome = TypeVar("Outcome")


class WorkerDied(Exception):
    """A worker process ended in the middle of its task."""


class _Stopped(Exception):
    """The other end wants no more."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an export is: episodes done, of how many, and pictures done in all of them."""

    done: int
    total: int
    pictures: int


OnProgress = Callable[[Progress], None]


def each(
    call: Callable[[Task, Callable[[], None]], Outcome],
    tasks: Sequence[Task],
    workers: int,
    on_progress: OnProgress,
) -> list[Outcome]:
    """What `call(task, on_picture)` gives for each task, in their order; raises what it raises.

    One worker means this very process. With more, `call` must be importable. Raises WorkerDied.
    """
    if min(workers, len(tasks)) <= 1:
        return _here(call, tasks, on_progress)
    context = multiprocessing.get_context("spawn")
    counter: Synchronized[int] = context.Value("q", 0)
    with ProcessPoolExecutor(min(workers, len(tasks)), context, _begin, (counter,)) as pool:
        try:
            futures = [pool.submit(_run, call, task) for task in tasks]
            _watch(futures, counter, on_progress)
            return [future.result() for future in futures]
        except BrokenProcessPool as error:
            raise WorkerDied("A worker process died; is memory short?") from error
        finally:
            counter.value = _STOPPED
            pool.shutdown(wait=True, cancel_futures=True)


def _here(
    call: Callable[[Task, Callable[[], None]], Outcome], tasks: Sequence[Task], on_progress: OnProgress
) -> list[Outcome]:
    outcomes: list[Outcome] = []
    pictures = 0

    def count() -> None:
        nonlocal pictures
        pictures += 1
        on_progress(Progress(len(outcomes), len(tasks), pictures))

    for task in tasks:
        outcomes.append(call(task, count))
        on_progress(Progress(len(outcomes), len(tasks), pictures))
    return outcomes


def _watch(
    futures: Sequence["Future[Outcome]"], counter: "Synchronized[int]", on_progress: OnProgress
) -> None:
    pending = set(futures)
    while pending:
        done, pending = wait(pending, POLL_S, FIRST_COMPLETED)
        for future in done:
            future.result()
        on_progress(Progress(len(futures) - len(pending), len(futures), counter.value))


class _Worker:
    """What a worker process was given when it began."""

    counter: "Synchronized[int] | None" = None


def _begin(counter: "Synchronized[int]") -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _Worker.counter = counter
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _run(call: Callable[[Task, Callable[[], None]], Outcome], task: Task) -> Outcome:
    return call(task, _count)


def _count() -> None:
    counter = _Worker.counter
    if counter is None:
        return
    with counter.get_lock():
        if counter.value == _STOPPED:
            raise _Stopped
        counter.value += 1
