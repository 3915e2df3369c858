"""The registers that the tools read and write, as data: address, length, coding and unit. Pure.

Feetech addresses and units: the maker's STS/SMS memory table (3215 servos); Dynamixel: the maker's X-series
control table. What both have goes by one name.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Register:
    """One register; `sign_bit` marks sign-and-magnitude coding, `twos` two's complement."""

    name: str
    address: int
    length: int = 1
    sign_bit: int | None = None
    twos: bool = False
    scale: float = 1.0
    unit: str = ""

    @property
    def label(self) -> str:
        """How people are told of it: the address and the name."""
        return f"{self.address} {self.name}"


Registers = Mapping[str, Register]


def table(*registers: Register) -> Registers:
    """Registers by name."""
    return {register.name: register for register in registers}


def decode(register: Register, data: bytes) -> int:
    """The register's value, signed where it is; raises ValueError for another number of bytes."""
    if len(data) != register.length:
        raise ValueError(f"{register.label} has {register.length} bytes, not {len(data)}")
    if register.sign_bit is None:
        return int.from_bytes(data, "little", signed=register.twos)
    bits = int.from_bytes(data, "little")
    magnitude = bits & ((1 << register.sign_bit) - 1)
    return -magnitude if bits >> register.sign_bit & 1 else magnitude


def encode(register: Register, value: int) -> bytes:
    """The bytes of a value; raises OverflowError when it does not fit."""
    if register.sign_bit is None:
        return value.to_bytes(register.length, "little", signed=register.twos)
    if abs(value) >= 1 << register.sign_bit:
        raise OverflowError(f"{value} does not fit in {register.label}")
    bits = (1 << register.sign_bit) | -value if value < 0 else value
    return bits.to_bytes(register.length, "little")


def shown(register: Register, value: int) -> str:
    """The value in its unit."""
    if register.scale == 1.0:
        return f"{value} {register.unit}".rstrip()
    return f"{value * register.scale:g} {register.unit}".rstrip()


@dataclass(frozen=True, slots=True)
class Image:
    """Every register of one servo as read at one time, from address 0 on."""

    registers: Registers
    data: bytes

    def get(self, name: str) -> int:
        """The value of the register of this name."""
        register = self.registers[name]
        return decode(register, self.data[register.address : register.address + register.length])

    def shown(self, name: str) -> str:
        """The register of this name in its unit."""
        return shown(self.registers[name], self.get(name))


FEETECH = table(
    Register("firmware_major", 0),
    Register("firmware_minor", 1),
    Register("model", 3, 2),
    Register("id", 5),
    Register("baud", 6),
    Register("return_delay", 7, scale=2.0, unit="us"),
    Register("response_level", 8),
    Register("min_position", 9, 2, unit="steps"),
    Register("max_position", 11, 2, unit="steps"),
    Register("max_temperature", 13, unit="C"),
    Register("max_voltage", 14, scale=0.1, unit="V"),
    Register("min_voltage", 15, scale=0.1, unit="V"),
    Register("max_torque", 16, 2, scale=0.1, unit="%"),
    Register("phase", 18),
    Register("unload_mask", 19),
    Register("protection_current", 28, 2, scale=0.0065, unit="A"),
    Register("homing_offset", 31, 2, sign_bit=11, unit="steps"),
    Register("mode", 33),
    Register("protective_torque", 34, unit="%"),
    Register("protection_time", 35, scale=10.0, unit="ms"),
    Register("overload_torque", 36, unit="%"),
    Register("overcurrent_time", 38, scale=10.0, unit="ms"),
    Register("torque_enable", 40),
    Register("goal_position", 42, 2, sign_bit=15, unit="steps"),
    Register("torque_limit", 48, 2, scale=0.1, unit="%"),
    Register("lock", 55),
    Register("position", 56, 2, sign_bit=15, unit="steps"),
    Register("load", 60, 2, sign_bit=10, scale=0.1, unit="%"),
    Register("voltage", 62, scale=0.1, unit="V"),
    Register("temperature", 63, unit="C"),
    Register("status", 65),
)

DYNAMIXEL = table(
    Register("model", 0, 2),
    Register("firmware", 6),
    Register("id", 7),
    Register("baud", 8),
    Register("return_delay", 9, scale=2.0, unit="us"),
    Register("drive_mode", 10),
    Register("mode", 11),
    Register("secondary_id", 12),
    Register("homing_offset", 20, 4, twos=True, unit="steps"),
    Register("max_temperature", 31, unit="C"),
    Register("max_voltage", 32, 2, scale=0.1, unit="V"),
    Register("min_voltage", 34, 2, scale=0.1, unit="V"),
    Register("pwm_limit", 36, 2, scale=100.0 / 885.0, unit="%"),
    Register("current_limit", 38, 2),
    Register("velocity_limit", 44, 4, scale=0.229, unit="rev/min"),
    Register("max_position", 48, 4, twos=True, unit="steps"),
    Register("min_position", 52, 4, twos=True, unit="steps"),
    Register("startup", 60),
    Register("shutdown", 63),
    Register("torque_enable", 64),
    Register("response_level", 68),
    Register("status", 70),
    Register("bus_watchdog", 98),
    Register("goal_pwm", 100, 2, twos=True, scale=100.0 / 885.0, unit="%"),
    Register("goal_current", 102, 2, twos=True),
    Register("profile_acceleration", 108, 4),
    Register("profile_velocity", 112, 4, scale=0.229, unit="rev/min"),
    Register("goal_position", 116, 4, twos=True, unit="steps"),
    Register("load", 124, 2, twos=True, scale=100.0 / 885.0, unit="%"),
    Register("position", 132, 4, twos=True, unit="steps"),
    Register("voltage", 144, 2, scale=0.1, unit="V"),
    Register("temperature", 146, unit="C"),
)
