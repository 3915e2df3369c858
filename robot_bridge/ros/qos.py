"""Quality of service by name: what a mismatch is about, which endpoints of ours met one, and what helps."""

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
_DURABILITY, _DEADLINE, _LIVELINESS, _RELIABILITY, _REPRESENTATION = 2, 4, 8, 11, 23

# What helps against a mismatch of this policy, for a topic of ours that we read (True) or write (False).
_REMEDIES = {
    (True, _DEADLINE): "leave joint_states_deadline_ms out, or set it to no less than the publisher offers",
    (True, _RELIABILITY): 'set joint_states_reliability = "best_effort"',
    (True, _REPRESENTATION): "let it publish in XCDR1",
    (False, _DURABILITY): "let it ask for volatile durability, for no command is sent twice",
    (False, _DEADLINE): "let it ask for no deadline, or set deadline_ms to what it asks for",
    (False, _LIVELINESS): "let it ask for automatic liveliness without a lease",
    (False, _REPRESENTATION): "let it read XCDR1",
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
    """A sentence about the first endpoint that somebody does not fit, with what helps; empty if none."""
    for end in endpoints:
        if end.refused > 0:
            other = "publisher" if end.reading else "controller"
            policy = POLICIES.get(end.policy, f"policy {end.policy}")
            alone = "" if end.matched > 0 else "; nobody else is there"
            what = f"a {other} of {end.topic} has incompatible quality of service ({policy})"
            return f"{what}: {_remedy(end)}{alone}"
    return ""


def _remedy(end: Endpoint) -> str:
    compare = f"compare both ends with `ros2 topic info --verbose {end.topic}`"
    return _REMEDIES.get((end.reading, end.policy), compare)


def unheard(endpoints: Iterable[Endpoint]) -> tuple[str, ...]:
    """The command topics that no controller listens to."""
    return tuple(end.topic for end in endpoints if not end.reading and end.matched == 0)


def published(endpoints: Iterable[Endpoint]) -> bool:
    """Whether somebody publishes what we read."""
    return any(end.reading and end.matched > 0 for end in endpoints)
