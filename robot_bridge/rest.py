"""Whether the arm is held, being lowered to its rest posture, or released: an arm without torque falls.

Theory of operation. `held` is the normal posture: torque on, in every mode. `resting` begins by an
operator's order, or by itself when the arm has stood latched by an overheat or an overload for 20 s. The
arm is then lowered (lowering.py); where it has arrived the bus is asked to release, and when it has, the
posture is `released`. A stop, another fault, a reset or a lost bus ends the lowering by a controlled stop:
the arm is `held` again. So it is where the drive can not take the torque away, and when the lowering fails,
which says so by a fault and names what was in the way for as long as that stop stands.
"""

from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from robot_bridge.buses.reading import BusPhase
from robot_bridge.lowering import Descent
from robot_bridge.safety import SafetyState
from robot_bridge.trajectory import Motion
from robot_bridge.wire.state import ArmPosture, Cause, Limit

Torque = Literal["keep", "release", "engage"]
PostureEvent = Literal["lower", "interrupt", "arrive", "engage"]
POSTURES: dict[ArmPosture, dict[PostureEvent, ArmPosture | None]] = {
    #           None: nothing changes.
    "held": {"lower": "resting", "interrupt": None, "arrive": "released", "engage": None},
    "resting": {"lower": None, "interrupt": "held", "arrive": "released", "engage": None},
    "released": {"lower": None, "interrupt": None, "arrive": None, "engage": "held"},
}
HOT: tuple[Cause, ...] = ("overheat", "overload")
REST_AFTER_NS = 20_000_000_000
RELEASED_WITHIN_NS = 3_000_000_000
_LOWERS: tuple[BusPhase, ...] = ("ready", "releasing")


class Rest(Struct, frozen=True):
    """The posture, since when; how long a hot fault has stood; and how far the lowering is.

    `gave_up` keeps the arm from being lowered by itself again while the same fault stands; `hindrances` are
    what made the last lowering fail, until that stop is reset.
    """

    posture: ArmPosture = "held"
    since_ns: int = 0
    hot_since_ns: int | None = None
    descent: Descent = Descent()
    gave_up: bool = False
    engaging: bool = False
    hindrances: tuple[Limit, ...] = ()


class Seen(Struct, frozen=True):
    """What this tick brought: the bus, the standing fault, and which of four things happened."""

    now_ns: int
    phase: BusPhase
    fault: Cause
    latched: bool
    asked: bool
    interrupted: bool
    woken: bool


def see(
    before: SafetyState, after: SafetyState, phase: BusPhase, fault: Cause, asked: bool, now_ns: int
) -> Seen:
    """What a tick means for the posture; a servo that gets hot is no reason to stop lowering the arm."""
    unlatched = before.mode == "latched" and after.mode != "latched"
    latched_anew = after.stop_generation != before.stop_generation and after.cause not in HOT
    return Seen(
        now_ns=now_ns,
        phase=phase,
        fault=fault,
        latched=after.mode == "latched",
        asked=asked,
        interrupted=unlatched or latched_anew or after.mode == "play",
        woken=unlatched or after.mode == "play",
    )


def judge(rest: Rest, seen: Seen) -> Rest:
    """The posture after what happened this tick."""
    hot = seen.latched and seen.fault in HOT
    since = (seen.now_ns if rest.hot_since_ns is None else rest.hot_since_ns) if hot else None
    hindrances = rest.hindrances if seen.latched else ()
    rest = replace(rest, hot_since_ns=since, gave_up=rest.gave_up and hot, hindrances=hindrances)
    event = _event(rest, seen)
    if event is None:
        return replace(rest, engaging=rest.posture == "released" and (rest.engaging or seen.woken))
    posture = POSTURES[rest.posture][event] or rest.posture
    gave_up = rest.gave_up or event == "interrupt"
    return Rest(posture, seen.now_ns, since, gave_up=gave_up)


def failed(rest: Rest, hindrances: tuple[Limit, ...], now_ns: int) -> Rest:
    """Held again, and not lowered by itself while the same fault stands."""
    return Rest("held", now_ns, rest.hot_since_ns, gave_up=True, hindrances=hindrances)


def _event(rest: Rest, seen: Seen) -> PostureEvent | None:
    match rest.posture:
        case "held" | "resting" if seen.phase == "released":
            return "arrive"
        case "held":
            return "lower" if seen.asked or _due(rest, seen) else None
        case "resting":
            return "interrupt" if seen.interrupted or seen.phase not in _LOWERS or _kept(rest, seen) else None
        case _:
            return "engage" if seen.phase == "ready" else None


def _due(rest: Rest, seen: Seen) -> bool:
    """Whether a hot fault has stood long enough on a bus that can still lower the arm."""
    hot = rest.hot_since_ns is not None and seen.now_ns - rest.hot_since_ns >= REST_AFTER_NS
    return hot and not rest.gave_up and seen.phase == "ready"


def _kept(rest: Rest, seen: Seen) -> bool:
    """Whether the drive has kept the torque after it was asked to release: some can not."""
    arrived_ns = rest.descent.arrived_ns
    return arrived_ns is not None and seen.now_ns - rest.since_ns - arrived_ns > RELEASED_WITHIN_NS


def torque(rest: Rest, motion: Motion | None) -> Torque:
    """What the bus is asked for: asked again every tick until its phase shows that it was done."""
    if rest.engaging:
        return "engage"
    there = rest.posture == "resting" and rest.descent.arrived_ns is not None
    return "release" if there and motion is not None and motion.at_rest else "keep"
