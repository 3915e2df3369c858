"""How much is sent besides the pictures so that loss need not cost a round trip: chosen by measured loss.

Pure. Repair by asking costs one round trip for each loss, a freeze on a long link; repair in advance costs
bits all the time. A clean link gets none, a short one only what asking is too slow for.
"""

from dataclasses import dataclass, replace

from teleop.cell.feedback import Feedback

HOLD_NS = 12_000_000_000
SHORT_ROUND_TRIP_S = 0.06
LITTLE_LOSS = 0.003
HARDLY_ANY_LOSS = 0.0002
QUEUE_S = 0.05
PARITY_BYTES = 1.15
BURST_PACKETS = 1.6
_LOSS_OF_LEVEL = (0.004, 0.012, 0.035)


@dataclass(frozen=True, slots=True)
class Plan:
    """Parity packets for each packet of a picture, or else how many times each is sent again."""

    parity: float
    copies: int


PLANS = (Plan(0.0, 0), Plan(0.25, 1), Plan(0.5, 1), Plan(0.9, 1), Plan(1.0, 2))
FIRST_LEVEL = 2
QUEUE_LEVEL = 1


@dataclass(frozen=True, slots=True)
class Redundancy:
    """The plan in use by its place in PLANS, since when less would do, and whether it is but a guess."""

    level: int = FIRST_LEVEL
    less_would_do_since_ns: int | None = None
    guessed: bool = True

    @property
    def plan(self) -> Plan:
        """What to send."""
        return PLANS[self.level]


def step(state: Redundancy, feedback: Feedback, now_ns: int) -> Redundancy:
    """More at once when the link needs it, one level less after 12 s in which that would have done.

    What was guessed before anything was known gives way at once on a short link.
    """
    wanted = _wanted(feedback)
    if wanted is None or wanted == state.level:
        return replace(state, less_would_do_since_ns=None)
    if wanted > state.level or _queues(feedback) or (state.guessed and _short(feedback)):
        return Redundancy(wanted, guessed=False)
    since_ns = now_ns if state.less_would_do_since_ns is None else state.less_would_do_since_ns
    if now_ns - since_ns < HOLD_NS:
        return replace(state, less_would_do_since_ns=since_ns)
    return Redundancy(state.level - 1, now_ns, guessed=False)


def wire_factor(plan: Plan, parity: bool) -> float:
    """How many bits go out for each bit of the pictures; `parity` is whether the viewer takes that."""
    return 1.0 + (plan.parity * PARITY_BYTES if parity else plan.copies)


def _wanted(feedback: Feedback) -> int | None:
    """The level for this link; None while its loss is not known."""
    if feedback.loss is None:
        return None
    if feedback.loss < (LITTLE_LOSS if _short(feedback) else HARDLY_ANY_LOSS):
        return 0
    level = 1 + sum(feedback.loss >= bound for bound in _LOSS_OF_LEVEL)
    if feedback.run >= BURST_PACKETS:
        level += 1
    return min(level, QUEUE_LEVEL if _queues(feedback) else len(PLANS) - 1)


def _short(feedback: Feedback) -> bool:
    """Whether a packet that is asked for again comes in time."""
    return feedback.shortest_s is not None and feedback.shortest_s < SHORT_ROUND_TRIP_S


def _queues(feedback: Feedback) -> bool:
    """Whether packets wait so long before a bottleneck that its loss is our own doing."""
    return feedback.queue_s > QUEUE_S
