"""Where kept episodes move to: dense numbers, no row lost, nothing guessed."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from teleop.episodes.statistics import of_rows
from teleop.lineage.places import (
    LayoutRefused,
    Row,
    moved,
    places_of,
    seconds,
    shown_from,
    spans_in,
    whole,
)


def rows_of(lengths: list[int]) -> list[Row]:
    starts = np.cumsum([0, *lengths]).tolist()
    return [
        {"episode_index": at, "length": length, "dataset_from_index": starts[at],
         "dataset_to_index": starts[at + 1], "videos/cam/chunk_index": 0, "videos/cam/file_index": at // 2,
         "videos/cam/from_timestamp": starts[at] / 30, "videos/cam/to_timestamp": starts[at + 1] / 30}
        for at, length in enumerate(lengths)
    ]  # fmt: skip


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 9), st.booleans()), min_size=1, max_size=12))
def test_numbers_and_rows_stay_dense(episodes: list[tuple[int, bool]]) -> None:
    described = rows_of([length for length, _ in episodes])
    gone = {at for at, (_, goes) in enumerate(episodes) if goes}
    places = places_of(described, gone)
    new = [moved(row, places) for row in described if whole(row, "episode_index") not in gone]
    assert [row["episode_index"] for row in new] == list(range(len(new)))
    end = 0
    for row in new:
        assert row["dataset_from_index"] == end
        end = whole(row, "dataset_to_index")
    numbers = np.concatenate([np.full(length, at) for at, (length, _) in enumerate(episodes)])
    keeps = places.keeps(numbers)
    kept, index = numbers[keeps], np.arange(len(numbers))[keeps]
    assert places.rows(index, kept).tolist() == list(range(end))
    assert places.numbers(kept).tolist() == [number for row in new for number in
                                             [row["episode_index"]] * whole(row, "length")]  # fmt: skip
    assert places.moves(numbers) == bool(gone)


def test_statistics_of_place_are_those_of_the_new_place() -> None:
    described = rows_of([3, 2])
    for name, value in of_rows(np.arange(3, 5)).values().items():
        described[1][f"stats/index/{name}"] = value
    new = moved(described[1], places_of(described, {0}))
    assert new["stats/index/min"] == [0.0]
    assert new["stats/index/max"] == [1.0]
    assert "stats/episode_index/min" not in new


def test_pictures_move_to_the_front() -> None:
    described = rows_of([3, 2])
    new = shown_from(described[1], "cam", 0, 30)
    assert (new["videos/cam/from_timestamp"], new["videos/cam/to_timestamp"]) == (0.0, 2 / 30)


def test_spans_are_those_of_one_file_in_order() -> None:
    described = rows_of([3, 2, 4])
    spans = spans_in(described[::-1], "cam", 0, 0, 30)
    assert [(span.episode, span.first, span.count) for span in spans] == [(0, 0, 3), (1, 3, 2)]
    described[1]["videos/cam/from_timestamp"] = 2 / 30
    with pytest.raises(LayoutRefused, match="episodes 0 and 1 share pictures of cam"):
        spans_in(described, "cam", 0, 0, 30)


def test_numbers_and_times_are_not_guessed() -> None:
    with pytest.raises(LayoutRefused, match="no number 'length'"):
        whole({"length": 1.5}, "length")
    with pytest.raises(LayoutRefused, match="no time 'x'"):
        seconds({}, "x")


def test_no_rows_have_no_numbers() -> None:
    assert places_of([], ()).numbers(np.array([], dtype=np.int64)).tolist() == []
