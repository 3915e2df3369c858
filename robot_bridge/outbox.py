"""From the controller's view of the arm to the state message that the cell gets every tick."""

from dataclasses import dataclass

from robot_bridge.arms import ArmModel
from robot_bridge.buses.reading import BusReading
from robot_bridge.kinematics import forward
from robot_bridge.limits import Posture
from robot_bridge.orders import Orders
from robot_bridge.wire.state import ArmPosture, ArmState, JointState, Limit

_MAX_AGE_NS = 2**62


@dataclass(frozen=True, slots=True)
class View:
    """What happened this tick, apart from the orders."""

    tick: int
    now_ns: int
    joints: tuple[JointState, ...]
    requested_rad: Posture | None
    applied_rad: Posture | None
    limits: tuple[Limit, ...]
    bus_ok: bool
    derate: float = 1.0
    posture: ArmPosture = "held"
    limited_rad: Posture | None = None


def measure(reading: BusReading, now_ns: int) -> tuple[JointState, ...]:
    """All joints as last measured; empty until every joint has answered once."""
    joints: list[JointState] = []
    for sample in reading.samples:
        if sample is None:
            return ()
        joints.append(
            JointState(
                position_rad=sample.position_rad,
                velocity_rad_s=sample.velocity_rad_s,
                load=sample.load,
                temperature_c=sample.temperature_c,
                voltage_v=sample.voltage_v,
                status=sample.status,
                age_ns=min(_MAX_AGE_NS, max(0, now_ns - sample.at_ns)),
            )
        )
    return tuple(joints)


def arm_state(model: ArmModel, orders: Orders, view: View) -> ArmState:
    """The message; poses fall back to the rest posture while nothing was ever measured."""
    safety = orders.safety
    scale = orders.setpoint.speed_scale if orders.setpoint is not None else 1.0
    measured = tuple(joint.position_rad for joint in view.joints) or view.applied_rad or model.rest_rad
    return ArmState(
        version=1,
        tick=view.tick,
        now_ns=view.now_ns,
        mode=safety.mode,
        cause=safety.cause,
        stop_id=safety.stop_id,
        stop_generation=safety.stop_generation,
        lease_epoch=safety.lease_epoch,
        applied_sequence=max(0, orders.sequence),
        joints=view.joints,
        requested_rad=view.requested_rad,
        applied_rad=view.applied_rad or (),
        measured_pose=forward(model, measured),
        applied_pose=forward(model, view.applied_rad or measured),
        limits=view.limits,
        speed_scale=scale * view.derate,
        bus_ok=view.bus_ok,
        posture=view.posture,
        limited_rad=view.limited_rad,
    )
