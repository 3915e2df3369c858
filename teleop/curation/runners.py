"""Where a recipe's work on single episodes is done: here, in worker processes, or on a Dask cluster."""

import importlib
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import Protocol, TypeVar

_Task = TypeVar("_Task")
_Answer = TypeVar("_Answer")


class Runner(Protocol):
    """Does the same work for every task; answers come in the order of the tasks."""

    def map(self, work: Callable[[_Task], _Answer], tasks: Sequence[_Task]) -> list[_Answer]:
        """All answers."""
        ...


class Processes:
    """Worker processes of this machine; one means this process itself."""

    def __init__(self, workers: int) -> None:
        """Takes the number of processes."""
        self._workers = workers

    def map(self, work: Callable[[_Task], _Answer], tasks: Sequence[_Task]) -> list[_Answer]:
        """All answers."""
        if self._workers <= 1 or len(tasks) < 2:
            return [work(task) for task in tasks]
        with ProcessPoolExecutor(min(self._workers, len(tasks)), mp_context=get_context("spawn")) as pool:
            return list(pool.map(work, tasks))


class Dask:
    """A Dask cluster at an address (`tcp://host:port`); needs the package `distributed`."""

    def __init__(self, address: str) -> None:
        """Takes the scheduler's address."""
        self._address = address

    def map(self, work: Callable[[_Task], _Answer], tasks: Sequence[_Task]) -> list[_Answer]:
        """All answers; raises ModuleNotFoundError without `distributed`."""
        distributed = importlib.import_module("distributed")
        with distributed.Client(self._address) as client:
            answers: list[_Answer] = client.gather(client.map(work, list(tasks), pure=False))
            return answers
