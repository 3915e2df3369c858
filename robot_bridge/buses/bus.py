"""What the loop asks of whatever moves an arm: a servo chain on a port, or another controller."""

from collections.abc import Mapping
from typing import Protocol

from msgspec import Struct

from robot_bridge.buses.reading import BusReading, Posture


class Goals(Struct, frozen=True):
    """Where the joints shall be at the end of this tick (rad), and how fast they then go (rad/s)."""

    positions_rad: Posture
    velocities_rad_s: Posture


class ArmBus(Protocol):
    """One arm's drive. No method raises or waits longer than its share of a tick, whatever is unplugged."""

    @property
    def note(self) -> str:
        """A sentence about what is wrong, or empty."""
        ...

    @property
    def opened(self) -> int:
        """How many times the drive was reached anew."""
        ...

    @property
    def cycle_ns(self) -> int:
        """How long the last exchange took on the wire."""
        ...

    @property
    def counts(self) -> Mapping[str, int]:
        """Running counts by name, for the metrics page."""
        ...

    def exchange(self) -> BusReading:
        """Asks the drive how the joints are; one call a tick."""
        ...

    def send(self, goals: Goals) -> None:
        """Sends the goals; a drive that is gone is noticed at the next exchange."""
        ...

    def release(self) -> None:
        """Takes the torque away; asked only at the rest posture, and again until the phase is `released`."""
        ...

    def engage(self) -> None:
        """Starts up again after a release: every joint verified, goal := measured before torque."""
        ...

    def quantised(self, positions_rad: Posture) -> Posture:
        """The angles that goals at these angles really are once the drive has rounded them."""
        ...

    def close(self) -> None:
        """Gives the drive back, without moving anything."""
        ...
