"""The law of the link under generated traffic: order, rate, delay, copies; the same seed is the same fate."""

from dataclasses import replace
from itertools import accumulate

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from link.course import Bursts, Conditions, Course, changing, steady
from link.law import Fate, begin, step

BEGUN_NS = 5_000_000_000
MS = 1_000_000
gaps = st.lists(st.tuples(st.integers(0, 20 * MS), st.integers(20, 1500)), min_size=1, max_size=40)
chances = st.floats(0, 1)
seeds = st.integers(0, 2**64 - 1)
some = settings(max_examples=40)


@st.composite
def all_conditions(draw, **fixed) -> Conditions:
    delay_s = draw(st.floats(0, 0.4))
    bursts = st.builds(Bursts, chances, chances, chances, chances)
    made = {
        "delay_s": delay_s,
        "jitter_s": delay_s * draw(chances),
        "loss": draw(chances),
        "bursts": draw(st.none() | bursts),
        "rate_bit_s": draw(st.none() | st.floats(12_000, 5e7)),
        "queue_bytes": draw(st.integers(0, 100_000)),
        "reordered": draw(chances),
        "reordered_by_s": draw(st.floats(0, 0.1)),
        "duplicated": draw(chances),
        "dark": draw(st.booleans()),
    }
    return Conditions(**(made | fixed))


@st.composite
def courses(draw, **fixed) -> Course:
    parts = draw(st.lists(all_conditions(**fixed), min_size=1, max_size=4))
    course = changing(*((0.1 * index, one) for index, one in enumerate(parts)))
    return replace(course, period_ns=draw(st.none() | st.integers(450 * MS, 900 * MS)))


def sent(course: Course, seed: int, packets: list[tuple[int, int]]) -> list[tuple[int, int, Fate]]:
    """Sends packets after their gaps: (sending time, bytes, fate) of each."""
    state, rows = begin(course, seed, BEGUN_NS), []
    times = accumulate((gap for gap, _ in packets), initial=BEGUN_NS)
    for now_ns, (_, size) in zip(times, packets, strict=False):
        state, fate = step(state, size, now_ns)
        rows.append((now_ns, size, fate))
    return rows


def passed(rows: list[tuple[int, int, Fate]]) -> list[tuple[int, int, int]]:
    return [(now_ns, size, fate.out_ns[0]) for now_ns, size, fate in rows if fate.out_ns]


@some
@given(courses(), seeds, gaps)
def test_a_packet_comes_out_once_or_names_what_lost_it_and_never_before_it_was_sent(course, seed, packets):
    doubling = any(stretch.conditions.duplicated for stretch in course.stretches)
    for now_ns, _, fate in sent(course, seed, packets):
        assert (fate.lost is None) == bool(fate.out_ns)
        assert len(fate.out_ns) <= (2 if doubling else 1)
        assert all(out_ns >= now_ns for out_ns in fate.out_ns)


@some
@given(courses(), seeds, gaps)
def test_the_same_seed_is_the_same_fate(course, seed, packets):
    assert sent(course, seed, packets) == sent(course, seed, packets)


@some
@given(courses(reordered=0.0), seeds, gaps)
def test_order_is_kept_unless_the_course_reorders(course, seed, packets):
    outs = [out_ns for _, _, out_ns in passed(sent(course, seed, packets))]
    assert outs == sorted(outs)


@some
@given(all_conditions(reordered=0.0, rate_bit_s=300_000.0, queue_bytes=9_000), seeds, gaps)
def test_the_rate_is_never_exceeded_and_the_queue_never_longer_than_it_may_be(conditions, seed, packets):
    rows = passed(sent(steady(conditions), seed, packets))
    for first in range(len(rows)):
        bits = 0
        for _, size, out_ns in rows[first + 1 :]:
            bits += 8 * size
            assert bits <= 300_000.0 * (out_ns - rows[first][2] + 1) / 1e9
    longest_s = conditions.delay_s + conditions.jitter_s + 8 * (9_000 + 1_500) / 300_000
    assert all(out_ns - now_ns <= 1e9 * longest_s + 1_000 for now_ns, _, out_ns in rows)


@some
@given(all_conditions(reordered=0.0, rate_bit_s=None), seeds, gaps)
def test_without_a_bottleneck_every_packet_takes_the_delay_give_or_take_the_jitter(conditions, seed, packets):
    least_s, most_s = (conditions.delay_s + side * conditions.jitter_s for side in (-1, 1))
    for now_ns, _, out_ns in passed(sent(steady(conditions), seed, packets)):
        assert 1e9 * least_s - 2 <= out_ns - now_ns <= 1e9 * most_s + 2


@some
@given(all_conditions(rate_bit_s=None), st.floats(0.4, 0.5), seeds, gaps)
def test_another_delay_does_not_change_what_chance_loses(conditions, delay_s, seed, packets):
    other = replace(conditions, delay_s=delay_s)
    fates = [[fate.lost for _, _, fate in sent(steady(one), seed, packets)] for one in (conditions, other)]
    assert fates[0] == fates[1]


def losses(conditions: Conditions, packets: int) -> str:
    rows = sent(steady(conditions), 7, [(MS, 1200)] * packets)
    return "".join("." if fate.lost is None else fate.lost[0] for _, _, fate in rows)


def test_random_loss_is_its_share_and_comes_singly():
    fates = losses(Conditions(loss=0.02), 6_000)
    assert 0.014 < fates.count("r") / 6_000 < 0.026
    assert 1.0 <= fates.count("r") / len([run for run in fates.split(".") if run]) < 1.1


def test_bursts_are_as_long_and_as_frequent_as_their_chances_say():
    fates = losses(Conditions(bursts=Bursts(0.03, 0.35)), 8_000)
    runs = [len(run) for run in fates.split(".") if run]
    assert 0.8 * 8_000 * 0.0789 < sum(runs) < 1.2 * 8_000 * 0.0789
    assert 2.5 < sum(runs) / len(runs) < 3.3
    assert losses(Conditions(bursts=Bursts(1.0, 0.0, loss_when_bad=0.0)), 100) == "." * 100
    assert losses(Conditions(bursts=Bursts(0.0, 1.0, loss_when_good=1.0)), 100) == "b" * 100


def test_reordered_packets_are_overtaken():
    outs = [out_ns for _, _, out_ns in passed(sent(steady(REORDERING), 3, [(MS, 100)] * 400))]
    late = sum(a > b for a, b in zip(outs, outs[1:], strict=False))
    assert 60 < late < 140


REORDERING = Conditions(delay_s=0.05, reordered=0.25, reordered_by_s=0.01)


def test_copies_are_made_when_asked():
    rows = sent(steady(Conditions(duplicated=0.5)), 3, [(MS, 100)] * 400)
    assert 160 < sum(len(fate.out_ns) == 2 for _, _, fate in rows) < 240


def test_a_full_queue_drops_the_newest_and_a_big_packet_still_passes_an_empty_one():
    conditions = Conditions(rate_bit_s=8_000.0, queue_bytes=1_000)
    fates = [fate for _, _, fate in sent(steady(conditions), 1, [(0, 1_200), (0, 500), (2_000 * MS, 500)])]
    assert [fate.lost for fate in fates] == [None, "queue_full", "queue_full"]
    assert fates[0].out_ns == (BEGUN_NS + 1_200 * MS,)


def test_a_queue_empties_with_time():
    conditions = Conditions(rate_bit_s=8_000.0, queue_bytes=1_000)
    packets = [(100 * MS, 900), (800 * MS, 900), (0, 900)]
    assert [fate.lost for _, _, fate in sent(steady(conditions), 1, packets)] == [None, "queue_full", None]


def test_order_is_kept_when_the_delay_falls():
    course = changing((0.0, Conditions(delay_s=0.2)), (0.1, Conditions(delay_s=0.01)))
    rows = passed(sent(course, 1, [(90 * MS, 100), (20 * MS, 100), (200 * MS, 100), (0, 100)]))
    assert [(out_ns - BEGUN_NS) // MS for _, _, out_ns in rows] == [200, 290, 290, 320]


def test_dark_loses_all_and_ends_when_the_course_says():
    course = changing((0.0, Conditions()), (0.1, Conditions(dark=True)), (0.3, Conditions()))
    fates = [fate.lost for _, _, fate in sent(course, 1, [(50 * MS, 100)] * 8)]
    assert fates == [None, None, "dark", "dark", "dark", "dark", None, None]


@pytest.mark.parametrize(("then_bit_s", "out_ms"), [(16_000.0, 600), (4_000.0, 1_000 + 200), (None, 500)])
def test_a_packet_in_service_feels_the_rate_change(then_bit_s, out_ms):
    course = changing((0.0, Conditions(rate_bit_s=8_000.0)), (0.5, Conditions(rate_bit_s=then_bit_s)))
    size = 700 if then_bit_s is not None and then_bit_s > 8_000 else 850
    ((_, _, fate),) = sent(course, 1, [(0, size)])
    assert fate.out_ns == (BEGUN_NS + out_ms * MS,)
