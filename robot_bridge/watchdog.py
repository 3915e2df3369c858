"""Deadmen: the newest setpoint's lifetime, and repeated malformed commands."""

from typing import Literal

from msgspec import Struct

SILENCE_NS = 100_000_000
STRIKES = 3
STRIKE_WINDOW_NS = 1_000_000_000


class Watch(Struct, frozen=True):
    """When the arm was last told where to go, and until when that counts."""

    fed_ns: int
    deadline_ns: int


def feed(now_ns: int, deadline_ns: int) -> Watch:
    """A watch fed now; a deadline past now + 100 ms is cut to that."""
    return Watch(now_ns, min(deadline_ns, now_ns + SILENCE_NS))


def expired(watch: Watch, now_ns: int) -> Literal["silence", "deadline"] | None:
    """Why the arm must stop now, if it must."""
    if now_ns - watch.fed_ns >= SILENCE_NS:
        return "silence"
    return "deadline" if now_ns >= watch.deadline_ns else None


Strikes = tuple[int, ...]


def strike(strikes: Strikes, now_ns: int) -> Strikes:
    """The times of the newest malformed commands, this one included."""
    return (*strikes, now_ns)[-STRIKES:]


def struck_out(strikes: Strikes, now_ns: int) -> bool:
    """Whether three malformed commands came within one second."""
    return len(strikes) == STRIKES and now_ns - strikes[0] <= STRIKE_WINDOW_NS
