"""Whether a browser is still there: it is asked all the time, and each answer names its question.

Its answers also tell how long what is sent to it waits on the way, as pictures take the same one.

Pure. The questions are connectivity checks (RFC 8445, RFC 7675), which a browser's network thread answers
also while its page is hidden or busy. Their 96-bit names cannot be guessed, so nobody else can answer.
"""

from dataclasses import dataclass, replace

PERIOD_NS = 150_000_000
PAUSE_NS = 300_000_000
SILENT_NS = 700_000_000
DOUBTFUL_PERIOD_NS = 50_000_000
DOUBTFUL_NS = 40_000_000
OVERDUE_NS = 60_000_000
# An empty link's round trip is forgotten this slowly, answer by answer, so that a longer route is noticed.
DRIFT_NS = 100_000
MAX_OPEN = 40


@dataclass(frozen=True, slots=True)
class PulseState:
    """Questions that wait for an answer (name, time of sending), and when the last answer came.

    Until one has come, `heard_ns` is when the first question was sent, or the first after a pause.
    `answered_ns` is when the newest question that was answered had been sent, `round_trip_ns` what it took;
    `earlier_ns` and `took_earlier_ns` are the same of the one before, `least_ns` is what an empty link takes.
    """

    open: tuple[tuple[bytes, int], ...] = ()
    asked_ns: int | None = None
    heard_ns: int | None = None
    round_trip_ns: int | None = None
    answered_ns: int = 0
    earlier_ns: int = 0
    took_earlier_ns: int | None = None
    least_ns: int | None = None


def due(state: PulseState, now_ns: int) -> bool:
    """Whether it is time for the next question."""
    doubtful = overdue(state, now_ns) > 0 or newest_late_ns(state) > DOUBTFUL_NS
    period_ns = DOUBTFUL_PERIOD_NS if doubtful else PERIOD_NS
    return state.asked_ns is None or now_ns - state.asked_ns >= period_ns


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
            return _measured(replace(state, open=rest, heard_ns=now_ns), sent_ns, now_ns)
    return state


def newest_late_ns(state: PulseState) -> int:
    """How much longer the last round trip took than on an empty link."""
    if state.round_trip_ns is None or state.least_ns is None:
        return 0
    return state.round_trip_ns - state.least_ns


def late_ns(state: PulseState) -> int:
    """How much longer the last two round trips took, at least, than on an empty link."""
    if state.took_earlier_ns is None or state.least_ns is None:
        return 0
    return min(newest_late_ns(state), max(0, state.took_earlier_ns - state.least_ns))


def growth(state: PulseState) -> float:
    """How many seconds a second the queue on the way grew by between the last two questions answered."""
    if state.took_earlier_ns is None or state.round_trip_ns is None:
        return 0.0
    return (state.round_trip_ns - state.took_earlier_ns) / (state.answered_ns - state.earlier_ns)


def overdue(state: PulseState, now_ns: int) -> int:
    """How many questions, newer than those that were answered, should have been answered by now."""
    if state.least_ns is None:
        return 0
    latest_ns = now_ns - state.least_ns - OVERDUE_NS
    return sum(state.answered_ns < sent_ns < latest_ns for _, sent_ns in state.open)


def silent(state: PulseState, now_ns: int) -> bool:
    """Whether no answer has come for 700 ms: five questions in a row, or their answers, were lost."""
    return state.heard_ns is not None and now_ns - state.heard_ns > SILENT_NS


def _measured(state: PulseState, sent_ns: int, now_ns: int) -> PulseState:
    if sent_ns <= state.answered_ns and state.round_trip_ns is not None:
        return state
    took_ns = now_ns - sent_ns
    least_ns = took_ns if state.least_ns is None else min(took_ns, state.least_ns + DRIFT_NS)
    return replace(
        state,
        round_trip_ns=took_ns,
        answered_ns=sent_ns,
        earlier_ns=state.answered_ns,
        took_earlier_ns=state.round_trip_ns,
        least_ns=least_ns,
    )
