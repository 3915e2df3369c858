"""The X series' control table as published: items, and what differs between the models.

Addresses below 64 are EEPROM: written only while torque is off, and kept without power. Numbers are
little-endian two's complement. Positions count 4096 to the turn.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

RAM_FIRST = 64
STEPS_PER_TURN = 4096
STEPS_S_PER_UNIT = 0.229 / 60 * STEPS_PER_TURN  # a unit of velocity, 0.229 rev/min, in step/s
STEPS_S2_PER_UNIT = 214.577 / 3600 * STEPS_PER_TURN  # a unit of acceleration, 214.577 rev/min2, in step/s2
FULL_PWM = 885
WATCHDOG_UNIT_S = 0.02
WATCHDOG_ERROR = 255  # -1 in one byte
CURRENT_MODE, VELOCITY_MODE, POSITION_MODE, EXTENDED_MODE, CURRENT_POSITION_MODE, PWM_MODE = 0, 1, 3, 4, 5, 16
REVERSED, TIME_BASED, TORQUE_BY_GOAL = 1, 4, 8  # bits of the drive mode
MULTI_TURN = 1_048_575
BAUD_RATES = (9_600, 57_600, 115_200, 1_000_000, 2_000_000, 3_000_000, 4_000_000, 4_500_000)


@dataclass(frozen=True, slots=True)
class Item:
    """One item of the table: address, length in bytes, initial value, and range of what may be written."""

    address: int
    length: int
    initial: int = 0
    low: int = 0
    high: int = 0
    writable: bool = True

    @property
    def signed(self) -> bool:
        """Whether the value may be negative."""
        return self.low < 0


def _feedback(address: int, length: int, initial: int = 0, low: int = 0) -> Item:
    return Item(address, length, initial, low, writable=False)


MODEL_NUMBER = _feedback(0, 2)
MODEL_INFORMATION = _feedback(2, 4)
FIRMWARE = _feedback(6, 1)
ID = Item(7, 1, 1, 0, 252)
BAUD = Item(8, 1, 1, 0, 7)
RETURN_DELAY = Item(9, 1, 250, 0, 254)  # units of 2 us
DRIVE_MODE = Item(10, 1, 0, 0, 13)
OPERATING_MODE = Item(11, 1, POSITION_MODE, 0, 16)
SHADOW_ID = Item(12, 1, 255, 0, 255)
PROTOCOL = Item(13, 1, 2, 2, 2)
HOMING_OFFSET = Item(20, 4, 0, -1_044_479, 1_044_479)
MOVING_THRESHOLD = Item(24, 4, 10, 0, 1023)
TEMPERATURE_LIMIT = Item(31, 1, 80, 0, 100)
MAX_VOLTAGE = Item(32, 2, 160, 95, 160)  # units of 0.1 V
MIN_VOLTAGE = Item(34, 2, 95, 95, 160)
PWM_LIMIT = Item(36, 2, FULL_PWM, 0, FULL_PWM)
CURRENT_LIMIT = Item(38, 2, 1193, 0, 1193)
VELOCITY_LIMIT = Item(44, 4, 200, 0, 1023)
MAX_POSITION = Item(48, 4, 4095, 0, 4095)
MIN_POSITION = Item(52, 4, 0, 0, 4095)
STARTUP = Item(60, 1, 0, 0, 3)  # bit 0 torque on at power-up, bit 1 RAM from the backup
PWM_SLOPE = Item(62, 1, 140, 1, 255)
SHUTDOWN = Item(63, 1, 52, 0, 63)
TORQUE_ENABLE = Item(64, 1, 0, 0, 1)
LED = Item(65, 1, 0, 0, 1)
STATUS_RETURN = Item(68, 1, 2, 0, 2)  # 0 answers ping only, 1 ping and reads, 2 everything
REGISTERED = _feedback(69, 1)
HARDWARE_ERROR = _feedback(70, 1)
VELOCITY_I_GAIN = Item(76, 2, 1920, 0, 16_383)
VELOCITY_P_GAIN = Item(78, 2, 100, 0, 16_383)
POSITION_D_GAIN = Item(80, 2, 0, 0, 16_383)
POSITION_I_GAIN = Item(82, 2, 0, 0, 16_383)
POSITION_P_GAIN = Item(84, 2, 800, 0, 16_383)
FEEDFORWARD_2 = Item(88, 2, 0, 0, 16_383)
FEEDFORWARD_1 = Item(90, 2, 0, 0, 16_383)
BUS_WATCHDOG = Item(98, 1, 0, 0, 127)  # units of 20 ms
GOAL_PWM = Item(100, 2, 0, -FULL_PWM, FULL_PWM)
GOAL_CURRENT = Item(102, 2, 0, -2047, 2047)
GOAL_VELOCITY = Item(104, 4, 0, -2047, 2047)
PROFILE_ACCELERATION = Item(108, 4, 0, 0, 32_767)
PROFILE_VELOCITY = Item(112, 4, 0, 0, 32_767)
GOAL_POSITION = Item(116, 4, 0, -MULTI_TURN, MULTI_TURN)
REALTIME_TICK = _feedback(120, 2)  # ms, to 32767
MOVING = _feedback(122, 1)
MOVING_STATUS = _feedback(123, 1)
PRESENT_PWM = _feedback(124, 2, low=-1)
PRESENT_CURRENT = _feedback(126, 2, low=-1)  # a load in 0.1 % where there is no current sensor
PRESENT_VELOCITY = _feedback(128, 4, low=-1)
PRESENT_POSITION = _feedback(132, 4, low=-1)
VELOCITY_TRAJECTORY = _feedback(136, 4, low=-1)
POSITION_TRAJECTORY = _feedback(140, 4, low=-1)
PRESENT_VOLTAGE = _feedback(144, 2)
PRESENT_TEMPERATURE = _feedback(146, 1)
BACKUP_READY = _feedback(147, 1)

GOALS = frozenset({GOAL_PWM, GOAL_CURRENT, GOAL_VELOCITY, GOAL_POSITION})
BACKED_UP_RAM = (
    *(VELOCITY_I_GAIN, VELOCITY_P_GAIN, POSITION_D_GAIN, POSITION_I_GAIN, POSITION_P_GAIN),
    *(FEEDFORWARD_2, FEEDFORWARD_1, PROFILE_ACCELERATION, PROFILE_VELOCITY),
)
_COMMON = (
    *(MODEL_NUMBER, MODEL_INFORMATION, FIRMWARE, ID, BAUD, RETURN_DELAY, DRIVE_MODE, OPERATING_MODE),
    *(SHADOW_ID, PROTOCOL, HOMING_OFFSET, MOVING_THRESHOLD, TEMPERATURE_LIMIT, MAX_VOLTAGE, MIN_VOLTAGE),
    *(PWM_LIMIT, VELOCITY_LIMIT, MAX_POSITION, MIN_POSITION, STARTUP, SHUTDOWN, TORQUE_ENABLE, LED),
    *(STATUS_RETURN, REGISTERED, HARDWARE_ERROR, *BACKED_UP_RAM, BUS_WATCHDOG, GOAL_PWM),
    *(GOAL_VELOCITY, GOAL_POSITION),
    *(REALTIME_TICK, MOVING, MOVING_STATUS, PRESENT_PWM, PRESENT_CURRENT, PRESENT_VELOCITY),
    *(PRESENT_POSITION, VELOCITY_TRAJECTORY, POSITION_TRAJECTORY, PRESENT_VOLTAGE, PRESENT_TEMPERATURE),
    BACKUP_READY,
)
_CURRENT = (CURRENT_LIMIT, GOAL_CURRENT)
_ALL_MODES = frozenset({0, 1, 3, 4, 5, 16})
_NO_CURRENT_MODES = frozenset({1, 3, 4, 16})


@dataclass(frozen=True, slots=True)
class Indirect:
    """A run of indirect addresses (two bytes each) and the bytes of indirect data that they stand behind."""

    address: int
    data: int
    count: int


@dataclass(frozen=True, slots=True)
class Model:
    """One model: number, motor figures at its nominal voltage, and its own initial values and ranges.

    `current_a` is the unit of current; None for a model that measures load instead.
    """

    number: int
    firmware: int
    nominal_v: float
    stall_a: float
    no_load_rpm: float
    current_a: float | None
    modes: frozenset[int]
    indirect: tuple[Indirect, ...]
    items: tuple[Item, ...]
    initial: Mapping[Item, int] = field(default_factory=dict)
    ranges: Mapping[Item, tuple[int, int]] = field(default_factory=dict)

    @property
    def max_speed_steps_s(self) -> float:
        """The no-load speed in step/s."""
        return self.no_load_rpm / 60 * STEPS_PER_TURN


_X430_INDIRECT = (Indirect(168, 224, 28), Indirect(578, 634, 28))
_X330_INDIRECT = (Indirect(168, 208, 20),)


def _indirect_items(runs: tuple[Indirect, ...]) -> tuple[Item, ...]:
    return tuple(
        Item(run.address + 2 * at, 2, run.data + at, RAM_FIRST, runs[-1].data + runs[-1].count - 1)
        for run in runs
        for at in range(run.count)
    ) + tuple(Item(run.data + at, 1, 0, 0, 255) for run in runs for at in range(run.count))


def _xl330(number: int, no_load_rpm: float) -> Model:
    """XL330, 5 V: the manual's pages xl330-m077 and xl330-m288."""
    items = (*_COMMON, *_CURRENT, PWM_SLOPE, *_indirect_items(_X330_INDIRECT))
    initial = {
        **{TEMPERATURE_LIMIT: 70, MAX_VOLTAGE: 70, MIN_VOLTAGE: 35, CURRENT_LIMIT: 1750},
        **{VELOCITY_LIMIT: 1620 if number == 1190 else 445, SHUTDOWN: 53},
        **{VELOCITY_I_GAIN: 1600, VELOCITY_P_GAIN: 180, POSITION_P_GAIN: 400},
    }
    ranges = {
        **{MAX_VOLTAGE: (31, 70), MIN_VOLTAGE: (31, 70), CURRENT_LIMIT: (0, 1750)},
        **{VELOCITY_LIMIT: (0, 2047), BAUD: (0, 6)},
    }
    return Model(
        number, 46, 5.0, 1.47, no_load_rpm, 0.001, _ALL_MODES, _X330_INDIRECT, items, initial, ranges
    )


def _xl430() -> Model:
    """XL430-W250, 12 V, without a current sensor: the manual's page xl430-w250."""
    items = (*_COMMON, *_indirect_items(_X430_INDIRECT))
    initial = {
        **{TEMPERATURE_LIMIT: 72, MAX_VOLTAGE: 140, MIN_VOLTAGE: 60, VELOCITY_LIMIT: 265},
        **{VELOCITY_I_GAIN: 1000, POSITION_D_GAIN: 4000, POSITION_P_GAIN: 640},
    }
    ranges = {MAX_VOLTAGE: (60, 140), MIN_VOLTAGE: (60, 140)}
    return Model(1060, 45, 12.0, 1.4, 61.0, None, _NO_CURRENT_MODES, _X430_INDIRECT, items, initial, ranges)


def _xm430(number: int, no_load_rpm: float, velocity: int, firmware: int = 45) -> Model:
    """XM430, 12 V: the manual's pages xm430-w350 and xm430-w210."""
    items = (*_COMMON, *_CURRENT, *_indirect_items(_X430_INDIRECT))
    initial = {VELOCITY_LIMIT: velocity}
    return Model(
        number, firmware, 12.0, 2.3, no_load_rpm, 0.00269, _ALL_MODES, _X430_INDIRECT, items, initial
    )


def _xm540() -> Model:
    """XM540-W270, 12 V, without its external ports: the manual's page xm540-w270."""
    items = (*_COMMON, *_CURRENT, *_indirect_items(_X430_INDIRECT))
    initial = {VELOCITY_LIMIT: 128, CURRENT_LIMIT: 2047}
    ranges = {CURRENT_LIMIT: (0, 2047)}
    return Model(1120, 45, 12.0, 4.4, 30.0, 0.00269, _ALL_MODES, _X430_INDIRECT, items, initial, ranges)


MODELS: Mapping[int, Model] = MappingProxyType(
    {
        model.number: model
        for model in (
            _xl330(1190, 383.0),
            _xl330(1200, 103.0),
            _xl430(),
            _xm430(1020, 46.0, 200),
            _xm430(1030, 77.0, 330, firmware=38),  # the firmware of the protocol page's examples
            _xm540(),
        )
    }
)
