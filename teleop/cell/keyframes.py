"""When the shared encoder makes a keyframe: wanted by many, made seldom.

Pure. A joiner or a lossy link asks; everyone who asked within the interval gets the same one.
"""

from dataclasses import dataclass, replace

MIN_INTERVAL_NS = 500_000_000


@dataclass(frozen=True, slots=True)
class KeyframeState:
    """Whether somebody waits for a keyframe, and when the last one was made."""

    wanted: bool = True
    last_ns: int | None = None


def want(state: KeyframeState) -> KeyframeState:
    """Notes that somebody needs a keyframe."""
    return replace(state, wanted=True)


def next_picture(state: KeyframeState, now_ns: int, at_once: bool = False) -> tuple[KeyframeState, bool]:
    """Decides for the picture about to be encoded; `at_once` overrides the interval (an episode starts)."""
    due = state.last_ns is None or now_ns - state.last_ns >= MIN_INTERVAL_NS
    if at_once or (state.wanted and due):
        return KeyframeState(wanted=False, last_ns=now_ns), True
    return state, False
