"""What a tick asks of a servo chain, and whom. Pure."""

from robot_bridge.buses.chain_state import READING, ChainState
from robot_bridge.buses.servo_protocol import NOTHING, Block, Phase, Purpose
from robot_bridge.buses.servo_spec import ChainSpec

_STARTING: dict[Phase, Purpose] = {
    "identify": "model",
    "inspect": "settings",
    "sense": "told",
    "guard": "told",
    "engage": "told",
    "release": "told",
}
_MUTE: frozenset[Phase] = frozenset({"limits", "restart"})
_RECENT = 12
_ANSWERING_NS = 5_700_000
"""Of the 6 ms that a tick of 10 ms waits for answers; the question takes the rest."""
_CHECK_EVERY = 7
_THOROUGH_EVERY = 28


def asked(spec: ChainSpec, state: ChainState, block: Block, *, joint: bool) -> tuple[int, ...]:
    """Who is asked in this tick: those that were silent last or look ill, then the others.

    While the chain is read these are no more than can answer within the tick, by turns.
    """
    ids = [servo.servo_id for servo in spec.everyone]
    if state.phase in READING:
        fit = _fit(spec, block, joint=joint)
        turn = state.cycle * fit % len(ids) if fit < len(ids) else 0
        ids = ids[turn:] + ids[:turn]
    else:
        fit = len(ids)
    ill = _ill(spec, state)
    first = [one for one in ids if one in ill]
    return (*first, *[one for one in ids if one not in ill])[:fit]


def _fit(spec: ChainSpec, block: Block, *, joint: bool) -> int:
    """How many servos can answer with this block within a tick."""
    fit = len(spec.everyone)
    while fit > 1 and spec.protocol.answers_bytes(fit, block, joint=joint) * spec.byte_ns > _ANSWERING_NS:
        fit -= 1
    return fit


def _ill(spec: ChainSpec, state: ChainState) -> set[int]:
    """Who was silent when asked last, looked as if its settings were lost, or has a fault yet to be named."""
    ill = {one for one in state.due if one not in state.answers}
    if state.suspect is not None:
        ill.add(state.suspect)
    for servo, one in zip(spec.everyone, state.samples, strict=True):
        if one is not None and spec.protocol.vague(one.status):
            ill.add(servo.servo_id)
    return ill


def block(spec: ChainSpec, state: ChainState) -> Block:
    """What to ask in this phase; nothing where no answer would say more."""
    if state.phase in _MUTE:
        return NOTHING
    return shortest(spec, state, _purpose(spec, state))


def shortest(spec: ChainSpec, state: ChainState, purpose: Purpose) -> Block:
    """The shortest block for this purpose whose length none of the last questions had."""
    recent = dict(state.recent)
    return next(block for block in spec.protocol.blocks(purpose) if block.length not in recent)


def recent(state: ChainState, block: Block) -> tuple[tuple[int, int], ...]:
    """The lengths asked lately with this cycle's, without those of more than twelve cycles ago."""
    since = state.cycle - _RECENT
    return (*[one for one in state.recent if one[1] > since], (block.length, state.cycle))


def _purpose(spec: ChainSpec, state: ChainState) -> Purpose:
    if state.phase in _STARTING:
        return _STARTING[state.phase]
    known = [one.status for one in state.samples if one is not None]
    if state.suspect is not None or any(map(spec.protocol.vague, known)):
        return "told"
    if state.cycle % _CHECK_EVERY:
        return "state"
    thorough = state.phase == "released" or any(known) or state.cycle % _THOROUGH_EVERY == 0
    return "told" if thorough else "check"
