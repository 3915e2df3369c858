"""How another clock relates to ours: offset, error, drift and steps, from ping samples.

Pure; the page has the same law (web_client/src/link/clock.ts). A sample is three times: t0 sent there, t1
received and answered here, t2 received there. We answered after t0 and before t2, so our clock minus theirs
was between t1 - t2 and t1 - t0, whatever the asymmetry of the path. Each bound loosens with age by the most
that two clocks drift apart; the tightest of each kind is kept, and the truth lies between them. Their
distance is never more than the round trip of any one sample and its drift since. Bounds that cross prove a
step of one of the clocks, and the estimate begins anew; so it does when the other side tells of a step or a
sleep of its own. A step smaller than the stated error, that nobody tells of, shows in nothing that a ping
could measure.
"""

from dataclasses import dataclass, replace

DRIFT_BOUND_PPM = 200
"""Two crystals part by 100 ppm; a disciplined clock is slewed by less. While one is slewed by the most that
Linux allows, 500 ppm (ntp_adjtime(2)), the stated error may be short by 0.3 ms a second of a sample's age.
"""
QUANTUM_NS = 1_000_000  # browsers round the page's clock by as much as a millisecond, up or down
KEPT_PONGS = 128  # a page's first pings, 20 ms apart, over two seconds of round trip
KEPT_ROUND_TRIPS = 20
KEPT_MARKS = 24
MAX_ROUND_TRIP_NS = 2_000_000_000
DRIFT_SPAN_NS = 5_000_000_000
_SLOW_SHARE = 0.8


@dataclass(frozen=True, slots=True)
class Sample:
    """One exchange: our clock minus theirs was between the two at `at_ns` on ours."""

    at_ns: int
    least_ns: int
    most_ns: int


@dataclass(frozen=True, slots=True)
class Pong:
    """An answer given at once to a ping, waiting to hear when it arrived."""

    answered_ns: int
    sent_there_ns: int


@dataclass(frozen=True, slots=True)
class Bound:
    """Our clock minus theirs was on one side of `offset_ns` at `at_ns`."""

    offset_ns: int
    at_ns: int


@dataclass(frozen=True, slots=True)
class Estimate:
    """Our clock minus theirs, the bound of its error, the median round trip, and what one in five adds."""

    offset_ns: int
    error_ns: int
    round_trip_ns: int
    jitter_ns: int = 0


@dataclass(frozen=True, slots=True)
class ClockState:
    """Pongs on their way, the tightest bounds below and above, and what was estimated every few seconds.

    `restarts` is how often the other side has told of a clock that is no more; None before its first ping.
    """

    pongs: tuple[Pong, ...] = ()
    bounds: tuple[Bound, Bound] | None = None
    round_trips_ns: tuple[int, ...] = ()
    marks: tuple[tuple[int, Estimate], ...] = ()
    steps: int = 0
    restarts: int | None = None


@dataclass(frozen=True, slots=True)
class Drift:
    """How much faster our clock runs, in parts per million, and the bound of that figure's error."""

    ppm: float
    error_ppm: float


def on_ping(
    state: ClockState,
    sent_there_ns: int,
    received_ns: int,
    pong_seen: tuple[int, int] | None,
    restarts: int = 0,
) -> ClockState:
    """Takes a ping that left there at `sent_there_ns` and is answered at once.

    `pong_seen` is (the `answered_ns` of an earlier pong, when it arrived there); it completes a
    sample. Answers that we never gave, or impossible round trips, are ignored, and so is a ping of before
    the newest of its side's `restarts`.
    """
    known = restarts if state.restarts is None else state.restarts
    if restarts < known:
        return state
    state = replace(state, restarts=known) if restarts == known else _anew(state, restarts)
    pongs = (*state.pongs, Pong(received_ns, sent_there_ns))[-KEPT_PONGS:]
    if pong_seen is None:
        return replace(state, pongs=pongs)
    answered_ns, arrived_there_ns = pong_seen
    found = next((pong for pong in state.pongs if pong.answered_ns == answered_ns), None)
    if found is None:
        return replace(state, pongs=pongs)
    rest = tuple(pong for pong in pongs if pong.answered_ns > answered_ns)
    state = replace(state, pongs=rest)
    if not 0 <= arrived_there_ns - found.sent_there_ns <= MAX_ROUND_TRIP_NS or answered_ns > received_ns:
        return state
    return _add(state, Sample(answered_ns, answered_ns - arrived_there_ns, answered_ns - found.sent_there_ns))


def estimate(state: ClockState, now_ns: int) -> Estimate | None:
    """Offset and error as of now; None before the first sample."""
    if state.bounds is None:
        return None
    least_ns, most_ns = _least_ns(state.bounds[0], now_ns), _most_ns(state.bounds[1], now_ns)
    trips = sorted(state.round_trips_ns)
    median_ns = trips[len(trips) // 2]
    slow_ns = trips[min(len(trips) - 1, int(len(trips) * _SLOW_SHARE))]
    error_ns = (most_ns - least_ns + 1) // 2 + QUANTUM_NS
    return Estimate((least_ns + most_ns) // 2, error_ns, median_ns, slow_ns - median_ns)


def drift(state: ClockState) -> Drift | None:
    """The mean drift over the last two minutes; None within the first seconds."""
    if len(state.marks) < 2:
        return None
    (first_ns, first), (last_ns, last) = state.marks[0], state.marks[-1]
    span_ns = last_ns - first_ns
    return Drift(
        (last.offset_ns - first.offset_ns) / span_ns * 1e6, (first.error_ns + last.error_ns) / span_ns * 1e6
    )


def _add(state: ClockState, sample: Sample) -> ClockState:
    least, most = Bound(sample.least_ns, sample.at_ns), Bound(sample.most_ns, sample.at_ns)
    if state.bounds is not None:
        low, high = state.bounds
        least = max(low, least, key=lambda bound: _least_ns(bound, sample.at_ns))
        most = min(high, most, key=lambda bound: _most_ns(bound, sample.at_ns))
        if _least_ns(least, sample.at_ns) > _most_ns(most, sample.at_ns) + 2 * QUANTUM_NS:
            return _add(replace(_anew(state, state.restarts), pongs=state.pongs), sample)
    trips = (*state.round_trips_ns, sample.most_ns - sample.least_ns)[-KEPT_ROUND_TRIPS:]
    return _marked(replace(state, bounds=(least, most), round_trips_ns=trips), sample.at_ns)


def _anew(state: ClockState, restarts: int | None) -> ClockState:
    """Nothing is known of a clock that has stepped."""
    return ClockState(steps=state.steps + 1, restarts=restarts)


def _marked(state: ClockState, now_ns: int) -> ClockState:
    """Keeps an estimate for the drift when the last one kept is some seconds old."""
    found = estimate(state, now_ns)
    if found is None or (state.marks and now_ns - state.marks[-1][0] < DRIFT_SPAN_NS):
        return state
    return replace(state, marks=(*state.marks, (now_ns, found))[-KEPT_MARKS:])


def _least_ns(bound: Bound, now_ns: int) -> int:
    return bound.offset_ns - _drifted_ns(bound, now_ns)


def _most_ns(bound: Bound, now_ns: int) -> int:
    return bound.offset_ns + _drifted_ns(bound, now_ns)


def _drifted_ns(bound: Bound, now_ns: int) -> int:
    """The most that the clocks have parted since, rounded up."""
    return abs(now_ns - bound.at_ns) * DRIFT_BOUND_PPM // 1_000_000 + 1
