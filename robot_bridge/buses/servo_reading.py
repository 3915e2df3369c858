"""What a servo chain tells each tick, in raw steps."""

from msgspec import Struct

from robot_bridge.buses.reading import BusPhase
from robot_bridge.wire.state import Cause


class ServoSample(Struct, frozen=True):
    """One servo's newest believable answer and when it came; load is signed duty, -1 to 1."""

    position_steps: int
    velocity_steps_s: int
    load: float
    voltage_v: float
    temperature_c: float
    trouble: Cause
    status: int
    at_ns: int


class ChainReading(Struct, frozen=True):
    """The chain this tick; fields as in `reading.BusReading`, positions in steps."""

    phase: BusPhase
    samples: tuple[ServoSample | None, ...]
    held_steps: tuple[int, ...] | None
    trouble: Cause


def absent(count: int) -> ChainReading:
    """No port, or nothing behind it."""
    return ChainReading("absent", (None,) * count, None, "bus_lost")
