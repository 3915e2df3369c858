"""Scripted players: how the ghost goes when a hand is steady, when it trembles and strays, and when it fails.

The law is that of the delay study's person (look, stroke, wait until the arm is seen there), in a form that
needs no page: strokes of least jerk, whose end is off by a little, and a look before whatever cannot be
undone. He sees arm and cube as late as his link shows them. He has practised: he knows how fast the disc
turns, and leads the cube by what his link and the arm are late together.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from math import ceil, dist
from random import Random
from typing import Literal

from game.moves import PITCH_RAD
from proof.task import GOALS, WHOLE, Task, turned
from robot_bridge.wire.commands import PoseTarget

Kind = Literal["good", "poor", "failed"]
Failure = Literal["", "drops", "misses", "mirrors", "falls_short", "dares_not", "gives_up", "recovers"]
FAILURES: tuple[Failure, ...] = ("drops", "misses", "mirrors", "falls_short", "dares_not", "gives_up")
STEP_S = 0.02
HOVER_M, GRASP_M, SET_DOWN_M = 0.085, 0.017, 0.020
OPEN, SHUT = 0.6, 0.05
SEEN_THERE_M = 0.007
SEEN_ABOVE_M = 0.012
PATIENCE_STEPS = 60
JAWS_S, MOST_AGO_S = 0.55, 0.1
MISS_M, SHORT_M = 0.032, 0.045
IDLE_S = (6.0, 10.0)
"""How long one stands about before he gives up."""
ARM_LAG_S = 0.18
"""How late a picture and the arm are together without any link: camera, player's step, servos."""
FINGER_M = 0.006
"""How far the cube's middle comes to lie from the tool's when the jaw has pushed it to the fixed finger."""
Place = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Skill:
    """A hand in numbers: speed, how far strokes end off, tremor, straying on the way, and hesitation.

    `short_m` is by how much he always reaches short, `dithers_s` how long he hesitates at most.
    """

    speed_m_s: float
    aim_sd_m: float = 0.001
    short_m: float = 0.0
    tremor_m: float = 0.0
    stray_m: float = 0.0
    dithers_s: float = 0.0
    failure: Failure = ""


def skill_of(kind: Kind, dice: Random) -> Skill:
    """Draws one player of a kind; those who fail have a steady hand: smoothness does not tell them.

    Poor ones begin strokes on the wrong side, tremble, reach short, as one picture without depth makes people
    do, hesitate before whatever cannot be undone, and do not try again.
    """
    match kind:
        case "good":
            return Skill(dice.uniform(0.13, 0.17))
        case "poor":
            return Skill(
                dice.uniform(0.1, 0.2),
                aim_sd_m=0.006,
                short_m=dice.uniform(0.010, 0.025),
                tremor_m=dice.uniform(0.002, 0.006),
                stray_m=dice.uniform(0.03, 0.07),
                dithers_s=dice.uniform(3.0, 6.0),
            )
        case "failed":
            return Skill(dice.uniform(0.13, 0.17), failure=dice.choice(FAILURES))


@dataclass(frozen=True, slots=True)
class Screen:
    """What is on the player's screen: the arm's and the cube's place in a late picture."""

    arm: PoseTarget
    cube: tuple[float, float]


class Player:
    """One turn of one player: each step he is shown a picture, and `hands` yields where the ghost goes."""

    def __init__(self, task: Task, skill: Skill, seed: int, ghost: PoseTarget, round_trip_s: float) -> None:
        """The ghost begins where the arm stands."""
        self.ghost = ghost
        self._screen: Screen | None = None
        self._seen_ago_s = 0.0
        self._task, self._skill, self._dice = task, skill, Random(seed)
        self._lead_s = ARM_LAG_S + round_trip_s
        self._shake = (0.0, 0.0, 0.0)

    def see(self, screen: Screen | None) -> None:
        """What is on the screen in this step; to be called once before each."""
        new = self._screen is None or screen is None or screen.cube != self._screen.cube
        self._seen_ago_s = 0.0 if new else min(MOST_AGO_S, self._seen_ago_s + STEP_S)
        self._screen = screen

    def hands(self) -> Iterator[PoseTarget]:
        """The ghost, fifty times a second, until the player lets the turn be."""
        off = self._off()
        yield from self._stroke(lambda: (*self._cube(off), HOVER_M), OPEN)
        yield from self._follow(off, HOVER_M)
        yield from self._dither(off)
        if self._skill.failure == "dares_not":
            yield from self._stay(off, self._dice.uniform(*IDLE_S))
            return
        yield from self._stroke(lambda: (*self._cube(off), GRASP_M), OPEN)
        yield from self._follow(off, GRASP_M)
        yield from self._jaws_along(SHUT)
        yield from self._stroke(self._up(), SHUT)
        yield from self._bring()

    def _bring(self) -> Iterator[PoseTarget]:
        """From above the disc into a ring, or what becomes of it."""
        goal = self._goal()
        if self._skill.failure in ("drops", "recovers"):
            place = _between(self.ghost, goal, self._dice.uniform(0.2, 0.6))
            yield from self._stroke(lambda: place, SHUT)
            yield from self._jaws(OPEN)
        if self._skill.failure == "recovers":
            yield from self._rest(0.8)
            self._skill = replace(self._skill, failure="")
            yield from self.hands()
            return
        yield from self._stroke(lambda: (*goal, HOVER_M), self.ghost.gripper)
        yield from self._look()
        yield from self._dither()
        if self._skill.failure == "gives_up":
            yield from self._rest(self._dice.uniform(*IDLE_S))
            return
        yield from self._stroke(lambda: (*goal, SET_DOWN_M), self.ghost.gripper)
        yield from self._look()
        yield from self._dither()
        yield from self._jaws(OPEN)
        yield from self._stroke(lambda: (*goal, HOVER_M), OPEN)
        yield from self._rest(0.6)

    def _off(self) -> tuple[float, float]:
        """How far from the cube he takes it to be: one who misses always reaches short."""
        short = MISS_M if self._skill.failure == "misses" else self._skill.short_m
        return (self._dice.gauss(-short, self._skill.aim_sd_m), self._dice.gauss(0.0, self._skill.aim_sd_m))

    def _cube(self, off: tuple[float, float]) -> tuple[float, float]:
        """Where the cube will be when the arm comes to what is asked now."""
        assert self._screen is not None
        x_m, y_m = turned(*self._screen.cube, self._lead_s + self._seen_ago_s)
        return (x_m + off[0], y_m + off[1])

    def _goal(self) -> tuple[float, float]:
        x, y = (one + self._dice.gauss(0.0, self._skill.aim_sd_m) for one in self._task.goal)
        x -= self._skill.short_m
        if self._skill.failure == "falls_short":
            return (x - SHORT_M, y)
        if self._skill.failure == "mirrors":
            return (x, -y if abs(y) > 0.05 else y + WHOLE.slot(GOALS[0]).y_m)
        return (x, y)

    def _up(self) -> Callable[[], Place]:
        at = (self.ghost.x_m, self.ghost.y_m, HOVER_M)
        return lambda: at

    def _stroke(self, to: Callable[[], Place], gripper: float) -> Iterator[PoseTarget]:
        """A movement of least jerk; one who strays sets out on the wrong side."""
        if self._skill.stray_m and dist(to(), _point(self.ghost)) > 0.04:
            yield from self._straight(self._astray(to()), gripper)
        yield from self._straight(to, gripper)

    def _astray(self, to: Place) -> Callable[[], Place]:
        """A place away from where it goes: detours lead back and aside."""
        x, y, z = _point(self.ghost)
        far = self._skill.stray_m / max(0.01, dist(to[:2], (x, y)))
        back = self._dice.uniform(0.5, 1.5) * far
        place = (x - back * (to[0] - x), y - back * (to[1] - y), max(z, 0.06))
        return lambda: place

    def _straight(self, to: Callable[[], Place], gripper: float) -> Iterator[PoseTarget]:
        """To a place that may move meanwhile."""
        start = self.ghost
        turn_s = abs(start.pitch_rad - PITCH_RAD) / 0.8
        lasts_s = max(0.3, turn_s, 1.5 * dist(to(), _point(start)) / self._skill.speed_m_s)
        steps = ceil(lasts_s / STEP_S)
        for step in range(1, steps + 1):
            share = _least_jerk(step / steps)
            at = [a + share * (b - a) for a, b in zip(_point(start), to(), strict=True)]
            pitch = start.pitch_rad + share * (PITCH_RAD - start.pitch_rad)
            self.ghost = PoseTarget(*at, pitch, 0.0, gripper)
            yield self._trembling()

    def _follow(self, off: tuple[float, float], height_m: float) -> Iterator[PoseTarget]:
        """Goes along with the cube until the arm is seen where it has to be above it."""
        for _ in range(PATIENCE_STEPS):
            self.ghost = _moved(self.ghost, (*self._cube(off), height_m))
            if self._screen and self._above(self._screen, off, height_m):
                return
            yield self._trembling()

    def _dither(self, along: tuple[float, float] | None = None) -> Iterator[PoseTarget]:
        """Hesitates, if that is his way: above the cube he goes along with it, else he stands."""
        lasts_s = self._dice.uniform(0.3, 1.0) * self._skill.dithers_s
        yield from self._rest(lasts_s) if along is None else self._stay(along, lasts_s)

    def _stay(self, off: tuple[float, float], seconds: float) -> Iterator[PoseTarget]:
        """Stays above the cube, wherever it goes."""
        for _ in range(round(seconds / STEP_S)):
            self.ghost = _moved(self.ghost, (*self._cube(off), HOVER_M))
            yield self._trembling()

    def _above(self, screen: Screen, off: tuple[float, float], height_m: float) -> bool:
        wanted = (screen.cube[0] + off[0], screen.cube[1] + off[1], height_m)
        return dist(_point(screen.arm), wanted) < SEEN_ABOVE_M

    def _jaws(self, opening: float) -> Iterator[PoseTarget]:
        """The jaws' key, and long enough for them to be seen standing."""
        at = self.ghost
        self.ghost = PoseTarget(at.x_m, at.y_m, at.z_m, at.pitch_rad, at.roll_rad, opening)
        yield from self._rest(JAWS_S)

    def _jaws_along(self, opening: float) -> Iterator[PoseTarget]:
        """The same, going on with the disc meanwhile."""
        at = self.ghost
        for step in range(1, round(JAWS_S / STEP_S) + 1):
            x, y = turned(at.x_m, at.y_m, step * STEP_S)
            self.ghost = PoseTarget(x, y, at.z_m, at.pitch_rad, at.roll_rad, opening)
            yield self._trembling()

    def _rest(self, seconds: float) -> Iterator[PoseTarget]:
        for _ in range(round(seconds / STEP_S)):
            yield self._trembling()

    def _look(self) -> Iterator[PoseTarget]:
        """Waits until the arm is seen where the ghost is."""
        for _ in range(PATIENCE_STEPS):
            if self._screen and dist(_point(self._screen.arm), _point(self.ghost)) < SEEN_THERE_M:
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


def _point(pose: PoseTarget) -> Place:
    return (pose.x_m, pose.y_m, pose.z_m)


def _moved(pose: PoseTarget, to: Place) -> PoseTarget:
    return PoseTarget(*to, pose.pitch_rad, pose.roll_rad, pose.gripper)


def _between(start: PoseTarget, to: tuple[float, ...], share: float) -> Place:
    x, y = start.x_m + share * (to[0] - start.x_m), start.y_m + share * (to[1] - start.y_m)
    return (x, y, start.z_m)


def _least_jerk(share: float) -> float:
    return share**3 * (10.0 - 15.0 * share + 6.0 * share**2)
