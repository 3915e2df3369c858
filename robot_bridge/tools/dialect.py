"""What the tools need of a servo protocol: frames, answers, registers, and how calibration is kept. Pure."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from robot_bridge.buses import dynamixel, feetech, servo_protocol
from robot_bridge.tools.registers import DYNAMIXEL, FEETECH, Image, Registers

Name = Literal["feetech-sts", "dynamixel-2"]


@dataclass(frozen=True, slots=True)
class Heard:
    """One servo's answer: its fault or error bits, and the bytes it was asked for."""

    servo_id: int
    status: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Parsed:
    """Answers found, bytes that may still become one, and how many bytes were junk."""

    answers: tuple[Heard, ...]
    rest: bytes
    junk: int


@dataclass(frozen=True, slots=True)
class Dialect:
    """One protocol: `blocks` cover all registers, `state` is the block of a servo's present state.

    `homing` is the offset register's value that makes this raw position the middle of the turn; with an
    offset of more than `most_offset` the servo itself keeps no position limits. Below `writable_v` the supply
    may be too weak for an EEPROM write; None where the arm's own lowest supply says it.
    """

    name: Name
    bauds: tuple[int, ...]
    ping_bytes: int
    overhead_bytes: int
    ping: Callable[[int], bytes]
    read: Callable[[int, int, int], bytes]
    write: Callable[[int, int, bytes], bytes]
    sync_read: Callable[[Sequence[int], int, int], bytes]
    parse: Callable[[bytes, Mapping[int, int]], Parsed]
    registers: Registers
    blocks: tuple[tuple[int, int], ...]
    state: tuple[int, int]
    offset_sign: int
    models: Mapping[int, str]
    firmware: Callable[[Image], str]
    faults: Mapping[int, str]
    writable_v: float | None
    most_offset: int
    homing: Callable[[int, int], int]


def _feetech_parse(buffer: bytes, expected: Mapping[int, int]) -> Parsed:
    return _heard(feetech.parse(buffer, expected))


def _dynamixel_parse(buffer: bytes, expected: Mapping[int, int]) -> Parsed:
    return _heard(dynamixel.parse(buffer, expected))


def _heard(found: servo_protocol.Parsed) -> Parsed:
    answers = tuple(Heard(one.servo_id, one.status, one.data) for one in found.answers)
    return Parsed(answers, found.rest, found.junk)


def _feetech_homing(position: int, steps_per_turn: int) -> int:
    """Present = actual - offset; the register holds at most 2047 either way."""
    return max(-2047, min(2047, position - (steps_per_turn - 1) // 2))


def _feetech_firmware(image: Image) -> str:
    return f"{image.get('firmware_major')}.{image.get('firmware_minor')}"


def _dynamixel_homing(position: int, steps_per_turn: int) -> int:
    """Present = actual + offset."""
    return (steps_per_turn - 1) // 2 - position


def _dynamixel_firmware(image: Image) -> str:
    return str(image.get("firmware"))


FEETECH_STS = Dialect(
    name="feetech-sts",
    bauds=(1_000_000, 115_200, 500_000, 250_000, 128_000),
    ping_bytes=0,
    overhead_bytes=6,
    ping=feetech.ping,
    read=feetech.read,
    write=feetech.write,
    sync_read=feetech.sync_read,
    parse=_feetech_parse,
    registers=FEETECH,
    blocks=((0, 40), (40, 31)),
    state=(56, 15),
    offset_sign=-1,
    models={777: "STS3215", 2825: "STS3250", 1284: "STS3032", 521: "STS3095"},
    firmware=_feetech_firmware,
    faults={0: "voltage", 1: "encoder", 2: "overheat", 3: "overcurrent", 5: "overload"},
    writable_v=5.0,
    most_offset=2047,
    homing=_feetech_homing,
)
DYNAMIXEL_2 = Dialect(
    name="dynamixel-2",
    bauds=(1_000_000, 57_600, 2_000_000, 4_000_000, 3_000_000, 115_200),
    ping_bytes=3,
    overhead_bytes=11,
    ping=dynamixel.ping,
    read=dynamixel.read,
    write=dynamixel.write,
    sync_read=dynamixel.sync_read,
    parse=_dynamixel_parse,
    registers=DYNAMIXEL,
    blocks=((0, 74), (74, 73)),
    state=(124, 23),
    offset_sign=1,
    models={
        1190: "XL330-M077",
        1200: "XL330-M288",
        1060: "XL430-W250",
        1070: "XC430-W150",
        1080: "XC430-W240",
        1020: "XM430-W350",
        1030: "XM430-W210",
        1120: "XM540-W270",
        1130: "XM540-W150",
    },
    firmware=_dynamixel_firmware,
    faults={0: "voltage", 2: "overheat", 3: "encoder", 4: "electrical shock", 5: "overload"},
    writable_v=None,
    most_offset=1024,
    homing=_dynamixel_homing,
)
DIALECTS: tuple[Dialect, ...] = (FEETECH_STS, DYNAMIXEL_2)


def fault_names(spoken: Dialect, bits: int) -> tuple[str, ...]:
    """What the set bits of the fault register mean."""
    return tuple(spoken.faults.get(bit, f"bit {bit}") for bit in range(8) if bits >> bit & 1)


def model_name(spoken: Dialect, number: int) -> str:
    """The maker's name of a model number, or the number."""
    return spoken.models.get(number, f"model {number}")
