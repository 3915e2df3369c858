"""Plots of an episode: one axis, one length, nothing from the future."""

from typing import Any

import pytest

from teleop.episodes.format import Action
from teleop.episodes.reader import series


def test_all_arrays_share_one_axis(record: Any, synthetic: Any) -> None:
    found = series(record().path)
    assert found.joint_names == synthetic.JOINTS
    assert len(found.t_s) == len(found.modes) == 100
    assert found.t_s[0] == pytest.approx(0.003)
    for name in ("positions_rad", "requested_rad", "applied_rad", "loads"):
        columns = getattr(found, name)
        assert len(columns) == 6
        assert {len(column) for column in columns} == {100}


def test_values_are_those_of_their_moment(record: Any, synthetic: Any) -> None:
    found = series(record().path)
    t_ns = synthetic.START_NS + round(found.t_s[31] * 1e9)
    for joint in range(6):
        assert found.positions_rad[joint][31] == pytest.approx(synthetic.joints_at(t_ns, 6)[joint], abs=1e-6)
        assert found.applied_rad[joint][31] == pytest.approx(
            synthetic.joints_at(t_ns, 6, 0.1)[joint], abs=1e-6
        )
    assert found.requested_rad[0][30] is None
    assert found.requested_rad[0][31] is not None
    assert (found.modes[0], found.modes[1]) == ("hold", "play")


def test_events_stand_at_their_time(record: Any) -> None:
    (event,) = series(record().path).events
    assert (event.t_s, event.kind, event.text) == (0.1, "piece_lifted", "piece red, height_m 0.04")


@pytest.mark.parametrize("points", [1, 7, 33, 100, 5000])
def test_long_episodes_are_thinned(record: Any, points: int) -> None:
    found = series(record().path, points)
    assert 1 <= len(found.t_s) <= points
    assert len(found.loads[0]) == len(found.t_s)


def test_before_the_first_action_the_arm_stays_where_it_is(
    record: Any, synthetic: Any, episodes: Any
) -> None:
    from teleop.episodes.writer import EpisodeWriter, episode_path

    script = synthetic.Script(cameras=())
    writer = EpisodeWriter(episode_path(episodes, "ep-1"), synthetic.header(script))
    for message in synthetic.messages(script):
        if not (isinstance(message, Action) and message.tick < 10):
            writer.put(message)
    found = series(writer.close(None).path)
    assert found.applied_rad[2][:10] == found.positions_rad[2][:10]
    assert found.requested_rad[2][:10] == (None,) * 10


def test_an_empty_episode_has_empty_plots(record: Any) -> None:
    found = series(record(cameras=(), observations=False).path)
    assert found.t_s == ()
    assert found.positions_rad == ((),) * 6
