"""Statistics agree with numpy, one episode at a time and pooled."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from teleop.episodes.statistics import FIELDS, PictureStats, of_counting, of_rows, pooled

numbers = st.lists(st.floats(-1e3, 1e3), min_size=1, max_size=40)


@given(numbers)
def test_a_scalar_column(values: list[float]) -> None:
    found = of_rows(np.array(values, dtype=np.float32)).values()
    rows = np.array(values, dtype=np.float32).astype(np.float64)
    assert tuple(found) == FIELDS
    assert found["count"] == [len(values)]
    for name, expected in (
        ("min", rows.min()),
        ("max", rows.max()),
        ("mean", rows.mean()),
        ("std", rows.std()),
    ):
        assert found[name] == [pytest.approx(expected)]
    assert found["q50"] == [pytest.approx(np.median(rows))]


def test_a_vector_column_keeps_its_shape() -> None:
    stats = of_rows(np.array([[1.0, 10.0], [3.0, 30.0]]))
    assert stats.mean.tolist() == [2.0, 20.0]
    assert stats.std.tolist() == [1.0, 10.0]
    assert stats.count == 2


def test_flags_count_as_zero_and_one() -> None:
    stats = of_rows(np.array([True, False, False, False]))
    assert (stats.min.tolist(), stats.max.tolist(), stats.mean.tolist()) == ([0.0], [1.0], [0.25])


@given(st.lists(numbers, min_size=1, max_size=5))
def test_pooling_is_as_if_all_were_one(episodes: list[list[float]]) -> None:
    whole = of_rows(np.array([value for episode in episodes for value in episode]))
    parts = pooled([of_rows(np.array(episode)) for episode in episodes])
    assert parts.count == whole.count
    for name in ("min", "max", "mean", "std"):
        assert getattr(parts, name) == pytest.approx(getattr(whole, name), abs=1e-4)


def test_pooled_quantiles_are_the_outermost_and_the_mean_median() -> None:
    low, high = of_rows(np.zeros(1)), of_rows(np.ones(3))
    found = pooled([low, high]).quantiles
    assert [found[name].tolist() for name in ("q01", "q10", "q50", "q90", "q99")] == [
        [0],
        [0],
        [0.75],
        [1],
        [1],
    ]


def test_pictures_agree_with_numpy() -> None:
    random = np.random.default_rng(1)
    pictures = [random.integers(0, 256, (6, 8, 3), dtype=np.uint8) for _ in range(5)]
    stats = PictureStats()
    for picture in pictures:
        stats.add(picture)
    found = stats.result()
    flat = (np.stack(pictures) / 255).reshape(-1, 3)
    assert found.count == 5
    assert found.mean.shape == (3, 1, 1)
    assert found.min.reshape(3) == pytest.approx(flat.min(axis=0))
    assert found.max.reshape(3) == pytest.approx(flat.max(axis=0))
    assert found.mean.reshape(3) == pytest.approx(flat.mean(axis=0))
    assert found.std.reshape(3) == pytest.approx(flat.std(axis=0))
    expected = np.quantile(flat, 0.9, axis=0, method="inverted_cdf")
    assert found.quantiles["q90"].reshape(3) == pytest.approx(expected)


def test_a_black_picture_has_no_spread() -> None:
    stats = PictureStats()
    stats.add(np.zeros((4, 4, 3), dtype=np.uint8))
    assert stats.result().std.tolist() == [[[0.0]]] * 3


def test_no_picture_has_no_statistics() -> None:
    with pytest.raises(ValueError, match="no picture"):
        PictureStats().result()


@given(st.integers(0, 1 << 40), st.integers(1, 5000), st.sampled_from((0, 1)))
def test_counting_numbers_have_the_statistics_of_their_rows(first: int, count: int, step: int) -> None:
    rows = first + step * np.arange(count)
    assert of_counting(first, count, step).values() == of_rows(rows).values()
