"""From unknown servos to a chain that holds itself: the phase after each start-up exchange. Pure."""

from msgspec.structs import replace

from robot_bridge.buses.chain_state import ChainState, again, answer_of, partial, unanswered
from robot_bridge.buses.plausible import sample
from robot_bridge.buses.servo_protocol import Control, Phase, ServoSpec, Setting
from robot_bridge.buses.servo_spec import ChainSpec

_RETRIES = 10
_LIMIT_WRITES = 3
_GUARDS = 10
_ADOPT_STEPS = 91
_STILL_STEPS = 12
_APART_STEPS = 30
"""How far a shadow may stand from its leader, with one goal for both: 2.6 degrees of fit and gear play."""
_ANEW = "switch its power off and on"


def after_silence(spec: ChainSpec, state: ChainState) -> ChainState:
    """The phase after an exchange in which some servo did not answer."""
    if state.failures + 1 < _RETRIES:
        return replace(state, failures=state.failures + 1)
    silent = [servo.name for servo in spec.everyone if servo.servo_id not in state.answers]
    if not state.answers:
        return again(state, "bus_lost", unanswered(silent))
    return partial(state, "servo_missing", unanswered(silent))


def after_answers(spec: ChainSpec, state: ChainState) -> ChainState:
    """The phase after one whose answers are all there."""
    state = replace(state, failures=0)
    match state.phase:
        case "identify":
            return _identified(spec, state)
        case "inspect":
            return _inspected(spec, state)
        case "limits":
            return replace(state, phase="inspect", limit_writes=state.limit_writes + 1)
        case "sense":
            return _sensed(spec, state)
        case "restart":
            return again(replace(state, consent=False, faulty=()), state.trouble, "restarting servos")
        case "guard":
            return _guarded(spec, state)
        case "release":
            return _released(spec, state)
        case _:
            return _engaged(spec, state)


def _identified(spec: ChainSpec, state: ChainState) -> ChainState:
    for servo in spec.everyone:
        found = spec.protocol.model_number(answer_of(state, servo), state.block)
        if found != servo.model_number:
            note = f"{servo.name} is another model of servo: {found} instead of {servo.model_number}"
            return again(state, "servo_missing", note)
    return replace(state, phase="inspect")


def _inspected(spec: ChainSpec, state: ChainState) -> ChainState:
    """On to the limits that differ, or past them; a chain that shall be let go of needs none."""
    unset: list[Setting] = []
    for servo in spec.everyone:
        found = spec.protocol.settings(servo, answer_of(state, servo), state.block)
        if found.wrong:
            return again(state, "servo_missing", f"{servo.name} {found.wrong}")
        if servo.leader_id is None and found.homing_offset != servo.homing_offset:
            return again(state, "servo_missing", f"{servo.name} does not carry this calibration")
        if found.unset and not state.released and (found.closed or state.limit_writes >= _LIMIT_WRITES):
            return again(state, "servo_bounds", _kept_out(servo, found.unset[0], closed=found.closed))
        unset += found.unset
    if state.released or not unset:
        return replace(state, phase="sense", limit_writes=0, unset=())
    return replace(state, phase="limits", unset=tuple(unset))


def _kept_out(servo: ServoSpec, one: Setting, *, closed: bool) -> str:
    """The sentence about a setting that a servo does not hold and does not take, with what to do."""
    if closed:
        return (
            f"{servo.name} takes no {one.name} while it carries torque: "
            "hold the arm and switch the servos' power off and on"
        )
    return f"{servo.name} does not take its {one.name}: switch its power off and on, or replace it"


def _sensed(spec: ChainSpec, state: ChainState) -> ChainState:
    told = _controls(spec, state)
    faulty = [(servo, one) for servo, one in zip(spec.everyone, told, strict=True) if one.fault != "none"]
    if faulty:
        servo, one = faulty[0]
        note = f"{servo.name} shut itself down for {one.fault}; it starts again when an operator lets it"
        ids = tuple(servo.servo_id for servo, _ in faulty)
        state = replace(state, faulty=ids)
        if state.consent:
            return replace(state, phase="restart", trouble=one.fault, note=note)
        return again(state, one.fault, note)
    sensed = _positions(spec, state)
    if astray := "" if state.released else _astray(spec, sensed):
        return again(state, "servo_bounds", astray)
    held = []
    for servo, one, at in zip(spec.servos, told, sensed, strict=False):
        keeps = one.torque_on and not one.stopped and abs(one.goal_steps - at) <= _ADOPT_STEPS
        held.append(min(servo.range_max, max(servo.range_min, one.goal_steps if keeps else at)))
    phase: Phase = "release" if state.released else "guard"
    return replace(state, phase=phase, held=tuple(held), sensed=sensed)


def _astray(spec: ChainSpec, sensed: tuple[int, ...]) -> str:
    """Which servo stands where torque would turn it far, or against its leader; or nothing."""
    for servo, at in zip(spec.servos, sensed, strict=False):
        outside = max(servo.range_min - at, at - servo.range_max)
        if outside > _ADOPT_STEPS:
            return (
                f"{servo.name} stands {outside} steps outside its range: move it back by hand, then {_ANEW}"
            )
    for servo, leader, at in zip(spec.shadows, spec.led_by, sensed[len(spec.servos) :], strict=True):
        apart = abs(at - sensed[leader])
        if apart > _APART_STEPS:
            return f"{servo.name} stands {apart} steps from its leader and would push against it: calibrate"
    return ""


def _guarded(spec: ChainSpec, state: ChainState) -> ChainState:
    unlike = _unlike(spec, state)
    return _sense_again(state, unlike) if unlike else replace(state, phase="engage")


def _engaged(spec: ChainSpec, state: ChainState) -> ChainState:
    told = zip(spec.everyone, _controls(spec, state), strict=True)
    limp = [servo.name for servo, one in told if not one.torque_on]
    unlike = _unlike(spec, state) or (f"{limp[0]} takes no torque" if limp else "")
    if unlike:
        return _sense_again(state, unlike)
    return replace(_measured(spec, state), phase="ready", consent=False, guards=0, trouble="none", note="")


def _released(spec: ChainSpec, state: ChainState) -> ChainState:
    told = zip(spec.everyone, _controls(spec, state), strict=True)
    firm = [servo.name for servo, one in told if one.torque_on]
    state = _measured(spec, state)
    if firm:
        return replace(state, trouble="servo_bounds", note=f"{firm[0]} keeps its torque")
    return replace(state, phase="released", guards=0, trouble="none", note="")


def _sense_again(state: ChainState, unlike: str) -> ChainState:
    if state.guards + 1 < _GUARDS:
        return replace(state, phase="sense", guards=state.guards + 1)
    return again(state, "servo_bounds", unlike)


def _unlike(spec: ChainSpec, state: ChainState) -> str:
    """What keeps the servos from being as written and where they were, or nothing."""
    now = zip(_controls(spec, state), _positions(spec, state), strict=True)
    goals = dict(zip(spec.ids, state.held, strict=True))
    for servo, (one, at), sensed in zip(spec.everyone, now, state.sensed, strict=True):
        if one.unlike:
            return f"{servo.name} does not take its {one.unlike}"
        if one.goal_steps != goals[servo.servo_id if servo.leader_id is None else servo.leader_id]:
            return f"{servo.name} does not take its goal"
        if abs(at - sensed) > _STILL_STEPS:
            return f"{servo.name} moves"
    return ""


def _controls(spec: ChainSpec, state: ChainState) -> tuple[Control, ...]:
    found = (spec.protocol.control(servo, answer_of(state, servo), state.block) for servo in spec.everyone)
    return tuple(one for one in found if one is not None)


def _positions(spec: ChainSpec, state: ChainState) -> tuple[int, ...]:
    present = (spec.protocol.present(answer_of(state, servo), state.block) for servo in spec.everyone)
    return tuple(one.position_steps for one in present)


def _measured(spec: ChainSpec, state: ChainState) -> ChainState:
    samples = (sample(spec.protocol, state.answers[servo.servo_id]) for servo in spec.everyone)
    return replace(state, samples=tuple(samples))
