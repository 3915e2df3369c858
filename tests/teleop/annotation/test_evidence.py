"""What an episode tells its annotators: from arrays, and from a recorded turn."""

import numpy as np
import pytest
from synthetic_turns import makers, recorded

from teleop.annotation.evidence import evidence_of, first_motion_ns, happening_of, limit_spans, risings
from teleop.annotation.proposal import Happening
from teleop.episodes.format import Event
from teleop.episodes.loading import open_episode
from teleop.wire.annotation_out import LimitSpan

S = 1_000_000_000


def test_the_first_motion_is_the_first_order_to_be_elsewhere():
    t_ns = np.array([0, 10, 20, 30])
    assert first_motion_ns(t_ns, np.array([[0.0, 1], [0.01, 1], [0.0, 1.1], [0.5, 1]])) == 20
    assert first_motion_ns(t_ns, np.zeros((4, 2))) is None
    assert first_motion_ns(np.zeros(0, np.int64), np.zeros((0, 2))) is None


def test_the_tool_rises_while_it_holds():
    t_ns = np.arange(10)
    height_m = np.array([0.05, 0.02, 0.02, 0.03, 0.036, 0.05, 0.05, 0.02, 0.02, 0.09])
    grasps = (Happening(2, "grasp"), Happening(6, "release"), Happening(7, "grasp"), Happening(20, "grasp"))
    assert risings(grasps, t_ns, height_m) == (Happening(4, "risen"), Happening(9, "risen"))
    assert risings(grasps[:1], t_ns[:4], height_m[:4]) == ()


def test_limits_are_stretches():
    t_s = np.array([0.0, 0.1, 0.2, 0.3])
    limits = (("grip",), ("grip", "velocity"), (), ("grip",))
    assert limit_spans(t_s, limits) == (
        LimitSpan("grip", 0.0, 0.1), LimitSpan("velocity", 0.1, 0.1), LimitSpan("grip", 0.3, 0.3),
    )  # fmt: skip


def test_events_become_happenings():
    placed = happening_of(Event(5 * S, "piece_placed", {"piece": "red", "slot": "ring", "level": 0}), S)
    assert (placed.at_ns, placed.piece, placed.slot) == (4 * S, "red", "ring")
    grasp = happening_of(Event(5 * S, "grasp", {"grasp": 1, "since_ns": 3 * S}), S)
    assert (grasp.at_ns, grasp.piece) == (2 * S, "")
    assert happening_of(Event(5 * S, "release", {"lifted": True}), S).lifted


@pytest.fixture(scope="module")
def turn(tmp_path_factory):
    start = makers().START_NS
    extra = [
        Event(start + S // 4, "grasp", {"grasp": 1, "since_ns": start + S // 5}),
        Event(start + S // 2, "release", {"grasp": 1, "held_s": 0.3, "lifted": True}),
    ]
    path = recorded(tmp_path_factory.mktemp("turn"), "p-a", seconds=1.0, extra=extra, dropped=(3,))
    return open_episode(path, pictures=False)


def test_a_recorded_turn(turn):
    found = evidence_of(turn, {})
    assert found.length_ns == 993_000_000
    assert [one.label for one in found.proposal] == ["reach", "carry", "grasp", "carry", "place"]
    assert (found.pieces, found.slots) == (("red",), ())
    assert found.frames_ns[0] == 12_345_678 and len(found.frames_ns) == len(
        turn.pictures["overview"].frame_id
    )
    tracks = found.tracks
    assert tracks.grasp_s == 0.2 and tracks.motion_s is not None
    assert len(tracks.t_s) == len(tracks.seen_s) == len(tracks.error_s) > 10
    assert tracks.unseen > 0 and tracks.unseen + len(tracks.t_s) == len(turn.inputs.t_ns)
    assert tracks.seen_s[0] == pytest.approx(0.012346)
    assert tracks.error_s[0] == pytest.approx(0.0339)
    assert {one.name for one in tracks.limits} == {"velocity"}


def test_a_turn_in_which_nothing_was_seen_or_done(tmp_path):
    path = recorded(
        tmp_path, "p-a", seconds=0.3, observations=False, silent=("overview", "wrist"), solved=False
    )
    found = evidence_of(open_episode(path, pictures=False), {})
    assert (found.length_ns, found.proposal, found.frames_ns) == (0, (), ())
    assert (found.tracks.t_s, found.tracks.grasp_s, found.tracks.motion_s) == ((), None, None)
