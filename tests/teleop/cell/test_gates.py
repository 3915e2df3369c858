"""Every gate refuses with its own reason, and nothing stale or foreign passes."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from robot_bridge.wire.commands import PoseTarget
from teleop.cell.gates import (
    HOLD_FROM_NS,
    LINK_FULL_NS,
    LINK_LEAST_NS,
    LINK_LEAST_SCALE,
    MAX_AGE_NS,
    MAX_CLOCK_ERROR_NS,
    UNREACHED_NS,
    UNSEEN_SCALE,
    Admitted,
    GateState,
    Refused,
    Sight,
    admit,
    derating,
    link_scale,
    open_for,
)
from teleop.clock import Estimate
from teleop.wire.player_in import Control, PoseVelocity, SeenFrame

MS = 1_000_000
NOW = 10**12
OFFSET = 7 * 10**9
POSE = PoseTarget(0.2, 0.0, 0.1, -1.5, 0.0, 0.5)
SEEN = SeenFrame("overview", 1, 1, 1, 1, 1)
GOOD = Control(
    version=1,
    lease_epoch=3,
    sequence=1,
    client_us=(NOW - OFFSET - 20 * MS) // 1000,
    echo_ns=NOW - 30 * MS,
    hold_to_run=True,
    stick=False,
    device="keyboard",
    pose=POSE,
    velocity=PoseVelocity(0.0, 0.0, 0.0, 0.0, 0.0),
    seen=SEEN,
)
SIGHT = Sight(NOW, Estimate(OFFSET, 5 * MS, 10 * MS), NOW - 60 * MS, NOW - 30 * MS)


def judge(control: Control = GOOD, sight: Sight = SIGHT, state: GateState | None = None):
    return admit(open_for(3) if state is None else state, control, sight)


def changed(**fields):
    return msgspec.structs.replace(GOOD, **fields)


def sighted(**fields):
    facts = {name: getattr(SIGHT, name) for name in Sight.__slots__}
    return Sight(**{**facts, **fields})


def test_a_fresh_message_of_the_lease_passes_at_full_speed():
    state, verdict = judge()
    assert verdict == Admitted(1.0, 20 * MS, SIGHT.clock)
    assert state.sequence == 1


@pytest.mark.parametrize(
    ("control", "sight", "reason", "hold"),
    [
        (changed(lease_epoch=2), SIGHT, "wrong_epoch", None),
        (changed(lease_epoch=4), SIGHT, "wrong_epoch", None),
        (GOOD, sighted(clock=None), "clock_unknown", None),
        (GOOD, sighted(clock=Estimate(OFFSET, MAX_CLOCK_ERROR_NS + 1, 0)), "clock_unsure", None),
        (changed(client_us=(NOW - OFFSET - MAX_AGE_NS - 6 * MS) // 1000), SIGHT, "too_old", None),
        (changed(client_us=(NOW - OFFSET + 6 * MS) // 1000), SIGHT, "from_future", None),
        (changed(echo_ns=NOW + 1), SIGHT, "echo_from_future", None),
        (changed(echo_ns=NOW - HOLD_FROM_NS), SIGHT, "state_stale", "stale_picture"),
        (GOOD, sighted(camera_capture_ns=NOW - HOLD_FROM_NS), "camera_stale", "stale_picture"),
        (GOOD, sighted(camera_capture_ns=None), "camera_stale", "stale_picture"),
        (GOOD, sighted(seen_capture_ns=NOW - HOLD_FROM_NS), "picture_stale", "stale_picture"),
        (GOOD, sighted(seen_capture_ns=None), "picture_stale", "stale_picture"),
        (changed(hold_to_run=False), SIGHT, "hold_to_run_lost", "hold_to_run_lost"),
    ],
)
def test_each_gate_names_its_reason(control, sight, reason, hold):
    _, verdict = judge(control, sight)
    assert verdict == Refused(reason, hold)


def test_a_shut_gate_lets_nobody_pass():
    assert judge(state=open_for(None))[1] == Refused("wrong_epoch")


def test_a_page_that_cannot_say_what_it_shows_drives_at_half_speed():
    _, verdict = judge(changed(seen=None), sighted(seen_capture_ns=None))
    assert isinstance(verdict, Admitted) and verdict.speed_scale == UNSEEN_SCALE
    assert verdict.slowed == ("picture_unseen",)


def test_a_page_that_cannot_say_what_it_shows_drives_while_pictures_reach_it_and_no_longer():
    unseen = changed(seen=None)
    _, reached = judge(unseen, sighted(seen_capture_ns=None, reached_ns=NOW - UNREACHED_NS + 1))
    assert isinstance(reached, Admitted) and reached.speed_scale == UNSEEN_SCALE
    _, unreached = judge(unseen, sighted(seen_capture_ns=None, reached_ns=NOW - UNREACHED_NS))
    assert unreached == Refused("picture_stale", "stale_picture")
    _, named = judge(GOOD, sighted(reached_ns=NOW - UNREACHED_NS))
    assert isinstance(named, Admitted)


def test_speed_falls_with_the_older_of_state_and_picture():
    _, by_state = judge(changed(echo_ns=NOW - 750 * MS))
    _, by_camera = judge(GOOD, sighted(camera_capture_ns=NOW - 600 * MS))
    assert isinstance(by_camera, Admitted) and by_camera.speed_scale == pytest.approx(0.8)
    _, by_picture = judge(GOOD, sighted(seen_capture_ns=NOW - 900 * MS))
    assert isinstance(by_state, Admitted) and by_state.speed_scale == pytest.approx(0.5)
    assert isinstance(by_picture, Admitted) and by_picture.speed_scale == pytest.approx(0.2)


@pytest.mark.parametrize(
    ("control", "sight", "slowed"),
    [
        (GOOD, SIGHT, ()),
        (GOOD, sighted(seen_capture_ns=NOW - 600 * MS), ("picture_old",)),
        (GOOD, sighted(camera_capture_ns=NOW - 600 * MS), ("camera_old",)),
        (changed(echo_ns=NOW - 600 * MS), SIGHT, ("state_old",)),
        (GOOD, sighted(clock=Estimate(OFFSET, 5 * MS, 350 * MS)), ("link_slow",)),
        (GOOD, sighted(clock=Estimate(OFFSET, 5 * MS, 280 * MS, 40 * MS)), ("link_slow",)),
        (
            changed(echo_ns=NOW - 700 * MS),
            sighted(seen_capture_ns=NOW - 700 * MS, clock=Estimate(OFFSET, 5 * MS, 500 * MS)),
            ("picture_old", "state_old", "link_slow"),
        ),
    ],
)
def test_whatever_slows_the_arm_is_named(control, sight, slowed):
    _, verdict = judge(control, sight)
    assert isinstance(verdict, Admitted) and verdict.slowed == slowed
    assert (verdict.speed_scale < 1.0) == bool(slowed)


def test_an_old_echo_holds_the_arm_whatever_the_page_says_of_its_clock():
    honest = Estimate(OFFSET, MS, MS)
    for claimed_age_ns in (0, 20 * MS, 100 * MS):
        control = changed(client_us=(NOW - OFFSET - claimed_age_ns) // 1000, echo_ns=NOW - HOLD_FROM_NS)
        assert judge(control, sighted(clock=honest))[1] == Refused("state_stale", "stale_picture")


@given(st.integers(0, 2 * 10**9), st.integers(0, 10**9), st.integers(0, 10**9))
def test_speed_never_rises_with_round_trip_or_jitter(trip_ns, jitter_ns, more_ns):
    share = link_scale(Estimate(0, 0, trip_ns, jitter_ns))
    assert LINK_LEAST_SCALE <= share <= 1.0
    assert link_scale(Estimate(0, 0, trip_ns + more_ns, jitter_ns)) <= share
    assert link_scale(Estimate(0, 0, trip_ns, jitter_ns + more_ns)) <= share


def test_the_slowing_begins_and_ends_where_it_says():
    assert link_scale(Estimate(0, 0, LINK_FULL_NS)) == 1.0
    assert link_scale(Estimate(0, 0, LINK_LEAST_NS)) == pytest.approx(LINK_LEAST_SCALE)
    assert link_scale(Estimate(0, 0, 500 * MS)) == pytest.approx(0.7)


@given(st.lists(st.integers(0, 30), max_size=40))
def test_only_strictly_newer_sequences_pass(sequences):
    state, passed = open_for(3), []
    for sequence in sequences:
        state, verdict = judge(changed(sequence=sequence), state=state)
        if isinstance(verdict, Admitted):
            passed.append(sequence)
        else:
            assert verdict == Refused("old_sequence")
    assert passed == sorted(set(passed))
    assert not sequences or max(sequences) in passed


def test_a_message_refused_late_has_used_its_sequence():
    state, _ = judge(changed(hold_to_run=False))
    assert judge(state=state)[1] == Refused("old_sequence")


@given(st.integers(0, 10**10), st.integers(0, 10**10))
def test_derating_never_rises_with_age(a_ns, b_ns):
    assert derating(max(a_ns, b_ns)) <= derating(min(a_ns, b_ns))
    assert derating(0) == 1.0 and derating(HOLD_FROM_NS) == 0.0


@given(age_ns=st.integers(-(10**10), 10**10), error_ns=st.integers(0, MAX_CLOCK_ERROR_NS))
def test_what_passes_is_young_or_the_clock_cannot_tell(age_ns, error_ns):
    control = changed(client_us=max(0, (NOW - OFFSET - age_ns) // 1000))
    _, verdict = judge(control, sighted(clock=Estimate(OFFSET, error_ns, 0)))
    if isinstance(verdict, Admitted):
        assert -error_ns <= verdict.age_ns <= MAX_AGE_NS + error_ns
