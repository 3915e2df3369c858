"""What an arm's bus tells the controller each tick, in joint angles, whatever drives the joints."""

from typing import Literal

from msgspec import Struct

from robot_bridge.wire.state import Cause

BusPhase = Literal["absent", "starting", "ready", "releasing", "released"]
Posture = tuple[float, ...]


class JointSample(Struct, frozen=True):
    """One joint's newest believable answer and when it came.

    Load is signed duty or effort as a share of what the joint may give, -1 to 1. Voltage and temperature
    are None where the drive does not tell. `trouble` is what the drive itself says is wrong, `status` its
    raw fault bits.
    """

    position_rad: float
    velocity_rad_s: float
    load: float
    voltage_v: float | None
    temperature_c: float | None
    trouble: Cause
    status: int
    at_ns: int


class BusReading(Struct, frozen=True):
    """The bus this tick.

    `ready` means that every joint was verified, carries torque, and answered lately; `releasing` that the
    torque is being taken away as asked; `released` that every joint is read and none carries torque.
    `held_rad` are the goals that the start-up gave the joints so that none moved; `trouble` says why the bus
    is not ready.
    """

    phase: BusPhase
    samples: tuple[JointSample | None, ...]
    held_rad: Posture | None
    trouble: Cause


def absent(count: int) -> BusReading:
    """No port, or nothing behind it."""
    return BusReading("absent", (None,) * count, None, "bus_lost")
