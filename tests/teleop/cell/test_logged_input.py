"""What is kept of an input names its clock and its picture, or says that they are not known."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from robot_bridge.wire.commands import PoseTarget
from teleop.cell.frame_map import SeenPicture, Sighting
from teleop.cell.gates import Admitted
from teleop.cell.logged_input import input_of
from teleop.clock import Estimate
from teleop.wire.player_in import Control, PoseVelocity, SeenFrame

OFFSET_NS = 7_000_000_000
VERDICT = Admitted(0.5, 20_000_000, Estimate(OFFSET_NS, 3_000_000, 9_000_000), ("link",))
SEEN = SeenFrame("overview", 90_000, 90_000, 93_000, 5_000_123, 17)
CONTROL = Control(
    version=1,
    lease_epoch=3,
    sequence=41,
    client_us=5_000_500,
    echo_ns=11_900_000_000,
    hold_to_run=True,
    stick=False,
    device="keyboard",
    pose=PoseTarget(0.2, 0.0, 0.1, -1.5, 0.0, 0.5),
    velocity=PoseVelocity(0.01, 0.0, 0.0, 0.0, 0.0),
    seen=SEEN,
)
SIGHTING = Sighting(SeenPicture(360, 11_800_000_000), 1, 33_000_000)
AT = (12_000_000_000, 12_000_400_000)


def seeing(displayed_us: int) -> Control:
    return msgspec.structs.replace(CONTROL, seen=msgspec.structs.replace(SEEN, displayed_us=displayed_us))


def test_everything_that_was_said_and_judged_is_kept():
    kept = input_of(CONTROL, VERDICT, SIGHTING, AT, 9)
    assert (kept.received_ns, kept.t_ns) == AT
    assert (kept.sequence, kept.client_us, kept.echo_ns) == (41, 5_000_500, 11_900_000_000)
    assert (kept.offset_ns, kept.offset_error_ns) == (OFFSET_NS, 3_000_000)
    assert (kept.device, kept.hold_to_run, kept.stick) == ("keyboard", True, False)
    assert (kept.pose, kept.velocity) == (CONTROL.pose, CONTROL.velocity)
    assert (kept.seen_camera, kept.seen_frame_id) == ("overview", 360)
    assert (kept.seen_error_frames, kept.seen_error_ns) == (1, 33_000_000)
    assert (kept.speed_scale, kept.slowed, kept.move_id) == (0.5, ("link",), 9)
    assert (kept.seen_displayed_us, kept.seen_displayed_ns) == (5_000_123, 12_000_123_000)


def test_without_a_picture_nothing_of_one_is_told():
    kept = input_of(msgspec.structs.replace(CONTROL, seen=None), VERDICT, None, AT, None)
    told = kept.seen_camera, kept.seen_frame_id, kept.seen_error_frames, kept.seen_error_ns
    assert told == (None,) * 4
    assert kept.seen_displayed_us is kept.seen_displayed_ns is kept.move_id is None


def test_a_picture_that_the_cell_no_longer_knows_keeps_its_camera_and_the_page_s_moment():
    kept = input_of(CONTROL, VERDICT, None, AT, None)
    assert (kept.seen_camera, kept.seen_frame_id, kept.seen_displayed_us) == ("overview", None, 5_000_123)


def test_a_moment_that_the_page_does_not_know_is_not_one_of_ours():
    kept = input_of(seeing(0), VERDICT, SIGHTING, AT, None)
    assert kept.seen_displayed_us is None and kept.seen_displayed_ns is None


@pytest.mark.parametrize(
    ("displayed_us", "expected"),
    [
        (-7_000_000, 0),
        (-7_000_001, None),
        ((2**62 - OFFSET_NS) // 1000, 4_611_686_018_427_387_000),
        (2**53, None),
    ],
)
def test_a_moment_outside_all_time_is_not_one_of_ours(displayed_us, expected):
    kept = input_of(seeing(displayed_us), VERDICT, SIGHTING, AT, None)
    assert kept.seen_displayed_ns == expected


@given(received=st.integers(0, 2**60), judged=st.integers(0, 2**60))
def test_nothing_was_received_after_it_was_judged(received, judged):
    kept = input_of(CONTROL, VERDICT, SIGHTING, (received, judged), None)
    assert kept.received_ns <= kept.t_ns == judged
