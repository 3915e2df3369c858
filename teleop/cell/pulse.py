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
# The player's link: half a second of queue can fill in an eighth of one.
CLOSE_PERIOD_NS = 15_000_000
DOUBTFUL_NS = 40_000_000
OVERDUE_NS = 45_000_000
# An empty link's round trip is forgotten this slowly, answer by answer, so that a longer route is noticed.
DRIFT_NS = 50_000
MAX_OPEN = 60
# The share of questions that nobody answers is the mean of the last few hundred.
LOST_SHARE = 1 / 512
# How late answers usually are is the mean of the last hundred or so.
USUAL_SHARE = 1 / 128
# A keyframe alone makes a slow link late for a tenth of a second.
BURST_NS = 130_000_000
STANDING_NS = 700_000_000
STANDING_ANSWERS = 5


@dataclass(frozen=True, slots=True)
class PulseState:
    """Questions that wait for an answer (name, time of sending), and when the last answer came.

    Until one has come, `heard_ns` is when the first question was sent, or the first after a pause.
    `answered_ns` is when the newest question that was answered had been sent, `round_trip_ns` what it took,
    `least_ns` what an empty link takes. `lately` are the last round trips by their time of sending: those
    of 700 ms, or two. `lost` is which share of the questions, or of their answers, is lost on the way,
    `usual_late_ns` how much longer than on an empty link they take in the mean.
    """

    open: tuple[tuple[bytes, int], ...] = ()
    asked_ns: int | None = None
    heard_ns: int | None = None
    round_trip_ns: int | None = None
    answered_ns: int = 0
    least_ns: int | None = None
    lately: tuple[tuple[int, int], ...] = ()
    lost: float = 0.0
    usual_late_ns: float = 0.0


def due(state: PulseState, now_ns: int, closely: bool = False) -> bool:
    """Whether it is time for the next question; `closely` asks often enough to notice a queue at once."""
    doubtful = overdue(state, now_ns) > 0 or newest_late_ns(state) > DOUBTFUL_NS
    period_ns = CLOSE_PERIOD_NS if closely else DOUBTFUL_PERIOD_NS if doubtful else PERIOD_NS
    return state.asked_ns is None or now_ns - state.asked_ns >= period_ns


def ask(state: PulseState, name: bytes, now_ns: int) -> PulseState:
    """Notes a question; only the newest 60 of them can still be answered.

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
    """How much longer than on an empty link even the quickest of the last answers took: those to the
    questions of an eighth of a second, two at least.
    """
    if len(state.lately) < 2 or state.least_ns is None:
        return 0
    since_ns = min(state.lately[-2][0], state.lately[-1][0] - BURST_NS)
    return max(0, min(took for sent_ns, took in state.lately if sent_ns >= since_ns) - state.least_ns)


def standing_ns(state: PulseState) -> int:
    """How much longer than on an empty link even the quickest answer of 700 ms took: a queue that stays."""
    if state.least_ns is None or len(state.lately) < STANDING_ANSWERS:
        return 0
    return max(0, min(took_ns for _, took_ns in state.lately) - state.least_ns)


def growth(state: PulseState) -> float:
    """How many seconds a second the queue on the way grew by over those questions."""
    if len(state.lately) < 2:
        return 0.0
    sent_ns, took_ns = state.lately[-1]
    since_ns = min(state.lately[-2][0], sent_ns - BURST_NS)
    from_ns, before_ns = next(one for one in state.lately if one[0] >= since_ns)
    return (took_ns - before_ns) / (sent_ns - from_ns)


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
    passed_over = sum(state.answered_ns < asked_ns < sent_ns for _, asked_ns in state.open)
    lately = tuple(one for one in state.lately[:-1] if sent_ns - one[0] <= STANDING_NS) + state.lately[-1:]
    return replace(
        state,
        lately=(*lately, (sent_ns, took_ns)),
        round_trip_ns=took_ns,
        answered_ns=sent_ns,
        least_ns=least_ns,
        usual_late_ns=state.usual_late_ns + USUAL_SHARE * (took_ns - least_ns - state.usual_late_ns),
        lost=1 - (1 - LOST_SHARE) ** passed_over * (1 - (1 - LOST_SHARE) * state.lost),
    )
