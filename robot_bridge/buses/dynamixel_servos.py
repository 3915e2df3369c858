"""Dynamixel X servos by register: the control table's addresses and units. Pure.

Addresses from the maker's X-series control table. Settings below 64 are kept without power and can be
written only without torque: position limits (48, 52), velocity limit (44), and the current limit (38) or,
where the model measures no current, the duty limit (36). A bound that is tighter than asked is left as its
owner set it. Goals go with profile acceleration (108) and velocity (112) in one block.

A shadow's secondary id (12) is its leader's id: it takes what is written to that id above 63, and is silent.

The bus watchdog (98) stops a servo under torque that hears no instruction for that long. It then reads 255,
and the servo refuses goals until 0 is written; that is done in the same burst as the goal of where it stands.
A servo that shuts itself down (70 says why) has no torque until it is restarted.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from struct import Struct

from robot_bridge.buses import dynamixel
from robot_bridge.buses.dynamixel import number, signed
from robot_bridge.buses.dynamixel_models import current_limit
from robot_bridge.buses.servo_protocol import (
    QUESTIONS,
    Answer,
    Block,
    Control,
    Parsed,
    Present,
    Purpose,
    ServoSpec,
    Setting,
    Settings,
    blocks_around,
    by_address,
)
from robot_bridge.wire.state import Cause

MODEL, RETURN_DELAY, DRIVE_MODE, MODE, SECONDARY_ID, HOMING_OFFSET = 0, 9, 10, 11, 12, 20
PWM_LIMIT, CURRENT_LIMIT, VELOCITY_LIMIT, MAX_POSITION, MIN_POSITION = 36, 38, 44, 48, 52
TORQUE, HARDWARE_ERROR, WATCHDOG, GOAL_PWM, GOAL_CURRENT = 64, 70, 98, 100, 102
PROFILE_ACCELERATION, PROFILE_VELOCITY, GOAL = 108, 112, 116
PWM, TEMPERATURE = 124, 146
WATCHDOG_UNITS = 5
"""The bus watchdog in 20 ms."""
TRIPPED = 0xFF
PWM_FULL = 885
VELOCITY_UNIT = 4096 * 0.229 / 60.0
"""Steps/s in one unit of a velocity register (0.229 turns/min)."""
ACCELERATION_UNIT = 4096 * 214.577 / 3600.0
"""Steps/s2 in one unit of profile acceleration (214.577 turns/min2)."""
_POSITION_MODES = (3, 4, 5)  # within a turn, over turns, with a bound on current
_REVERSED, _SLAVE, _TIMED_PROFILE, _TORQUE_BY_GOAL = 0b0001, 0b0010, 0b0100, 0b1000
_NO_SECONDARY = 253
_MEND = "`armcade arm calibrate` sets it"
_LIMITS_NAME = "position limits (registers 48 and 52)"
_POSITION_MODE, _OFFSET_IN_POSITION_MODE = 3, 1024
_FAULTS: tuple[tuple[int, Cause], ...] = (
    (0b0000_0001, "voltage"),
    (0b0000_0100, "overheat"),
    (0b0011_1000, "overload"),  # encoder, electrical shock, overload
)
_ANY_FAULT = 0b0011_1101

_STATE = Struct("<h2xiixxxxxxxxHB")
"""Registers 124 to 146: duty, velocity, position, voltage, temperature."""
_GOALS = Struct("<3i")
"""Registers 108 to 119: profile acceleration, profile velocity, goal."""

_BLOCKS: dict[Purpose, tuple[Block, ...]] = {
    "model": blocks_around(MODEL, MODEL + 1, 30),
    "settings": blocks_around(RETURN_DELAY, TORQUE, HARDWARE_ERROR + 20),
    "told": blocks_around(TORQUE, TEMPERATURE, TEMPERATURE),
    "check": blocks_around(WATCHDOG, TEMPERATURE, TEMPERATURE),
    "state": blocks_around(PWM, TEMPERATURE, TEMPERATURE),
}


class DynamixelServos:
    """The X series: XL330, XL430, XC430, XM430, XM540."""

    def blocks(self, purpose: Purpose) -> tuple[Block, ...]:
        """Blocks that serve this purpose."""
        return _BLOCKS[purpose]

    def vague(self, status: int) -> bool:
        """Whether there is an alert whose cause was not read yet."""
        return status == dynamixel.ALERT

    @property
    def joint_answers(self) -> bool:
        """By fast sync read, which firmware before 45 or so does not know."""
        return True

    def ask(self, servo_ids: Sequence[int], block: Block, *, joint: bool) -> bytes:
        """One sync read, or fast sync read."""
        return _question(tuple(servo_ids), block.first, block.length, joint)

    def answers_bytes(self, count: int, block: Block, *, joint: bool) -> int:
        """Each framed by 11 bytes, or one frame around all."""
        return 8 + count * (block.length + 4) if joint else count * (block.length + 11)

    def parse(self, buffer: bytes, expected: Mapping[int, int], *, joint: bool) -> Parsed:
        """Splits received bytes into answers."""
        if joint and expected:
            return dynamixel.parse_fast(buffer, tuple(expected), next(iter(expected.values())))
        return dynamixel.parse(buffer, expected)

    def model_number(self, answer: Answer, block: Block) -> int:
        """Register 0."""
        return number(block.since(MODEL, answer.data), 0, 2)

    def settings(self, servo: ServoSpec, answer: Answer, block: Block) -> Settings:
        """Registers 9 to 64."""
        data = bytes(RETURN_DELAY) + block.since(RETURN_DELAY, answer.data)
        return Settings(
            homing_offset=signed(data, HOMING_OFFSET, 4),
            wrong=_wrong(servo, data),
            unset=_unset(servo, data),
            closed=data[TORQUE] == 1,
        )

    def control(self, servo: ServoSpec, answer: Answer, block: Block) -> Control | None:
        """Registers 98 to 119, and 64 and 70 where the block holds them too."""
        if block.first > WATCHDOG:
            return None
        data = block.since(WATCHDOG, answer.data)
        whole = block.first <= TORQUE
        early = block.since(TORQUE, answer.data) if whole else b""
        fault = early[HARDWARE_ERROR - TORQUE] & _ANY_FAULT if whole else 0
        torque_on = early[0] == 1 if whole else None
        return Control(
            torque_on=torque_on,
            goal_steps=signed(data, GOAL - WATCHDOG, 4),
            unlike=_unlike(servo, data),
            stopped=data[0] == TRIPPED,
            fault=self.trouble(fault) if not torque_on else "none",
        )

    def present(self, answer: Answer, block: Block) -> Present:
        """Registers 124 to 146; the fault bits of 70 where there is an alert and the block holds them."""
        duty, velocity, at, volts, celsius = _STATE.unpack_from(answer.data, PWM - block.first)
        alert = answer.status & dynamixel.ALERT
        known = alert and block.first <= HARDWARE_ERROR
        named = block.since(HARDWARE_ERROR, answer.data)[0] & _ANY_FAULT if known else 0
        return Present(
            position_steps=at,
            velocity_steps_s=round(velocity * VELOCITY_UNIT),
            load=max(-1.0, min(1.0, duty / PWM_FULL)),
            voltage_v=volts / 10.0,
            temperature_c=float(celsius),
            status=alert | named,
        )

    def trouble(self, status: int) -> Cause:
        """What the fault bits of register 70 say is wrong."""
        if not status:
            return "none"
        for mask, cause in _FAULTS:
            if status & mask:
                return cause
        return "none"

    def write_settings(self, settings: Sequence[Setting]) -> bytes:
        """One sync write for each register."""
        return b"".join(dynamixel.sync_write(address, data) for address, data in by_address(settings).items())

    def write_bounds(self, servos: Sequence[ServoSpec], goals: Sequence[int]) -> bytes:
        """Clears the watchdog, writes goals with their speeds, duty and current, and arms the watchdog."""
        clear, armed = (
            {servo.servo_id: bytes((value,)) for servo in servos} for value in (0, WATCHDOG_UNITS)
        )
        duty = {servo.servo_id: _duty(servo).to_bytes(2, "little") for servo in servos}
        limits = {servo.servo_id: _current(servo) for servo in servos}
        current = {one: limit.to_bytes(2, "little") for one, limit in limits.items() if limit is not None}
        return (
            dynamixel.sync_write(WATCHDOG, clear)
            + self.write_goals(servos, goals)
            + dynamixel.sync_write(GOAL_PWM, duty)
            + (dynamixel.sync_write(GOAL_CURRENT, current) if current else b"")
            + dynamixel.sync_write(WATCHDOG, armed)
        )

    def write_torque(self, servo_ids: Sequence[int], on: bool) -> bytes:
        """Register 64."""
        return dynamixel.sync_write(TORQUE, dict.fromkeys(servo_ids, bytes((on,))))

    def write_goals(self, servos: Sequence[ServoSpec], goals: Sequence[int]) -> bytes:
        """Registers 108 to 119 of every servo."""
        blocks = {
            servo.servo_id: _GOALS.pack(_acceleration(servo), profile_velocity(servo), goal)
            for servo, goal in zip(servos, goals, strict=True)
        }
        return dynamixel.sync_write(PROFILE_ACCELERATION, blocks)

    def restart(self, servo_ids: Sequence[int]) -> bytes:
        """One reboot each."""
        return b"".join(dynamixel.reboot(servo_id) for servo_id in servo_ids)


def _wrong(servo: ServoSpec, data: bytes) -> str:
    """Why a servo with these registers from 0 on may not be driven, in words after its name, or nothing."""
    drive, mode = data[DRIVE_MODE], data[MODE]
    if mode not in _POSITION_MODES:
        return f"is not in a position mode (register 11 holds {mode}); {_MEND}"
    if drive & _TIMED_PROFILE:
        return f"has a profile by time instead of by velocity (register 10 holds {drive}); {_MEND}"
    if drive & _TORQUE_BY_GOAL:
        return f"would take torque by a goal alone (register 10 holds {drive}); {_MEND}"
    if drive & _SLAVE:
        return f"follows a cable instead of goals (register 10 holds {drive}); {_MEND}"
    if drive & _REVERSED != servo.drive_mode:
        return f"counts the other way round (register 10 holds {drive}); {_MEND}"
    offset = signed(data, HOMING_OFFSET, 4)
    if mode == _POSITION_MODE and abs(offset) > _OFFSET_IN_POSITION_MODE:
        return f"ignores its homing offset in this mode (register 20 holds {offset}); {_MEND}"
    return _wrong_group(servo, data[SECONDARY_ID])


def _wrong_group(servo: ServoSpec, secondary_id: int) -> str:
    """Why a servo with this secondary id may not be driven, or nothing."""
    if servo.leader_id is None and secondary_id < _NO_SECONDARY:
        return f"obeys servo {secondary_id} too (register 12 should hold 255); {_MEND}"
    if servo.leader_id is not None and secondary_id != servo.leader_id:
        return f"does not follow servo {servo.leader_id} (register 12 holds {secondary_id}); {_MEND}"
    return ""


def _unset(servo: ServoSpec, data: bytes) -> tuple[Setting, ...]:
    """What is to be written of these registers from 0 on: as little as can be, for the EEPROM wears."""
    limits, speed = _longs(servo.range_max, servo.range_min), profile_velocity(servo)
    power, most, name = bounded_power(servo)
    speed_kept = 0 < number(data, VELOCITY_LIMIT, 4) <= speed
    power_kept = 0 < number(data, power, 2) <= most
    at_once = data[RETURN_DELAY] == 0
    wanted = (
        (data[MAX_POSITION : MAX_POSITION + 8] == limits, _LIMITS_NAME, MAX_POSITION, limits),
        (speed_kept, "velocity limit (register 44)", VELOCITY_LIMIT, _longs(speed)),
        (power_kept, name, power, most.to_bytes(2, "little")),
        (at_once, "return delay (register 9)", RETURN_DELAY, b"\x00"),
    )
    return tuple(
        Setting(servo.servo_id, name, address, new) for kept, name, address, new in wanted if not kept
    )


def bounded_power(servo: ServoSpec) -> tuple[int, int, str]:
    """The register that bounds this servo's torque for good, the most it may hold, and its name."""
    current = _current(servo)
    if current is None:
        return PWM_LIMIT, _duty(servo), "PWM limit (register 36)"
    return CURRENT_LIMIT, current, "current limit (register 38)"


def _unlike(servo: ServoSpec, data: bytes) -> str:
    """The first bound that is not as written, of registers from 98 on; a bound may be tighter than asked.

    The servo refuses to exceed the duty and velocity limits that its owner has set, and then keeps those.
    """
    most = _current(servo)
    bounds = {
        "bus watchdog": data[0] == WATCHDOG_UNITS,
        "duty limit": number(data, GOAL_PWM - WATCHDOG, 2) <= _duty(servo),
        "current limit": most is None or number(data, GOAL_CURRENT - WATCHDOG, 2) <= most,
        "acceleration": 0 < number(data, PROFILE_ACCELERATION - WATCHDOG, 4) <= _acceleration(servo),
        "velocity": 0 < number(data, PROFILE_VELOCITY - WATCHDOG, 4) <= profile_velocity(servo),
    }
    return next((name for name, kept in bounds.items() if not kept), "")


def _duty(servo: ServoSpec) -> int:
    return servo.torque_limit * PWM_FULL // 1000


def _current(servo: ServoSpec) -> int | None:
    return current_limit(servo.model_number, servo.torque_limit)


def profile_velocity(servo: ServoSpec) -> int:
    """The servo's top speed in units of a velocity register."""
    return max(1, round(servo.goal_speed / VELOCITY_UNIT))


def _acceleration(servo: ServoSpec) -> int:
    return max(1, round(servo.acceleration / ACCELERATION_UNIT))


def _longs(*values: int) -> bytes:
    return b"".join(value.to_bytes(4, "little", signed=True) for value in values)


@lru_cache(QUESTIONS)
def _question(servo_ids: tuple[int, ...], first: int, length: int, joint: bool) -> bytes:
    ask = dynamixel.fast_sync_read if joint else dynamixel.sync_read
    return ask(servo_ids, first, length)
