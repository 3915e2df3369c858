"""The scripted player: what he does with what he sees. One law and one set of numbers for every condition.

He moves in strokes, as people do under delay and without (Woodworth 1899; Ferrell 1965, "move and wait"): he
looks, reacts, makes one ballistic stroke as long as he believes it must be, waits until what he looks at
stands still again, and corrects, until it is within his tolerance. He looks at the ghost if there is one,
else at the arm in the picture. How long his hands take to show he learns by himself: the time from his last
stroke's start to the first motion that he saw. Before it has passed, what stands still may yet move.
"""

import math
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from random import Random
from typing import Literal

from delay.page import Pad
from delay.rig import CAMERA, Hands, Point, Screen
from robot_bridge.wire.commands import PoseTarget
from sim_fallback.camera.pinhole import CAMERAS

Device = Literal["keys", "stick"]
Phase = Literal["look", "react", "stroke", "settle", "compare", "grip"]
FULL_M_S, FINE_SHARE = 0.15, 0.3
"""What a practised player knows of the page: its speed, and that of the fine key."""
RAMP_S = 0.027
"""What a stroke at full speed loses to starting and gains after letting go, as time."""
DEAD_ZONE, CURVE = 0.15, 1.6
KEYS = (("KeyD", "KeyA"), ("KeyW", "KeyS"), ("KeyE", "KeyQ"))
FINE_KEY = "ShiftLeft"
_REMEMBERED_S = 0.12


@dataclass(frozen=True, slots=True)
class Habits:
    """A person in numbers; the sources are in docs/delay.md.

    `glance_sd_m` is half a pixel of the overview picture; `fine_below_m` is from where the fine key is held.
    """

    reaction_s: float = 0.23
    reaction_sd_s: float = 0.03
    glance_sd_m: float = 0.0005
    stroke_cv: float = 0.06
    release_sd_s: float = 0.015
    shortest_press_s: float = 0.05
    fine_below_m: float = 0.025
    tolerance_m: float = 0.003
    moved_m: float = 0.0015
    still_m_s: float = 0.006
    together_m: float = 0.005
    patience_s: float = 1.5


HABITS = Habits()


@dataclass(frozen=True, slots=True)
class Go:
    """Bring the tool to a place; only the axes named count; `looks`: then see what is in the picture."""

    goal: Callable[[Screen], Point]
    axes: tuple[int, ...] = (0, 1, 2)
    looks: bool = False


@dataclass(frozen=True, slots=True)
class Grip:
    """Press the gripper's key and wait until the jaws looked at, the ghost's if there is one, stand again."""


Errand = Go | Grip


@dataclass(frozen=True, slots=True)
class LetGo:
    """One stroke's end: when, and where what the player looked at was on the screen just then."""

    at_s: float
    shown: Point


def place(pose: PoseTarget) -> Point:
    """Where the tool is."""
    return (pose.x_m, pose.y_m, pose.z_m)


def _view_axes() -> tuple[Point, Point, Point]:
    """Right and away on the table as the camera sees it, and up: what the keys mean."""
    rotation = CAMERAS[CAMERA].rotation
    right, ahead = math.hypot(rotation[0], rotation[1]), math.hypot(rotation[6], rotation[7])
    return (
        (rotation[0] / right, rotation[1] / right, 0.0),
        (rotation[6] / ahead, rotation[7] / ahead, 0.0),
        (0.0, 0.0, 1.0),
    )


AXES = _view_axes()


class Person:
    """One person at one page; `errands` is asked for the next errand whenever one is done."""

    def __init__(
        self, seed: int, errands: Callable[["Person"], Iterator[Errand]], device: Device = "keys"
    ) -> None:
        """Begins to look at the first frame."""
        self.screen: Screen | None = None
        self.done_s: float | None = None
        self.strokes: list[LetGo] = []
        self._dice, self._device = Random(seed), device
        self._errands = errands(self)
        self._errand: Errand | None = None
        self._phase: Phase = "look"
        self._since_s = 0.0
        self._react_at_s = 0.0
        self._plan: tuple[tuple[float, Hands], ...] | None = None
        self._seen: deque[tuple[float, Point, float]] = deque()
        self._arm_seen: deque[tuple[float, Point]] = deque()
        self._lag_s: float | None = None
        self._stroke_from: tuple[float, Point] | None = None
        self._jaws_moved = False

    def act(self, screen: Screen, now_s: float) -> Hands:
        """The hands of this frame."""
        first = self.screen is None
        self.screen = screen
        self._watch(screen, now_s)
        if first:
            self._next(now_s)
        match self._phase:
            case "look":
                self._look(screen, now_s)
            case "react" if now_s >= self._react_at_s:
                return self._begin(screen, now_s)
            case "stroke":
                return self._stroke(now_s)
            case "settle":
                self._settle(now_s)
            case "compare":
                self._compare(screen, now_s)
            case "grip":
                self._watch_jaws(now_s)
        return Hands()

    def _watch(self, screen: Screen, now_s: float) -> None:
        looked_at = screen.ghost or screen.arm
        at = place(looked_at)
        self._seen.append((now_s, at, looked_at.gripper))
        self._arm_seen.append((now_s, place(screen.arm)))
        for seen in (self._seen, self._arm_seen):
            while seen[0][0] < now_s - _REMEMBERED_S:
                seen.popleft()
        if self._stroke_from is not None and math.dist(at, self._stroke_from[1]) > HABITS.moved_m:
            self._lag_s, self._stroke_from = now_s - self._stroke_from[0], None

    def _turn_to(self, phase: Phase, now_s: float) -> None:
        self._phase, self._since_s = phase, now_s

    def _react(self, plan: tuple[tuple[float, Hands], ...] | None, now_s: float) -> None:
        """Nothing is done before the reaction time has passed."""
        self._plan = plan
        self._react_at_s = now_s + max(0.12, self._dice.gauss(HABITS.reaction_s, HABITS.reaction_sd_s))
        self._turn_to("react", now_s)

    def _next(self, now_s: float) -> None:
        self._errand = next(self._errands, None)
        if self._errand is None and self.done_s is None:
            self.done_s = now_s
        self._turn_to("look", now_s)

    def _look(self, screen: Screen, now_s: float) -> None:
        """Sees how far it is, and decides: a stroke, or that it is there."""
        match self._errand:
            case Grip():
                self._react((), now_s)
            case Go() as errand:
                error = self._error(errand, place(screen.ghost or screen.arm), screen)
                there = math.hypot(*error) <= HABITS.tolerance_m
                self._react(None if there else self._planned(error), now_s)

    def _error(self, errand: Go, at: Point, screen: Screen) -> Point:
        """The way that is left, as right, away and up, with the error of one glance."""
        goal = errand.goal(screen)
        left = [
            goal[axis] - at[axis] + self._dice.gauss(0.0, HABITS.glance_sd_m) if axis in errand.axes else 0.0
            for axis in range(3)
        ]
        right, away, up = (sum(a * b for a, b in zip(way, left, strict=True)) for way in AXES)
        return (right, away, up)

    def _begin(self, screen: Screen, now_s: float) -> Hands:
        """The hands start, or go on to the next errand."""
        plan = self._plan
        if isinstance(self._errand, Grip):
            self._turn_to("grip", now_s)
            return Hands(gripper=True)
        if plan is None:
            self._turn_to("compare", now_s)
            return Hands()
        self._stroke_from = (now_s, place(screen.ghost or screen.arm))
        self._turn_to("stroke", now_s)
        return self._stroke(now_s)

    def _stroke(self, now_s: float) -> Hands:
        elapsed = now_s - self._since_s
        for until, hands in self._plan or ():
            if elapsed < until:
                return hands
        self.strokes.append(LetGo(now_s, self._seen[-1][1]))
        self._turn_to("settle", now_s)
        return Hands()

    def _settle(self, now_s: float) -> None:
        """Waits until what the hands did has been seen to begin and to end."""
        waited = now_s - self._since_s
        if waited < _REMEMBERED_S or _speed(self._seen) > HABITS.still_m_s:
            return
        unseen_s = 0.0 if self._stroke_from is None else _REMEMBERED_S
        lag_s = HABITS.patience_s if self._lag_s is None else self._lag_s + unseen_s
        if waited >= min(lag_s, HABITS.patience_s):
            self._stroke_from = None
            self._turn_to("look", now_s)

    def _compare(self, screen: Screen, now_s: float) -> None:
        """With a ghost: waits for its mark that the arm has come, or until the arm in the picture has."""
        if not isinstance(self._errand, Go):
            return
        waited, still = now_s - self._since_s, _speed(self._arm_seen) <= HABITS.still_m_s
        told = screen.arrived and not self._errand.looks
        if screen.ghost is None or told or (still and self._together(screen.ghost, screen.arm)):
            self._next(now_s)
        elif still and waited > HABITS.patience_s:
            error = self._error(self._errand, place(screen.arm), screen)
            self._react(self._planned(error), now_s)

    def _together(self, ghost: PoseTarget, arm: PoseTarget) -> bool:
        return math.dist(place(ghost), place(arm)) <= HABITS.together_m

    def _watch_jaws(self, now_s: float) -> None:
        waited, jaws = now_s - self._since_s, [jaw for _, _, jaw in self._seen]
        moving = max(jaws) - min(jaws) > 0.01
        if moving:
            self._jaws_moved = True
        if (self._jaws_moved and not moving) or waited > 2 * HABITS.patience_s:
            self._jaws_moved = False
            self._next(now_s)

    def _planned(self, error: Point) -> tuple[tuple[float, Hands], ...]:
        """The stroke that should make up for the error: until which time since its start which hands."""
        fine = math.hypot(*error) < HABITS.fine_below_m
        plan = _by_keys(error, fine) if self._device == "keys" else _by_stick(error, fine)
        ends, elapsed = [], 0.0
        for span, hands in plan:
            gain = 1.0 + self._dice.gauss(0.0, HABITS.stroke_cv)
            elapsed += max(0.0, span * gain + self._dice.gauss(0.0, HABITS.release_sd_s))
            ends.append((max(elapsed, HABITS.shortest_press_s), hands))
        return tuple(ends)


def _speed(seen: deque[tuple[float, Point]] | deque[tuple[float, Point, float]]) -> float:
    """How fast the thing looked at has moved since the oldest moment remembered, m/s."""
    (first_s, first, *_), (last_s, last, *_) = seen[0], seen[-1]
    return math.dist(first, last) / (last_s - first_s) if last_s > first_s else 0.0


def _by_keys(error: Point, fine: bool) -> list[tuple[float, Hands]]:
    """All keys that are needed at once, each let go when its axis is done; diagonals are no faster."""
    speed = FULL_M_S * (FINE_SHARE if fine else 1.0)
    least = HABITS.tolerance_m / 3
    left = {
        pair[0 if part > 0 else 1]: abs(part)
        for pair, part in zip(KEYS, error, strict=True)
        if abs(part) > least
    }
    plan: list[tuple[float, Hands]] = []
    ramp = RAMP_S * (FINE_SHARE if fine else 1.0)
    while left:
        each = speed / math.sqrt(len(left))
        shortest = min(left.values())
        keys = (*left, FINE_KEY) if fine else tuple(left)
        plan.append((shortest / each + ramp, Hands(keys)))
        ramp = 0.0
        left = {key: way - shortest for key, way in left.items() if way - shortest > least}
    return plan


def _by_stick(error: Point, fine: bool) -> list[tuple[float, Hands]]:
    """One push of both sticks in the direction of the error."""
    size, gain = math.hypot(*error), FINE_SHARE if fine else 1.0
    right, away, up = (gain * part / size for part in error)
    table = _pushed(math.hypot(right, away))
    flat = math.hypot(right, away) or 1.0
    axes = (table * right / flat, -table * away / flat, 0.0, -math.copysign(_pushed(abs(up)), up))
    return [(size / (gain * FULL_M_S) + RAMP_S * gain, Hands(pad=Pad(axes)))]


def _pushed(speed: float) -> float:
    """How far a stick is pushed for this share of the full speed."""
    return DEAD_ZONE + (1.0 - DEAD_ZONE) * speed ** (1.0 / CURVE) if speed > 0.0 else 0.0
