"""Effort: what pushes on slows down and ends, what gives way is free, and the jaw keeps its grip."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from robot_bridge.arms import load_arm
from robot_bridge.buses.reading import JointSample
from robot_bridge.contact import GRIP_EFFORT, YIELD_RATE_HZ, YIELDING_FROM, Efforts, eased, felt

SO101 = load_arm("so101")
START = SO101.ready_rad
FREE = (0.0,) * 6
AHEAD = (0.05,) * 6
PERIOD_S = 0.01


def sample(load: float) -> JointSample:
    return JointSample(0.0, 0.0, load, None, None, "none", 0, 0)


def loaded(*shares: float) -> tuple[JointSample | None, ...]:
    """Samples of joints that give these shares of their torque."""
    limits = SO101.servo.torque_limit
    return tuple(sample(share * limit) for share, limit in zip(shares, limits, strict=True))


def effort(*shares: float) -> Efforts:
    """Efforts that have been the same for a while."""
    return Efforts(shares, shares)


def stepped(by: float, jaw: float = 0.0) -> tuple[float, ...]:
    return (*(q + by for q in START[:-1]), START[-1] + jaw)


def test_effort_follows_the_load_within_a_fifth_of_a_second_and_not_at_once() -> None:
    efforts = felt(Efforts(), SO101, loaded(1.0, 0.0, 0.0, 0.0, 0.0, -0.5), 0.01)
    assert efforts.shares[0] < 0.2
    for _ in range(20):
        efforts = felt(efforts, SO101, loaded(1.0, 0.0, 0.0, 0.0, 0.0, -0.5), 0.01)
    assert efforts.shares == pytest.approx((1.0, 0.0, 0.0, 0.0, 0.0, 0.5), abs=0.05)


def test_a_joint_that_does_not_answer_keeps_its_effort() -> None:
    efforts = effort(*(0.4,) * 6)
    assert felt(efforts, SO101, (None,) * 6, 0.01) == efforts


def test_without_effort_every_step_is_taken() -> None:
    assert eased(effort(*FREE), START, stepped(0.01, 0.01), AHEAD, PERIOD_S) == (stepped(0.01, 0.01), ())
    assert eased(Efforts(), START, stepped(0.01), AHEAD, PERIOD_S) == (stepped(0.01), ())


def test_what_was_touched_is_remembered_for_a_while() -> None:
    efforts = felt(effort(1.0, *FREE[1:]), SO101, loaded(*FREE), 0.1)
    assert efforts.shares[0] < 0.4 < 0.85 < efforts.recent[0]
    assert felt(efforts, SO101, loaded(*FREE), 60.0).recent[0] < 0.01


def test_a_strained_joint_slows_the_whole_push_and_ends_it_before_the_servo_shuts_down() -> None:
    half, acted = eased(effort(0.775, *FREE[1:]), START, stepped(0.01), AHEAD, PERIOD_S)
    assert half == pytest.approx(stepped(0.005)) and acted == ("contact",)
    assert eased(effort(0.85, *FREE[1:]), START, stepped(0.01), AHEAD, PERIOD_S) == (START, ("contact",))
    assert YIELDING_FROM * max(SO101.servo.torque_limit) < 0.8


def test_what_strains_on_gives_way_towards_where_the_arm_is_and_the_jaw_stays() -> None:
    back, acted = eased(effort(2.0, *FREE[1:]), START, stepped(0.01, 0.01), AHEAD, PERIOD_S)
    assert back == pytest.approx((*(q - 0.06 * 0.05 for q in START[:-1]), START[-1] + 0.01))
    assert acted == ("contact",)
    some, _ = eased(effort(0.925, *FREE[1:]), START, stepped(0.01), AHEAD, PERIOD_S)
    assert some == pytest.approx((*(q - 0.03 * 0.05 for q in START[:-1]), START[-1]))


def test_a_step_that_gives_way_is_taken_though_the_push_before_it_is_remembered() -> None:
    before = Efforts(FREE, (1.0,) * 6)
    assert eased(before, START, stepped(-0.01), AHEAD, PERIOD_S) == (stepped(-0.01), ())


def test_giving_way_is_free() -> None:
    eager, acted = eased(effort(*(0.84,) * 6), START, stepped(-0.01, -0.01), AHEAD, PERIOD_S)
    assert eager == stepped(-0.01, -0.01) and acted == ()


def test_the_jaw_presses_no_harder_than_its_grip_and_the_arm_goes_on() -> None:
    gripping = effort(*FREE[:-1], GRIP_EFFORT + 0.01)
    shutting = (*(0.05,) * 5, -0.05)
    assert eased(gripping, START, stepped(0.01, -0.02), shutting, PERIOD_S) == (stepped(0.01), ("grip",))
    assert eased(gripping, START, stepped(0.01, 0.02), shutting, PERIOD_S) == (stepped(0.01, 0.02), ())


def test_a_bus_without_samples_and_a_joint_without_torque_feel_nothing() -> None:
    assert felt(Efforts(), SO101, (), PERIOD_S) == Efforts()
    servo = msgspec.structs.replace(SO101.servo, torque_limit=FREE)
    limp = msgspec.structs.replace(SO101, servo=servo)
    assert felt(Efforts(), limp, (sample(0.5),) * 6, PERIOD_S) == Efforts(FREE, FREE)


def test_the_memory_fades_by_its_share_of_the_time() -> None:
    recent = felt(effort(1.0, *FREE[1:]), SO101, loaded(*FREE), 0.1).recent
    assert recent == pytest.approx((1.0 - 0.1 / 0.7, *FREE[1:]))


def test_the_grip_ends_where_the_page_on_safety_says() -> None:
    shutting = (*(0.05,) * 5, -0.05)
    for share, grips in ((0.79, False), (0.8, False), (0.81, True), (1.1, True)):
        _, acted = eased(effort(*FREE[:-1], share), START, stepped(0.0, -0.02), shutting, PERIOD_S)
        assert acted == (("grip",) if grips else ())


def test_the_last_arm_joint_counts_as_the_first() -> None:
    strained = effort(0.0, 0.0, 0.0, 0.0, 0.85, 0.0)
    assert eased(strained, START, stepped(0.01), AHEAD, PERIOD_S) == (START, ("contact",))
    back, _ = eased(effort(0.0, 0.0, 0.0, 0.0, 2.0, 0.0), START, stepped(0.01), AHEAD, PERIOD_S)
    assert back == pytest.approx((*(q - 0.06 * 0.05 for q in START[:-1]), START[-1]))


def test_a_step_that_gives_way_is_taken_and_the_arm_yields_on_while_it_strains() -> None:
    end, acted = eased(effort(2.0, *FREE[1:]), START, stepped(-0.01), AHEAD, PERIOD_S)
    assert end == pytest.approx((*(q - 0.01 - 0.06 * 0.05 for q in START[:-1]), START[-1]))
    assert acted == ("contact",)


def test_a_strained_joint_that_stays_and_a_jaw_that_stays_hold_nothing_back() -> None:
    aside = (START[0], *(q + 0.01 for q in START[1:-1]), START[-1])
    assert eased(effort(0.85, *FREE[1:]), START, aside, AHEAD, PERIOD_S) == (aside, ())
    gripping = effort(*FREE[:-1], 1.0)
    assert eased(gripping, START, stepped(0.01), AHEAD, PERIOD_S) == (stepped(0.01), ())


def test_efforts_steps_and_leads_of_another_arm_are_an_error() -> None:
    with pytest.raises(ValueError, match="zip"):
        felt(Efforts(FREE, FREE[1:]), SO101, loaded(*FREE), PERIOD_S)
    for goal, leads in ((START[1:], AHEAD), (START, AHEAD[1:])):
        with pytest.raises(ValueError, match="zip"):
            eased(effort(*FREE), START, goal, leads, PERIOD_S)


@given(
    st.tuples(*[st.floats(0.0, 3.0)] * 6),
    st.tuples(*[st.floats(-0.02, 0.02)] * 6),
    st.tuples(*[st.floats(-0.3, 0.3)] * 6),
)
def test_the_end_lies_between_start_and_goal_but_for_the_share_that_gives_way(
    shares: tuple[float, ...], ways: tuple[float, ...], leads: tuple[float, ...]
) -> None:
    goal = tuple(q + way for q, way in zip(START, ways, strict=True))
    end, acted = eased(effort(*shares), START, goal, leads, PERIOD_S)
    for a, at, b, lead in zip(START, end, goal, leads, strict=True):
        given = YIELD_RATE_HZ * PERIOD_S * max(0.0, max(shares[:-1]) - YIELDING_FROM) / 0.15
        given = min(YIELD_RATE_HZ * PERIOD_S, given) * abs(lead) + 1e-12
        assert min(a, b) - given <= at <= max(a, b) + given
    assert (end == goal) or acted


def test_what_was_told_does_not_change() -> None:
    assert Efforts.__struct_config__.frozen
