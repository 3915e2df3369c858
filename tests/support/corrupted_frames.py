"""Answers damaged on the wire, and how many of them pass as values that the servo cannot have had."""

from dataclasses import dataclass
from random import Random

from register_servos import AT, PERIOD_NS, RegisterServos

from robot_bridge.buses.chain_state import TimedAnswer
from robot_bridge.buses.plausible import SLACK_STEPS, believable, sample
from robot_bridge.buses.servo_reading import ServoSample
from robot_bridge.buses.servo_spec import ChainSpec


@dataclass(frozen=True, slots=True)
class Passed:
    """Of so many damaged frames: answers past the checksum with another value, past the gate, impossible."""

    frames: int
    checksum: int
    gate: int
    implausible: int


def passed(spec: ChainSpec, frames: int, seed: int = 1, *, joint: bool = False) -> Passed:
    """Damages one to eight bytes of each answer, or of the joint one of all, and takes it a tick later."""
    chances = Random(seed)
    protocol, block = spec.protocol, spec.protocol.blocks("state")[0]
    asked = spec.ids if joint else spec.ids[:1]
    whole = RegisterServos(spec).answers(protocol.ask(asked, block, joint=joint))[0]
    expected = dict.fromkeys(asked, block.length)
    truth = {one.servo_id: one for one in protocol.parse(whole, expected, joint=joint).answers}
    before = {name: sample(protocol, TimedAnswer(one, 0, block)) for name, one in truth.items()}
    assert len(truth) == len(asked)
    checksum = gate = implausible = 0
    for _ in range(frames):
        for one in protocol.parse(_damaged(whole, chances), expected, joint=joint).answers:
            if one == truth[one.servo_id]:
                continue
            found = sample(protocol, TimedAnswer(one, PERIOD_NS, block))
            checksum += 1
            if believable(before[one.servo_id], found, spec.max_steps_s):
                gate += 1
                implausible += _impossible(spec, found)
    return Passed(frames, checksum, gate, implausible)


def _damaged(whole: bytes, chances: Random) -> bytes:
    damaged = bytearray(whole)
    while bytes(damaged) == whole:
        for _ in range(chances.randint(1, 8)):
            damaged[chances.randrange(len(whole))] = chances.getrandbits(8)
    return bytes(damaged)


def _impossible(spec: ChainSpec, found: ServoSample) -> bool:
    """Whether a servo that stood at AT a tick ago at 30 degrees cannot be like this."""
    farthest = spec.max_steps_s * PERIOD_NS / 1e9 + SLACK_STEPS
    return (
        abs(found.position_steps - AT) > farthest
        or abs(found.velocity_steps_s) > 2.0 * spec.max_steps_s
        or not 22.0 <= found.temperature_c <= 38.0
        or not 0.0 < found.voltage_v <= 30.0
        or abs(found.load) > 1.0
    )
