"""What is told of resampling is what a straight line between the samples says."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from teleop.episodes.exporting.errors import held_error, resampling_error, sample_distance
from teleop.episodes.exporting.rows import aligned, decodable
from teleop.episodes.loading import open_episode


def test_a_held_value_is_off_by_what_the_line_has_moved() -> None:
    times, values = np.array([0, 10, 20]), np.array([[0.0, 5.0], [1.0, 5.0], [1.0, 1.0]])
    at, held = np.array([0, 5, 10, 15, 25]), np.array([0, 0, 1, 1, 2])
    assert held_error(times, values, at, held).tolist() == [0.0, 0.5, 0.0, 2.0, 0.0]


def test_two_samples_of_one_moment_divide_by_nothing() -> None:
    assert held_error(np.array([5, 5]), np.array([[0.0], [9.0]]), np.array([5]), np.array([0])).tolist() == [
        0.0
    ]


@given(
    st.floats(-3, 3),
    st.lists(st.integers(1, 1000), min_size=2, max_size=20),
    st.lists(st.floats(0, 1), min_size=1, max_size=20),
)
def test_on_a_straight_course_the_error_is_slope_times_age(
    slope: float, gaps: list[int], parts: list[float]
) -> None:
    times = np.cumsum(gaps)
    at = np.sort((times[0] + np.array(parts) * (times[-1] - times[0])).astype(np.int64))
    held = np.searchsorted(times, at, side="right") - 1
    found = held_error(times, slope * times[:, None].astype(float), at, held)
    assert found == pytest.approx(abs(slope) * (at - times[held]), abs=1e-6)


def test_an_episode_tells_of_each_camera_and_of_state_and_action(record: Any) -> None:
    episode = open_episode(record(seconds=1.0, dropped=(10, 11)).path)
    pictures = {name: decodable(shown) for name, shown in episode.pictures.items()}
    rows = aligned(episode, pictures, 30)
    found = resampling_error(episode, {name: one.capture_ns for name, one in pictures.items()}, rows)
    names = [
        "picture_age_{}_s/overview",
        "picture_offset_{}_s/overview",
        "picture_age_{}_s/wrist",
        "picture_offset_{}_s/wrist",
        "sample_distance_{}_s/state",
        "held_error_{}_rad/action",
    ]
    assert list(found) == [name.format(kind) for name in names for kind in ("max", "p95")]
    oldest = max((rows.t_ns - pictures["wrist"].capture_ns[rows.newest["wrist"]]) / 1e9)
    assert found["picture_age_max_s/wrist"] == pytest.approx(oldest)
    assert 0.066 < oldest < 0.101
    assert 0 <= found["picture_age_p95_s/wrist"] <= oldest
    assert 0 < found["held_error_p95_rad/action"] <= found["held_error_max_rad/action"] < 0.02
    apart = rows.moment_ns - pictures["wrist"].capture_ns[rows.newest["wrist"]]
    assert found["picture_offset_max_s/wrist"] == pytest.approx(np.abs(apart).max() / 1e9)
    assert 0 < found["sample_distance_p95_s/state"] <= found["sample_distance_max_s/state"] <= 0.005


def test_the_farthest_joint_counts() -> None:
    times = np.array([[0, 3], [10, 13], [20, 23]])
    found = sample_distance(times, np.array([-2, 0, 4, 13, 18, 30]))
    assert found.tolist() == [5, 3, 4, 3, 5, 10]
