"""Whether a browser is still there: it is asked all the time, and each answer names its question.

Pure. The questions are connectivity checks (RFC 8445, RFC 7675), which a browser's network thread answers
also while its page is hidden or busy. Their 96-bit names cannot be guessed, so nobody else can answer.
"""

from dataclasses import dataclass, replace

PERIOD_NS = 150_000_000
PAUSE_NS = 300_000_000
SILENT_NS = 700_000_000
MAX_OPEN = 40


@dataclass(frozen=True, slots=True)
class PulseState:
    """Questions that wait for an answer (name, time of sending), and when the last answer came.

    Until one has come, `heard_ns` is when the first question was sent, or the first after a pause.
    """

    open: tuple[tuple[bytes, int], ...] = ()
    asked_ns: int | None = None
    heard_ns: int | None = None
    round_trip_ns: int | None = None


def due(state: PulseState, now_ns: int) -> bool:
    """Whether it is time for the next question."""
    return state.asked_ns is None or now_ns - state.asked_ns >= PERIOD_NS


def ask(state: PulseState, name: bytes, now_ns: int) -> PulseState:
    """Notes a question; only the newest 6 s of them can still be answered.

    Who was not asked for a while, because we were stalled, is given the whole time again.
    """
    asleep = state.asked_ns is None or now_ns - state.asked_ns > PAUSE_NS
    heard_ns = now_ns if asleep else state.heard_ns
    waiting = (*state.open, (name, now_ns))[-MAX_OPEN:]
    return replace(state, open=waiting, asked_ns=now_ns, heard_ns=heard_ns)


def answer(state: PulseState, name: bytes, now_ns: int) -> PulseState:
    """Notes an answer; one to no open question changes nothing."""
    for index, (asked, sent_ns) in enumerate(state.open):
        if asked == name:
            rest = state.open[:index] + state.open[index + 1 :]
            return replace(state, open=rest, heard_ns=now_ns, round_trip_ns=now_ns - sent_ns)
    return state


def silent(state: PulseState, now_ns: int) -> bool:
    """Whether no answer has come for 700 ms: five questions in a row, or their answers, were lost."""
    return state.heard_ns is not None and now_ns - state.heard_ns > SILENT_NS
