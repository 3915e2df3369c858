"""The bit rate on links that are made of arithmetic: never too much for long, never flapping, soon back."""

from collections import deque
from dataclasses import dataclass, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from teleop.cell import bit_rate, pulse
from teleop.cell.bit_rate import (
    FLOOR_BIT_S,
    GLIMPSE_BIT_S,
    HEADERS,
    Link,
    Shown,
    Signs,
    beyond_chance,
    doubted,
    share_of_full,
    show,
    step,
)
from teleop.cell.feedback import Feedback
from teleop.cell.quality import FULL, Quality

MS = 1_000_000
STEP_NS = 20 * MS
FULL_BIT_S = 2_400_000.0
TOP_BIT_S = FULL_BIT_S * HEADERS


@dataclass
class Moment:
    """What happened in one step of the model."""

    at_s: float
    bit_s: float
    queue_s: float
    quality: Quality
    blocked: bool


class Road:
    """A link with a bottleneck, a queue and a round trip; the cell asks questions through the queue."""

    def __init__(self, capacity, round_trip_s=0.05, queue_s=0.5, busy=1.0) -> None:
        self.capacity, self.round_trip_ns, self.longest_s = capacity, int(round_trip_s * 1e9), queue_s
        self.busy = busy
        self.queue_bits = 0.0
        self.now_ns, self.pulse, self.names = 0, pulse.PulseState(), 0
        self.waiting: deque[tuple[int, bytes]] = deque()
        self.link, self.shown = Link(), Shown()
        self.sent: deque[float] = deque(maxlen=25)

    def run(self, seconds: float) -> list[Moment]:
        return [self.tick() for _ in range(int(seconds * 1e9 / STEP_NS))]

    def tick(self) -> Moment:
        self.now_ns += STEP_NS
        now_s, dt_s = self.now_ns / 1e9, STEP_NS / 1e9
        capacity = self.capacity(now_s)
        share = self.shown.quality.share
        bit_s = 0.0 if self.link.blocked else self.busy * share * FULL_BIT_S * HEADERS
        self.sent.append(bit_s)
        queue = max(0.0, self.queue_bits + (bit_s - capacity) * dt_s)
        self.queue_bits = min(queue, self.longest_s * capacity)
        queue_s = self.queue_bits / capacity
        self._ask(queue_s)
        signs = bit_rate.read(self.pulse, (), 1.0, self.now_ns)
        signs = replace(signs, sent_bit_s=sum(self.sent) / len(self.sent))
        self.link = step(self.link, signs, TOP_BIT_S, self.now_ns)
        wanted = share_of_full([(True, self.link.bit_s)], FULL_BIT_S)
        self.shown = show(self.shown, wanted, self.now_ns)
        return Moment(now_s, bit_s, queue_s, self.shown.quality, self.link.blocked)

    def _ask(self, queue_s: float) -> None:
        while self.waiting and self.waiting[0][0] <= self.now_ns:
            due_ns, name = self.waiting.popleft()
            self.pulse = pulse.answer(self.pulse, name, due_ns)
        if pulse.due(self.pulse, self.now_ns, closely=True):
            self.names += 1
            name = self.names.to_bytes(12, "big")
            self.pulse = pulse.ask(self.pulse, name, self.now_ns)
            self.waiting.append((self.now_ns + self.round_trip_ns + int(queue_s * 1e9), name))


def sizes(moments):
    return [(one.quality.quarters, one.quality.every) for one in moments]


def changes(values):
    return sum(a != b for a, b in zip(values, values[1:], strict=False))


@pytest.mark.parametrize("capacity", [200e3, 400e3, 700e3, 1.2e6, 2e6, 5e6])
@pytest.mark.parametrize("rtt_s", [0.01, 0.05, 0.2])
def test_on_a_steady_link_the_rate_stays_below_what_it_carries_and_uses_most_of_it(capacity, rtt_s):
    moments = Road(lambda _: capacity, rtt_s).run(28)[700:]
    mean = sum(one.bit_s for one in moments) / len(moments)
    assert mean <= min(1.01 * capacity, 1.001 * TOP_BIT_S)
    assert mean >= 0.8 * min(capacity, TOP_BIT_S)
    assert max(one.queue_s for one in moments) < 0.3
    assert changes(sizes(moments)) <= 8


@pytest.mark.parametrize("rtt_s", [0.02, 0.05, 0.1])
@pytest.mark.parametrize("busy", [1.0, 0.7])
def test_a_drop_is_followed_within_a_second_and_left_within_five(rtt_s, busy):
    road = Road(lambda now_s: 500e3 if 10 <= now_s < 20 else 3e6, rtt_s, 0.5, busy)
    road.run(10)
    low, high = road.run(10), road.run(10)
    assert max(one.queue_s for one in low[125:]) < 0.35
    assert sum(one.bit_s for one in low[250:]) / len(low[250:]) > 300e3
    back = [one.at_s for one in high if one.quality.quarters == 4 and one.quality.share > 0.9]
    assert back[0] < 25
    assert max(one.queue_s for one in high[100:]) < 0.1


@settings(max_examples=50)
@given(
    st.lists(
        st.tuples(
            st.floats(0, 2),
            st.floats(-1, 9),
            st.integers(0, 6),
            st.none() | st.floats(0, 1),
            st.none() | st.integers(0, 10**7),
        ),
        max_size=60,
    ),
    st.floats(FLOOR_BIT_S, 1e7),
)
def test_whatever_the_signs_the_rate_stays_within_its_bounds(course, top):
    link, now_ns = Link(), 0
    for late_s, growth, overdue, loss, remb in course:
        now_ns += STEP_NS
        signs = Signs(late_s, late_s, growth, 0.1, overdue, loss, remb, link.bit_s)
        link = step(link, signs, top, now_ns)
        assert (link.bit_s == GLIMPSE_BIT_S) if link.blocked else (FLOOR_BIT_S <= link.bit_s <= top)


@settings(max_examples=50)
@given(st.floats(0.0, 1.0), st.lists(st.floats(0.0, 1.0), max_size=80))
def test_whatever_the_share_sizes_change_up_at_most_once_a_second(first, shares):
    shown, ups, now_ns = Shown(), [], 0
    for share in (first, *shares):
        before, now_ns = shown, now_ns + 100 * MS
        shown = show(shown, share, now_ns)
        assert shown.quality.share <= max(share, FULL.share if share > 0.86 else 0) * 1.06 + 1e-9
        if shown.size < before.size:
            ups.append(now_ns)
    assert all(b - a >= bit_rate.REST_NS for a, b in zip(ups, ups[1:], strict=False))


def steps(link, signs, seconds, now_ns=0):
    for _ in range(int(seconds * 50)):
        now_ns += STEP_NS
        link = step(link, signs, TOP_BIT_S, now_ns)
    return link, now_ns


def test_a_falling_estimate_of_the_browser_is_heeded_at_once_and_a_rising_one_never_holds_back():
    link, now_ns = steps(Link(), Signs(remb_bit_s=2_000_000, sent_bit_s=2e6), 1)
    assert link.bit_s > 2_400_000
    link = step(link, Signs(remb_bit_s=1_000_000, sent_bit_s=2e6), TOP_BIT_S, now_ns + STEP_NS)
    assert link.bit_s == 850_000 and link.failed_bit_s == 1_000_000
    fallen = step(link, Signs(remb_bit_s=990_000, sent_bit_s=2e6), TOP_BIT_S, now_ns + 2 * STEP_NS)
    assert fallen.bit_s == 850_000
    link, _ = steps(fallen, Signs(remb_bit_s=1_010_000, sent_bit_s=2e6), 5, now_ns + 2 * STEP_NS)
    assert link.bit_s > 2_000_000


def test_an_estimate_that_comes_first_or_ends_says_nothing():
    link, now_ns = steps(Link(), Signs(), 0.2)
    assert step(link, Signs(remb_bit_s=100_000), TOP_BIT_S, now_ns).bit_s == link.bit_s
    gone = step(replace(link, remb_bit_s=10**6), Signs(), TOP_BIT_S, now_ns)
    assert gone.bit_s == link.bit_s


def test_the_worst_camera_speaks_for_the_link():
    said = [
        Feedback(lost_lately=0.1, remb_bit_s=900),
        Feedback(lost_lately=0.3),
        Feedback(remb_bit_s=800),
    ]
    signs = bit_rate.read(pulse.PulseState(), said, 1.5, 10**9)
    assert (signs.loss, signs.remb_bit_s, signs.wire_factor) == (0.3, 800, 1.5)
    assert bit_rate.read(pulse.PulseState(), (), 1.0, 10**9) == Signs()


def test_a_tenth_lost_is_too_much_and_a_fiftieth_is_the_ocean():
    start = Link(bit_s=2e6)
    lost, _ = steps(start, Signs(loss=0.2, sent_bit_s=1e6), 0.1)
    assert lost.bit_s == pytest.approx(800_000)
    assert steps(start, Signs(loss=0.02), 1)[0].bit_s > 2e6


def test_more_is_allowed_than_is_sent_so_a_fall_begins_at_what_is_sent():
    assert step(Link(bit_s=2.4e6), Signs(late_s=0.2, sent_bit_s=6e5), TOP_BIT_S, 0).bit_s == 480_000


def test_it_falls_again_only_when_the_last_fall_can_show():
    signs = Signs(late_s=0.2, sent_bit_s=2e6)
    link = step(Link(bit_s=2e6), signs, TOP_BIT_S, 0)
    assert step(link, signs, TOP_BIT_S, bit_rate.FALL_AGAIN_NS - 1).bit_s == link.bit_s
    assert step(link, signs, TOP_BIT_S, bit_rate.FALL_AGAIN_NS).bit_s < link.bit_s


def test_a_blocked_link_gets_hardly_anything_until_its_queue_is_empty_and_then_what_it_seemed_to_carry():
    link = step(Link(bit_s=2.5e6), Signs(overdue=4, sent_bit_s=2e6), TOP_BIT_S, 0)
    assert link.blocked and link.bit_s == GLIMPSE_BIT_S
    link = step(link, Signs(late_s=0.3, growth=3.0, sent_bit_s=1e5), TOP_BIT_S, STEP_NS)
    assert link.blocked and (link.failed_bit_s, link.bit_s) == (500_000, GLIMPSE_BIT_S)
    link = step(link, Signs(late_s=0.2, growth=-1.0), TOP_BIT_S, 2 * STEP_NS)
    assert link.blocked and link.bit_s == GLIMPSE_BIT_S
    link = step(link, Signs(late_s=0.01), TOP_BIT_S, 3 * STEP_NS)
    assert not link.blocked and link.bit_s == 400_000
    assert steps(link, Signs(sent_bit_s=2e6), 6, 3 * STEP_NS)[0].bit_s == pytest.approx(TOP_BIT_S)


def test_a_link_that_was_blocked_for_no_queue_is_soon_sent_what_it_was_sent_before():
    link = step(Link(bit_s=2.5e6), Signs(overdue=4, sent_bit_s=2e6), TOP_BIT_S, 0)
    assert step(link, Signs(late_s=0.01), TOP_BIT_S, STEP_NS).bit_s == pytest.approx(1.6e6)


def test_a_blocked_link_gets_a_single_picture_now_and_then():
    link, now_ns, glimpses = Link(), 0, []
    for _ in range(50):
        now_ns += STEP_NS
        before, link = link, step(link, Signs(overdue=4), TOP_BIT_S, now_ns)
        glimpses += [now_ns] * (before.blocked and before.glimpse_ns != link.glimpse_ns)
    assert glimpses[0] == STEP_NS + bit_rate.GLIMPSE_AFTER_NS
    assert {b - a for a, b in zip(glimpses, glimpses[1:], strict=False)} == {bit_rate.GLIMPSE_AGAIN_NS}


def test_a_link_that_fell_is_given_time_before_it_counts_as_blocked():
    link = step(Link(bit_s=2e6), Signs(late_s=0.2, sent_bit_s=2e6), TOP_BIT_S, 0)
    assert not step(link, Signs(overdue=4, sent_bit_s=2e6), TOP_BIT_S, STEP_NS).blocked
    blocked = step(link, Signs(overdue=5, growth=3.0, sent_bit_s=1.6e6), TOP_BIT_S, STEP_NS)
    assert blocked.blocked and blocked.failed_bit_s == 500_000
    assert step(link, Signs(overdue=4, sent_bit_s=2e6), TOP_BIT_S, bit_rate.FALL_AGAIN_NS).blocked


def test_where_questions_get_lost_so_many_more_must_stay_open_that_chance_does_it_as_seldom():
    for lost in (0.005, 0.01, 0.04, 0.1):
        for usual in (2, 3, 4):
            needed = beyond_chance(usual, lost)
            assert lost**needed <= bit_rate.HARDLY_LOST**usual * 1.001 < lost ** (needed - 1)
    assert beyond_chance(3, 0.0) == 3
    assert beyond_chance(3, 1.0) == beyond_chance(3, bit_rate.MOST_LOST) == 10


def test_an_ocean_that_loses_four_answers_in_a_row_is_not_taken_for_a_full_link():
    ocean = Signs(round_trip_s=0.2, overdue=6, unanswered=0.04, sent_bit_s=2e6)
    assert step(Link(bit_s=2e6), replace(ocean, overdue=4), TOP_BIT_S, 0).bit_s == 2e6
    assert not step(Link(bit_s=2e6), ocean, TOP_BIT_S, 0).blocked
    assert step(Link(bit_s=2e6), replace(ocean, overdue=7), TOP_BIT_S, 0).blocked


def test_while_a_link_may_be_full_nothing_more_is_made_for_it():
    def doubt(overdue, newest_late_s=0.0, unanswered=0.0, link=None):
        signs = Signs(overdue=overdue, newest_late_s=newest_late_s, unanswered=unanswered)
        return step(link or Link(), signs, TOP_BIT_S, STEP_NS).doubt_ns

    assert doubt(0) is None and doubt(1) == STEP_NS
    assert doubt(0, bit_rate.DOUBTED_S) is None and doubt(0, 0.06) == STEP_NS
    assert doubt(1, unanswered=0.04) is None and doubt(2, unanswered=0.04) == STEP_NS
    assert doubt(1, link=Link(doubt_ns=5)) == 5 and doubt(0, link=Link(doubt_ns=5)) is None
    assert step(Link(), Signs(overdue=1, usual_late_s=0.03), TOP_BIT_S, STEP_NS).doubt_ns is None
    link = Link(doubt_ns=0)
    assert doubted(link, STEP_NS) and not doubted(link, bit_rate.MOST_DOUBTED_NS)
    assert not doubted(Link(), STEP_NS) and not doubted(replace(link, blocked=True), STEP_NS)
    assert step(link, Signs(overdue=4), TOP_BIT_S, STEP_NS).glimpse_ns == bit_rate.GLIMPSE_AFTER_NS


def test_a_queue_that_stays_is_too_much_however_short_it_is():
    link = step(Link(bit_s=3e6), Signs(standing_s=0.03, sent_bit_s=2.5e6), TOP_BIT_S, 0)
    assert link.bit_s == pytest.approx(bit_rate.FALL_STANDING * 2.5e6)
    signs = Signs(standing_s=0.03, sent_bit_s=2e6)
    assert step(link, signs, TOP_BIT_S, bit_rate.AGAIN_NS - 1).bit_s >= link.bit_s
    assert step(link, signs, TOP_BIT_S, bit_rate.AGAIN_NS).bit_s < link.bit_s


def test_what_is_not_used_says_little_about_what_would_pass():
    used, _ = steps(Link(bit_s=5e5), Signs(sent_bit_s=5e5), 1)
    unused, _ = steps(Link(bit_s=5e5), Signs(sent_bit_s=1e5), 1)
    assert used.bit_s > 1.1e6 and 9e5 < unused.bit_s < 1e6


def test_what_was_lost_before_a_fall_is_no_reason_for_another():
    signs = Signs(loss=0.3, sent_bit_s=2e6)
    link = step(Link(bit_s=2e6), signs, TOP_BIT_S, 0)
    assert link.bit_s == 1.6e6
    assert step(link, signs, TOP_BIT_S, bit_rate.AGAIN_NS - 1).bit_s == 1.6e6
    assert step(link, signs, TOP_BIT_S, bit_rate.AGAIN_NS).bit_s < 1.6e6


def test_a_queue_that_drains_is_no_reason_to_fall_and_one_that_grows_tells_what_passes():
    link = Link(bit_s=1e6)
    assert step(link, Signs(late_s=0.2, growth=-0.5, sent_bit_s=1e6), TOP_BIT_S, 0).bit_s == 1e6
    fallen = step(link, Signs(late_s=0.2, growth=1.0, sent_bit_s=1e6), TOP_BIT_S, 0)
    assert (fallen.failed_bit_s, fallen.bit_s) == (500_000, 400_000)


def test_a_size_that_did_not_last_is_tried_again_after_a_longer_rest_unless_there_is_plenty():
    shown, now_ns = show(Shown(), 0.26, 0), bit_rate.REST_NS
    shown = show(shown, 0.6, now_ns)
    assert shown.size == 0
    shown = show(shown, 0.26, now_ns + 1)
    assert shown.size == 1 and shown.rest_ns == 2 * bit_rate.REST_NS
    assert show(shown, 0.6, now_ns + 1 + bit_rate.REST_NS).size == 1
    assert show(shown, 0.99, now_ns + 1 + bit_rate.REST_NS).size == 0
    assert show(shown, 0.6, now_ns + 1 + shown.rest_ns).size == 0
    later = show(show(shown, 0.6, 10**11), 0.26, 10**12)
    assert later.rest_ns == bit_rate.REST_NS


def test_repairs_are_paid_for_by_pictures_only_where_both_are_too_much():
    small, large = 2 * 1_198_080.0, 3_594_240.0
    assert bit_rate.top_bit_s(small, 2, 1.75) == small * HEADERS * 1.75
    assert bit_rate.top_bit_s(large, 1, 1.75) == bit_rate.top_bit_s(large, 1, 1.0) == large * HEADERS
    share = share_of_full([(True, large * HEADERS / 1.75)], large)
    assert share >= bit_rate.RETURN * bit_rate.SIZES[0][2]


def test_the_players_link_decides_and_watchers_alone_keep_the_size():
    assert share_of_full([], FULL_BIT_S) == 1.0
    assert share_of_full([(True, 1.2e6 * HEADERS), (False, 2e5)], FULL_BIT_S) == pytest.approx(0.5)
    assert share_of_full([(True, 1e9)], FULL_BIT_S) == 1.0
    assert share_of_full([(False, 2e5), (False, 2e6)], FULL_BIT_S) == bit_rate.WATCHERS_SHARE
    assert share_of_full([(False, 1.8e6 * HEADERS), (False, 9e6)], FULL_BIT_S) == pytest.approx(0.75)


def test_the_quality_falls_at_once_and_rises_with_some_to_spare():
    shown = show(Shown(), 0.95, 0)
    assert shown.quality == FULL
    shown = show(shown, 0.26, 1)
    assert shown.quality == Quality(3, 1, 0.26)
    assert show(shown, 0.255, 2) is shown
    shown = show(shown, 0.06, 3)
    assert shown.quality == Quality(2, 2, 0.06)
    assert show(shown, 1.0, bit_rate.LEVELS_KEPT_NS).quality == Quality(2, 2, 0.06)
    later_ns = 3 + bit_rate.REST_NS
    assert show(shown, 0.1, later_ns).quality.quarters == 2
    assert show(shown, 0.42, later_ns).quality == Quality(3, 1, 0.42)
    assert show(shown, 1.0, later_ns).quality == FULL
