"""What the bridge writes into and expects of each servo, derived from the arm and its calibration."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from robot_bridge.arms import ArmModel, JointCalibration
from robot_bridge.buses.dynamixel_servos import DynamixelServos
from robot_bridge.buses.feetech_servos import FeetechServos
from robot_bridge.buses.servo_protocol import ServoProtocol, ServoSpec
from robot_bridge.toml_table import InvalidTable

_ACCELERATION = 25_400  # steps/s2, the most that an STS register holds; the trajectory bounds the arm
_SPEED_HEADROOM = 1.4
_BITS_PER_BYTE = 10
_PROTOCOLS: dict[str, ServoProtocol] = {"feetech-sts": FeetechServos(), "dynamixel-2": DynamixelServos()}


@dataclass(frozen=True, slots=True)
class ChainSpec:
    """The chain: its servos in the arm's order, what they speak, the fastest turn that can be believed.

    `shadows` are verified at every start, and take what is written to their leaders. `ids` are the servos'
    in the arm's order; `everyone` is the servos in that order, then the shadows; `places` says where there an
    id is, `led_by` where each shadow's leader is. They are made up once, as every tick asks for them.
    """

    servos: tuple[ServoSpec, ...]
    protocol: ServoProtocol
    max_steps_s: float
    byte_ns: int
    shadows: tuple[ServoSpec, ...] = ()
    ids: tuple[int, ...] = field(init=False, repr=False, compare=False)
    everyone: tuple[ServoSpec, ...] = field(init=False, repr=False, compare=False)
    places: Mapping[int, int] = field(init=False, repr=False, compare=False)
    led_by: tuple[int, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        everyone = self.servos + self.shadows
        ids = tuple(servo.servo_id for servo in self.servos)
        object.__setattr__(self, "ids", ids)
        object.__setattr__(self, "led_by", tuple(ids.index(one.leader_id) for one in self.shadows))
        object.__setattr__(self, "everyone", everyone)
        object.__setattr__(self, "places", {one.servo_id: place for place, one in enumerate(everyone)})


def servo_protocol(name: str) -> ServoProtocol:
    """The protocol of this name; raises InvalidTable when there is none."""
    found = _PROTOCOLS.get(name)
    if found is None:
        known = ", ".join(_PROTOCOLS)
        raise InvalidTable(f"there is no servo protocol named {name!r}; known ones: {known}")
    return found


def chain_spec(model: ArmModel, calibration: tuple[JointCalibration, ...]) -> ChainSpec:
    """The chain of this arm under this calibration; raises InvalidTable for an unknown protocol."""
    steps_per_rad = model.servo.steps_per_turn / math.tau
    servos = tuple(
        ServoSpec(
            name=joint.name,
            servo_id=entry.id,
            model_number=model_number,
            homing_offset=entry.homing_offset,
            range_min=entry.range_min,
            range_max=entry.range_max,
            goal_speed=math.ceil(speed * _SPEED_HEADROOM * steps_per_rad),
            acceleration=_ACCELERATION,
            torque_limit=round(torque * 1000),
            drive_mode=entry.drive_mode,
        )
        for joint, model_number, entry, speed, torque in zip(
            model.joints,
            model.model_numbers,
            calibration,
            model.motion.velocity_rad_s,
            model.servo.torque_limit,
            strict=True,
        )
    )
    return ChainSpec(
        servos,
        servo_protocol(model.servo.protocol),
        model.servo.velocity_rad_s * steps_per_rad,
        _BITS_PER_BYTE * 1_000_000_000 // model.servo.baud,
        tuple(_shadows(model, servos)),
    )


def _shadows(model: ArmModel, leaders: tuple[ServoSpec, ...]) -> Iterator[ServoSpec]:
    """The arm's shadow servos: as their leaders, but for their ids, the way they face, and their own zero."""
    for joint, leader in zip(model.joints, leaders, strict=True):
        for servo_id in joint.shadow_ids:
            yield replace(
                leader,
                name=f"{leader.name}_shadow",
                servo_id=servo_id,
                drive_mode=joint.shadow_drive_mode,
                leader_id=leader.servo_id,
            )
