"""The exchanges in which a chain is read: fresh samples, silent servos named, lost ones told. Pure."""

from msgspec.structs import replace

from robot_bridge.buses.chain_state import ChainState, again, partial, unanswered
from robot_bridge.buses.servo_protocol import Control
from robot_bridge.buses.servo_reading import ServoSample
from robot_bridge.buses.servo_spec import ChainSpec
from robot_bridge.wire.state import Cause

LOST_NS = 200_000_000
SILENT_NS = 2_000_000_000
"""Of a whole chain: more often a busy machine than a pulled cable, which ends the port.

The arm stands after 40 ms without measurements, whatever this says; it is when an operator is needed.
"""
NAMED_NS = 60_000_000
"""How old a servo's newest sample is when the note begins to name it."""
_APART_STEPS = 60
"""How far a shadow may be from its leader in motion: twice what it may stand apart at a start."""


def after_reading(spec: ChainSpec, state: ChainState, now_ns: int) -> ChainState:
    """The state after an exchange of `ready`, `released` or `partial`."""
    if state.phase == "partial":
        return _partial(spec, state, now_ns)
    state, ended = _changed(spec, state)
    return state if ended else _missed(spec, state, now_ns)


def joint_samples(spec: ChainSpec, state: ChainState) -> tuple[ServoSample | None, ...]:
    """A sample for each joint; one with a shadow is as old, as hot and as ill as the worse of its servos."""
    if not spec.shadows:
        return state.samples
    joints = list(state.samples[: len(spec.servos)])
    for place, own in zip(spec.led_by, state.samples[len(spec.servos) :], strict=True):
        joints[place] = _both(joints[place], own, spec.max_steps_s)
    return tuple(joints)


def _both(leader: ServoSample | None, shadow: ServoSample | None, max_steps_s: float) -> ServoSample | None:
    if leader is None or shadow is None:
        return None
    worse = leader if leader.trouble != "none" else shadow
    trouble, status = worse.trouble, worse.status
    between_s = abs(leader.at_ns - shadow.at_ns) / 1e9
    apart = abs(leader.position_steps - shadow.position_steps)
    if trouble == "none" and apart > _APART_STEPS + max_steps_s * between_s:
        trouble = "following_error"
    return replace(
        leader,
        temperature_c=max(leader.temperature_c, shadow.temperature_c),
        voltage_v=min(leader.voltage_v, shadow.voltage_v),
        trouble=trouble,
        status=status,
        at_ns=min(leader.at_ns, shadow.at_ns),
    )


def _changed(spec: ChainSpec, state: ChainState) -> tuple[ChainState, bool]:
    """Whether the phase ends since a servo is not as it was told to be, said by two answers in turn."""
    for servo in spec.everyone:
        timed = state.answers.get(servo.servo_id)
        told = None if timed is None else spec.protocol.control(servo, timed.answer, timed.block)
        if told is None:
            continue
        reason = _lapse(told, released=state.phase == "released")
        if reason and state.suspect != servo.servo_id:
            return replace(state, suspect=servo.servo_id), False
        if reason and state.phase == "released":
            return replace(state, phase="release", suspect=None), True
        if reason:
            trouble: Cause = "bus_lost" if told.stopped else "servo_rebooted"
            return again(state, trouble, f"{servo.name} {reason}"), True
        if state.suspect == servo.servo_id:
            state = replace(state, suspect=None)
    return state, False


def _lapse(told: Control, *, released: bool) -> str:
    """What is not as it was told, or nothing."""
    if released:
        return "carries torque" if told.torque_on else ""
    if told.stopped:
        return "was stopped by its own watchdog"
    if told.torque_on is False or told.unlike:
        return "lost its settings: it rebooted"
    return ""


def _missed(spec: ChainSpec, state: ChainState, now_ns: int) -> ChainState:
    """Names who is silent, and reads on from the others once one is lost."""
    quiet = _older(spec, state, now_ns - NAMED_NS)
    if not quiet:
        return replace(state, note="") if state.note else state
    if len(_older(spec, state, now_ns - LOST_NS // 2)) == len(spec.everyone):
        if _older(spec, state, now_ns - SILENT_NS):
            return again(state, "bus_lost", unanswered(quiet))
    elif lost := _older(spec, state, now_ns - LOST_NS):
        return partial(state, "servo_missing", unanswered(lost))
    return replace(state, note=unanswered(quiet))


def _partial(spec: ChainSpec, state: ChainState, now_ns: int) -> ChainState:
    if len(state.answers) == len(spec.everyone):
        return again(state, state.trouble, state.note)
    lost = _older(spec, state, now_ns - LOST_NS)
    if not lost:
        return state
    everyone = len(lost) == len(spec.everyone)
    return replace(state, trouble="bus_lost" if everyone else "servo_missing", note=unanswered(lost))


def _older(spec: ChainSpec, state: ChainState, than_ns: int) -> list[str]:
    """Names of the servos whose newest sample is older than this."""
    pairs = zip(spec.everyone, state.samples, strict=True)
    return [servo.name for servo, one in pairs if one is None or one.at_ns < than_ns]
