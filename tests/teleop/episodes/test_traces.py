"""Setpoints, sent pictures and the player's link become arrays; what is absent is NaN or -1."""

import numpy as np

from robot_bridge.wire.commands import JointTarget
from teleop.episodes.format import Command, Network, Sent
from teleop.episodes.traces import command_arrays, network_arrays, sent_arrays

TARGET = JointTarget((0.1, 0.2), 0.5)
UNKNOWN = Network(5, *(None,) * 10, False, 4, 1, 1.0)


def test_setpoints_keep_what_they_rest_on() -> None:
    rows = [
        Command(1, 10, 7, "player", TARGET, 1.0, 101),
        Command(2, 11, 8, "assist", TARGET, 0.5, 102, move_id=3),
    ]
    found = command_arrays(rows)
    assert found.sequence.tolist() == [10, 11] and found.input_sequence.tolist() == [7, 8]
    assert found.t_ns.tolist() == [1, 2] and found.deadline_ns.tolist() == [101, 102]
    assert found.source == ("player", "assist") and found.move_id.tolist() == [-1, 3]
    assert found.target == (TARGET, TARGET) and found.speed_scale.tolist() == [1.0, 0.5]


def test_sent_pictures_are_told_apart_by_camera() -> None:
    rows = [
        Sent(9, "wrist", 1, 2, 3, 4, 320, 240, 900, True, "h264"),
        Sent(10, "overview", 1, 2, 3, 5, 640, 480, 800, False, "vp8"),
    ]
    found = sent_arrays("overview", rows)
    assert found.camera == "overview" and found.t_ns.tolist() == [10] and found.codec == ("vp8",)
    assert (found.frame_id[0], found.capture_ns[0], found.encode_begun_ns[0], found.encoded_ns[0]) == (
        1,
        2,
        3,
        5,
    )
    assert (found.width[0], found.height[0], found.bytes[0], found.keyframe[0]) == (640, 480, 800, False)


def test_an_unknown_link_is_told_apart_from_a_known_one() -> None:
    known = Network(6, -4, 3, 1.5, 80, 9, 7, 0.02, 1e6, 9e5, 2e6, True, 2, 2, 0.25)
    found = network_arrays([UNKNOWN, known])
    assert found.t_ns.tolist() == [5, 6] and found.offset_error_ns.tolist() == [-1, 3]
    assert found.offset_ns[1] == -4 and found.round_trip_ns.tolist() == [-1, 80]
    assert found.jitter_ns.tolist() == [-1, 9] and found.late_ns.tolist() == [-1, 7]
    rates = (found.drift_ppm, found.loss, found.allowed_bit_s, found.sent_bit_s, found.estimated_bit_s)
    assert all(np.isnan(rate[0]) for rate in rates)
    assert [rate[1] for rate in rates] == [1.5, 0.02, 1e6, 9e5, 2e6]
    assert found.blocked.tolist() == [False, True] and found.share.tolist() == [1.0, 0.25]
    assert found.quarters.tolist() == [4, 2] and found.every.tolist() == [1, 2]
