"""Held, being lowered, released: the table, and when the lowering begins and ends."""

from typing import Any

import pytest
from msgspec.structs import replace

from robot_bridge import rest, safety
from robot_bridge.lowering import Descent
from robot_bridge.rest import (
    POSTURES,
    RELEASED_WITHIN_NS,
    REST_AFTER_NS,
    PostureEvent,
    Rest,
    Seen,
    judge,
    torque,
)
from robot_bridge.safety import Fault, ResetAsked, SafetyEvent, SafetyState, StopAsked
from robot_bridge.trajectory import Motion, still
from robot_bridge.wire.state import ArmPosture

NOW = 50_000_000_000
MOVING = Motion((0.0,) * 6, (0.1, *(0.0,) * 5), (0.0,) * 6)


def seen(**change: Any) -> Seen:
    """A quiet latched tick on a whole bus, but for `change`."""
    return replace(Seen(NOW, "ready", "none", True, False, False, False), **change)


RELEASED = seen(phase="released")
EVENTS: list[tuple[ArmPosture, PostureEvent, Seen]] = [
    ("held", "lower", seen(asked=True)),
    ("held", "interrupt", seen(interrupted=True)),
    ("held", "arrive", RELEASED),
    ("held", "engage", seen(woken=True)),
    ("resting", "lower", seen(asked=True)),
    ("resting", "interrupt", seen(interrupted=True)),
    ("resting", "interrupt", seen(phase="absent")),
    ("resting", "arrive", RELEASED),
    ("resting", "engage", seen()),
    ("released", "lower", replace(RELEASED, asked=True)),
    ("released", "interrupt", replace(RELEASED, interrupted=True)),
    ("released", "arrive", RELEASED),
    ("released", "engage", seen()),
]


@pytest.mark.parametrize(("posture", "event", "now"), EVENTS)
def test_every_row_of_the_table(posture: ArmPosture, event: PostureEvent, now: Seen) -> None:
    wanted = POSTURES[posture][event]
    assert judge(Rest(posture, NOW), now).posture == (wanted or posture)


def walk(state: Rest, *ticks: Seen) -> Rest:
    for tick in ticks:
        state = judge(state, tick)
    return state


def hot(after_ns: int, **change: Any) -> Seen:
    return seen(now_ns=NOW + after_ns, fault="overheat", **change)


def test_a_hot_arm_is_lowered_after_twenty_seconds() -> None:
    assert walk(Rest(), hot(0), hot(REST_AFTER_NS - 1)).posture == "held"
    assert walk(Rest(), hot(0), hot(REST_AFTER_NS)).posture == "resting"
    overloaded = replace(hot(REST_AFTER_NS), fault="overload")
    assert walk(Rest(), hot(0), overloaded).posture == "resting"


@pytest.mark.parametrize("other", [{"fault": "none"}, {"fault": "servo_missing"}, {"latched": False}])
def test_the_twenty_seconds_begin_anew_when_the_fault_was_gone(other: dict[str, Any]) -> None:
    between = replace(hot(1), **other)
    assert walk(Rest(), hot(0), between, hot(2), hot(REST_AFTER_NS)).posture == "held"
    assert walk(Rest(), hot(0), between, hot(2), hot(REST_AFTER_NS + 2)).posture == "resting"


def test_no_arm_is_lowered_by_itself_for_another_fault() -> None:
    other = replace(hot(0), fault="following_error")
    assert walk(Rest(), other, replace(other, now_ns=NOW + 9 * REST_AFTER_NS)).posture == "held"


def test_an_arm_without_its_bus_is_not_lowered() -> None:
    assert walk(Rest(), hot(0), hot(REST_AFTER_NS, phase="starting")).posture == "held"


def test_after_an_interruption_it_waits_for_an_order_or_another_fault() -> None:
    stopped = walk(Rest(), hot(0), hot(REST_AFTER_NS), hot(REST_AFTER_NS + 1, interrupted=True))
    assert stopped.posture == "held" and stopped.gave_up
    later = hot(5 * REST_AFTER_NS)
    assert walk(stopped, later).posture == "held"
    assert walk(stopped, replace(later, asked=True)).posture == "resting"
    cooled = walk(stopped, seen(now_ns=NOW + 2 * REST_AFTER_NS), hot(3 * REST_AFTER_NS))
    assert walk(cooled, later).posture == "resting"


def test_a_failure_is_like_an_interruption() -> None:
    failed = rest.failed(walk(Rest(), hot(0), hot(REST_AFTER_NS)), ("self",), NOW)
    assert walk(failed, hot(5 * REST_AFTER_NS)).posture == "held"


def test_what_was_in_the_way_is_named_until_the_reset() -> None:
    failed = rest.failed(walk(Rest(), hot(0), hot(REST_AFTER_NS)), ("self", "table"), NOW)
    assert walk(failed, seen()).hindrances == ("self", "table")
    assert walk(failed, seen(latched=False), seen()).hindrances == ()
    assert walk(failed, seen(asked=True)).hindrances == ()


ARRIVED = Rest("resting", NOW, descent=Descent(way=(), arrived_ns=5))


def test_torque_is_released_only_when_arrived_and_from_standstill() -> None:
    assert torque(ARRIVED, still((0.0,) * 6)) == "release"
    assert torque(ARRIVED, MOVING) == "keep"
    assert torque(ARRIVED, None) == "keep"
    assert torque(Rest("resting", descent=Descent(way=())), still((0.0,) * 6)) == "keep"
    assert torque(Rest("resting"), still((0.0,) * 6)) == "keep"
    assert torque(replace(ARRIVED, posture="held"), still((0.0,) * 6)) == "keep"


def test_an_arm_whose_torque_takes_its_time_to_go_is_still_being_lowered() -> None:
    going = walk(ARRIVED, seen(phase="releasing"), seen(phase="releasing"))
    assert going.posture == "resting"
    assert walk(going, RELEASED).posture == "released"


def test_an_arm_whose_torque_can_not_go_is_held_where_it_lies() -> None:
    last = seen(now_ns=NOW + 5 + RELEASED_WITHIN_NS)
    assert judge(ARRIVED, last).posture == "resting"
    kept = judge(ARRIVED, replace(last, now_ns=last.now_ns + 1))
    assert (kept.posture, kept.gave_up, torque(kept, still((0.0,) * 6))) == ("held", True, "keep")
    assert judge(kept, seen(asked=True)).posture == "resting"


def test_a_released_arm_is_engaged_when_woken_and_until_its_bus_is_ready() -> None:
    lying = walk(Rest("released"), RELEASED)
    assert torque(lying, None) == "keep"
    woken = walk(lying, replace(RELEASED, woken=True), RELEASED, seen(phase="starting"))
    assert woken.posture == "released" and torque(woken, None) == "engage"
    held = walk(woken, seen())
    assert held.posture == "held" and torque(held, still((0.0,) * 6)) == "keep"


BOOTED = safety.boot("boot-1", 7, NOW)
FREE = safety.step(BOOTED, ResetAsked("boot-1"), NOW)[0]
PLAYING = safety.step(FREE, safety.EnableAsked(1, 7), NOW)[0]


def after(state: SafetyState, event: SafetyEvent) -> SafetyState:
    return safety.step(state, event, NOW)[0]


@pytest.mark.parametrize(
    ("before", "now", "interrupted", "woken"),
    [
        (BOOTED, BOOTED, False, False),
        (BOOTED, FREE, True, True),
        (FREE, FREE, False, False),
        (FREE, PLAYING, True, True),
        (FREE, after(FREE, StopAsked("s-1", "operator")), True, False),
        (FREE, after(FREE, Fault("bus_lost")), True, False),
        (FREE, after(FREE, Fault("overheat")), False, False),
    ],
)
def test_what_interrupts_a_lowering_and_what_wakes_the_arm(
    before: SafetyState, now: SafetyState, interrupted: bool, woken: bool
) -> None:
    found = rest.see(before, now, "ready", "none", False, NOW)
    assert (found.interrupted, found.woken) == (interrupted, woken)
    assert found.latched == (now.mode == "latched")
