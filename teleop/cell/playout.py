"""What the arm is sent, from what the player last asked: newest wins, never a backlog.

Pure: `state, effects = step(state, event, now_ns)`. Three things can set the arm's goal, and all
of them only while fresh, admitted control messages with hold-to-run keep coming: the player's
ghost (`hand`), a puzzle move, and the move to the ready pose before a turn (`ready`).

The ghost is followed only after it has met the arm: when the arm was moved by something else, or
stood still, the goal stays where the arm is until the page's ghost is near it or the player has
steered for half a second. After a hold that counts only from messages whose page has shown the arm
following again, for until then its ghost may still be where the hold left it. So an old ghost never
pulls the arm back, nor on.

A brief hold (a late message, a busy machine) only pauses a puzzle move: it goes on from where the arm was
held once the arm follows again. A longer one, a stop, or whatever the player does ends it.
"""

from dataclasses import dataclass, replace
from math import dist
from typing import Literal

from game import moves
from robot_bridge.wire.commands import JointTarget, PoseTarget
from robot_bridge.wire.state import ArmState
from teleop.cell import texts
from teleop.cell.arm_view import ArmView, arm_of, pose_of
from teleop.wire.player_in import Control
from teleop.wire.player_out import Bilingual

SILENCE_NS = 100_000_000
ENABLE_EVERY_NS = 100_000_000
HOLD_EVERY_NS = 100_000_000
PAUSE_NS = 1_000_000_000
JOIN_M = 0.06
JOIN_RAD = 0.6
JOIN_GRIPPER = 0.45
JOIN_BY_STICK_NS = 500_000_000
READY_RAD = 0.08
READY_SPEED = 0.7
Allowed = Literal["nothing", "ready", "hand"]
HoldReason = Literal["hold_to_run_lost", "turn_over", "stale_picture", "link_lost"]
MoveStatus = Literal["started", "done", "cancelled", "refused", "failed"]


@dataclass(frozen=True, slots=True)
class Heard:
    """An admitted control message and the speed scale of its gate."""

    control: Control
    speed_scale: float


@dataclass(frozen=True, slots=True)
class Denied:
    """A control message that asks for a controlled stop."""

    reason: Literal["hold_to_run_lost", "stale_picture"]


@dataclass(frozen=True, slots=True)
class ArmTold:
    """The bridge's newest state."""

    arm: ArmState


@dataclass(frozen=True, slots=True)
class Allow:
    """The turn's phase changed what may move the arm; `epoch` is the lease's."""

    what: Allowed
    epoch: int


@dataclass(frozen=True, slots=True)
class BeginMove:
    """A puzzle move was planned."""

    move_id: int
    plan: moves.MovePlan


@dataclass(frozen=True, slots=True)
class CancelMove:
    """The player cancelled the puzzle move."""


@dataclass(frozen=True, slots=True)
class Tick:
    """Fifty times a second."""


Event = Heard | Denied | ArmTold | Allow | BeginMove | CancelMove | Tick


@dataclass(frozen=True, slots=True)
class SendSetpoint:
    """A goal for the bridge; `control_sequence` is the newest message it rests on."""

    target: PoseTarget | JointTarget
    speed_scale: float
    deadline_ns: int
    control_sequence: int
    source: Literal["player", "assist"]


@dataclass(frozen=True, slots=True)
class SendEnable:
    """Ask the bridge to follow setpoints again."""


@dataclass(frozen=True, slots=True)
class SendHold:
    """Ask the bridge for a controlled stop."""

    reason: HoldReason


@dataclass(frozen=True, slots=True)
class TellMove:
    """News of a puzzle move for the player."""

    move_id: int
    status: MoveStatus
    reason: Bilingual


@dataclass(frozen=True, slots=True)
class ReadyReached:
    """The arm stands in its ready pose."""


Effect = SendSetpoint | SendEnable | SendHold | TellMove | ReadyReached


@dataclass(frozen=True, slots=True)
class PlayoutState:
    """What may move the arm and what was last asked; `rest` is the goal while no ghost is followed.

    `follows_ns` is when the arm began to follow this lease, the last time that it did.
    """

    view: ArmView
    allowed: Allowed = "nothing"
    epoch: int = 0
    heard: Heard | None = None
    heard_ns: int = 0
    arm: ArmState | None = None
    rest: JointTarget | None = None
    joined: bool = False
    follows_ns: int = 0
    stick_since_ns: int | None = None
    move_id: int | None = None
    plan: moves.MovePlan | None = None
    paused_ns: int | None = None
    was_ready: bool = False
    enabled_ns: int | None = None
    held_ns: int | None = None


Outcome = tuple[PlayoutState, tuple[Effect, ...]]


def step(state: PlayoutState, event: Event, now_ns: int) -> Outcome:
    """Takes one event."""
    match event:
        case Heard():
            return _hear(state, event, now_ns)
        case Denied():
            return _hold(state, event.reason, now_ns)
        case ArmTold():
            return _take_arm(state, event.arm, now_ns)
        case Allow():
            return _allow(state, event)
        case BeginMove():
            return _begin_move(state, event)
        case CancelMove():
            return _cancel(state, texts.MOVE_CANCELLED)
    return _tick(state, now_ns)


def playing(state: PlayoutState, now_ns: int) -> bool:
    """Whether a puzzle move could begin now: the player may drive, the arm follows, messages are fresh."""
    return state.allowed == "hand" and _follows(state) and _fresh(state, now_ns)


def _allow(state: PlayoutState, event: Allow) -> Outcome:
    state, effects = _cancel(state, texts.MOVE_STOPPED)
    if event.epoch != state.epoch:
        state = replace(state, heard=None, heard_ns=0)
    state = replace(
        state,
        allowed=event.what,
        epoch=event.epoch,
        was_ready=False,
        joined=False,
        stick_since_ns=None,
        rest=_at_rest(state),
    )
    return state, effects


def _take_arm(state: PlayoutState, arm: ArmState, now_ns: int) -> Outcome:
    began_to_follow = arm.mode == "play" and not _follows(state)
    state = replace(state, arm=arm)
    if began_to_follow:
        state = replace(state, joined=False, stick_since_ns=None, follows_ns=now_ns)
        return replace(state, rest=_at_rest(state)), ()
    if arm.mode == "hold":
        return _paused(replace(state, joined=False), now_ns), ()
    if arm.mode != "play":
        return _cancel(replace(state, joined=False), texts.MOVE_STOPPED)
    return state, ()


def _paused(state: PlayoutState, now_ns: int) -> PlayoutState:
    if state.plan is None or state.paused_ns is not None:
        return state
    return replace(state, paused_ns=now_ns)


def _hear(state: PlayoutState, event: Heard, now_ns: int) -> Outcome:
    state = replace(state, heard=event, heard_ns=now_ns)
    if not _follows(state):
        return _enable(state, event.control, now_ns)
    if state.allowed != "hand":
        return state, ()
    effects: tuple[Effect, ...] = ()
    if event.control.stick:
        state, effects = _cancel(state, texts.MOVE_CANCELLED)
    if state.plan is not None:
        return state, effects
    state = _join(state, event.control, now_ns)
    if state.joined:
        return state, (*effects, _setpoint(state, event.control.pose, "player"))
    return state, effects if state.rest is None else (*effects, _setpoint(state, state.rest, "assist"))


def _enable(state: PlayoutState, control: Control, now_ns: int) -> Outcome:
    arm = state.arm
    if state.allowed == "nothing" or arm is None or arm.mode == "latched" or control.stick:
        return state, ()
    if state.enabled_ns is not None and now_ns - state.enabled_ns < ENABLE_EVERY_NS:
        return state, ()
    return replace(state, enabled_ns=now_ns), (SendEnable(),)


def _hold(state: PlayoutState, reason: HoldReason, now_ns: int) -> Outcome:
    state = replace(state, heard=None)
    brief = reason == "link_lost"
    state, effects = (_paused(state, now_ns), ()) if brief else _cancel(state, texts.MOVE_STOPPED)
    if not _follows(state) or (state.held_ns is not None and now_ns - state.held_ns < HOLD_EVERY_NS):
        return state, effects
    return replace(state, held_ns=now_ns), (*effects, SendHold(reason))


def _begin_move(state: PlayoutState, event: BeginMove) -> Outcome:
    state = replace(state, plan=event.plan, move_id=event.move_id, paused_ns=None)
    state = replace(state, joined=False, stick_since_ns=None)
    return state, (TellMove(event.move_id, "started", texts.NOTHING),)


def _cancel(state: PlayoutState, reason: Bilingual) -> Outcome:
    return _end_move(state, "cancelled", reason)


def _end_move(state: PlayoutState, status: MoveStatus, reason: Bilingual) -> Outcome:
    if state.plan is None or state.move_id is None:
        return state, ()
    news = TellMove(state.move_id, status, reason)
    state = replace(state, plan=None, move_id=None, joined=False, stick_since_ns=None, rest=_at_rest(state))
    return state, (news,)


def _tick(state: PlayoutState, now_ns: int) -> Outcome:
    if state.plan is not None and state.paused_ns is not None and now_ns - state.paused_ns > PAUSE_NS:
        return _cancel(state, texts.MOVE_STOPPED)
    if not _follows(state):
        return state, ()
    if not _fresh(state, now_ns):
        return _hold(state, "link_lost", now_ns)
    if state.allowed == "ready":
        return _toward_ready(state)
    if state.plan is not None:
        return _advance_move(state, state.plan, now_ns)
    return state, ()


def _toward_ready(state: PlayoutState) -> Outcome:
    go = _setpoint(state, state.view.ready, "assist", READY_SPEED)
    arm = state.arm
    if state.was_ready or arm is None or state.view.ready_error_rad(arm) > READY_RAD:
        return state, (go,)
    return replace(state, was_ready=True), (go, ReadyReached())


def _advance_move(state: PlayoutState, plan: moves.MovePlan, now_ns: int) -> Outcome:
    arm = None if state.arm is None else arm_of(state.arm)
    if arm is None or state.arm is None:
        return state, ()
    if state.paused_ns is not None:
        plan = moves.resumed(plan, pose_of(state.arm.applied_pose), now_ns)
        state = replace(state, paused_ns=None)
    plan, waypoint, status = moves.step(plan, arm, now_ns)
    state = replace(state, plan=plan)
    match status:
        case moves.Done():
            return _end_move(state, "done", texts.NOTHING)
        case moves.Failed():
            return _end_move(state, "failed", Bilingual(en=status.reason.en, zh=status.reason.zh))
    return state, () if waypoint is None else (_setpoint(state, _pose(waypoint), "assist"),)


def _join(state: PlayoutState, control: Control, now_ns: int) -> PlayoutState:
    arm = state.arm
    if state.joined or arm is None or control.echo_ns < state.follows_ns:
        return state
    if not control.stick:
        state = replace(state, stick_since_ns=None)
    elif state.stick_since_ns is None:
        state = replace(state, stick_since_ns=now_ns)
    steered = state.stick_since_ns is not None and now_ns - state.stick_since_ns >= JOIN_BY_STICK_NS
    return replace(state, joined=steered or near(control.pose, arm.applied_pose))


def near(ghost: PoseTarget, arm: PoseTarget) -> bool:
    """Whether the ghost is close enough to the arm to be followed without a leap."""
    apart_m = dist((ghost.x_m, ghost.y_m, ghost.z_m), (arm.x_m, arm.y_m, arm.z_m))
    turned = max(abs(ghost.pitch_rad - arm.pitch_rad), abs(ghost.roll_rad - arm.roll_rad))
    return apart_m <= JOIN_M and turned <= JOIN_RAD and abs(ghost.gripper - arm.gripper) <= JOIN_GRIPPER


def _setpoint(
    state: PlayoutState,
    target: PoseTarget | JointTarget,
    source: Literal["player", "assist"],
    speed: float = 1.0,
) -> SendSetpoint:
    assert state.heard is not None
    scale = state.heard.speed_scale * speed
    return SendSetpoint(target, scale, state.heard_ns + SILENCE_NS, state.heard.control.sequence, source)


def _follows(state: PlayoutState) -> bool:
    return state.arm is not None and state.arm.mode == "play" and state.arm.lease_epoch == state.epoch


def _fresh(state: PlayoutState, now_ns: int) -> bool:
    return state.heard is not None and now_ns - state.heard_ns < SILENCE_NS


def _at_rest(state: PlayoutState) -> JointTarget | None:
    arm = state.arm
    if arm is None or len(arm.applied_rad) < 2:
        return None
    return JointTarget(arm.applied_rad[:-1], arm.applied_pose.gripper)


def _pose(waypoint: moves.Waypoint) -> PoseTarget:
    return PoseTarget(
        waypoint.x_m,
        waypoint.y_m,
        waypoint.z_m,
        waypoint.pitch_rad,
        waypoint.roll_rad,
        min(1.0, max(0.0, waypoint.gripper)),
    )
