"""A ghost's way as a page sends it 60 times a second: reaches from place to place, now and then a rest.

The numbers are the page's (web_client/src/predict/ghost.ts): speed at full and at fine stick, and how quickly
that is reached and left. Some reaches are broken off for another place, as people do.
"""

import math
import random
from bisect import bisect_right
from dataclasses import dataclass, replace

from msgspec.structs import replace as changed

from robot_bridge.wire.commands import PoseTarget
from teleop.wire.player_in import PoseVelocity

SEND_S = 1 / 60
SPEED_M_S, FINE_SHARE, RISE_S, FALL_S = 0.15, 0.3, 0.12, 0.05
BOX = ((0.17, 0.26), (-0.12, 0.12), (0.04, 0.10))
PITCH_RAD = -1.3
REST_S = (0.2, 0.7)
REST_AT_END_S = 1.0
FINE, BROKEN_OFF, BROKEN_OFF_M = 0.3, 0.25, 0.03
_NEAR_M = 1e-3
Place = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Said:
    """One message of the page: its number, when it left, and the ghost."""

    sequence: int
    sent_ns: int
    pose: PoseTarget
    velocity: PoseVelocity


@dataclass(frozen=True, slots=True)
class _Reach:
    """Where the ghost is going, how fast it may, and whether another place comes to mind on the way."""

    goal: Place
    most_m_s: float
    breaks_off: bool


def ghost_path(seed: int, seconds: float) -> tuple[Said, ...]:
    """A seeded way that begins and ends at rest."""
    dice, at, speed = random.Random(seed), _somewhere(random.Random(seed)), 0.0
    reach, rest_s, said = _reach(dice), REST_S[1], [_said(0, at, at)]
    while len(said) * SEND_S < seconds or speed > 0.0:
        left, moved = math.dist(at, reach.goal), speed > 0.0
        ends = len(said) * SEND_S > seconds - REST_AT_END_S
        stops = ends or rest_s > 0.0 or left < _NEAR_M + speed * FALL_S / 2
        speed, rest_s = _eased(speed, 0.0 if stops else reach.most_m_s), rest_s - SEND_S
        before, at = at, _toward(at, reach.goal, speed * SEND_S)
        said.append(_said(len(said), at, before))
        if moved and speed == 0.0:
            reach, rest_s = _reach(dice), dice.uniform(*REST_S)
        elif reach.breaks_off and left < BROKEN_OFF_M:
            reach = replace(_reach(dice), breaks_off=False)
    return tuple(said)


def places_of(said: tuple[Said, ...]) -> list[Place]:
    """The tool points of a way."""
    return [(one.pose.x_m, one.pose.y_m, one.pose.z_m) for one in said]


def between(said: list[Said], at_ns: float) -> PoseTarget:
    """The ghost's pose at a time of the page, on the straight way between two messages."""
    index = bisect_right([one.sent_ns for one in said], at_ns)
    if index == 0 or index == len(said):
        return said[max(0, index - 1)].pose
    a, b = said[index - 1], said[index]
    share = (at_ns - a.sent_ns) / (b.sent_ns - a.sent_ns)

    def mixed(x: float, y: float) -> float:
        return x + share * (y - x)

    return changed(
        a.pose,
        x_m=mixed(a.pose.x_m, b.pose.x_m),
        y_m=mixed(a.pose.y_m, b.pose.y_m),
        z_m=mixed(a.pose.z_m, b.pose.z_m),
    )


def _reach(dice: random.Random) -> _Reach:
    share = FINE_SHARE if dice.random() < FINE else 1.0
    return _Reach(_somewhere(dice), SPEED_M_S * share, dice.random() < BROKEN_OFF)


def _somewhere(dice: random.Random) -> Place:
    x, y, z = (dice.uniform(*span) for span in BOX)
    return (x, y, z)


def _eased(speed: float, wanted: float) -> float:
    step = SPEED_M_S * SEND_S / (RISE_S if wanted > speed else FALL_S)
    return min(wanted, speed + step) if wanted > speed else max(wanted, speed - step)


def _toward(at: Place, goal: Place, way_m: float) -> Place:
    left = math.dist(at, goal)
    share = 0.0 if left == 0.0 else min(1.0, way_m / left)
    x, y, z = (a + share * (b - a) for a, b in zip(at, goal, strict=True))
    return (x, y, z)


def _said(number: int, at: Place, before: Place) -> Said:
    x, y, z = ((a - b) / SEND_S for a, b in zip(at, before, strict=True))
    pose = PoseTarget(*at, PITCH_RAD, 0.0, 0.5)
    return Said(number, round(number * SEND_S * 1e9), pose, PoseVelocity(x, y, z, 0.0, 0.0))
