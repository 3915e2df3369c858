"""Tells samples that came late from fresh ones, by the sender's stamps and without a common clock.

Theory of operation. Arrival minus stamp is the difference of two clocks plus the delay on the way. The
least of it over the last seconds belongs to the quickest delivery; whatever a sample took longer than
that is age it already had when it came. A stalled link that then delivers a backlog is found out so,
each old sample keeping its true age. A sender's clock that is set back makes samples look old until the
window has passed; that errs toward a stopped arm.
"""

from dataclasses import dataclass, replace

WINDOW_NS = 5_000_000_000


@dataclass(frozen=True, slots=True)
class Arrivals:
    """The least difference of arrival and stamp in this window and in the one before, in ns."""

    began_ns: int = 0
    least_ns: int | None = None
    before_ns: int | None = None


def step(arrivals: Arrivals, at_ns: int, stamp_ns: int) -> tuple[Arrivals, int]:
    """The arrivals after one more, and when the sample would have come had it come as quickly as any."""
    if stamp_ns <= 0:
        return arrivals, at_ns
    difference_ns = at_ns - stamp_ns
    if at_ns - arrivals.began_ns > WINDOW_NS:
        arrivals = Arrivals(at_ns, None, arrivals.least_ns)
    least = difference_ns if arrivals.least_ns is None else min(difference_ns, arrivals.least_ns)
    arrivals = replace(arrivals, least_ns=least)
    return arrivals, at_ns - (difference_ns - _least(arrivals, least))


def robot_time_ns(arrivals: Arrivals, now_ns: int) -> int:
    """The sender's clock now, behind by the quickest delay; 0 when it never sent a stamp."""
    return 0 if arrivals.least_ns is None else now_ns - _least(arrivals, arrivals.least_ns)


def _least(arrivals: Arrivals, least_ns: int) -> int:
    return least_ns if arrivals.before_ns is None else min(least_ns, arrivals.before_ns)
