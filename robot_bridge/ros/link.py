"""What a ROS drive asks of its transport, DDS or rosbridge."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from robot_bridge.ros.messages import Heard, Outgoing


@dataclass(frozen=True, slots=True)
class LinkView:
    """The transport now.

    `up` while somebody publishes joint states, `unheard` the command topics that nobody listens to,
    `mismatch` a sentence about endpoints that do not fit, `note` one about why the link is not up.
    """

    up: bool
    unheard: tuple[str, ...] = ()
    mismatch: str = ""
    note: str = ""


class Link(Protocol):
    """One transport, run by threads of its own. No method raises or waits."""

    def view(self) -> LinkView:
        """How the link stands."""
        ...

    def take(self) -> tuple[Heard, ...]:
        """Joint states that came since the last call, oldest first."""
        ...

    def publish(self, outgoing: Outgoing) -> None:
        """Hands a command over; an older one that has not left yet is dropped."""
        ...

    @property
    def counts(self) -> Mapping[str, int]:
        """Running counts by name, for the metrics page."""
        ...

    def close(self) -> None:
        """Ends the threads, without moving anything."""
        ...
