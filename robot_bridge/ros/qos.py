"""Quality of service by name: what a mismatch is about, and which endpoints of ours met one."""

from collections.abc import Iterable
from dataclasses import dataclass

# Numbers of the policies as the DDS specification 1.4 gives them (2.2.3, QosPolicyId_t).
POLICIES = {
    2: "durability",
    3: "presentation",
    4: "deadline",
    5: "latency budget",
    6: "ownership",
    8: "liveliness",
    10: "partition",
    11: "reliability",
    12: "destination order",
    23: "data representation",
    24: "type consistency",
}


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One reader or writer of ours: how many it fits, how many it did not, and the last reason."""

    topic: str
    reading: bool
    matched: int
    refused: int
    policy: int


def mismatch(endpoints: Iterable[Endpoint]) -> str:
    """A sentence about the first endpoint that somebody there does not fit; empty when all fit."""
    for end in endpoints:
        if end.refused > 0:
            other = "publisher" if end.reading else "controller"
            policy = POLICIES.get(end.policy, f"policy {end.policy}")
            alone = "" if end.matched > 0 else "; nobody else is there"
            return f"a {other} of {end.topic} has incompatible quality of service ({policy}){alone}"
    return ""


def unheard(endpoints: Iterable[Endpoint]) -> tuple[str, ...]:
    """The command topics that no controller listens to."""
    return tuple(end.topic for end in endpoints if not end.reading and end.matched == 0)


def published(endpoints: Iterable[Endpoint]) -> bool:
    """Whether somebody publishes what we read."""
    return any(end.reading and end.matched > 0 for end in endpoints)
