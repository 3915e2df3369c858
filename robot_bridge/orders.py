"""What the cell has told the bridge: the setpoint in force, the safety state, and what was refused.

A command counts as a strike when no honest sender could have made it: malformed, or of the wrong shape for
this arm. What a bad network does to honest commands (late, doubled, out of order, of a former lease) is
refused and counted, but never holds the arm, or a former player could hold it against the present one.
"""

from collections.abc import Mapping

from msgspec import Struct
from msgspec.structs import replace

from robot_bridge import fences, safety, watchdog
from robot_bridge.inbox import Malformed
from robot_bridge.safety import SafetyEvent, SafetyState
from robot_bridge.watchdog import Strikes, Watch
from robot_bridge.wire.commands import (
    Command,
    Enable,
    Heartbeat,
    Hold,
    JointTarget,
    JointVelocity,
    Rest,
    Setpoint,
    Stop,
    Target,
)
from robot_bridge.wire.state import ArmPosture, Cause, Notice

_NOTICE_GAP_NS = 200_000_000
_STRIKING = ("wrong_joint_count",)


class Orders(Struct, frozen=True):
    """Safety state, watch, newest setpoint of this lease, and the running counts of refusals."""

    safety: SafetyState
    watch: Watch
    setpoint: Setpoint | None
    sequence: int
    strikes: Strikes
    refusals: Mapping[str, int]
    noticed_ns: Mapping[str, int]
    notices: tuple[Notice, ...]
    lower_asked: bool = False


class Context(Struct, frozen=True):
    """What judging a command needs: now, the count of arm joints, bus, standing fault and posture."""

    now_ns: int
    arm_joints: int
    bus_whole: bool
    fault: Cause = "none"
    posture: ArmPosture = "held"

    @property
    def against_reset(self) -> str:
        """Why no reset can be had now, as a metric label; empty when it can."""
        if self.fault != "none":
            return f"fault_{self.fault}"
        return "" if self.bus_whole else "bus_not_ready"

    @property
    def against_rest(self) -> str:
        """Why the arm can not be lowered now; a hot or overloaded servo is no reason."""
        if self.posture == "released":
            return "already_released"
        return "" if self.bus_whole else "bus_not_ready"


def start(state: SafetyState, now_ns: int) -> Orders:
    """No setpoint, nothing refused yet."""
    return Orders(state, watchdog.feed(now_ns, now_ns), None, -1, (), {}, {}, ())


def take(orders: Orders, command: Command | Malformed, context: Context) -> Orders:
    """The orders after one datagram."""
    match command:
        case Malformed(reason=reason):
            return _malformed(orders, reason, context)
        case Heartbeat():
            return orders
        case Setpoint():
            return _setpoint(orders, command, context)
        case Enable(lease_epoch=epoch, stop_generation=generation):
            event = safety.EnableAsked(epoch, generation, context.posture == "resting")
            return _enable(orders, event, context)
        case Hold(reason=cause):
            return judge(orders, safety.HoldAsked(cause), context.now_ns)
        case Stop(stop_id=stop_id):
            return judge(orders, safety.StopAsked(stop_id, "stop_pressed"), context.now_ns)
        case Rest():
            return _rest(orders, command, context)
    return judge(orders, safety.ResetAsked(command.stop_id, context.against_reset), context.now_ns)


def judge(orders: Orders, event: SafetyEvent, now_ns: int) -> Orders:
    """The orders after a safety event; whatever leaves play also drops the setpoint.

    An order to lower that came in the same tick is dropped by whatever changes the mode or latches anew.
    """
    before = orders.safety
    state, effects = safety.step(before, event, now_ns)
    same = (state.mode, state.stop_generation) == (before.mode, before.stop_generation)
    after = replace(orders, safety=state, lower_asked=orders.lower_asked and same)
    for refused in effects:
        after = refuse(after, refused.reason, now_ns)
    return after if state.mode == "play" else replace(after, setpoint=None)


def expire(orders: Orders, now_ns: int) -> Orders:
    """Holds when the arm is in play and nobody has told it where to go for too long."""
    if orders.safety.mode != "play":
        return orders
    why = watchdog.expired(orders.watch, now_ns)
    if why is None:
        return orders
    return judge(orders, safety.HoldAsked(why), now_ns)


def refuse(orders: Orders, reason: str, now_ns: int) -> Orders:
    """Counts a refusal, and says so at most five times a second per reason."""
    count = orders.refusals.get(reason, 0) + 1
    after = replace(orders, refusals={**orders.refusals, reason: count})
    last = orders.noticed_ns.get(reason)
    if last is not None and now_ns - last < _NOTICE_GAP_NS:
        return after
    notice = Notice(1, reason, count)
    return replace(after, noticed_ns={**orders.noticed_ns, reason: now_ns}, notices=(*orders.notices, notice))


def _malformed(orders: Orders, reason: str, context: Context) -> Orders:
    """Refuses, and holds the arm after the third strike within a second."""
    now_ns = context.now_ns
    after = refuse(replace(orders, strikes=watchdog.strike(orders.strikes, now_ns)), reason, now_ns)
    if orders.safety.mode == "play" and watchdog.struck_out(after.strikes, now_ns):
        return judge(after, safety.HoldAsked("rejected_commands"), now_ns)
    return after


def _rest(orders: Orders, command: Rest, context: Context) -> Orders:
    now_ns = context.now_ns
    if command.deadline_ns <= now_ns:
        return refuse(orders, "deadline_passed", now_ns)
    asked = safety.RestAsked(command.order_id, command.stop_generation, context.against_rest)
    after = judge(orders, asked, now_ns)
    taken = after.safety.seen_rests != orders.safety.seen_rests
    return replace(after, lower_asked=taken or orders.lower_asked)


def _enable(orders: Orders, event: safety.EnableAsked, context: Context) -> Orders:
    before = orders.safety
    after = judge(orders, event, context.now_ns)
    if after.safety.mode != "play" or before.mode == "play":
        return after
    fresh = event.lease_epoch != before.lease_epoch
    watch = watchdog.feed(context.now_ns, context.now_ns + watchdog.SILENCE_NS)
    return replace(after, watch=watch, setpoint=None, sequence=-1 if fresh else orders.sequence)


def _setpoint(orders: Orders, setpoint: Setpoint, context: Context) -> Orders:
    reason = _setpoint_refusal(orders, setpoint, context)
    if reason in _STRIKING:
        return _malformed(orders, reason, context)
    if reason is not None:
        return refuse(orders, reason, context.now_ns)
    watch = watchdog.feed(context.now_ns, setpoint.deadline_ns)
    return replace(orders, setpoint=setpoint, sequence=setpoint.sequence, watch=watch)


def _setpoint_refusal(orders: Orders, setpoint: Setpoint, context: Context) -> str | None:
    state = orders.safety
    if state.mode != "play":
        return f"setpoint_while_{state.mode}"
    return _fenced(orders, setpoint) or _unfit(setpoint, context)


def _fenced(orders: Orders, setpoint: Setpoint) -> str | None:
    told: fences.Named = {
        "stop_generation": setpoint.stop_generation,
        "lease_epoch": setpoint.lease_epoch,
        "sequence": setpoint.sequence,
    }
    known: fences.Named = {
        "stop_generation": orders.safety.stop_generation,
        "lease_epoch": orders.safety.lease_epoch,
        "sequence": orders.sequence,
    }
    return fences.refusal("setpoint", orders.safety.mode, told, known)


def _unfit(setpoint: Setpoint, context: Context) -> str | None:
    target = setpoint.target
    checks = (
        (setpoint.deadline_ns <= context.now_ns, "deadline_passed"),
        (_joints_told(target) not in (None, context.arm_joints), "wrong_joint_count"),
    )
    return next((reason for wrong, reason in checks if wrong), None)


def _joints_told(target: Target) -> int | None:
    """How many joints the target speaks of; None when it speaks of the tool."""
    match target:
        case JointTarget(positions_rad=values) | JointVelocity(velocities_rad_s=values):
            return len(values)
    return None
