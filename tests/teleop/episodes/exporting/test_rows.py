"""Each row of a dataset tells of the moment of its pictures, and of nothing behind it."""

from dataclasses import fields, replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from teleop.episodes.arrays import Observations
from teleop.episodes.exporting.rows import (
    aligned,
    columns,
    decodable,
    episode_uid,
    in_force_ns,
    in_time_order,
    measured,
    sampled_ns,
)
from teleop.episodes.loading import Episode, open_episode
from teleop.episodes.resampling import NoRows

FPS = 30


def exported(episode: Episode) -> tuple[Any, Any]:
    pictures = {name: decodable(shown) for name, shown in episode.pictures.items()}
    rows = aligned(episode, pictures, FPS)
    return rows, columns(episode, pictures, rows, FPS)


@pytest.fixture
def episode(record: Any) -> Episode:
    return open_episode(record(seconds=1.37, jitter_ns=12_000_000, dropped=(3, 9, 10)).path)


def test_no_row_knows_the_future(episode: Episode) -> None:
    rows, found = exported(episode)
    at_s = (rows.t_ns - episode.header.started_ns) / 1e9
    for name in ("state_time", "applied_time", "capture_time.overview", "capture_time.wrist"):
        assert (found[name] <= at_s + 1e-12).all()
        assert (np.diff(found[name]) >= 0).all()
    for camera, shown in episode.pictures.items():
        newest = [int(shown.frame_id[shown.capture_ns <= t].max()) for t in rows.t_ns]
        assert found[f"frame_id.{camera}"].tolist() == newest


def test_a_row_tells_of_the_middle_between_its_pictures(episode: Episode) -> None:
    rows, found = exported(episode)
    captured = np.array([found["capture_time.overview"], found["capture_time.wrist"]])
    assert np.allclose(found["state_time"], captured.mean(axis=0), atol=1e-8)
    one = {"wrist": decodable(episode.pictures["wrist"])}
    rows = aligned(episode, one, FPS)
    assert (rows.moment_ns == one["wrist"].capture_ns[rows.newest["wrist"]]).all()
    assert (aligned(episode, {}, FPS).moment_ns == aligned(episode, {}, FPS).t_ns).all()


def test_each_of_two_cameras_has_the_joints_of_its_own_pictures(episode: Episode) -> None:
    rows, found = exported(episode)
    seen, done = episode.observations, episode.actions
    for camera, shown in episode.pictures.items():
        own = decodable(shown).capture_ns[rows.newest[camera]]
        assert (own != rows.moment_ns).any()
        for joint in range(6):
            expected = np.interp(own, seen.t_ns - 1_000_000, seen.positions_rad[:, joint])
            assert found[f"state_at.{camera}"][:, joint] == pytest.approx(expected, abs=1e-6)
        last = np.searchsorted(done.t_ns, own, side="right") - 1
        assert (found[f"applied_at.{camera}"] == done.applied_rad[last].astype("f4")).all()
    one = {"wrist": decodable(episode.pictures["wrist"])}
    alone = columns(episode, one, aligned(episode, one, FPS), FPS)
    assert not {"state_at.wrist", "applied_at.wrist"} & alone.keys(), "one camera has the row's own"


def test_joints_are_those_of_the_moment_and_the_action_the_one_in_force(episode: Episode) -> None:
    rows, found = exported(episode)
    seen, done = episode.observations, episode.actions
    for row, at_ns in enumerate(rows.moment_ns):
        for joint in range(6):
            expected = np.interp(at_ns, seen.t_ns - 1_000_000, seen.positions_rad[:, joint])
            assert found["observation.state"][row, joint] == pytest.approx(expected, abs=1e-6)
        last = np.flatnonzero(seen.t_ns <= at_ns)[-1]
        assert found["playing"][row] == (seen.mode[last] == "play")
        last = np.flatnonzero(done.t_ns <= at_ns)[-1]
        assert (found["action"][row] == done.applied_rad[last].astype("f4")).all()
        assert found["applied_time"][row] == (done.t_ns[last] - episode.header.started_ns) / 1e9


def test_an_action_is_in_force_when_it_went_to_the_servos(episode: Episode) -> None:
    late = episode.actions.t_ns + 25_000_000
    late[::2] = -1
    done = replace(episode.actions, applied_ns=late)
    assert (in_force_ns(done)[1::2] == late[1::2]).all()
    assert (np.diff(in_force_ns(done)) >= 0).all()
    _, found = exported(replace(episode, actions=done))
    assert (found["applied_time"] <= found["state_time"]).all()


def test_what_came_late_stands_at_its_time(episode: Episode) -> None:
    assert in_time_order(episode).inputs is episode.inputs
    order = np.arange(len(episode.observations.t_ns))
    order[[20, 21, 22, 60, 61]] = order[[22, 20, 21, 61, 60]]
    moved = {}
    for stream in ("observations", "actions"):
        values = getattr(episode, stream)
        moved[stream] = replace(values, **{
            field.name: (
                getattr(values, field.name)[order]
                if isinstance(getattr(values, field.name), np.ndarray)
                else tuple(getattr(values, field.name)[at] for at in order)
            )
            for field in fields(values)
        })  # fmt: skip
    mixed = replace(episode, **moved)
    assert (np.diff(mixed.observations.t_ns) < 0).any()
    _, expected = exported(episode)
    _, found = exported(in_time_order(mixed))
    assert all(np.array_equal(found[name], expected[name]) for name in expected)


@given(st.integers(0, 9), st.floats(-3, 3), st.floats(-0.3, 0.3))
def test_each_joint_counts_from_its_own_sample_and_turns_go_the_short_way(
    age_ms: int, start: float, step: float
) -> None:
    seen, turn = steady(age_ms * 1_000_000, start, step)
    at_ns = np.array([2_500_000_000, 3_000_000_000])
    found = measured(seen, at_ns)
    assert found["observation.state"][:, 0] == pytest.approx(at_ns / 1e9, abs=1e-6)
    assert found["observation.state"][:, 1] == pytest.approx(at_ns / 1e9 + age_ms / 1e3, abs=1e-6)
    middle = turn(2.5 + age_ms / 2e3)
    difference = (found["end_effector_pose"][0, 4] - middle + np.pi) % (2 * np.pi) - np.pi
    assert difference == pytest.approx(0.0, abs=1e-5)
    assert (np.abs(found["end_effector_pose"][:, 3:5]) <= np.pi + 1e-6).all()


def steady(age_ns: int, start: float, step: float) -> tuple[Any, Any]:
    """Two joints at 1 rad/s read at once and `age_ns` ago, a wrist that rolls by `step` a second."""
    t_ns = np.arange(6, dtype=np.int64) * 1_000_000_000
    seconds = t_ns / 1e9

    def turn(at: Any) -> Any:
        return (start + step * at + np.pi) % (2 * np.pi) - np.pi

    pose = np.zeros((6, 6))
    pose[:, 4] = turn(seconds)
    both = np.stack([seconds, seconds], axis=1)
    ages = np.stack([np.zeros(6), np.full(6, age_ns)], axis=1).astype(np.int64)
    names = tuple("play" for _ in seconds)
    none = np.zeros((6, 2))
    seen = Observations(t_ns, t_ns, names, names, both, none, none, none, none, ages, pose)
    assert (sampled_ns(seen)[:, 1] == t_ns - age_ns).all()
    return seen, turn


def test_where_nothing_was_asked_the_applied_action_stands_in(episode: Episode) -> None:
    _, found = exported(episode)
    missing = ~found["requested_valid"]
    assert 0 < missing.sum() < len(missing)
    assert (found["requested_action"][missing] == found["action"][missing]).all()
    assert (found["requested_action"][~missing] != found["action"][~missing]).any()
    assert not np.isnan(found["requested_action"]).any()


def test_the_frame_that_the_player_saw(episode: Episode) -> None:
    rows, found = exported(episode)
    for row, t_ns in enumerate(rows.moment_ns):
        past = np.flatnonzero(episode.inputs.t_ns <= t_ns)
        expected = int(episode.inputs.seen_frame_id[past[-1]]) if len(past) else -1
        assert found["seen_frame_id"][row] == expected
        assert found["seen_camera"][row] == (0 if len(past) else -1)
        assert found["seen_error_frames"][row] == (1 if len(past) else -1)
        assert found["seen_error_ns"][row] == (33_000_000 if len(past) else -1)


def test_without_inputs_nothing_was_seen(record: Any) -> None:
    _, found = exported(open_episode(record(with_inputs=False).path))
    for name in ("seen_frame_id", "seen_camera", "seen_error_frames", "seen_error_ns"):
        assert set(found[name].tolist()) == {-1}


@pytest.mark.parametrize("solved", [True, False])
def test_only_the_last_row_is_done(record: Any, solved: bool) -> None:
    _, found = exported(open_episode(record(solved=solved).path))
    assert found["next.done"].tolist() == [False] * (len(found["next.done"]) - 1) + [True]
    assert found["next.success"][-1] == solved
    assert not found["next.success"][:-1].any()


def test_pictures_count_from_the_first_key_frame(episode: Episode) -> None:
    shown = episode.pictures["wrist"]
    assert len(decodable(shown).frame_id) == len(shown.frame_id)
    shown.keyframe[:] = False
    assert decodable(shown).annex_b == ()
    shown.keyframe[7] = True
    late = decodable(shown)
    assert late.frame_id.tolist() == shown.frame_id[7:].tolist()
    assert late.annex_b == shown.annex_b[7:]
    rows = aligned(episode, {"wrist": late}, FPS)
    assert rows.t_ns[0] == shown.capture_ns[7]


def test_a_missing_stream_gives_no_rows(record: Any) -> None:
    for facts, absent in (({"silent": ("wrist",)}, "wrist"), ({"observations": False}, "action, state")):
        episode = open_episode(record(episode_id=f"no-{absent[:3]}", **facts).path)
        with pytest.raises(NoRows, match=f"nothing was recorded of: {absent}"):
            exported(episode)


def test_a_uid_is_stable_and_exact_as_a_double() -> None:
    assert episode_uid("ep-1") == episode_uid("ep-1") != episode_uid("ep-2")
    assert 0 <= episode_uid("ep-1") < 2**52
