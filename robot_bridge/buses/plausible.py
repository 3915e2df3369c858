"""Whether an answer can be true: an 8-bit checksum passes one damaged frame in 256. Pure."""

from msgspec.structs import replace

from robot_bridge.buses.chain_state import TimedAnswer
from robot_bridge.buses.servo_protocol import ServoProtocol
from robot_bridge.buses.servo_reading import ServoSample
from robot_bridge.buses.servo_spec import ChainSpec

SLACK_STEPS = 24
"""What a position may differ besides what the servo can turn: gears under load, and a rounded clock."""
_COLDEST_C, _HOTTEST_C = -40.0, 150.0
_HIGHEST_V = 30.0
_WARMING_C_S = 10.0
_SLACK_C = 5.0


def sample(protocol: ServoProtocol, timed: TimedAnswer) -> ServoSample:
    """The answer decoded."""
    now = protocol.present(timed.answer, timed.block)
    return ServoSample(
        now.position_steps,
        now.velocity_steps_s,
        now.load,
        now.voltage_v,
        now.temperature_c,
        protocol.trouble(now.status),
        now.status,
        timed.at_ns,
    )


def believed(spec: ChainSpec, old: ServoSample | None, timed: TimedAnswer) -> ServoSample | None:
    """The sample that this answer is after an older one; None when it cannot be true."""
    fresh = sample(spec.protocol, timed)
    return _named(spec.protocol, old, fresh) if believable(old, fresh, spec.max_steps_s) else None


def _named(protocol: ServoProtocol, old: ServoSample | None, fresh: ServoSample) -> ServoSample:
    """The sample with the fault that an earlier one named, where this one only says that there is one."""
    if old is None or not old.status or not protocol.vague(fresh.status):
        return fresh
    return replace(fresh, status=old.status, trouble=old.trouble)


def believable(old: ServoSample | None, fresh: ServoSample, max_steps_s: float) -> bool:
    """Whether the servo could have turned and warmed that far since, and the other values are physical."""
    physical = (
        abs(fresh.velocity_steps_s) <= 2.0 * max_steps_s
        and _COLDEST_C <= fresh.temperature_c <= _HOTTEST_C
        and 0.0 < fresh.voltage_v <= _HIGHEST_V
    )
    if old is None or not physical:
        return physical
    passed_s = max(0, fresh.at_ns - old.at_ns) / 1e9
    return (
        abs(fresh.position_steps - old.position_steps) <= max_steps_s * passed_s + SLACK_STEPS
        and abs(fresh.temperature_c - old.temperature_c) <= _WARMING_C_S * passed_s + _SLACK_C
    )
