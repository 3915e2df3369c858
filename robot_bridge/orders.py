"""What the cell has told the bridge: the setpoint in force, the safety state, and what was refused."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from robot_bridge import safety, watchdog
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
    Setpoint,
    Stop,
    Target,
    ToolVelocity,
)
from robot_bridge.wire.state import Cause, Notice

_NOTICE_GAP_NS = 200_000_000


@dataclass(frozen=True, slots=True)
class Orders:
    """Safety state, watch, newest setpoint of this lease, and the running counts of refusals."""

    safety: SafetyState
    watch: Watch
    setpoint: Setpoint | None
    sequence: int
    strikes: Strikes
    refusals: Mapping[str, int]
    noticed_ns: Mapping[str, int]
    notices: tuple[Notice, ...]


@dataclass(frozen=True, slots=True)
class Context:
    """What judging a command needs: now, how many arm joints there are, and whether the bus is whole."""

    now_ns: int
    arm_joints: int
    ready: bool


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
            return _enable(orders, safety.EnableAsked(epoch, generation), context)
        case Hold(reason=cause):
            return judge(orders, safety.HoldAsked(cause), context.now_ns)
        case Stop(stop_id=stop_id):
            return judge(orders, safety.StopAsked(stop_id, "stop_pressed"), context.now_ns)
    return judge(orders, safety.ResetAsked(command.stop_id, context.ready), context.now_ns)


def judge(orders: Orders, event: SafetyEvent, now_ns: int) -> Orders:
    """The orders after a safety event; whatever leaves play also drops the setpoint."""
    state, effects = safety.step(orders.safety, event, now_ns)
    after = replace(orders, safety=state)
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
    now_ns = context.now_ns
    after = refuse(replace(orders, strikes=watchdog.strike(orders.strikes, now_ns)), reason, now_ns)
    if orders.safety.mode == "play" and watchdog.struck_out(after.strikes, now_ns):
        cause: Cause = "rejected_commands"
        return judge(after, safety.HoldAsked(cause), now_ns)
    return after


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
    if reason is not None:
        return refuse(orders, reason, context.now_ns)
    watch = watchdog.feed(context.now_ns, setpoint.deadline_ns)
    return replace(orders, setpoint=setpoint, sequence=setpoint.sequence, watch=watch)


def _setpoint_refusal(orders: Orders, setpoint: Setpoint, context: Context) -> str | None:
    state = orders.safety
    target = setpoint.target
    checks = (
        (state.mode != "play", f"setpoint_while_{state.mode}"),
        (setpoint.stop_generation != state.stop_generation, "old_stop_generation"),
        (setpoint.lease_epoch != state.lease_epoch, "wrong_lease"),
        (setpoint.sequence <= orders.sequence, "old_sequence"),
        (setpoint.deadline_ns <= context.now_ns, "deadline_passed"),
        (_joints_told(target) not in (None, context.arm_joints), "wrong_joint_count"),
        (isinstance(target, JointVelocity | ToolVelocity), "velocity_not_followed"),
    )
    return next((reason for wrong, reason in checks if wrong), None)


def _joints_told(target: Target) -> int | None:
    """How many joints the target speaks of; None when it speaks of the tool."""
    match target:
        case JointTarget(positions_rad=values) | JointVelocity(velocities_rad_s=values):
            return len(values)
    return None
