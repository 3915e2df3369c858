"""How another clock relates to ours: offset, error, drift and steps, from ping samples.

Pure. A sample is three times: t0 sent there, t1 received and answered here, t2 received there.
Half its round trip bounds its error, whatever the asymmetry of the path; the bound grows with age
by the most that two crystals drift apart. The estimate is the sample whose bound is least today
(the min-RTT filter, with forgetting). A sample whose interval misses the estimate's shows a step.
"""

from dataclasses import dataclass, replace

DRIFT_BOUND_PPM = 200
QUANTUM_NS = 200_000
KEPT_SAMPLES = 240
KEPT_PONGS = 32
MAX_ROUND_TRIP_NS = 2_000_000_000
DRIFT_SPAN_NS = 5_000_000_000


@dataclass(frozen=True, slots=True)
class Sample:
    """One exchange: `offset_ns` is our clock minus theirs, right to half of `round_trip_ns`."""

    at_ns: int
    offset_ns: int
    round_trip_ns: int


@dataclass(frozen=True, slots=True)
class Pong:
    """An answer given at once to a ping, waiting to hear when it arrived."""

    answered_ns: int
    sent_there_ns: int


@dataclass(frozen=True, slots=True)
class ClockState:
    """Pongs on their way and the samples of the last exchanges."""

    pongs: tuple[Pong, ...] = ()
    samples: tuple[Sample, ...] = ()
    steps: int = 0


@dataclass(frozen=True, slots=True)
class Estimate:
    """Our clock minus theirs, the bound of its error, and the round trip of the sample it rests on."""

    offset_ns: int
    error_ns: int
    round_trip_ns: int


@dataclass(frozen=True, slots=True)
class Drift:
    """How much faster our clock runs, in parts per million, and the bound of that figure's error."""

    ppm: float
    error_ppm: float


def on_ping(
    state: ClockState, sent_there_ns: int, received_ns: int, pong_seen: tuple[int, int] | None
) -> ClockState:
    """Takes a ping that left there at `sent_there_ns` and is answered at once.

    `pong_seen` is (the `answered_ns` of an earlier pong, when it arrived there); it completes a
    sample. Answers that we never gave, or impossible round trips, are ignored.
    """
    pongs = (*state.pongs, Pong(received_ns, sent_there_ns))[-KEPT_PONGS:]
    if pong_seen is None:
        return replace(state, pongs=pongs)
    answered_ns, arrived_there_ns = pong_seen
    found = next((pong for pong in state.pongs if pong.answered_ns == answered_ns), None)
    if found is None:
        return replace(state, pongs=pongs)
    rest = tuple(pong for pong in pongs if pong.answered_ns > answered_ns)
    sample = _sample(found, arrived_there_ns)
    if sample is None or sample.at_ns > received_ns:
        return replace(state, pongs=rest)
    return _add(replace(state, pongs=rest), sample)


def estimate(state: ClockState, now_ns: int) -> Estimate | None:
    """The best sample's offset with its error as of now; None before the first sample."""
    if not state.samples:
        return None
    best = min(state.samples, key=lambda sample: _error_ns(sample, now_ns))
    return Estimate(best.offset_ns, _error_ns(best, now_ns), best.round_trip_ns)


def drift(state: ClockState) -> Drift | None:
    """The drift between the best samples of the older and the newer half; None within five seconds."""
    half = len(state.samples) // 2
    if half == 0:
        return None
    older = min(state.samples[:half], key=lambda sample: sample.round_trip_ns)
    newer = min(state.samples[half:], key=lambda sample: (sample.round_trip_ns, -sample.at_ns))
    span_ns = newer.at_ns - older.at_ns
    if span_ns < DRIFT_SPAN_NS:
        return None
    error_ns = (older.round_trip_ns + newer.round_trip_ns) / 2
    return Drift((newer.offset_ns - older.offset_ns) / span_ns * 1e6, error_ns / span_ns * 1e6)


def _sample(pong: Pong, arrived_there_ns: int) -> Sample | None:
    round_trip_ns = arrived_there_ns - pong.sent_there_ns
    if not 0 <= round_trip_ns <= MAX_ROUND_TRIP_NS:
        return None
    offset_ns = pong.answered_ns - (pong.sent_there_ns + arrived_there_ns) // 2
    return Sample(pong.answered_ns, offset_ns, round_trip_ns)


def _add(state: ClockState, sample: Sample) -> ClockState:
    before = estimate(state, sample.at_ns)
    if before is not None:
        apart_ns = abs(sample.offset_ns - before.offset_ns)
        if apart_ns > before.error_ns + _error_ns(sample, sample.at_ns):
            return replace(state, samples=(sample,), steps=state.steps + 1)
    return replace(state, samples=(*state.samples, sample)[-KEPT_SAMPLES:])


def _error_ns(sample: Sample, now_ns: int) -> int:
    age_ns = max(0, now_ns - sample.at_ns)
    return sample.round_trip_ns // 2 + QUANTUM_NS + age_ns * DRIFT_BOUND_PPM // 1_000_000
