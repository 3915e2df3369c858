"""The exchange with a chain of Feetech servos, without any port: bytes out, bytes in, a reading per tick.

Theory of operation. A tick is `begin` (what to send), `receive` as bytes come, `finish` (the reading),
and `command` (the goals to send). Start-up walks the phases below, every servo at once, one exchange a
tick, and goes back to the first when anything does not fit; nothing moves in any of them.

    identify  model numbers                         -> inspect
    inspect   position limits, homing offset, mode  -> limits when only the limits differ, or -> sense
    limits    writes the calibrated limits          -> inspect
    sense     torque, goal, position                -> guard; what the goal shall be: the one it holds
                                                       already under torque, else where the servo is
    guard     writes torque limit, goal and speeds, reads them back       -> engage
    engage    writes torque on, reads it and everything else back         -> ready
    ready     reads the state every tick, the control registers every eighth
    released  as asked at the rest posture: torque off, reads state and control registers every tick

Each tick of `ready` reads a block of another length than the seven before, so that an answer which
comes a cycle late never passes for a fresh one. Missing answers leave the servo's last sample, ageing;
after 200 ms the chain starts over. So does a servo whose control registers are not as written: it rebooted.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from robot_bridge.buses import feetech as sts
from robot_bridge.buses.servo_reading import ChainReading, ServoSample
from robot_bridge.buses.servo_spec import ChainSpec, ServoSpec
from robot_bridge.wire.state import Cause

Phase = Literal["identify", "inspect", "limits", "sense", "guard", "engage", "ready", "released"]

LOST_NS = 200_000_000
# Of a whole chain: more often a busy machine than a pulled cable, which ends the port.
SILENT_NS = 600_000_000
_STARTS = (56, 55, 54, 53, 52, 51, 50, sts.TORQUE)
_CONTROL = (sts.TORQUE, sts.PRESENT_END - sts.TORQUE)
_SETTINGS = (sts.LIMITS, sts.MODE + 1 - sts.LIMITS)
_RETRIES = 10
_LIMIT_WRITES = 3
_ADOPT_STEPS = 91
_STILL_STEPS = 12
_SLACK_STEPS = 24
_IMPOSSIBLE_C = 150.0


@dataclass(frozen=True, slots=True)
class Counts:
    """Running counts for the metrics page."""

    cycles: int = 0
    missing_answers: int = 0
    junk_bytes: int = 0
    implausible_samples: int = 0
    starts: int = 0


@dataclass(frozen=True, slots=True)
class ChainState:
    """Where the chain is; `trouble` and `note` say why it is not ready, in a word and in a sentence."""

    phase: Phase
    samples: tuple[ServoSample | None, ...]
    held: tuple[int, ...] = ()
    sensed: tuple[int, ...] = ()
    cycle: int = 0
    failures: int = 0
    limit_writes: int = 0
    block: tuple[int, int] = (0, 0)
    buffer: bytes = b""
    answers: Mapping[int, sts.Answer] = field(default_factory=dict)
    trouble: Cause = "none"
    note: str = ""
    counts: Counts = Counts()


def start(spec: ChainSpec) -> ChainState:
    """Nothing known about any servo."""
    return ChainState("identify", (None,) * len(spec.servos))


def unplug(spec: ChainSpec, state: ChainState) -> ChainState:
    """The port is gone; all must be verified again."""
    return _again(spec, state, "bus_lost", "the serial port is gone")


def release(state: ChainState) -> ChainState:
    """Torque off from the next exchange on, for a chain that is ready; others are left as they are."""
    return replace(state, phase="released") if state.phase == "ready" else state


def engage(spec: ChainSpec, state: ChainState) -> ChainState:
    """A released chain starts up again: everything verified, goal := measured before torque."""
    return _again(spec, state, "none", "") if state.phase == "released" else state


def begin(spec: ChainSpec, state: ChainState) -> tuple[ChainState, bytes]:
    """The bytes to send first in this tick; bytes received before must have been thrown away."""
    block = _block(state)
    sent = _writes(spec, state)
    if block != (0, 0):
        sent += sts.sync_read(spec.ids, *block)
    counts = replace(state.counts, cycles=state.counts.cycles + 1)
    cycle = state.cycle + 1
    return replace(state, block=block, buffer=b"", answers={}, cycle=cycle, counts=counts), sent


def receive(spec: ChainSpec, state: ChainState, data: bytes) -> ChainState:
    """Takes bytes from the wire; whatever was not asked for this tick is dropped and counted."""
    parsed = sts.parse(state.buffer + data, dict.fromkeys(spec.ids, state.block[1]))
    answers = dict(state.answers)
    for answer in parsed.answers:
        answers.setdefault(answer.servo_id, answer)
    counts = replace(state.counts, junk_bytes=state.counts.junk_bytes + parsed.junk)
    return replace(state, buffer=parsed.rest, answers=answers, counts=counts)


def waiting(spec: ChainSpec, state: ChainState) -> bool:
    """Whether answers of this tick are still to come."""
    return state.block != (0, 0) and len(state.answers) < len(spec.servos)


def silent(spec: ChainSpec, state: ChainState) -> bool:
    """Whether answers were asked for and not one whole answer has come."""
    return waiting(spec, state) and not state.answers


def finish(spec: ChainSpec, state: ChainState, now_ns: int) -> tuple[ChainState, ChainReading]:
    """Ends the exchange: the next phase, and what the controller gets to know."""
    missing = len(spec.servos) - len(state.answers) if state.block != (0, 0) else 0
    counts = replace(state.counts, missing_answers=state.counts.missing_answers + missing)
    state = replace(state, counts=counts)
    if state.phase in ("ready", "released"):
        state = _update(spec, state, now_ns)
    elif missing:
        state = _unanswered(spec, state)
    else:
        state = _next(spec, replace(state, failures=0), now_ns)
    return state, reading(state)


def reading(state: ChainState) -> ChainReading:
    """What the controller gets to know now."""
    match state.phase:
        case "ready":
            return ChainReading("ready", state.samples, state.held, state.trouble)
        case "released":
            return ChainReading("released", state.samples, None, state.trouble)
        case _:
            return ChainReading("starting", state.samples, None, state.trouble)


def command(spec: ChainSpec, goals: tuple[int, ...]) -> bytes:
    """The bytes that give every servo its goal; only for a chain that is ready."""
    pairs = zip(spec.servos, goals, strict=True)
    blocks = {s.servo_id: sts.goal_block(spec.acceleration, goal, s.goal_speed) for s, goal in pairs}
    return sts.sync_write(sts.ACCELERATION, blocks)


def _block(state: ChainState) -> tuple[int, int]:
    match state.phase:
        case "identify":
            return (sts.MODEL, 2)
        case "inspect":
            return _SETTINGS
        case "limits":
            return (0, 0)
        case "ready":
            first = _STARTS[state.cycle % len(_STARTS)]
            return (first, sts.PRESENT_END - first)
        case _:
            return _CONTROL


def _writes(spec: ChainSpec, state: ChainState) -> bytes:
    match state.phase:
        case "limits":
            unlock, lock = (dict.fromkeys(spec.ids, bytes((value,))) for value in (0, 1))
            limits = {s.servo_id: sts.words(s.range_min, s.range_max) for s in spec.servos}
            return (
                sts.sync_write(sts.LOCK, unlock)
                + sts.sync_write(sts.LIMITS, limits)
                + sts.sync_write(sts.LOCK, lock)
            )
        case "guard":
            torque = {s.servo_id: sts.words(s.torque_limit) for s in spec.servos}
            return sts.sync_write(sts.TORQUE_LIMIT, torque) + command(spec, state.held)
        case "engage":
            return sts.sync_write(sts.TORQUE, dict.fromkeys(spec.ids, b"\x01"))
        case "released":
            return sts.sync_write(sts.TORQUE, dict.fromkeys(spec.ids, b"\x00"))
        case _:
            return b""


def _again(spec: ChainSpec, state: ChainState, trouble: Cause, note: str) -> ChainState:
    counts = replace(state.counts, starts=state.counts.starts + 1)
    return replace(
        start(spec),
        cycle=state.cycle,
        limit_writes=state.limit_writes,
        trouble=trouble,
        note=note,
        counts=counts,
    )


def _unanswered(spec: ChainSpec, state: ChainState) -> ChainState:
    if state.failures + 1 < _RETRIES:
        return replace(state, failures=state.failures + 1)
    silent = [servo.name for servo in spec.servos if servo.servo_id not in state.answers]
    trouble: Cause = "servo_missing" if state.answers else "bus_lost"
    return _again(spec, state, trouble, f"no answer from {', '.join(silent)}")


def _next(spec: ChainSpec, state: ChainState, now_ns: int) -> ChainState:
    """The phase after one whose answers are all there."""
    match state.phase:
        case "identify":
            wrong = [s for s in spec.servos if sts.word(_data(state, s), 0) != spec.model_number]
            if wrong:
                return _again(spec, state, "servo_missing", f"{wrong[0].name} is another model of servo")
            return replace(state, phase="inspect")
        case "inspect":
            return _inspected(spec, state)
        case "limits":
            return replace(state, phase="inspect", limit_writes=state.limit_writes + 1)
        case "sense":
            return _sensed(spec, state)
        case "guard":
            return replace(state, phase="engage" if _guarded(spec, state, torque=None) else "sense")
        case _:
            return _engaged(spec, state, now_ns)


def _inspected(spec: ChainSpec, state: ChainState) -> ChainState:
    bounded = True
    for servo in spec.servos:
        data = _data(state, servo)
        offset = sts.signed(sts.word(data, sts.HOMING_OFFSET - sts.LIMITS), sts.OFFSET_SIGN)
        if offset != servo.homing_offset or data[sts.MODE - sts.LIMITS] != 0:
            return _again(spec, state, "servo_missing", f"{servo.name} does not carry this calibration")
        bounded &= (sts.word(data, 0), sts.word(data, 2)) == (servo.range_min, servo.range_max)
    if bounded:
        return replace(state, phase="sense", limit_writes=0)
    if state.limit_writes >= _LIMIT_WRITES:
        return _again(spec, state, "servo_bounds", "the servos do not take their position limits")
    return replace(state, phase="limits")


def _sensed(spec: ChainSpec, state: ChainState) -> ChainState:
    held, sensed = [], []
    for servo in spec.servos:
        data = _data(state, servo)
        at = _position(state, servo)
        goal = sts.signed(sts.word(data, sts.GOAL - sts.TORQUE), sts.POSITION_SIGN)
        keeps = data[0] == 1 and abs(goal - at) <= _ADOPT_STEPS
        held.append(min(servo.range_max, max(servo.range_min, goal if keeps else at)))
        sensed.append(at)
    return replace(state, phase="guard", held=tuple(held), sensed=tuple(sensed))


def _guarded(spec: ChainSpec, state: ChainState, torque: int | None) -> bool:
    """Whether every servo's control registers are as written and none has moved."""
    for servo, held, sensed in zip(spec.servos, state.held, state.sensed, strict=True):
        if not _as_written(spec, servo, _data(state, servo), torque):
            return False
        goal = sts.signed(sts.word(_data(state, servo), sts.GOAL - sts.TORQUE), sts.POSITION_SIGN)
        if goal != held or abs(_position(state, servo) - sensed) > _STILL_STEPS:
            return False
    return True


def _engaged(spec: ChainSpec, state: ChainState, now_ns: int) -> ChainState:
    if not _guarded(spec, state, torque=1):
        return replace(state, phase="sense")
    samples = tuple(_sample(state, servo, now_ns) for servo in spec.servos)
    return replace(state, phase="ready", samples=samples, trouble="none", note="")


def _as_written(spec: ChainSpec, servo: ServoSpec, data: bytes, torque: int | None) -> bool:
    return (
        (torque is None or data[0] == torque)
        and data[sts.ACCELERATION - sts.TORQUE] == spec.acceleration
        and sts.word(data, sts.GOAL_SPEED - sts.TORQUE) == servo.goal_speed
        and sts.word(data, sts.TORQUE_LIMIT - sts.TORQUE) == servo.torque_limit
    )


def _update(spec: ChainSpec, state: ChainState, now_ns: int) -> ChainState:
    """Takes this tick's believable answers, and starts over when a servo is lost or rebooted."""
    samples: list[ServoSample | None] = []
    implausible = 0
    for servo, old in zip(spec.servos, state.samples, strict=True):
        answer = state.answers.get(servo.servo_id)
        if answer is None:
            samples.append(old)
            continue
        if _rebooted(spec, state, servo, answer):
            return _again(spec, state, "servo_rebooted", f"{servo.name} lost its settings: it rebooted")
        fresh = _sample(state, servo, now_ns)
        believable = old is None or _believable(spec, old, fresh)
        implausible += not believable
        samples.append(fresh if believable else old)
    counts = replace(state.counts, implausible_samples=state.counts.implausible_samples + implausible)
    state = replace(state, samples=tuple(samples), counts=counts)
    whole = all(_lost(one, now_ns, LOST_NS) for one in samples)
    patience_ns = SILENT_NS if whole else LOST_NS
    lost = [s.name for s, one in zip(spec.servos, samples, strict=True) if _lost(one, now_ns, patience_ns)]
    if not lost:
        return state
    trouble: Cause = "bus_lost" if len(lost) == len(spec.servos) else "servo_missing"
    return _again(spec, state, trouble, f"no answer from {', '.join(lost)}")


def _rebooted(spec: ChainSpec, state: ChainState, servo: ServoSpec, answer: sts.Answer) -> bool:
    """Whether a servo under torque has lost its control registers; of a released one none are asked."""
    told = state.phase == "ready" and state.block == _CONTROL
    return told and not _as_written(spec, servo, answer.data, torque=1)


def _lost(sample: ServoSample | None, now_ns: int, patience_ns: int) -> bool:
    return sample is None or now_ns - sample.at_ns > patience_ns


def _believable(spec: ChainSpec, old: ServoSample, fresh: ServoSample) -> bool:
    """Whether the servo could have turned that far since, and the other values are physical."""
    farthest = spec.max_steps_s * (fresh.at_ns - old.at_ns) / 1e9 + _SLACK_STEPS
    return (
        abs(fresh.position_steps - old.position_steps) <= farthest
        and abs(fresh.velocity_steps_s) <= 2.0 * spec.max_steps_s
        and fresh.temperature_c <= _IMPOSSIBLE_C
    )


def _data(state: ChainState, servo: ServoSpec) -> bytes:
    return state.answers[servo.servo_id].data


def _position(state: ChainState, servo: ServoSpec) -> int:
    return sts.present(state.answers[servo.servo_id], state.block[0]).position_steps


def _sample(state: ChainState, servo: ServoSpec, now_ns: int) -> ServoSample:
    now = sts.present(state.answers[servo.servo_id], state.block[0])
    return ServoSample(
        now.position_steps,
        now.velocity_steps_s,
        now.load,
        now.voltage_v,
        now.temperature_c,
        sts.trouble(now.status),
        now.status,
        now_ns,
    )
