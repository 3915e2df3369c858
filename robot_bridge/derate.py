"""Slower motion while a servo nears one of its health limits, before a fault has to latch the arm.

The share of speed that is left falls in a straight line from 1 where the margin begins to 0.25 at the
limit. It follows the samples with at most half of the full speed per second, so that one damaged sample
or a short effort changes next to nothing.
"""

from msgspec import Struct

from robot_bridge.arms.model import ArmModel
from robot_bridge.buses.reading import JointSample
from robot_bridge.wire.state import Limit

HEAT_MARGIN_C = 8.0
SUPPLY_MARGIN_V = 0.4
LOAD_MARGIN = 0.15  # of what the joint may give
LEAST = 0.25
RATE_PER_S = 0.5
Samples = tuple[JointSample | None, ...]


class Derate(Struct, frozen=True):
    """The share of speed that is left, and which margins took the rest."""

    scale: float = 1.0
    acted: tuple[Limit, ...] = ()


def derated(
    derate: Derate, model: ArmModel, samples: tuple[JointSample | None, ...], period_s: float
) -> Derate:
    """The derating one period later."""
    shares = margins(model, samples)
    wanted = LEAST + (1.0 - LEAST) * min((share for _, share in shares), default=1.0)
    change = RATE_PER_S * period_s
    scale = min(derate.scale + change, max(derate.scale - change, wanted))
    low: tuple[Limit, ...] = tuple(name for name, share in shares if share < 1.0)
    if scale >= 1.0:
        return Derate()
    return Derate(scale, low or derate.acted)


def margins(model: ArmModel, samples: Samples) -> tuple[tuple[Limit, float], ...]:
    """How much of each margin is left, 1 outside of it and 0 at the limit, over all joints."""
    known = tuple(sample for sample in samples if sample is not None)
    hottest = max((s.temperature_c for s in known if s.temperature_c is not None), default=None)
    weakest = min((s.voltage_v for s in known if s.voltage_v is not None), default=None)
    efforts = zip(samples[:-1], model.servo.torque_limit, strict=False)
    effort = max((abs(s.load) / limit for s, limit in efforts if s is not None and limit > 0.0), default=0.0)
    servo = model.servo
    return (
        ("heat", 1.0 if hottest is None else _share(servo.max_temperature_c - hottest, HEAT_MARGIN_C)),
        ("supply", 1.0 if weakest is None else _share(weakest - servo.min_voltage_v, SUPPLY_MARGIN_V)),
        ("load", _share(1.0 - effort, LOAD_MARGIN)),
    )


def _share(left: float, margin: float) -> float:
    return min(1.0, max(0.0, left / margin))
