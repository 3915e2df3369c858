"""Feetech STS servos by register: the memory table's addresses, units and sign bits. Pure.

Addresses from the maker's STS memory table. Goals go with acceleration (41), time (44, unused) and speed
(46) in one block; position limits (9, 11) are kept without power while the lock (55) is open. There is no
communication watchdog: what bounds a servo that hears nothing is its speed, torque limit and last goal.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from struct import Struct

from robot_bridge.buses import feetech
from robot_bridge.buses.feetech import signed, unsigned, word, words
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

MODEL, LIMITS, HOMING_OFFSET, MODE = 3, 9, 31, 33
TORQUE, ACCELERATION, GOAL, GOAL_SPEED, TORQUE_LIMIT, LOCK = 40, 41, 42, 46, 48, 55
PRESENT, STATUS = 56, 65
POSITION_SIGN, SPEED_SIGN, LOAD_SIGN, OFFSET_SIGN = 15, 15, 10, 11
_ACCELERATION_UNIT = 100  # steps/s2
_STATE = Struct("<HHHBBxB")
"""Registers 56 to 65: position, speed, load, voltage, temperature, faults."""
_GOALS = Struct("<BHHH")
"""Registers 41 to 47: acceleration, goal, time, speed."""
_FAULTS: tuple[tuple[int, Cause], ...] = (
    (0b0000_0001, "voltage"),
    (0b0000_0100, "overheat"),
    (0b0010_1010, "overload"),  # encoder, overcurrent, overload
)


_TOLD = blocks_around(TORQUE, STATUS, 70)
_BLOCKS: dict[Purpose, tuple[Block, ...]] = {
    "model": blocks_around(MODEL, MODEL + 1, 30),
    "settings": blocks_around(LIMITS, MODE, 70),
    "told": _TOLD,
    "check": _TOLD,
    "state": blocks_around(PRESENT, STATUS, 70),
}


class FeetechServos:
    """The STS3215 and its like."""

    def blocks(self, purpose: Purpose) -> tuple[Block, ...]:
        """Blocks that serve this purpose."""
        return _BLOCKS[purpose]

    def vague(self, status: int) -> bool:
        """Never: every answer names its faults."""
        return False

    @property
    def joint_answers(self) -> bool:
        """The protocol has none."""
        return False

    def ask(self, servo_ids: Sequence[int], block: Block, *, joint: bool) -> bytes:
        """One sync read."""
        return _question(tuple(servo_ids), block.first, block.length)

    def answers_bytes(self, count: int, block: Block, *, joint: bool) -> int:
        """A header, id, length, error and checksum around each."""
        return count * (block.length + 6)

    def parse(self, buffer: bytes, expected: Mapping[int, int], *, joint: bool) -> Parsed:
        """Splits received bytes into answers."""
        return feetech.parse(buffer, expected)

    def model_number(self, answer: Answer, block: Block) -> int:
        """Register 3."""
        return word(block.since(MODEL, answer.data), 0)

    def settings(self, servo: ServoSpec, answer: Answer, block: Block) -> Settings:
        """Registers 9 to 33."""
        data = block.since(LIMITS, answer.data)
        limits = words(servo.range_min, servo.range_max)
        unset = Setting(servo.servo_id, "position limits (registers 9 and 11)", LIMITS, limits)
        return Settings(
            homing_offset=signed(word(data, HOMING_OFFSET - LIMITS), OFFSET_SIGN),
            wrong="" if data[MODE - LIMITS] == 0 else "is not in position mode (register 33)",
            unset=() if data[: len(limits)] == limits else (unset,),
        )

    def control(self, servo: ServoSpec, answer: Answer, block: Block) -> Control | None:
        """Registers 40 to 49, where the block holds them."""
        if block.first > TORQUE:
            return None
        data = block.since(TORQUE, answer.data)
        bounds = {
            "torque limit": word(data, TORQUE_LIMIT - TORQUE) == servo.torque_limit,
            "speed": word(data, GOAL_SPEED - TORQUE) == servo.goal_speed,
            "acceleration": data[ACCELERATION - TORQUE] == servo.acceleration // _ACCELERATION_UNIT,
        }
        return Control(
            torque_on=data[0] == 1,
            goal_steps=signed(word(data, GOAL - TORQUE), POSITION_SIGN),
            unlike=next((name for name, kept in bounds.items() if not kept), ""),
        )

    def present(self, answer: Answer, block: Block) -> Present:
        """Registers 56 to 65; the answer's own status byte and register 65 hold the same fault bits."""
        at, speed, load, volts, celsius, faults = _STATE.unpack_from(answer.data, PRESENT - block.first)
        return Present(
            position_steps=signed(at, POSITION_SIGN),
            velocity_steps_s=signed(speed, SPEED_SIGN),
            load=max(-1.0, min(1.0, signed(load, LOAD_SIGN) / 1000.0)),
            voltage_v=volts / 10.0,
            temperature_c=float(celsius),
            status=answer.status | faults,
        )

    def trouble(self, status: int) -> Cause:
        """What the fault bits of register 65 say is wrong."""
        if not status:
            return "none"
        for mask, cause in _FAULTS:
            if status & mask:
                return cause
        return "none"

    def write_settings(self, settings: Sequence[Setting]) -> bytes:
        """Opens the lock of those servos, writes, closes the lock."""
        unlock, lock = ({one.servo_id: bytes((value,)) for one in settings} for value in (0, 1))
        written = (feetech.sync_write(address, data) for address, data in by_address(settings).items())
        return feetech.sync_write(LOCK, unlock) + b"".join(written) + feetech.sync_write(LOCK, lock)

    def write_bounds(self, servos: Sequence[ServoSpec], goals: Sequence[int]) -> bytes:
        """Torque limit, then goals with their speed and acceleration."""
        torque = {servo.servo_id: words(servo.torque_limit) for servo in servos}
        return feetech.sync_write(TORQUE_LIMIT, torque) + self.write_goals(servos, goals)

    def write_torque(self, servo_ids: Sequence[int], on: bool) -> bytes:
        """Register 40."""
        return feetech.sync_write(TORQUE, dict.fromkeys(servo_ids, bytes((on,))))

    def write_goals(self, servos: Sequence[ServoSpec], goals: Sequence[int]) -> bytes:
        """Registers 41 to 47 of every servo."""
        blocks = {
            servo.servo_id: _GOALS.pack(
                servo.acceleration // _ACCELERATION_UNIT, unsigned(goal, POSITION_SIGN), 0, servo.goal_speed
            )
            for servo, goal in zip(servos, goals, strict=True)
        }
        return feetech.sync_write(ACCELERATION, blocks)

    def restart(self, servo_ids: Sequence[int]) -> bytes:
        """Nothing: writing the torque clears a protection."""
        return b""


@lru_cache(QUESTIONS)
def _question(servo_ids: tuple[int, ...], first: int, length: int) -> bytes:
    return feetech.sync_read(servo_ids, first, length)
