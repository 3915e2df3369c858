"""When a running episode is written out, and when the disk is asked to keep it. Pure."""

from dataclasses import dataclass, replace

WRITE_NS = 100_000_000
"""How long a message waits before the system has it: what a killed process loses."""
SYNC_NS = 250_000_000
"""The disk is asked again before this has passed since it was asked last."""
_LATE_NS = 25_000_000
"""A write may begin this much later than it should."""


@dataclass(frozen=True, slots=True)
class Rhythm:
    """When the last write began, and the last one after which the disk was asked."""

    written_ns: int
    synced_ns: int


def rest_s(rhythm: Rhythm, now_ns: int) -> float:
    """How long to wait before the next write; a write that took its time shortens it."""
    return max(0, rhythm.written_ns + WRITE_NS - now_ns) / 1e9


def begin(rhythm: Rhythm, now_ns: int) -> tuple[Rhythm, bool]:
    """Begins a write, and says whether the disk is asked after it: when the next one might be too late."""
    begun = replace(rhythm, written_ns=now_ns)
    if now_ns + WRITE_NS + _LATE_NS <= rhythm.synced_ns + SYNC_NS:
        return begun, False
    return replace(begun, synced_ns=now_ns), True
