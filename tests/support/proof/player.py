"""Scripted players: how the ghost goes when a hand is steady, when it trembles and strays, and when it fails.

The law is that of the delay study's person (look, stroke, wait until the arm is seen there), in a form that
needs no page: strokes of least jerk, whose end is off by a little, and a look before whatever cannot be
undone. He sees the arm as late as his link shows it.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import ceil, dist
from random import Random
from typing import Literal

from game.moves import PITCH_RAD
from proof.task import GOALS, WHOLE, Task
from robot_bridge.wire.commands import PoseTarget

Kind = Literal["good", "poor", "failed"]
Failure = Literal["", "drops", "misses", "wrong_ring", "falls_short", "recovers"]
FAILURES: tuple[Failure, ...] = ("drops", "misses", "wrong_ring", "falls_short")
STEP_S = 0.02
HOVER_M, GRASP_M, SET_DOWN_M = 0.085, 0.017, 0.020
OPEN, SHUT = 0.6, 0.05
SEEN_THERE_M = 0.007
PATIENCE_STEPS = 60
MISS_M, SHORT_M = 0.032, 0.045
FINGER_M = 0.006
"""How far the cube's middle comes to lie from the tool's when the jaw has pushed it to the fixed finger."""


@dataclass(frozen=True, slots=True)
class Skill:
    """A hand in numbers: speed, how far strokes end off, tremor, straying on the way, and idle pauses."""

    speed_m_s: float
    aim_sd_m: float = 0.001
    tremor_m: float = 0.0
    stray_m: float = 0.0
    pauses: float = 0.0
    failure: Failure = ""


def skill_of(kind: Kind, dice: Random) -> Skill:
    """Draws one player of a kind; those who fail have a steady hand: smoothness does not tell them."""
    match kind:
        case "good":
            return Skill(dice.uniform(0.13, 0.17))
        case "poor":
            return Skill(
                dice.uniform(0.1, 0.2),
                aim_sd_m=0.002,
                tremor_m=dice.uniform(0.002, 0.006),
                stray_m=dice.uniform(0.02, 0.06),
                pauses=dice.uniform(0.2, 0.6),
            )
        case "failed":
            return Skill(dice.uniform(0.13, 0.17), failure=dice.choice(FAILURES))


@dataclass(frozen=True, slots=True)
class Screen:
    """What is on the player's screen: the arm's and the cube's place in a late picture."""

    arm: PoseTarget
    cube: tuple[float, float]


class Player:
    """One turn of one player; `hands` yields the ghost of each step, reading `screen` as it goes."""

    def __init__(self, task: Task, skill: Skill, seed: int, ghost: PoseTarget) -> None:
        """The ghost begins where the arm stands."""
        self.screen: Screen | None = None
        self.ghost = ghost
        self._task, self._skill, self._dice = task, skill, Random(seed)
        self._shake = (0.0, 0.0, 0.0)

    def hands(self) -> Iterator[PoseTarget]:
        """The ghost, fifty times a second, until the player lets the turn be."""
        cube, goal = self._cube(), self._goal()
        miss = MISS_M if self._skill.failure == "misses" else 0.0
        yield from self._stroke((cube[0] - miss, cube[1], HOVER_M), OPEN)
        yield from self._look()
        yield from self._stroke((cube[0] - miss, cube[1], GRASP_M), OPEN)
        yield from self._look()
        yield from self._jaws(SHUT)
        yield from self._stroke((self.ghost.x_m, self.ghost.y_m, HOVER_M), SHUT)
        if self._skill.failure in ("drops", "recovers"):
            yield from self._stroke(_between(self.ghost, goal, self._dice.uniform(0.2, 0.6)), SHUT)
            yield from self._jaws(OPEN)
        if self._skill.failure == "recovers":
            yield from self._rest(0.8)
            self._skill = replace(self._skill, failure="")
            yield from self.hands()
            return
        yield from self._stroke((*goal, HOVER_M), self.ghost.gripper)
        yield from self._look()
        yield from self._stroke((*goal, SET_DOWN_M), self.ghost.gripper)
        yield from self._look()
        yield from self._jaws(OPEN)
        yield from self._stroke((*goal, HOVER_M), OPEN)
        yield from self._rest(0.6)

    def _cube(self) -> tuple[float, float]:
        assert self.screen is not None
        return self.screen.cube

    def _goal(self) -> tuple[float, float]:
        x, y = self._task.goal
        if self._skill.failure == "falls_short":
            return (x - SHORT_M, y)
        if self._skill.failure == "wrong_ring":
            others = [WHOLE.slot(one) for one in GOALS if WHOLE.slot(one).y_m != y]
            slot = self._dice.choice(others)
            return (slot.x_m, slot.y_m)
        return (x, y)

    def _stroke(self, to: tuple[float, float, float], gripper: float) -> Iterator[PoseTarget]:
        """One movement of least jerk; one who strays makes a detour first, one who pauses stops in it."""
        if self._skill.stray_m and dist(to, _point(self.ghost)) > 0.04:
            half = _between(self.ghost, to[:2], 0.5)
            side = [self._dice.gauss(0.0, self._skill.stray_m) for _ in range(2)]
            height = max(half[2], to[2], 0.06)
            yield from self._straight((half[0] + side[0], half[1] + side[1], height), gripper)
        if self._skill.pauses and self._dice.random() < self._skill.pauses:
            yield from self._rest(self._dice.uniform(0.3, 0.9))
        off = [self._dice.gauss(0.0, self._skill.aim_sd_m) for _ in range(2)]
        yield from self._straight((to[0] + off[0], to[1] + off[1], to[2]), gripper)

    def _straight(self, to: tuple[float, float, float], gripper: float) -> Iterator[PoseTarget]:
        start = self.ghost
        turn_s = abs(start.pitch_rad - PITCH_RAD) / 0.8
        lasts_s = max(0.3, turn_s, 1.5 * dist(to, _point(start)) / self._skill.speed_m_s)
        steps = ceil(lasts_s / STEP_S)
        for step in range(1, steps + 1):
            share = _least_jerk(step / steps)
            at = [a + share * (b - a) for a, b in zip(_point(start), to, strict=True)]
            pitch = start.pitch_rad + share * (PITCH_RAD - start.pitch_rad)
            self.ghost = PoseTarget(*at, pitch, 0.0, gripper)
            yield self._trembling()

    def _jaws(self, opening: float) -> Iterator[PoseTarget]:
        """The jaws' key, and long enough for them to be seen standing."""
        at = self.ghost
        self.ghost = PoseTarget(at.x_m, at.y_m, at.z_m, at.pitch_rad, at.roll_rad, opening)
        yield from self._rest(0.55)

    def _rest(self, seconds: float) -> Iterator[PoseTarget]:
        for _ in range(round(seconds / STEP_S)):
            yield self._trembling()

    def _look(self) -> Iterator[PoseTarget]:
        """Waits until the arm is seen where the ghost is."""
        for _ in range(PATIENCE_STEPS):
            if self.screen and dist(_point(self.screen.arm), _point(self.ghost)) < SEEN_THERE_M:
                return
            yield self._trembling()

    def _trembling(self) -> PoseTarget:
        """The ghost with the hand's tremor: a random walk that is pulled back, of some hertz."""
        if not self._skill.tremor_m:
            return self.ghost
        self._shake = tuple(
            0.75 * one + self._dice.gauss(0.0, 0.66 * self._skill.tremor_m) for one in self._shake
        )
        x, y, z = (a + b for a, b in zip(_point(self.ghost), self._shake, strict=True))
        return PoseTarget(x, y, max(z, 0.012), self.ghost.pitch_rad, self.ghost.roll_rad, self.ghost.gripper)


def _point(pose: PoseTarget) -> tuple[float, float, float]:
    return (pose.x_m, pose.y_m, pose.z_m)


def _between(start: PoseTarget, to: tuple[float, ...], share: float) -> tuple[float, float, float]:
    x, y = start.x_m + share * (to[0] - start.x_m), start.y_m + share * (to[1] - start.y_m)
    return (x, y, start.z_m)


def _least_jerk(share: float) -> float:
    return share**3 * (10.0 - 15.0 * share + 6.0 * share**2)
