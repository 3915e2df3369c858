"""What one viewer's RTCP says about his link: loss before any repair, its runs, round trip, estimated rate.

Pure. A report counts the packets of the pictures' own source (RFC 3550), and what repairs them travels
under sources of its own, so the loss seen here stays true while repair hides it from the viewer's eyes.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

WINDOW_NS = 4_000_000_000
LATELY_NS = 1_000_000_000
QUEUE_WINDOW_NS = 2_000_000_000
QUEUE_ANSWERS = 3
RUNS_WINDOW_NS = 10_000_000_000
STALE_NS = 8_000_000_000
SENDER_REPORTS_KEPT = 8
# A browser reports about once a second and asks again fifty times; one that floods is not remembered whole.
REPORTS_KEPT = 64
NACKS_KEPT = 512
SHORTEST_DRIFT_S = 0.001
# What a full queue lost is reported up to a queue and a report later.
OWN_DOING_NS = 2_000_000_000
# What is lost within one second and never again was lost in a queue that one large picture filled.
ONCE_NS = 1_000_000_000
_MAX_PACKETS_A_REPORT = 1_000_000
_MAX_ROUND_TRIP_S = 10.0
_SEQUENCES = 2**16
_REPORT_UNITS_A_SECOND = 65_536


@dataclass(frozen=True, slots=True)
class Feedback:
    """One viewer's link as far as it is known; None is not known (yet, or not any more).

    `loss` and `nacked` are shares of the packets first sent within 4 s: reported lost, and asked for again;
    `run` is how many packets get lost together in the mean. `remb_bit_s` is the browser's estimate for its
    whole connection, all cameras and repairs together. `shortest_s` is the round trip of an empty link,
    `queue_s` how much longer even the quickest of the last 2 s was; `lost_lately` is the last second's loss.
    """

    loss: float | None = None
    nacked: float = 0.0
    run: float = 1.0
    remb_bit_s: int | None = None
    round_trip_s: float | None = None
    shortest_s: float | None = None
    queue_s: float = 0.0
    lost_lately: float | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """A receiver report's block as it stands on the wire; `since_sr` counts 1/65536 s."""

    fraction_lost: int
    lost: int
    highest_sequence: int
    last_sr: int
    since_sr: int


@dataclass(frozen=True, slots=True)
class _Missed:
    heard_ns: int
    packets: int
    runs: int


@dataclass(frozen=True, slots=True)
class Heard:
    """All that is remembered of one viewer's RTCP; more packets had come when it was said at `reached_ns`."""

    reports: tuple[tuple[int, Report], ...] = ()
    sent: tuple[tuple[int, int], ...] = ()
    missed: tuple[_Missed, ...] = ()
    newest_missed: int | None = None
    remb: tuple[int, int] | None = None
    round_trip_s: float | None = None
    shortest_s: float | None = None
    round_trips: tuple[tuple[int, float], ...] = ()
    highest_sequence: int | None = None
    reached_ns: int | None = None
    forgot_ns: int | None = None


def sent_report(heard: Heard, ntp_middle: int, now_ns: int) -> Heard:
    """Notes that a sender report left now; `ntp_middle` is what its answer will name it by."""
    others = tuple(one for one in heard.sent if one[0] != ntp_middle)
    return replace(heard, sent=(*others, (ntp_middle, now_ns))[-SENDER_REPORTS_KEPT:])


def take_report(heard: Heard, report: Report, now_ns: int) -> Heard:
    """Takes a receiver report in; one that does not continue the last begins the count anew."""
    newer = report.highest_sequence != heard.highest_sequence
    heard = replace(
        _timed(heard, report, now_ns),
        highest_sequence=report.highest_sequence,
        reached_ns=now_ns if newer else heard.reached_ns,
    )
    if heard.forgot_ns is not None and now_ns - heard.forgot_ns < OWN_DOING_NS:
        return heard
    kept = tuple(one for one in heard.reports if now_ns - one[0] <= WINDOW_NS)
    if kept and _expected(kept[-1][1], report) is None:
        kept = ()
    return replace(heard, reports=(*kept, (now_ns, report))[-REPORTS_KEPT:])


def take_nack(heard: Heard, sequences: Sequence[int], now_ns: int) -> Heard:
    """Takes a request for packets in; one is new when it is newer than all that were asked for before."""
    packets, runs, newest = 0, 0, heard.newest_missed
    for sequence in sequences:
        if newest is not None and not 0 < (sequence - newest) % _SEQUENCES < _SEQUENCES // 2:
            continue
        packets += 1
        runs += newest is None or (sequence - newest) % _SEQUENCES != 1
        newest = sequence % _SEQUENCES
    kept = tuple(one for one in heard.missed if now_ns - one.heard_ns <= RUNS_WINDOW_NS)
    missed = (*kept, _Missed(now_ns, packets, runs))[-NACKS_KEPT:]
    return replace(heard, missed=missed, newest_missed=newest)


def take_remb(heard: Heard, bit_s: int, now_ns: int) -> Heard:
    """Takes the browser's estimate of what its connection can carry in."""
    return replace(heard, remb=(now_ns, bit_s))


def forget_lost(heard: Heard, now_ns: int) -> Heard:
    """Begins the count of what is lost anew, 2 s from now: what a full queue loses says nothing."""
    return replace(heard, reports=(), missed=(), forgot_ns=now_ns)


def digest(heard: Heard, now_ns: int) -> Feedback:
    """What is known now."""
    loss, packets = _loss(heard, now_ns)
    recent = sum(one.packets for one in heard.missed if now_ns - one.heard_ns <= WINDOW_NS)
    runs = [one for one in heard.missed if now_ns - one.heard_ns <= RUNS_WINDOW_NS]
    remb = heard.remb if heard.remb is not None and now_ns - heard.remb[0] <= STALE_NS else None
    return Feedback(
        loss=0.0 if loss is not None and _lost_once(runs) else loss,
        nacked=min(1.0, recent / packets) if packets else 0.0,
        run=max(1.0, sum(one.packets for one in runs) / max(1, sum(one.runs for one in runs))),
        remb_bit_s=None if remb is None else remb[1],
        round_trip_s=heard.round_trip_s,
        shortest_s=heard.shortest_s,
        queue_s=_queue_s(heard, now_ns),
        lost_lately=_lost_lately(heard, loss),
    )


def _lost_once(missed: Sequence[_Missed]) -> bool:
    """Whether all that was asked for lately was lost together."""
    times = [one.heard_ns for one in missed if one.packets]
    return bool(times) and times[-1] - times[0] <= ONCE_NS


def _loss(heard: Heard, now_ns: int) -> tuple[float | None, int]:
    """The share lost and of how many packets."""
    if not heard.reports or now_ns - heard.reports[-1][0] > STALE_NS:
        return None, 0
    first, last = heard.reports[0][1], heard.reports[-1][1]
    expected = _expected(first, last) or 0
    if expected == 0:
        return (last.fraction_lost / 256 if heard.forgot_ns is None else None), 0
    return min(1.0, max(0, last.lost - first.lost) / expected), expected


def _lost_lately(heard: Heard, loss: float | None) -> float | None:
    """The share lost between the newest report and the one that is a second older."""
    if loss is None:
        return None
    last_ns, last = heard.reports[-1]
    first = next((one for when_ns, one in heard.reports if last_ns - when_ns <= LATELY_NS), last)
    expected = _expected(first, last) or 0
    return min(1.0, max(0, last.lost - first.lost) / expected) if expected else last.fraction_lost / 256


def _queue_s(heard: Heard, now_ns: int) -> float:
    """How long packets wait all the time."""
    recent = [took_s for when_ns, took_s in heard.round_trips if now_ns - when_ns <= QUEUE_WINDOW_NS]
    if heard.shortest_s is None or len(recent) < QUEUE_ANSWERS:
        return 0.0
    return max(0.0, min(recent) - heard.shortest_s)


def _expected(earlier: Report, later: Report) -> int | None:
    """How many packets were sent between two reports; None when the later one is none of the same count."""
    packets = (later.highest_sequence - earlier.highest_sequence) % 2**32
    return packets if packets <= _MAX_PACKETS_A_REPORT else None


def _timed(heard: Heard, report: Report, now_ns: int) -> Heard:
    left_ns = dict(heard.sent).get(report.last_sr)
    if left_ns is None or report.last_sr == 0:
        return heard
    taken_s = (now_ns - left_ns) / 1e9 - report.since_sr / _REPORT_UNITS_A_SECOND
    if not 0.0 <= taken_s <= _MAX_ROUND_TRIP_S:
        return heard
    shortest_s = taken_s if heard.shortest_s is None else min(taken_s, heard.shortest_s + SHORTEST_DRIFT_S)
    kept = tuple(one for one in heard.round_trips if now_ns - one[0] <= QUEUE_WINDOW_NS)
    round_trips = (*kept, (now_ns, taken_s))[-REPORTS_KEPT:]
    return replace(heard, round_trip_s=taken_s, shortest_s=shortest_s, round_trips=round_trips)
