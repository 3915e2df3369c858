"""What a tick of the arm becomes in an episode."""

import msgspec
import pytest

from robot_bridge.wire.commands import JointTarget, PoseTarget
from robot_bridge.wire.state import ArmState, JointState
from teleop.episodes.ticks import SentSetpoint, Tick, action, observation

POSE = PoseTarget(x_m=0.2, y_m=0.0, z_m=0.12, pitch_rad=-1.5, roll_rad=0.0, gripper=0.5)
JOINTS = (
    JointState(0.1, 0.2, 0.3, 31.0, 7.4, 0, 1_000),
    JointState(-0.4, -0.5, -0.6, 32.0, 7.3, 4, 2_000),
)


@pytest.fixture
def state() -> ArmState:
    return ArmState(
        version=1,
        tick=5,
        now_ns=900,
        mode="play",
        cause="none",
        stop_id=None,
        stop_generation=0,
        lease_epoch=3,
        applied_sequence=41,
        joints=JOINTS,
        requested_rad=(0.1, 0.2),
        applied_rad=(0.11, 0.21),
        measured_pose=POSE,
        applied_pose=POSE,
        limits=(),
        speed_scale=0.5,
        bus_ok=True,
    )


def test_an_observation_holds_each_joint_s_measurements_in_its_order(state: ArmState) -> None:
    seen = observation(state)
    assert (seen.t_ns, seen.tick, seen.mode, seen.cause, seen.end_effector) == (
        900,
        5,
        "play",
        "none",
        POSE,
    )
    assert (seen.positions_rad, seen.velocities_rad_s) == ((0.1, -0.4), (0.2, -0.5))
    assert (seen.loads, seen.sample_age_ns) == ((0.3, -0.6), (1_000, 2_000))
    assert (seen.temperatures_c, seen.voltages_v) == ((31.0, 32.0), (7.4, 7.3))


@pytest.mark.parametrize("number", [0, 1])
def test_what_one_drive_does_not_tell_is_told_of_none(state: ArmState, number: int) -> None:
    joints = list(JOINTS)
    joints[number] = msgspec.structs.replace(joints[number], temperature_c=None)
    assert observation(msgspec.structs.replace(state, joints=tuple(joints))).temperatures_c == ()
    joints[number] = msgspec.structs.replace(JOINTS[number], voltage_v=None)
    seen = observation(msgspec.structs.replace(state, joints=tuple(joints)))
    assert (seen.temperatures_c, seen.voltages_v) == ((31.0, 32.0), ())


def test_an_arm_of_which_nothing_is_measured_has_no_columns(state: ArmState) -> None:
    seen = observation(msgspec.structs.replace(state, joints=()))
    assert (seen.positions_rad, seen.velocities_rad_s, seen.loads) == ((), (), ())
    assert (seen.temperatures_c, seen.voltages_v, seen.sample_age_ns) == ((), (), ())


def test_an_action_names_the_player_s_message_and_its_source(state: ArmState) -> None:
    asked = action(state, SentSetpoint(POSE, "assist", 9))
    held = action(state, SentSetpoint(JointTarget((0.0,), 0.5), "player", 10))
    none = action(state, None)
    lowered = action(msgspec.structs.replace(state, posture="resting"), None)
    assert (asked.requested, asked.source, asked.sequence, asked.command) == (POSE, "assist", 9, 41)
    assert (held.requested, held.source) == (None, "player")
    assert (none.requested, none.sequence, none.source, none.command) == (None, 0, "none", None)
    assert (lowered.source, lowered.posture) == ("operator", "resting")


def test_a_tick_becomes_both(state: ArmState) -> None:
    sent = SentSetpoint(POSE, "player", 9)
    assert Tick(state, sent).messages() == (observation(state), action(state, sent))
