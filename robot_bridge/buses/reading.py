"""What a servo bus tells the controller each tick, in raw steps."""

from dataclasses import dataclass
from typing import Literal

from robot_bridge.wire.state import Cause

BusPhase = Literal["absent", "starting", "ready"]


@dataclass(frozen=True, slots=True)
class ServoSample:
    """One servo's newest believable answer and when it came; load is signed duty, -1 to 1."""

    position_steps: int
    velocity_steps_s: int
    load: float
    voltage_v: float
    temperature_c: float
    status: int
    at_ns: int


@dataclass(frozen=True, slots=True)
class BusReading:
    """The bus this tick.

    `ready` means that every servo was verified, carries torque, and answered lately. `held_steps` are the
    goals that the start-up gave the servos so that none moved; `trouble` says why the bus is not ready.
    """

    phase: BusPhase
    samples: tuple[ServoSample | None, ...]
    held_steps: tuple[int, ...] | None
    trouble: Cause


def absent(count: int) -> BusReading:
    """No port, or nothing behind it."""
    return BusReading("absent", (None,) * count, None, "bus_lost")
