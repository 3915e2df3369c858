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
    """Of so many damaged frames: past the checksum with another value, past the gate, and impossible."""

    frames: int
    checksum: int
    gate: int
    implausible: int


def passed(spec: ChainSpec, frames: int, seed: int = 1) -> Passed:
    """Damages each answer in one to eight bytes and takes it for the answer of the next tick."""
    chances = Random(seed)
    block = spec.protocol.blocks("state")[0]
    servos = RegisterServos(spec)
    whole = servos.answers(spec.protocol.ask([1], block, joint=False))[0]
    truth = _read(spec, whole, 0)
    assert truth is not None
    checksum = gate = implausible = 0
    for _ in range(frames):
        damaged = bytearray(whole)
        for _ in range(chances.randint(1, 8)):
            damaged[chances.randrange(len(whole))] = chances.getrandbits(8)
        found = _read(spec, bytes(damaged), PERIOD_NS)
        if bytes(damaged) == whole or found is None:
            continue
        checksum += 1
        if believable(truth, found, spec.max_steps_s):
            gate += 1
            implausible += _impossible(spec, found)
    return Passed(frames, checksum, gate, implausible)


def _read(spec: ChainSpec, data: bytes, at_ns: int) -> ServoSample | None:
    block = spec.protocol.blocks("state")[0]
    answers = spec.protocol.parse(data, {1: block.length}, joint=False).answers
    return sample(spec.protocol, TimedAnswer(answers[0], at_ns, block)) if answers else None


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
