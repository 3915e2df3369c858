"""Each row of a dataset tells only what was known at its time."""

from typing import Any

import numpy as np
import pytest

from teleop.episodes.exporting.rows import aligned, columns, decodable, episode_uid
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
    for name in ("state_time", "capture_time.overview", "capture_time.wrist"):
        assert (found[name] <= at_s + 1e-12).all()
        assert (np.diff(found[name]) >= 0).all()
    for camera, shown in episode.pictures.items():
        newest = [int(shown.frame_id[shown.capture_ns <= t].max()) for t in rows.t_ns]
        assert found[f"frame_id.{camera}"].tolist() == newest


def test_state_and_action_are_what_held_then(episode: Episode) -> None:
    rows, found = exported(episode)
    for row, t_ns in enumerate(rows.t_ns):
        last = np.flatnonzero(episode.observations.t_ns <= t_ns)[-1]
        assert (
            found["observation.state"][row] == episode.observations.positions_rad[last].astype("f4")
        ).all()
        assert found["playing"][row] == (episode.observations.mode[last] == "play")
        last = np.flatnonzero(episode.actions.t_ns <= t_ns)[-1]
        assert (found["action"][row] == episode.actions.applied_rad[last].astype("f4")).all()


def test_where_nothing_was_asked_the_applied_action_stands_in(episode: Episode) -> None:
    _, found = exported(episode)
    missing = ~found["requested_valid"]
    assert 0 < missing.sum() < len(missing)
    assert (found["requested_action"][missing] == found["action"][missing]).all()
    assert (found["requested_action"][~missing] != found["action"][~missing]).any()
    assert not np.isnan(found["requested_action"]).any()


def test_the_frame_that_the_player_saw(episode: Episode) -> None:
    rows, found = exported(episode)
    for row, t_ns in enumerate(rows.t_ns):
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
