"""Calibration as a state machine: readings and keys in, work for the servos out. Pure.

Theory of operation. `warn`: nothing was touched; the person must confirm that the arm is being held.
`free`: torque off, offsets cleared. `middle`: the person puts every joint near its middle; the offset is
chosen so that this reads half a turn. `sweep`: the person moves every joint from end to end. A joint whose
travel crosses the end of the turn gets its offset moved, so that its range lies within the turn; one whose
offset is too large for the servo to keep position limits gets the nearest that is not, where it can. `store`
writes offsets and limits, `file` the JSON file. Work is asked for as one effect at a time, and the next
event is whether it was done. An interruption in any phase leaves the torque off.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

from robot_bridge.arms import ArmModel, JointCalibration
from robot_bridge.tools.complaint import Complaint
from robot_bridge.tools.travel import Travel, read, resumed

Phase = Literal["warn", "free", "middle", "home", "sweep", "store", "file", "done", "stopped", "failed"]
Note = Literal["", "unread", "short", "too_long"]
ENOUGH = 0.6
"""The share of the model's own range that a joint must have been swept over."""


@dataclass(frozen=True, slots=True)
class Joint:
    """One joint to calibrate, and how wide its range is by the arm's model, in steps."""

    name: str
    servo_id: int
    full_turn: bool
    expected_steps: int
    drive_mode: int = 0


@dataclass(frozen=True, slots=True)
class Job:
    """What is constant in one calibration; `homing` turns a raw position into an offset.

    With an offset of more than `most_offset` the servo keeps no position limits.
    """

    joints: tuple[Joint, ...]
    steps_per_turn: int
    homing: Callable[[int, int], int]
    offset_sign: int
    most_offset: int = 2047


@dataclass(frozen=True, slots=True)
class Saved:
    """What an unfinished calibration left: offsets that the servos carry, ranges as unwrapped steps."""

    offsets: tuple[int, ...]
    ranges: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class State:
    """Where the calibration is; `reached` is the phase that an end interrupted."""

    phase: Phase
    travels: tuple[Travel, ...]
    offsets: tuple[int, ...] = ()
    saved: Saved | None = None
    note: Note = ""
    named: tuple[str, ...] = ()
    reached: Phase = "warn"
    complaint: Complaint | None = None


@dataclass(frozen=True, slots=True)
class Confirmed:
    """The person says that the arm is being held."""


@dataclass(frozen=True, slots=True)
class Entered:
    """The person says that this phase's handwork is done; `anyway` takes short ranges as they are."""

    anyway: bool = False


@dataclass(frozen=True, slots=True)
class Readings:
    """Positions of all joints in steps; None for one that did not answer."""

    positions: tuple[int | None, ...]


@dataclass(frozen=True, slots=True)
class Carried:
    """The work that was asked for is done."""


@dataclass(frozen=True, slots=True)
class Failed:
    """The work that was asked for could not be done."""

    complaint: Complaint


@dataclass(frozen=True, slots=True)
class Interrupted:
    """Ctrl-C, a hang-up, or a signal."""


@dataclass(frozen=True, slots=True)
class Free:
    """Take the torque away, and clear offsets and limits unless an earlier run's are kept."""

    clear: bool


@dataclass(frozen=True, slots=True)
class Home:
    """Write these offsets."""

    offsets: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Store:
    """Write these offsets and limits."""

    entries: tuple[JointCalibration, ...]


@dataclass(frozen=True, slots=True)
class File:
    """Write the calibration file, and forget the unfinished one."""

    entries: tuple[JointCalibration, ...]


Event = Confirmed | Entered | Readings | Carried | Failed | Interrupted
Effect = Free | Home | Store | File
Next = tuple[State, tuple[Effect, ...]]


def job(model: ArmModel, homing: Callable[[int, int], int], offset_sign: int, most_offset: int = 2047) -> Job:
    """The job for this arm; `offset_sign` is -1 where present = actual - offset, +1 where it is added."""
    turn = model.servo.steps_per_turn
    joints = tuple(
        Joint(
            one.name,
            one.servo_id,
            one.full_turn,
            round((one.limits_rad[1] - one.limits_rad[0]) / math.tau * turn),
            one.drive_mode,
        )
        for one in model.joints
    )
    return Job(joints, turn, homing, offset_sign, most_offset)


def start(todo: Job, saved: Saved | None) -> State:
    """Nothing touched yet; `saved` continues an unfinished calibration whose offsets the servos carry."""
    return State("warn", tuple(Travel() for _ in todo.joints), saved=saved)


def step(todo: Job, state: State, event: Event) -> Next:
    """The state after the event, and the work that follows from it."""
    match event:
        case Interrupted():
            return _ended(state, "stopped"), ()
        case Failed(complaint=complaint):
            return replace(_ended(state, "failed"), complaint=complaint), ()
        case Readings(positions=positions):
            return _read(todo, state, positions), ()
        case Confirmed():
            return _confirmed(state)
        case Carried():
            return _carried(todo, state)
    return _entered(todo, state, event)


def _ended(state: State, phase: Phase) -> State:
    if state.phase in ("done", "stopped", "failed"):
        return state
    return replace(state, phase=phase, reached=state.phase)


def _read(todo: Job, state: State, positions: tuple[int | None, ...]) -> State:
    if state.phase not in ("middle", "sweep"):
        return state
    turn = todo.steps_per_turn
    if state.phase == "middle":
        fresh = tuple(Travel() if at is None else read(Travel(), at, turn) for at in positions)
        return replace(state, travels=fresh)
    pairs = zip(state.travels, positions, strict=True)
    return replace(state, travels=tuple(one if at is None else read(one, at, turn) for one, at in pairs))


def _confirmed(state: State) -> Next:
    if state.phase != "warn":
        return state, ()
    return replace(state, phase="free"), (Free(clear=state.saved is None),)


def _carried(todo: Job, state: State) -> Next:
    match state.phase:
        case "free":
            return _freed(todo, state), ()
        case "home":
            return replace(state, phase="sweep", travels=tuple(Travel() for _ in todo.joints)), ()
        case "store":
            return _stored(todo, state)
        case "file":
            return replace(state, phase="done"), ()
    return state, ()


def _stored(todo: Job, state: State) -> Next:
    """The servos carry the calibration now; what is kept of it must say the same."""
    written = entries(todo, state)
    rows = zip(todo.joints, state.travels, written, strict=True)
    travels = tuple(t if j.full_turn else Travel(None, one.range_min, one.range_max) for j, t, one in rows)
    offsets = tuple(one.homing_offset for one in written)
    return replace(state, phase="file", travels=travels, offsets=offsets), (File(written),)


def _freed(todo: Job, state: State) -> State:
    if state.saved is None:
        return replace(state, phase="middle")
    travels = tuple(resumed(low, high) for low, high in state.saved.ranges)
    if not travels:
        travels = tuple(Travel() for _ in todo.joints)
    return replace(state, phase="sweep", offsets=state.saved.offsets, travels=travels)


def _entered(todo: Job, state: State, event: Entered) -> Next:
    if state.phase == "middle":
        return _homed(todo, state)
    if state.phase == "sweep":
        return _swept(todo, state, event.anyway)
    return state, ()


def _homed(todo: Job, state: State) -> Next:
    unread = tuple(j.name for j, one in zip(todo.joints, state.travels, strict=True) if one.at is None)
    if unread:
        return replace(state, note="unread", named=unread), ()
    offsets = tuple(todo.homing(one.at or 0, todo.steps_per_turn) for one in state.travels)
    return replace(state, phase="home", offsets=offsets, note="", named=()), (Home(offsets),)


def _swept(todo: Job, state: State, anyway: bool) -> Next:
    pairs = tuple(zip(todo.joints, state.travels, strict=True))
    long = tuple(j.name for j, one in pairs if not j.full_turn and one.width >= todo.steps_per_turn)
    if long:
        fresh = tuple(Travel() if j.name in long else one for j, one in pairs)
        return replace(state, note="too_long", named=long, travels=fresh), ()
    least = 1.0 / todo.steps_per_turn if anyway else ENOUGH
    short = tuple(j.name for j, one in pairs if share(j, one) < least)
    if short:
        return replace(state, note="short", named=short), ()
    return replace(state, phase="store", note="", named=()), (Store(entries(todo, state)),)


def share(joint: Joint, travel: Travel) -> float:
    """How much of its range a joint has been swept over, 1 for a joint that turns full circle."""
    return 1.0 if joint.full_turn else travel.width / joint.expected_steps


def entries(todo: Job, state: State) -> tuple[JointCalibration, ...]:
    """The calibration that the sweep gave, every range within one turn."""
    rows = zip(todo.joints, state.travels, state.offsets, strict=True)
    return tuple(_entry(todo, joint, travel, offset) for joint, travel, offset in rows)


def _entry(todo: Job, joint: Joint, travel: Travel, offset: int) -> JointCalibration:
    turn = todo.steps_per_turn
    low, high = (0, turn - 1) if joint.full_turn else (travel.low or 0, travel.high or 0)
    if low < 0 or high >= turn:
        shift = (low + high) // 2 - (turn - 1) // 2
        offset, low, high = _wrapped(offset - todo.offset_sign * shift, turn), low - shift, high - shift
    if not joint.full_turn:
        nearer = max(-todo.most_offset, min(todo.most_offset, offset))
        shift = todo.offset_sign * (offset - nearer)
        if low >= shift and high - shift < turn:
            offset, low, high = nearer, low - shift, high - shift
    return JointCalibration(joint.servo_id, joint.drive_mode, offset, low, high)


def _wrapped(offset: int, turn: int) -> int:
    """The same offset within half a turn either way."""
    half = turn // 2
    return max(1 - half, (offset + half) % turn - half)
