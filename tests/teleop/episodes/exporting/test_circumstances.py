"""What stands beside each row is what the episode says of that moment."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from teleop.episodes.exporting.circumstances import (
    DEVICES,
    LIMITS,
    SOURCES,
    what_the_link_was_like,
    what_the_player_did,
    what_the_player_saw,
    what_was_let_pass,
)
from teleop.episodes.loading import Episode, open_episode

MILLISECOND = 1_000_000


@pytest.fixture
def episode(record: Any) -> Episode:
    return open_episode(record(seconds=0.4).path)


def test_limits_are_flags_and_what_is_unknown_is_the_applied_action(episode: Episode) -> None:
    done = episode.actions
    limited = done.limited_rad.copy()
    limited[2] = 0.5
    sources = ("assist", "operator", *done.source[2:])
    changed = replace(
        episode, actions=replace(done, limited_rad=limited, source=sources, speed_scale=done.speed_scale / 2)
    )
    found = what_was_let_pass(changed, np.array([0, 1, 2, 3]))
    assert found["limited_valid"].tolist() == [False, False, True, False]
    assert (found["limited_action"][2] == np.float32(0.5)).all()
    assert (found["limited_action"][3] == done.applied_rad[3].astype("f4")).all()
    assert found["limits_acting"][:, LIMITS.index("velocity")].tolist() == [True, False, False, True]
    assert found["limits_acting"].sum() == 2
    assert [SOURCES[code] for code in found["source"]] == ["assist", "operator", "player", "player"]
    assert set(found["speed_scale"].tolist()) == {0.5}


def test_an_input_tells_its_device_its_way_and_its_age(episode: Episode) -> None:
    inputs = episode.inputs
    moves = inputs.move_id.copy()
    moves[1] = 7
    stick, hold = inputs.stick.copy(), inputs.hold_to_run.copy()
    stick[1] = hold[2] = False
    changed = replace(episode, inputs=replace(inputs, move_id=moves, stick=stick, hold_to_run=hold))
    at_ns = np.array([inputs.t_ns[0] - 1, inputs.t_ns[0], inputs.t_ns[1] + 5, inputs.t_ns[2]])
    found = what_the_player_did(changed, at_ns)
    assert found["input_device"].tolist() == [-1, *[DEVICES.index("keyboard")] * 3]
    assert found["input_stick"].tolist() == [False, True, False, True]
    assert found["hold_to_run"].tolist() == [False, True, True, False]
    assert found["move_id"].tolist() == [-1, -1, 7, -1]
    made_ns = inputs.client_us[:3] * 1000 + inputs.offset_ns[:3]
    assert found["input_age_ns"].tolist() == [-1, *(at_ns[1:] - made_ns)]


def test_the_seen_picture_has_an_age_where_it_is_in_the_episode(episode: Episode) -> None:
    inputs, pictures = episode.inputs, episode.pictures["overview"]
    ids = inputs.seen_frame_id.copy()
    ids[:4] = [pictures.frame_id[2], 900, -1, pictures.frame_id[0]]
    cameras = (*inputs.seen_camera[:3], None, *inputs.seen_camera[4:])
    changed = replace(episode, inputs=replace(inputs, seen_frame_id=ids, seen_camera=cameras))
    found = what_the_player_saw(changed, inputs.t_ns[:4])
    assert found["seen_frame_id"].tolist() == ids[:4].tolist()
    assert found["seen_camera"].tolist() == [0, 0, 0, -1]
    assert found["seen_age_ns"].tolist() == [inputs.t_ns[0] - pictures.capture_ns[2], -1, -1, -1]
    assert set(found["seen_error_frames"].tolist()) == {1}
    assert set(found["seen_error_ns"].tolist()) == {33 * MILLISECOND}


def test_the_link_is_unknown_until_it_was_told(episode: Episode) -> None:
    told = int(episode.network.t_ns[0])
    found = what_the_link_was_like(episode, np.array([told - 1, told]))
    assert found["network_round_trip_ns"].tolist() == [-1, 80 * MILLISECOND]
    assert found["network_jitter_ns"].tolist() == [-1, 4 * MILLISECOND]
    assert found["network_late_ns"].tolist() == [-1, 0]
    assert found["network_loss"].tolist() == [-1.0, -1.0]
    assert found["network_blocked"].tolist() == [False, False]
    lossy = replace(episode.network, loss=np.array([0.25]), blocked=np.array([True]))
    found = what_the_link_was_like(replace(episode, network=lossy), np.array([told]))
    assert (found["network_loss"].tolist(), found["network_blocked"].tolist()) == ([0.25], [True])


def test_an_episode_of_format_1_has_nothing_to_tell(episode: Episode) -> None:
    at_ns = episode.observations.t_ns[:2]
    link = replace(episode.network, **{name: getattr(episode.network, name)[:0] for name in ("t_ns", "loss")})
    inputs = replace(episode.inputs, t_ns=episode.inputs.t_ns[:0])
    bare = replace(episode, network=link, inputs=inputs)
    assert what_the_link_was_like(bare, at_ns)["network_round_trip_ns"].tolist() == [-1, -1]
    assert what_the_player_did(bare, at_ns)["input_age_ns"].tolist() == [-1, -1]
    assert what_the_player_saw(bare, at_ns)["seen_age_ns"].tolist() == [-1, -1]
