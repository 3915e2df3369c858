"""The state message: angles from steps, and what stands in while nothing was measured."""

import msgspec
from msgspec.structs import replace

from robot_bridge import orders, safety
from robot_bridge.arms import ArmModel
from robot_bridge.buses.reading import BusReading, JointSample, absent
from robot_bridge.kinematics import distance, forward
from robot_bridge.outbox import View, arm_state, measure
from robot_bridge.wire.commands import PoseTarget, Setpoint
from robot_bridge.wire.state import ArmState, Upward


def reading(posture: tuple[float, ...]) -> BusReading:
    samples = tuple(JointSample(at, 0.5, -0.2, 7.4, 31.0, "none", 4, 1_000) for at in posture)
    return BusReading("ready", samples, posture, "none")


def test_samples_get_an_age(so101: ArmModel) -> None:
    joints = measure(reading(so101.ready_rad), 51_000)
    assert tuple(joint.position_rad for joint in joints) == so101.ready_rad
    assert (joints[0].velocity_rad_s, joints[0].load) == (0.5, -0.2)
    assert (joints[0].status, joints[0].age_ns) == (4, 50_000)


def test_nothing_is_measured_until_every_joint_has_answered() -> None:
    assert measure(absent(6), 5) == ()


def message(model: ArmModel, view: View, setpoint: Setpoint | None = None) -> ArmState:
    told = orders.start(safety.boot("boot-1", 7, 0), 0)
    if setpoint is not None:
        told = replace(told, setpoint=setpoint, sequence=setpoint.sequence)
    return arm_state(model, told, view)


def test_the_message_says_what_was_measured_and_applied(so101: ArmModel) -> None:
    joints = measure(reading(so101.ready_rad), 0)
    view = View(9, 77, joints, so101.rest_rad, so101.rest_rad, ("table",), True)
    state = message(so101, view, Setpoint(1, 1, 7, 12, 0, PoseTarget(0.2, 0, 0.1, -1, 0, 0), 0.5))
    assert (state.tick, state.now_ns, state.limits, state.bus_ok) == (9, 77, ("table",), True)
    assert (state.applied_sequence, state.speed_scale) == (12, 0.5)
    assert distance(state.measured_pose, forward(so101, so101.ready_rad)) < 0.002
    assert distance(state.applied_pose, forward(so101, so101.rest_rad)) < 1e-9
    decoded = msgspec.msgpack.decode(msgspec.msgpack.encode(state), type=Upward)
    assert decoded == state


def test_without_a_bus_the_poses_are_those_of_rest(so101: ArmModel) -> None:
    state = message(so101, View(1, 0, (), None, None, (), False))
    assert state.applied_rad == () and state.joints == () and state.requested_rad is None
    assert state.measured_pose == state.applied_pose == forward(so101, so101.rest_rad)
    assert (state.applied_sequence, state.speed_scale, state.mode) == (0, 1.0, "latched")
