"""The state of a connection that is kept up: when to dial, when to ask for life, when to give it up.

Theory of operation. While the line is down it is dialled every 200 ms. While it is up a ping goes out
every 25 ms, one at a time; an answer proves that the server read everything before it. Commands pass only
while the newest answer belongs to a ping of the last 100 ms, so that no more than that can wait in a
server which has stopped reading. A line without any sign of life for half a second is given up, and so is one
whose ping waits that long.
"""

from dataclasses import dataclass, replace
from typing import Literal

REDIAL_NS = 200_000_000
PING_NS = 25_000_000
CLEAR_NS = 100_000_000
DEAD_NS = 500_000_000

Event = Literal["time", "opened", "heard", "answered", "closed"]
Effect = Literal["dial", "ping", "give_up"]


@dataclass(frozen=True, slots=True)
class Line:
    """The connection now; `asked_ns` is the ping that waits, `proven_ns` the newest that was answered."""

    state: Literal["down", "dialling", "up"] = "down"
    dialled_ns: int | None = None
    heard_ns: int = 0
    asked_ns: int | None = None
    proven_ns: int | None = None


def step(line: Line, event: Event, now_ns: int) -> tuple[Line, tuple[Effect, ...]]:
    """The line after the event, and what to do about it."""
    match event:
        case "opened":
            return replace(line, state="up", heard_ns=now_ns, asked_ns=None, proven_ns=None), ()
        case "closed":
            return replace(line, state="down", asked_ns=None, proven_ns=None), ()
        case "heard":
            return replace(line, heard_ns=now_ns), ()
        case "answered":
            return replace(line, heard_ns=now_ns, proven_ns=line.asked_ns, asked_ns=None), ()
        case _:
            return _pass(line, now_ns)


def clear(line: Line, now_ns: int) -> bool:
    """Whether a command may go out: what was sent before is known to be read."""
    return line.state == "up" and line.proven_ns is not None and now_ns - line.proven_ns <= CLEAR_NS


def _pass(line: Line, now_ns: int) -> tuple[Line, tuple[Effect, ...]]:
    if line.state == "down":
        if line.dialled_ns is not None and now_ns - line.dialled_ns < REDIAL_NS:
            return line, ()
        return replace(line, state="dialling", dialled_ns=now_ns), ("dial",)
    if line.state == "up" and now_ns - _alive_ns(line) > DEAD_NS:
        return replace(line, state="down", asked_ns=None, proven_ns=None), ("give_up",)
    if line.state == "up" and line.asked_ns is None and _due(line, now_ns):
        return replace(line, asked_ns=now_ns), ("ping",)
    return line, ()


def _alive_ns(line: Line) -> int:
    """The last sign of life; a ping that is not answered makes everything after it doubtful."""
    return line.heard_ns if line.asked_ns is None else min(line.heard_ns, line.asked_ns)


def _due(line: Line, now_ns: int) -> bool:
    return line.proven_ns is None or now_ns - line.proven_ns >= PING_NS
