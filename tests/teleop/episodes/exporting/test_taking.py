"""What a selection takes: the rows in its ranges, numbered by range, each as if all were there."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from teleop.episodes.exporting.choice import LeftOut, choose, columns_of
from teleop.episodes.exporting.taking import WHOLE, Taken, segments

FPS = 30
ranges = st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50)).map(sorted).map(tuple), max_size=5)


def test_without_a_selection_all_is_one_segment() -> None:
    assert segments(WHOLE, np.array([3, 5, 9])).tolist() == [0, 0, 0]


def test_ends_are_included_and_empty_ranges_get_no_number() -> None:
    taken = Taken(((20, 30), (5, 9), (11, 12)))
    assert segments(taken, np.array([4, 5, 9, 10, 20, 30, 31])).tolist() == [-1, 0, 0, -1, 1, 1, -1]
    assert segments(Taken(()), np.array([1, 2])).tolist() == [-1, -1]


@given(ranges, st.lists(st.integers(-5, 55), max_size=40).map(sorted))
def test_a_moment_is_kept_if_and_only_if_a_range_holds_it(
    held: list[tuple[int, int]], moments: list[int]
) -> None:
    found = segments(Taken(tuple(held)), np.array(moments, dtype=np.int64)).tolist()
    for moment, number in zip(moments, found, strict=True):
        assert (number >= 0) == any(start <= moment <= end for start, end in held)
    numbers = [number for number in found if number >= 0]
    assert sorted(set(numbers)) == list(range(len(set(numbers))))


def test_rows_that_are_left_keep_every_value(record: Any) -> None:
    path = record(seconds=0.8, dropped=(7, 8)).path
    whole = choose(path, FPS)
    everything = columns_of(whole, FPS)
    begin = whole.episode.header.started_ns
    held = ((begin + 100_000_000, begin + 300_000_000), (begin + 500_000_000, begin + 620_000_000))
    some = choose(path, FPS, Taken(held, 0.25, ("success",)))
    found = columns_of(some, FPS)
    at = np.flatnonzero(np.isin(everything["state_time"], found["state_time"]))
    assert 5 < len(at) == len(found["action"]) < len(everything["action"])
    assert some.first_ns == whole.first_ns
    own = {"weight", "segment", "timestamp", "frame_index", "next.done", "next.success"}
    for name in found.keys() - own:
        assert np.array_equal(found[name], everything[name][at]), name
    assert found["frame_index"].tolist() == list(range(len(at)))
    assert set(found["weight"].tolist()) == {0.25} and set(everything["weight"].tolist()) == {1.0}
    jumps = np.flatnonzero(np.diff(at) > 1) + 1
    assert np.flatnonzero(np.diff(found["segment"])).tolist() == (jumps - 1).tolist()


def test_an_episode_of_which_nothing_is_kept_is_left_out(record: Any) -> None:
    path = record(seconds=0.2).path
    with pytest.raises(LeftOut, match="range that the selection keeps"):
        choose(path, FPS, Taken(((1, 2),)))
