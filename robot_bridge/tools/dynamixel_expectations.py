"""What each safety register of a Dynamixel should hold, the bounds that the bridge writes among them. Pure.

Bounds of the servo's own protection: between what the maker's models are delivered with, and the arm's file.
"""

from robot_bridge.arms import ArmModel, JointCalibration
from robot_bridge.buses.dynamixel_servos import CURRENT_LIMIT, bounded_power, profile_velocity
from robot_bridge.buses.servo_protocol import ServoSpec
from robot_bridge.tools.expectations import Expectation, calibrated

_HIGHEST_LIMIT_C, _LOWEST_LIMIT_C = 80, 60
_SUPPLY_LIMITS_TENTHS_V = (31, 160)
_SHUTDOWN = 0b0010_0100  # overheat, overload
_APART_STEPS = 30


def dynamixel_expectations(
    model: ArmModel, servo: ServoSpec, entry: JointCalibration | None, leader_at: int | None = None
) -> tuple[Expectation, ...]:
    """What this servo should hold; without an entry its offset and limits are open.

    `leader_at` is where a shadow's leader stands: the shadow has an offset of its own, to stand there too.
    """
    rows = (*_identity(servo), *_protection(model), *_bounds(servo), *_health(model))
    if entry is None:
        return rows
    fitted = calibrated(entry)
    if servo.leader_id is None:
        return (*rows, *fitted)
    apart = () if leader_at is None else (_beside(leader_at),)
    return (*rows, *(one for one in fitted if one.register in ("min_position", "max_position")), *apart)


def _identity(servo: ServoSpec) -> tuple[Expectation, ...]:
    group = (253, 255) if servo.leader_id is None else (servo.leader_id, servo.leader_id)
    return (
        Expectation("model", servo.model_number, servo.model_number, "wrong", "model"),
        Expectation("id", servo.servo_id, servo.servo_id, "wrong", "model"),
        Expectation("response_level", 1, 2, "wrong", "factory"),
        Expectation("return_delay", 0, 0, "notice", "start"),
        Expectation("drive_mode", servo.drive_mode, servo.drive_mode, "wrong", "group"),
        Expectation("secondary_id", *group, "wrong", "group"),
        Expectation("mode", 3, 5, "wrong", "calibrate", usual=3, unusual="unclipped"),
        Expectation("startup", 0, 0, "wrong", "factory"),
    )


def _protection(model: ArmModel) -> tuple[Expectation, ...]:
    hottest = round(model.servo.max_temperature_c)
    lowest_v, highest_v = _SUPPLY_LIMITS_TENTHS_V
    return (
        Expectation("max_temperature", min(hottest, _LOWEST_LIMIT_C), _HIGHEST_LIMIT_C, "wrong", "factory"),
        Expectation("max_voltage", lowest_v, highest_v, "wrong", "factory"),
        Expectation("min_voltage", lowest_v, highest_v, "wrong", "factory"),
        Expectation("shutdown", _SHUTDOWN, _SHUTDOWN, "wrong", "factory", mask=_SHUTDOWN, wanted="bits 2, 5"),
    )


def _bounds(servo: ServoSpec) -> tuple[Expectation, ...]:
    """What the bridge writes when it is looser; a tighter one is its owner's, and worth knowing."""
    speed = profile_velocity(servo)
    address, most, _ = bounded_power(servo)
    power = "current_limit" if address == CURRENT_LIMIT else "pwm_limit"
    return (
        Expectation("velocity_limit", 1, speed, "wrong", "start", usual=speed, unusual="tighter"),
        Expectation(power, 1, most, "wrong", "start", usual=most, unusual="tighter"),
    )


def _health(model: ArmModel) -> tuple[Expectation, ...]:
    servo = model.servo
    low_v, high_v = round(servo.min_voltage_v * 10), round(servo.max_voltage_v * 10)
    return (
        Expectation("bus_watchdog", 0, 127, "notice", "tripped"),
        Expectation("voltage", low_v, high_v, "wrong", "supply"),
        Expectation("temperature", 0, round(servo.max_temperature_c), "wrong", "heat"),
        Expectation("status", 0, 0, "wrong", "fault"),
    )


def _beside(leader_at: int) -> Expectation:
    return Expectation("position", leader_at - _APART_STEPS, leader_at + _APART_STEPS, "wrong", "calibrate")
