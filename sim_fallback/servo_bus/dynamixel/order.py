"""What a Dynamixel's control items ask of its motor, decoded once after each write, in steps and seconds."""

from dataclasses import dataclass

from sim_fallback.servo_bus.dynamixel import table
from sim_fallback.servo_bus.dynamixel.memory import Memory
from sim_fallback.servo_bus.dynamixel.table import Item

_HOMING_IN_POSITION_MODE = 1024


@dataclass(frozen=True, slots=True)
class Order:
    """Goal and speeds as the registers count them; `fraction` is the share of stall torque left."""

    mode: int
    goal: float
    turn_speed: float
    speed: float
    acceleration: float
    fraction: float
    sign: int
    offset: int
    watchdog_s: float
    threshold: float

    @property
    def turning(self) -> bool:
        """Whether the goal is a speed."""
        return self.mode == table.VELOCITY_MODE

    @property
    def following(self) -> bool:
        """Whether the goal is a position."""
        return self.mode in (table.POSITION_MODE, table.EXTENDED_MODE, table.CURRENT_POSITION_MODE)


def order_of(memory: Memory, distance: float) -> Order:
    """Decodes the items; `distance` is what lies between the profile and the goal, for profiles by time."""
    mode, drive = memory.get(table.OPERATING_MODE), memory.get(table.DRIVE_MODE)
    watchdog = memory.get(table.BUS_WATCHDOG)
    speed, acceleration = _profile(memory, drive & table.TIME_BASED != 0, abs(distance))
    return Order(
        mode=mode,
        goal=float(memory.get(table.GOAL_POSITION)),
        turn_speed=_clipped(memory, table.GOAL_VELOCITY, table.VELOCITY_LIMIT) * table.STEPS_S_PER_UNIT,
        speed=speed,
        acceleration=acceleration,
        fraction=_fraction(memory, mode),
        sign=-1 if drive & table.REVERSED else 1,
        offset=offset_of(memory),
        watchdog_s=watchdog * table.WATCHDOG_UNIT_S if watchdog != table.WATCHDOG_ERROR else 0.0,
        threshold=memory.get(table.MOVING_THRESHOLD) * table.STEPS_S_PER_UNIT,
    )


def offset_of(memory: Memory) -> int:
    """The homing offset in force: position mode ignores one of more than a quarter turn."""
    offset = memory.get(table.HOMING_OFFSET)
    if memory.get(table.OPERATING_MODE) == table.POSITION_MODE and abs(offset) > _HOMING_IN_POSITION_MODE:
        return 0
    return offset


def _profile(memory: Memory, by_time: bool, distance: float) -> tuple[float, float]:
    """Speed (step/s) and acceleration (step/s2, 0 unlimited) of the profile generator.

    The velocity limit clips a profile; a profile velocity of 0 is none, and the motor goes as fast as it can.
    """
    fastest = memory.model.max_speed_steps_s
    velocity, ramp = memory.get(table.PROFILE_VELOCITY), memory.get(table.PROFILE_ACCELERATION)
    turning = memory.get(table.OPERATING_MODE) == table.VELOCITY_MODE
    if velocity == 0 and not turning:
        return fastest, 0.0
    fastest = min(fastest, memory.get(table.VELOCITY_LIMIT) * table.STEPS_S_PER_UNIT)
    if not by_time:
        return min(velocity * table.STEPS_S_PER_UNIT, fastest), ramp * table.STEPS_S2_PER_UNIT
    span_s, ramp_s = velocity / 1000, min(ramp, velocity / 2) / 1000
    speed = min(distance / max(span_s - ramp_s, 1e-3), fastest)
    return speed, speed / ramp_s if ramp_s > 0 else 0.0


def _fraction(memory: Memory, mode: int) -> float:
    """The share of stall torque that PWM and current limits leave."""
    pwm = abs(_clipped(memory, table.GOAL_PWM, table.PWM_LIMIT)) / table.FULL_PWM
    unit = memory.model.current_a
    if mode != table.CURRENT_POSITION_MODE or unit is None:
        return pwm
    amperes = abs(_clipped(memory, table.GOAL_CURRENT, table.CURRENT_LIMIT)) * unit
    return min(pwm, amperes / memory.model.stall_a)


def _clipped(memory: Memory, goal: Item, limit: Item) -> int:
    """The goal, which may have been written before the limit was lowered, within the limit."""
    most = memory.get(limit)
    return max(-most, min(most, memory.get(goal)))
