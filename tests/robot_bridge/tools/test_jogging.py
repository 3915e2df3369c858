"""The jog machine: hold to run, bounded steps, stops, and whatever the bridge says."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace as changed

from robot_bridge.arms import gripper_angle, load_arm
from robot_bridge.tools.jogging import (
    BEAT_NS,
    DEADLINE_NS,
    LEAD_S,
    RUN_NS,
    SPEEDS_RAD_S,
    STALE_NS,
    Beat,
    Event,
    Jog,
    Key,
    Refused,
    Seen,
    lines,
    step,
)
from robot_bridge.wire.commands import (
    Command,
    Enable,
    Heartbeat,
    Hold,
    JointTarget,
    PoseTarget,
    Reset,
    Setpoint,
    Stop,
)
from robot_bridge.wire.state import ArmState, JointState, Mode

SO101 = load_arm("so101")
POSE = PoseTarget(0.2, 0.0, 0.1, 0.0, 0.0, 0.5)


def arm(mode: Mode = "idle", applied: tuple[float, ...] = SO101.ready_rad) -> ArmState:
    """What the bridge says of an arm that stands where it was told to."""
    joints = tuple(JointState(at, 0.0, 0.1, 30.0, 7.4, 0, 0) for at in applied)
    return ArmState(
        version=1,
        tick=1,
        now_ns=1,
        mode=mode,
        cause="none",
        stop_id="boot-1" if mode == "latched" else None,
        stop_generation=3,
        lease_epoch=0,
        applied_sequence=0,
        joints=joints,
        requested_rad=None,
        applied_rad=applied,
        measured_pose=POSE,
        applied_pose=POSE,
        limits=(),
        speed_scale=1.0,
        bus_ok=True,
    )


def after(jog: Jog, *events: Event, now_ns: int = 0) -> tuple[Jog, list[Command]]:
    """The state after these events at one time, and everything said to the bridge."""
    said: list[Command] = []
    for event in events:
        jog, commands = step(SO101, jog, event, now_ns)
        said += commands
    return jog, said


def seen(mode: Mode = "idle") -> Jog:
    """A session that has heard of the arm."""
    return after(Jog("ab"), Seen(arm(mode)))[0]


def running() -> Jog:
    """The first joint runs to the right in play."""
    return after(seen(), Key("right"), Seen(arm("play")))[0]


def targets(said: list[Command]) -> list[tuple[float, ...]]:
    """The joint targets among the commands."""
    return [
        one.target.positions_rad
        for one in said
        if isinstance(one, Setpoint) and isinstance(one.target, JointTarget)
    ]


def test_a_beat_alone_asks_for_no_motion() -> None:
    jog, said = after(seen(), Beat(), Beat())
    assert said == [Heartbeat(1, 0), Heartbeat(1, 1)]
    assert jog.sequence == 2


def test_a_press_enables_and_moves_one_joint_one_small_step_a_beat() -> None:
    jog, said = after(seen(), Key("2"), Key("left"))
    assert said == [Enable(1, 1, 3)]
    jog, said = after(jog, Seen(arm("play")), Beat(), now_ns=5)
    (beat, setpoint) = said
    assert isinstance(beat, Heartbeat) and isinstance(setpoint, Setpoint)
    assert (setpoint.lease_epoch, setpoint.stop_generation, setpoint.deadline_ns) == (1, 3, 5 + DEADLINE_NS)
    moved = [to - at for to, at in zip(targets(said)[0], SO101.ready_rad, strict=False)]
    assert moved == pytest.approx([0.0, -SPEEDS_RAD_S[1] * BEAT_NS / 1e9, 0.0, 0.0, 0.0])


def test_a_repeated_press_goes_on_without_enabling_again() -> None:
    jog, said = after(running(), Key("right"), now_ns=RUN_NS - 1)
    assert (said, jog.until_ns) == ([], 2 * RUN_NS - 1)


def test_turning_round_begins_where_the_arm_is() -> None:
    ahead, _ = after(running(), Beat(), Beat(), Beat())
    jog, said = after(ahead, Key("left"))
    assert [type(one) for one in said] == [Enable]
    assert jog.target_rad == arm("play").applied_rad


def test_silence_of_the_keys_is_a_hold() -> None:
    jog, said = after(running(), Beat(), now_ns=RUN_NS - 1)
    assert isinstance(said[-1], Setpoint)
    jog, said = after(jog, Beat(), Beat(), now_ns=RUN_NS)
    assert said[1:] == [Hold(1, "hold_to_run_lost"), Heartbeat(1, 2)]
    assert jog.direction == 0


def test_silence_of_the_bridge_is_a_hold_and_no_key_moves_it() -> None:
    far = replace(running(), until_ns=10 * STALE_NS)
    jog, said = after(far, Beat(), now_ns=STALE_NS + 1)
    assert said[-1] == Hold(1, "hold_to_run_lost")
    jog, said = after(jog, Key("right"), now_ns=STALE_NS + 1)
    assert (said, jog.note, jog.direction) == ([], "silent", 0)
    assert after(Jog("ab"), Key("right"))[0].note == "silent"


def test_a_latch_ends_the_run() -> None:
    jog, said = after(running(), Seen(arm("latched")), Beat())
    assert said[-1] == Hold(1, "hold_to_run_lost")
    assert after(jog, Key("left")) == (replace(jog, note="latched"), [])


@given(st.integers(0, 5), st.sampled_from(["left", "right"]), st.integers(0, 2), st.integers(1, 60))
def test_the_target_stays_within_limits_and_near_the_arm_whatever_is_held(
    joint: int, way: str, speed: int, beats: int
) -> None:
    jog = replace(seen(), selected=joint, speed=speed)
    jog, _ = after(jog, Key(way), Seen(arm("play")))
    jog, said = after(jog, *[Beat()] * beats)
    lead = SPEEDS_RAD_S[speed] * LEAD_S
    for number, (to, at) in enumerate(zip(jog.target_rad, SO101.ready_rad, strict=True)):
        assert SO101.lower_rad[number] <= to <= SO101.upper_rad[number]
        assert abs(to - at) <= (lead + 1e-9 if number == joint else 0.0)


def test_the_gripper_is_told_as_a_fraction() -> None:
    jog, _ = after(seen(), Key("6"), Key("right"), Seen(arm("play")))
    jog, said = after(jog, Beat())
    (setpoint,) = [one for one in said if isinstance(one, Setpoint)]
    assert gripper_angle(SO101, setpoint.target.gripper) == pytest.approx(jog.target_rad[-1])


def test_choosing_another_joint_holds_first() -> None:
    jog, said = after(running(), Key("down"))
    assert (jog.selected, jog.direction, said) == (1, 0, [Hold(1, "hold_to_run_lost")])
    assert after(seen(), Key("up"))[0].selected == 5
    assert after(seen(), Key("9"))[0].selected == 0
    assert after(seen(), Key("0"))[0].selected == 0
    assert after(seen(), Key("x")) == (seen(), [])


def test_speeds_stay_within_their_list() -> None:
    assert after(seen(), *[Key("faster")] * 5)[0].speed == len(SPEEDS_RAD_S) - 1
    assert after(seen(), *[Key("slower")] * 5)[0].speed == 0


def test_every_stop_has_a_name_of_its_own() -> None:
    jog, said = after(running(), Key("stop"), Key("end"))
    assert [one.stop_id for one in said if isinstance(one, Stop)] == ["jog-ab-1", "jog-ab-2"]
    assert (jog.direction, jog.ended) == (0, True)


def test_a_reset_names_the_stop_that_was_seen() -> None:
    assert after(seen("latched"), Key("reset"))[1] == [Reset(1, "boot-1")]
    assert after(seen(), Key("reset"))[1] == []
    assert after(Jog("ab"), Key("reset"))[1] == []


def test_a_refusal_is_kept_for_the_screen() -> None:
    assert after(seen(), Refused("old_sequence"))[0].note == "old_sequence"


def test_a_bridge_that_applied_nothing_yet_is_not_jogged() -> None:
    bare = changed(arm(), applied_rad=())
    assert after(after(Jog("ab"), Seen(bare))[0], Key("right"))[0].note == "silent"


def test_a_line_for_people_per_joint() -> None:
    assert lines(SO101, Jog("ab")) == ()
    rows = lines(SO101, replace(seen(), selected=2))
    assert [row.name for row in rows] == list(SO101.joint_names)
    assert [row.selected for row in rows] == [False, False, True, False, False, False]
    assert all(0.0 <= row.place <= 1.0 for row in rows)
    assert (rows[0].load, rows[0].temperature_c, rows[0].voltage_v, rows[0].status) == (0.1, 30.0, 7.4, 0)
