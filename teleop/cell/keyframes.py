"""When the shared encoder makes a keyframe: wanted by many, made seldom.

Pure. A joiner or a lossy link asks; everyone who asked within the interval gets the same one. Some may follow
each other quickly, so that who joins right after another still sees a picture at once; many may not, since
each takes bits from everyone's pictures.
"""

from dataclasses import dataclass

MIN_INTERVAL_NS = 100_000_000
REFILL_NS = 250_000_000
BURST = 3


@dataclass(frozen=True, slots=True)
class KeyframeState:
    """Whether somebody waits for a keyframe, when the last one was made, and when all allowance is back."""

    wanted: bool = True
    last_ns: int | None = None
    refilled_ns: int = 0


def want(state: KeyframeState) -> KeyframeState:
    """Notes that somebody needs a keyframe."""
    return KeyframeState(True, state.last_ns, state.refilled_ns)


def next_picture(state: KeyframeState, now_ns: int, at_once: bool = False) -> tuple[KeyframeState, bool]:
    """Decides for the picture about to be encoded; `at_once` overrides the limits (an episode starts)."""
    rested = state.last_ns is None or now_ns - state.last_ns >= MIN_INTERVAL_NS
    allowed = state.last_ns is None or state.refilled_ns - now_ns <= (BURST - 1) * REFILL_NS
    if not (at_once or (state.wanted and rested and allowed)):
        return state, False
    before_ns = now_ns if state.last_ns is None else max(now_ns, state.refilled_ns)
    latest_ns = now_ns + BURST * REFILL_NS
    return KeyframeState(False, now_ns, min(before_ns + REFILL_NS, latest_ns)), True
