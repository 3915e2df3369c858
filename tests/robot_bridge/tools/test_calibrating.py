"""The calibration machine: phases, work asked for, ranges over the turn's end, interruptions."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from robot_bridge.arms import JointCalibration, load_arm
from robot_bridge.tools.calibrating import (
    Carried,
    Confirmed,
    Entered,
    Event,
    Failed,
    File,
    Free,
    Home,
    Interrupted,
    Job,
    Joint,
    Phase,
    Readings,
    Saved,
    State,
    Store,
    entries,
    job,
    share,
    start,
    step,
)
from robot_bridge.tools.complaint import Complaint
from robot_bridge.tools.dialect import FEETECH_STS
from robot_bridge.tools.travel import Travel

JOB = Job((Joint("lift", 2, False, 2000), Joint("roll", 5, True, 3641)), 4096, FEETECH_STS.homing, -1)
LOST = Complaint("port_lost")


def after(state: State, *events: Event) -> State:
    """The state after these events."""
    for event in events:
        state, _ = step(JOB, state, event)
    return state


def sweep(low: int, high: int, home: int = 2047) -> tuple[Readings, ...]:
    """The lift goes from home to one end and to the other, the roll stays."""
    path = [*range(home, low, -200), *range(low, high, 200), high]
    return tuple(Readings((place % 4096, 100)) for place in path)


def at_sweep(lift: int = 2500) -> State:
    """Homed with the lift's servo reading this raw position in the middle."""
    return after(start(JOB, None), Confirmed(), Carried(), Readings((lift, 3000)), Entered(), Carried())


def test_the_job_of_an_arm_knows_its_ranges() -> None:
    todo = job(load_arm("so101"), FEETECH_STS.homing, FEETECH_STS.offset_sign)
    assert [joint.full_turn for joint in todo.joints] == [False] * 4 + [True, False]
    assert all(500 < joint.expected_steps < 4096 for joint in todo.joints)


def test_nothing_is_touched_before_the_person_confirms() -> None:
    state = start(JOB, None)
    for event in (Entered(), Entered(anyway=True), Readings((1, 2)), Carried()):
        assert step(JOB, state, event) == (state, ())
    assert step(JOB, state, Confirmed())[1] == (Free(clear=True),)


def test_the_whole_way_gives_offsets_limits_and_a_file() -> None:
    state = after(start(JOB, None), Confirmed(), Carried(), Readings((2500, 3000)))
    assert (state.phase, state.travels[0].at) == ("middle", 2500)
    state, effects = step(JOB, state, Entered())
    assert effects == (Home((453, 953)),)
    state = after(state, Carried(), *sweep(1000, 3100))
    state, effects = step(JOB, state, Entered())
    done = (JointCalibration(2, 0, 453, 1000, 3100), JointCalibration(5, 0, 953, 0, 4095))
    assert effects == (Store(done),)
    state, effects = step(JOB, state, Carried())
    assert (state.phase, effects) == ("file", (File(done),))
    state = after(state, Carried())
    assert state.phase == "done"
    assert after(state, Carried(), Interrupted(), Confirmed()) == state


@given(st.integers(0, 4095), st.integers(0, 4095), st.integers(1250, 3800))
def test_every_range_lies_within_the_turn_and_keeps_its_width(middle: int, low: int, width: int) -> None:
    state = after(
        at_sweep(middle), *(Readings(((low + at) % 4096, 0)) for at in (*range(0, width, 150), width))
    )
    state, effects = step(JOB, state, Entered())
    (store,) = effects
    assert isinstance(store, Store)
    lift = store.entries[0]
    assert 0 <= lift.range_min < lift.range_max <= 4095
    assert lift.range_max - lift.range_min == width
    assert abs(lift.homing_offset) <= 2047
    raw = (lift.range_min + lift.homing_offset) % 4096
    assert abs((raw - (low + state.offsets[0]) + 2048) % 4096 - 2048) <= 1


def test_an_added_offset_moves_the_other_way() -> None:
    state = State("sweep", (Travel(4200, 3000, 4200), Travel()), offsets=(100, 0))
    subtracted, added = (entries(replace(JOB, offset_sign=sign), state)[0] for sign in (-1, 1))
    assert subtracted.homing_offset - 100 == 100 - added.homing_offset
    assert (subtracted.range_min, subtracted.range_max) == (added.range_min, added.range_max)


@pytest.mark.parametrize(
    ("offset", "low", "high", "entry"),
    [
        (-900, 1000, 3100, (-900, 1000, 3100)),
        (-1500, 1000, 3000, (-1024, 1476, 3476)),
        (1500, 1500, 3100, (1024, 1024, 2624)),
        (-1500, 200, 3900, (-1500, 200, 3900)),
    ],
)
def test_an_offset_stays_small_enough_for_the_servos_own_limits_where_the_range_allows_it(
    offset: int, low: int, high: int, entry: tuple[int, int, int]
) -> None:
    todo = replace(JOB, offset_sign=1, most_offset=1024)
    lift, roll = entries(todo, State("sweep", (Travel(low, low, high), Travel()), offsets=(offset, offset)))
    assert (lift.homing_offset, lift.range_min, lift.range_max) == entry
    assert roll.homing_offset == offset, "the middle of a full turn is its angle 0"


def test_a_joint_that_did_not_answer_is_not_homed() -> None:
    state = after(start(JOB, None), Confirmed(), Carried(), Readings((2500, None)))
    state, effects = step(JOB, state, Entered())
    assert (effects, state.note, state.named) == ((), "unread", ("roll",))


def test_a_short_sweep_is_not_taken_unless_the_person_says_so() -> None:
    state = after(at_sweep(), *sweep(1800, 2400))
    state, effects = step(JOB, state, Entered())
    assert (effects, state.note, state.named) == ((), "short", ("lift",))
    assert isinstance(step(JOB, state, Entered(anyway=True))[1][0], Store)


def test_a_joint_that_was_not_moved_is_never_taken() -> None:
    state = after(at_sweep(), Readings((2047, 100)))
    assert after(state, Entered(anyway=True)).note == "short"


def test_more_than_a_turn_is_begun_anew() -> None:
    state = after(at_sweep(), *(Readings((at % 4096, 0)) for at in range(0, 4400, 300)))
    state, effects = step(JOB, state, Entered(anyway=True))
    assert (effects, state.note, state.named, state.travels[0]) == ((), "too_long", ("lift",), Travel())


def test_a_missing_answer_leaves_a_travel_as_it_is() -> None:
    state = after(at_sweep(), Readings((2000, 5)))
    assert after(state, Readings((None, 6))).travels[0] == state.travels[0]


@pytest.mark.parametrize("ranges", [((1000, 3000), (5, 5)), ()])
def test_an_unfinished_one_goes_on_without_clearing(ranges: tuple[tuple[int, int], ...]) -> None:
    state, effects = step(JOB, start(JOB, Saved((7, 8), ranges)), Confirmed())
    assert effects == (Free(clear=False),)
    state = after(state, Carried())
    assert (state.phase, state.offsets) == ("sweep", (7, 8))
    assert state.travels[0].width == (2000 if ranges else 0)


def reached() -> list[State]:
    """One state of every phase that a calibration goes through."""
    swept = after(at_sweep(), *sweep(1000, 3100))
    stored = after(swept, Entered())
    middle = after(start(JOB, None), Confirmed(), Carried(), Readings((2500, 3000)))
    states = [start(JOB, None), after(start(JOB, None), Confirmed()), middle, after(middle, Entered())]
    return [*states, swept, stored, after(stored, Carried())]


def test_an_interruption_anywhere_says_where() -> None:
    phases: list[Phase] = ["warn", "free", "middle", "home", "sweep", "store", "file"]
    assert [state.phase for state in reached()] == phases
    for state in reached():
        assert (after(state, Interrupted()).phase, after(state, Interrupted()).reached) == (
            "stopped",
            state.phase,
        )
        failed = after(state, Failed(LOST))
        assert (failed.phase, failed.reached, failed.complaint) == ("failed", state.phase, LOST)


def test_what_is_stored_is_what_would_be_kept() -> None:
    state = after(
        at_sweep(), *(Readings((at % 4096, 0)) for at in range(3000, 5000, 100)), Entered(), Carried()
    )
    lift = entries(JOB, state)[0]
    assert (state.offsets[0], state.travels[0].low) == (lift.homing_offset, lift.range_min)


def test_the_share_of_a_full_turn_is_whole() -> None:
    assert share(JOB.joints[1], Travel()) == 1.0
    assert share(JOB.joints[0], Travel(500, 0, 1000)) == 0.5
