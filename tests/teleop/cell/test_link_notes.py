"""What an episode says of the player's link, known or not."""

from teleop.cell.bit_rate import Link, Signs
from teleop.cell.link_notes import network
from teleop.cell.quality import FULL, Quality
from teleop.clock import Bound, ClockState, Estimate

SECOND = 1_000_000_000


def test_of_a_new_link_only_the_pictures_are_known():
    found = network(ClockState(), Link(), None, FULL, 7)
    assert (found.t_ns, found.blocked, found.quarters, found.every, found.share) == (7, False, 4, 1, 1.0)
    unknown = (found.offset_ns, found.offset_error_ns, found.drift_ppm, found.round_trip_ns, found.jitter_ns)
    assert set(unknown) == {None}
    assert {found.late_ns, found.loss, found.allowed_bit_s, found.sent_bit_s, found.estimated_bit_s} == {None}


def test_a_known_link_shows_whole():
    marks = ((0, Estimate(100, 0, 0)), (10 * SECOND, Estimate(10_100, 0, 0)))
    clock = ClockState(bounds=(Bound(10, SECOND), Bound(30, SECOND)), round_trips_ns=(20,), marks=marks)
    signs = Signs(late_s=0.02, loss=0.1, remb_bit_s=800_000, sent_bit_s=5e5)
    found = network(clock, Link(6e5, now_ns=1, blocked=True), signs, Quality(2, 2, 0.3), SECOND)
    assert (found.offset_ns, found.round_trip_ns, found.jitter_ns, found.drift_ppm) == (20, 20, 0, 1.0)
    assert found.offset_error_ns is not None and found.offset_error_ns > 10
    assert (found.late_ns, found.loss, found.allowed_bit_s) == (20_000_000, 0.1, 6e5)
    assert (found.sent_bit_s, found.estimated_bit_s, found.blocked) == (5e5, 800_000, True)
    assert (found.quarters, found.every, found.share) == (2, 2, 0.3)


def test_a_queue_shorter_than_empty_is_empty():
    assert network(ClockState(), Link(), Signs(late_s=-0.001), FULL, 7).late_ns == 0
