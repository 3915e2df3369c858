"""From unknown servos to a chain that holds itself: the phase after each start-up exchange. Pure."""

from dataclasses import replace

from robot_bridge.buses.chain_state import ChainState, again, answer_of, partial, unanswered
from robot_bridge.buses.plausible import sample
from robot_bridge.buses.servo_protocol import Control, Phase
from robot_bridge.buses.servo_spec import ChainSpec

_RETRIES = 10
_LIMIT_WRITES = 3
_GUARDS = 10
_ADOPT_STEPS = 91
_STILL_STEPS = 12


def after_silence(spec: ChainSpec, state: ChainState) -> ChainState:
    """The phase after an exchange in which some servo did not answer."""
    if state.failures + 1 < _RETRIES:
        return replace(state, failures=state.failures + 1)
    silent = [servo.name for servo in spec.servos if servo.servo_id not in state.answers]
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
    for servo in spec.servos:
        found = spec.protocol.model_number(answer_of(state, servo), state.block)
        if found != servo.model_number:
            note = f"{servo.name} is another model of servo: {found} instead of {servo.model_number}"
            return again(state, "servo_missing", note)
    return replace(state, phase="inspect")


def _inspected(spec: ChainSpec, state: ChainState) -> ChainState:
    bounded = True
    for servo in spec.servos:
        found = spec.protocol.settings(answer_of(state, servo), state.block)
        if found.wrong:
            return again(state, "servo_missing", f"{servo.name} {found.wrong}")
        if found.homing_offset != servo.homing_offset:
            return again(state, "servo_missing", f"{servo.name} does not carry this calibration")
        limited = (found.range_min, found.range_max) == (servo.range_min, servo.range_max)
        bounded &= limited and found.complete
    if bounded:
        return replace(state, phase="sense", limit_writes=0)
    if state.limit_writes >= _LIMIT_WRITES:
        return again(state, "servo_bounds", "the servos do not take their position limits")
    return replace(state, phase="limits")


def _sensed(spec: ChainSpec, state: ChainState) -> ChainState:
    told = _controls(spec, state)
    faulty = [(servo, one) for servo, one in zip(spec.servos, told, strict=True) if one.fault != "none"]
    if faulty:
        servo, one = faulty[0]
        note = f"{servo.name} shut itself down for {one.fault}; it starts again when an operator lets it"
        ids = tuple(servo.servo_id for servo, _ in faulty)
        state = replace(state, faulty=ids)
        if state.consent:
            return replace(state, phase="restart", trouble=one.fault, note=note)
        return again(state, one.fault, note)
    sensed = _positions(spec, state)
    held = []
    for servo, one, at in zip(spec.servos, told, sensed, strict=True):
        keeps = one.torque_on and not one.stopped and abs(one.goal_steps - at) <= _ADOPT_STEPS
        held.append(min(servo.range_max, max(servo.range_min, one.goal_steps if keeps else at)))
    phase: Phase = "release" if state.released else "guard"
    return replace(state, phase=phase, held=tuple(held), sensed=sensed)


def _guarded(spec: ChainSpec, state: ChainState) -> ChainState:
    unlike = _unlike(spec, state)
    return _sense_again(state, unlike) if unlike else replace(state, phase="engage")


def _engaged(spec: ChainSpec, state: ChainState) -> ChainState:
    told = zip(spec.servos, _controls(spec, state), strict=True)
    limp = [servo.name for servo, one in told if not one.torque_on]
    unlike = _unlike(spec, state) or (f"{limp[0]} takes no torque" if limp else "")
    if unlike:
        return _sense_again(state, unlike)
    return replace(_measured(spec, state), phase="ready", consent=False, guards=0, trouble="none", note="")


def _released(spec: ChainSpec, state: ChainState) -> ChainState:
    told = zip(spec.servos, _controls(spec, state), strict=True)
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
    before = zip(state.held, state.sensed, strict=True)
    for servo, (one, at), (held, sensed) in zip(spec.servos, now, before, strict=True):
        if one.unlike:
            return f"{servo.name} does not take its {one.unlike}"
        if one.goal_steps != held:
            return f"{servo.name} does not take its goal"
        if abs(at - sensed) > _STILL_STEPS:
            return f"{servo.name} moves"
    return ""


def _controls(spec: ChainSpec, state: ChainState) -> tuple[Control, ...]:
    found = (spec.protocol.control(servo, answer_of(state, servo), state.block) for servo in spec.servos)
    return tuple(one for one in found if one is not None)


def _positions(spec: ChainSpec, state: ChainState) -> tuple[int, ...]:
    present = (spec.protocol.present(answer_of(state, servo), state.block) for servo in spec.servos)
    return tuple(one.position_steps for one in present)


def _measured(spec: ChainSpec, state: ChainState) -> ChainState:
    samples = (sample(spec.protocol, state.answers[servo.servo_id]) for servo in spec.servos)
    return replace(state, samples=tuple(samples))
