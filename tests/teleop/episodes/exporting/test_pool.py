"""Worker processes: results in order, errors that come through, nobody left behind."""

import os

import pytest
from export_tasks import deadly, endless, impossible, squared

from teleop.episodes.exporting.pool import Progress, WorkerDied, each


def unheard(_: Progress) -> None:
    """Hears of progress and says nothing."""


def test_one_worker_is_this_very_process() -> None:
    heard: list[Progress] = []
    assert each(squared, [3, 1, 2], 1, heard.append) == [9, 1, 4]
    assert heard[-1] == Progress(3, 3, 3)
    assert each(lambda task, _: (task, os.getpid()), [5], 8, heard.append) == [(5, os.getpid())]


def test_without_tasks_there_is_nothing() -> None:
    assert each(squared, [], 8, unheard) == []


@pytest.mark.system
@pytest.mark.parametrize("call", [impossible, endless])
def test_an_error_in_a_worker_comes_through_and_stops_the_others(call: object) -> None:
    with pytest.raises(OSError, match="No space left"):
        each(call, [0, 1, 2], 2, unheard)


@pytest.mark.system
def test_a_worker_that_dies_is_told() -> None:
    with pytest.raises(WorkerDied, match="is memory short"):
        each(deadly, [1, 1], 2, unheard)
