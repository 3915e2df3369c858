"""What both protocols share on the wire: a reply with its time, and what a chain of servos can be asked."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from sim_fallback.servo_bus.motor import Ailment, Drive, Sensed

BITS_PER_BYTE = 10
DELAY_UNIT_NS = 2_000  # of a servo's return delay


@dataclass(frozen=True, slots=True)
class Reply:
    """One status frame and the time at which its last byte has crossed the wire; late ones come alone."""

    at_ns: int
    data: bytes
    late: bool = False


def byte_ns(baud: int) -> int:
    """How long one byte takes."""
    return BITS_PER_BYTE * 1_000_000_000 // baud


def joined(replies: tuple[Reply, ...]) -> tuple[Reply, ...]:
    """The replies that are on time as one, at the time of the last; then the late ones, each alone."""
    on_time = tuple(reply for reply in replies if not reply.late)
    late = tuple(reply for reply in replies if reply.late)
    if not on_time:
        return late
    return (Reply(max(reply.at_ns for reply in on_time), b"".join(reply.data for reply in on_time)), *late)


class Chain(Protocol):
    """All servos of an arm, by register; deterministic for the same calls in the same order."""

    @property
    def ids(self) -> tuple[int, ...]:
        """The ids that the servos answer to, in the arm's order."""
        ...

    @property
    def goal_changed_ns(self) -> int:
        """When an instruction last changed a servo's goal; 0 before the first."""
        ...

    def receive(self, data: bytes, now_ns: int) -> tuple[Reply, ...]:
        """Takes bytes from the host and returns the answers, each with its time on the wire."""
        ...

    def drive(self, dt_s: float) -> tuple[Drive, ...]:
        """Advances every servo's profile generator; one drive per servo in the arm's order."""
        ...

    def sense(self, sensed: Sequence[Sensed], dt_s: float) -> None:
        """Takes the physics' measurements, one per servo."""
        ...

    def ail(self, servo_id: int, ailment: Ailment) -> None:
        """Makes one servo suffer this from now on; `SOUND` heals it."""
        ...

    def sag(self, share: float) -> None:
        """Sets the supply to this share of its nominal voltage."""
        ...

    def power_cycle(self) -> None:
        """Takes the servos' power away and gives it back."""
        ...
