"""What the scripted player is asked to do, and what is measured: a reach and a letting go."""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from random import Random

from delay.ideal import IdealArm
from delay.page import Page
from delay.person import Device, Errand, Go, Person, place
from delay.rig import SO101, Point, Rig, Terms, Ticking
from robot_bridge.kinematics import forward

READY = forward(SO101, SO101.ready_rad)
AFTER_S = 0.6
"""What an arm takes to come to rest when the last message has reached it."""
AT_MOST_S = 60.0
JUDGED_M = 0.006
"""Where the tool counts as being there: what the fixed finger has to spare beside a piece of 30 mm."""
REACH_M = (0.12, 0.16)
BOX = ((0.16, 0.25), (-0.11, 0.11), (0.03, 0.07))


def ideal() -> Ticking:
    """A bridge that drives an arm with ideal servos."""
    return IdealArm(SO101)


@dataclass(frozen=True, slots=True)
class Reach:
    """One reach: until the arm was there for good, until the player knew; how far past the goal; strokes."""

    there_s: float
    known_s: float
    overshoot_m: float
    strokes: int


@dataclass(frozen=True, slots=True)
class Rest:
    """How far from what was on the screen at letting go the arm came to rest, and how far from the ghost."""

    from_screen_m: float
    from_ghost_m: float


def reach(
    page: Page, terms: Terms, seed: int, device: Device = "keys", bridge: Callable[[], Ticking] = ideal
) -> Reach:
    """The tool is brought to a place 12 to 16 cm away, drawn by the seed."""
    goal = _goal(seed)
    rig, person = _at_ready(Rig(bridge(), terms, page, seed), seed, Go(lambda _: goal), device)
    begin_s = rig.now_s
    finished = rig.run(lambda: person.done_s is not None, AT_MOST_S)
    rig.run(lambda: False, AFTER_S + terms.round_trip_s)
    way = [(at_s, place(pose)) for at_s, pose in rig.arm_log if at_s >= begin_s]
    away = [at_s for at_s, at in way if math.dist(at, goal) > JUDGED_M]
    known_s = person.done_s if finished and person.done_s is not None else math.inf
    there_s = math.inf if away[-1] >= way[-1][0] else away[-1]
    return Reach(there_s - begin_s, known_s - begin_s, _overshoot(way[0][1], goal, way), len(person.strokes))


def let_go(page: Page, terms: Terms, seed: int, device: Device = "keys") -> Rest:
    """One long stroke, and where it ends."""
    goal = _goal(seed)
    rig, person = _at_ready(Rig(ideal(), terms, page, seed), seed, Go(lambda _: goal), device)
    rig.run(lambda: len(person.strokes) == 1, AT_MOST_S)
    rig.player = None
    rig.run(lambda: False, AFTER_S + terms.round_trip_s)
    rest = place(rig.arm_log[-1][1])
    return Rest(math.dist(rest, person.strokes[0].shown), math.dist(rest, place(rig.ghost_log[-1][1])))


def _at_ready(rig: Rig, seed: int, errand: Errand, device: Device) -> tuple[Rig, Person]:
    """The rig when all know each other, and a person who has just begun to look."""

    def errands(_: Person) -> Iterator[Errand]:
        yield errand

    rig.run(lambda: False, rig.terms.acquainted_s)
    person = Person(seed, errands, device)
    rig.player = person
    return rig, person


def _goal(seed: int) -> Point:
    """A place in the box at the right distance from where the tool stands when the arm is ready."""
    dice = Random(seed)
    start = place(READY)
    while True:
        x, y, z = (dice.uniform(*span) for span in BOX)
        if REACH_M[0] <= math.dist((x, y, z), start) <= REACH_M[1]:
            return (x, y, z)


def _overshoot(start: Point, goal: Point, way: list[tuple[float, Point]]) -> float:
    """How far past the goal the tool went along the straight way to it."""
    length = math.dist(start, goal)
    ahead = [(b - a) / length for a, b in zip(start, goal, strict=True)]
    past = [sum((p - g) * u for p, g, u in zip(at, goal, ahead, strict=True)) for _, at in way]
    return max(0.0, *past)
