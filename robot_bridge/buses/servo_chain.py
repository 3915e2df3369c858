"""The exchange with a chain of servos, without any port: bytes out, bytes in, a reading per tick. Pure.

Theory of operation. A tick is `begin` (what to send), `receive` as bytes come, perhaps `repeat` (what to
ask again), `finish` (the reading), and `command` (the goals to send). Start-up walks the phases below, every
servo at once, one exchange a tick, and goes back to the first when anything does not fit; nothing moves in
any of them.

    identify  model numbers                         -> inspect
    inspect   what each keeps without power: mode,
              homing offset, limits, secondary id   -> limits when only limits differ, or -> sense
    limits    writes the limits that differ         -> inspect
    sense     torque, goal, position, faults        -> guard; what the goal shall be: the one it holds
                                                       already under torque, else where the servo is
    restart   restarts servos that shut themselves
              down, once an operator lets them      -> identify
    guard     writes torque limit, speeds, watchdog
              and goal, reads them back             -> engage
    engage    writes torque on, reads it and everything else back         -> ready
    ready     reads the state every tick, the control registers now and then
    partial   reads on from those that answer       -> identify once all do
    release   writes torque off, reads it back; no answer in time is no fault here  -> released
    released  reads the state; nothing is driven

A shadow servo must be what its leader is, stand where its leader stands, and have taken what was written to
its leader. It is read like every other; the joint is as old, as hot and as ill as the worse of the two.

A late answer never passes for a fresh one: each question asks for a block of another length than those of
the twelve ticks before it, and an answer of any other length than the one asked for is junk. While nothing
at all is answered, a new question is asked only every 45 ms. What came before a question is thrown away.

Where the protocol lets servos build one answer together, that is asked for after twenty readings without a
gap, and no more after one: what comes behind a gap in it is lost. One that nobody answers at all says that
some firmware does not know it, and it is not tried again for 6000 readings.

No tick asks for more than can be answered in 5.7 ms: where a chain is long, or a block, servos take turns.

Servos that were silent are asked first: the answer of the one asked last then says that no other will come,
and a dead servo costs the others no waiting. Missing answers leave the servo's last sample, ageing; it is
named after 60 ms, and after 200 ms the chain is no longer ready. So is one whose control registers are not
as written: that servo rebooted, or its own watchdog stopped it.
"""

from msgspec.structs import replace

from robot_bridge.buses import chain_asking
from robot_bridge.buses.chain_reading import after_reading, joint_samples
from robot_bridge.buses.chain_startup import after_answers, after_silence
from robot_bridge.buses.chain_state import (
    READING,
    ChainState,
    Counts,
    TimedAnswer,
    again,
    start,
)
from robot_bridge.buses.plausible import believed
from robot_bridge.buses.reading import BusPhase
from robot_bridge.buses.servo_protocol import NOTHING, Phase
from robot_bridge.buses.servo_reading import ChainReading
from robot_bridge.buses.servo_spec import ChainSpec

__all__ = [
    "ChainState",
    "Counts",
    "begin",
    "command",
    "engage",
    "finish",
    "frame_ns",
    "reading",
    "receive",
    "release",
    "repeat",
    "start",
    "unfinished",
    "unplug",
    "waiting",
]

_LATELY_NS = 50_000_000
_OVERHEAD = 12  # bytes around an answer's data, the most of all protocols
_CLEAN = 20
_UNFIT = -6000
_TOLD: dict[Phase, BusPhase] = {"ready": "ready", "release": "releasing", "released": "released"}


def unplug(spec: ChainSpec, state: ChainState) -> ChainState:
    """The port is gone; all must be verified again."""
    gone = again(state, "bus_lost", "the serial port is gone")
    return replace(gone, samples=(None,) * len(spec.everyone), limit_writes=0)


def release(state: ChainState) -> ChainState:
    """The chain shall carry no torque, from the next exchange on and after every start-up until `engage`."""
    return replace(state, released=True, consent=False)


def engage(state: ChainState) -> ChainState:
    """The chain shall carry torque from now on; servos that shut themselves down may be restarted."""
    return replace(state, released=False, consent=state.phase != "ready")


def begin(spec: ChainSpec, state: ChainState) -> tuple[ChainState, bytes]:
    """The bytes to send first in this tick; bytes received before must have been thrown away."""
    state = _turned(state)
    block = chain_asking.block(spec, state)
    joint = spec.protocol.joint_answers and state.phase in READING and state.clean >= _CLEAN
    asked = chain_asking.asked(spec, state, block, joint=joint)
    sent = _writes(spec, state)
    recent = state.recent
    if block != NOTHING:
        sent += spec.protocol.ask(asked, block, joint=joint)
        recent = chain_asking.recent(state, block)
    begun = replace(
        state,
        block=block,
        due=asked,
        asked=asked,
        joint=joint,
        recent=recent,
        buffer=b"",
        awaited_bytes=spec.protocol.answers_bytes(len(asked), block, joint=joint),
        answers={},
        cycle=state.cycle + 1,
        counts=replace(state.counts, cycles=state.counts.cycles + 1),
    )
    return begun, sent


def receive(spec: ChainSpec, state: ChainState, data: bytes, at_ns: int) -> ChainState:
    """Takes bytes that were there at this time; what was not asked for in this tick is counted as junk.

    An answer becomes its servo's sample here, while the next one is still on the wire.
    """
    expected = dict.fromkeys(state.asked, state.block.length) if state.block != NOTHING else {}
    parsed = spec.protocol.parse(state.buffer + data, expected, joint=state.joint)
    answers, samples, implausible = dict(state.answers), list(state.samples), 0
    for answer in parsed.answers:
        if answer.servo_id in answers:
            continue
        timed = TimedAnswer(answer, at_ns - answer.followed_by * spec.byte_ns, state.block)
        answers[answer.servo_id] = timed
        if state.phase in READING:
            place = spec.places[answer.servo_id]
            fresh = believed(spec, samples[place], timed)
            samples[place] = fresh or samples[place]
            implausible += fresh is None
    return replace(
        state,
        buffer=parsed.rest,
        awaited_bytes=state.awaited_bytes - len(data),
        answers=answers,
        samples=tuple(samples),
        counts=_counted(state.counts, parsed.junk, implausible),
    )


def repeat(spec: ChainSpec, state: ChainState, now_ns: int, *, whole: bool) -> tuple[ChainState, bytes]:
    """The bytes that ask once more, in this tick, servos that answered lately and not now; mostly none.

    `whole` allows it where nothing came at all, as the question itself may have been lost.
    """
    answered = len(state.answers) >= len(state.due)
    if answered or state.phase not in READING or not (state.answers or whole):
        return state, b""
    pairs = zip(spec.everyone, state.samples, strict=True)
    lively = {servo.servo_id for servo, one in pairs if one is not None and now_ns - one.at_ns < _LATELY_NS}
    asked = tuple(one for one in state.due if one in lively and one not in state.answers)
    if not asked:
        return state, b""
    block = chain_asking.shortest(spec, state, "state")
    clean = _cleaner(state, len(asked))
    state = replace(
        state,
        recent=chain_asking.recent(state, block),
        asked=asked,
        block=block,
        joint=False,
        clean=clean,
        buffer=b"",
        awaited_bytes=spec.protocol.answers_bytes(len(asked), block, joint=False),
    )
    return state, spec.protocol.ask(asked, block, joint=False)


def frame_ns(spec: ChainSpec, state: ChainState) -> int:
    """How long the next answer may take on the wire."""
    answers = len(state.asked) if state.joint else 1
    return answers * (state.block.length + _OVERHEAD) * spec.byte_ns


def waiting(state: ChainState) -> bool:
    """Whether answers of this tick are still to come; damaged ones came when all their bytes did."""
    came = state.awaited_bytes <= 0 and not state.buffer
    return state.block != NOTHING and not came and state.asked[-1] not in state.answers


def unfinished(state: ChainState) -> bool:
    """Whether it is worth listening on in the next tick.

    That is when nothing has come at all yet, and in start-up, whose long answers need not fit into one tick.
    """
    return waiting(state) and (not state.answers or state.phase not in READING)


def finish(spec: ChainSpec, state: ChainState, now_ns: int) -> tuple[ChainState, ChainReading]:
    """Ends the exchange: the next phase, and what the controller gets to know."""
    missing = len(state.due) - len(state.answers) if state.block != NOTHING else 0
    if missing:
        counts = replace(state.counts, missing_answers=state.counts.missing_answers + missing)
        state = replace(state, counts=counts)
    if state.phase in READING:
        state = after_reading(spec, replace(state, clean=_cleaner(state, missing)), now_ns)
    elif missing:
        state = after_silence(spec, state)
    else:
        state = after_answers(spec, state)
    return state, reading(spec, state)


def reading(spec: ChainSpec, state: ChainState) -> ChainReading:
    """What the controller gets to know now."""
    held = state.held if state.phase == "ready" else None
    samples = joint_samples(spec, state)
    return ChainReading(_TOLD.get(state.phase, "starting"), samples, held, state.trouble)


def command(spec: ChainSpec, state: ChainState, goals: tuple[int, ...]) -> bytes:
    """The bytes that give every servo its goal; none unless the chain is ready."""
    driven = state.phase == "ready" and not state.released
    return spec.protocol.write_goals(spec.servos, goals) if driven else b""


def _counted(counts: Counts, junk_bytes: int, implausible: int) -> Counts:
    if not junk_bytes and not implausible:
        return counts
    return replace(
        counts,
        junk_bytes=counts.junk_bytes + junk_bytes,
        implausible_samples=counts.implausible_samples + implausible,
    )


def _turned(state: ChainState) -> ChainState:
    """The phase that what was asked for since the last exchange leads to.

    Only here, between two exchanges: answers that are still to come were asked for in the phase before.
    """
    if state.released and state.phase == "ready":
        return replace(state, phase="release", failures=0)
    if not state.released and state.phase in ("release", "released"):
        return again(state, "none", "")
    return state


def _cleaner(state: ChainState, missing: int) -> int:
    """The count of clean readings after this one."""
    if not missing:
        return min(state.clean + 1, _CLEAN)
    return _UNFIT if state.joint and not state.answers else min(state.clean + 1, 0)


def _writes(spec: ChainSpec, state: ChainState) -> bytes:
    match state.phase:
        case "limits":
            return spec.protocol.write_settings(state.unset)
        case "restart":
            return spec.protocol.restart(state.faulty)
        case "guard":
            return spec.protocol.write_bounds(spec.servos, state.held)
        case "engage":
            return spec.protocol.write_torque(spec.ids, on=True)
        case "release":
            return spec.protocol.write_torque(spec.ids, on=False)
        case _:
            return b""
