"""A piece to be taken and put into a ring, in the simulated cell's physics with its assisted grasp."""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from random import Random

import msgspec
from lock_step import LockStep
from simulated_arm import SimulatedArm

from delay.page import Page
from delay.person import Device, Errand, Go, Grip, Person
from delay.rig import SO101, Point, Rig, Screen, Terms
from game.puzzle import load_puzzles

PUZZLE = load_puzzles()["sort_colours"]
HOVER_M, GRASP_M, SET_DOWN_M = 0.085, 0.017, 0.02
LIFTED_M = 0.03
"""A piece whose middle is this high above the table is in the jaws (its middle rests at 15 mm)."""
AFTER_S, AT_MOST_S = 1.0, 90.0
TRIES = 6
_AT_READY = msgspec.structs.replace(SO101, rest_rad=SO101.ready_rad)


@dataclass(frozen=True, slots=True)
class Carry:
    """One piece: until it lay in its ring for good, until the player knew; misses and drops on the way."""

    there_s: float
    known_s: float
    missed: int
    dropped: int


@dataclass
class _Errands:
    """Takes the piece to the ring, looks after each step, and begins anew as a person does."""

    piece: int
    slot: tuple[float, float]
    missed: int = 0
    dropped: int = 0

    def __call__(self, person: Person) -> Iterator[Errand]:
        """Over it, down, shut, up; over the ring, down, open, up."""
        for _ in range(TRIES):
            yield from (Go(self._over), Go(self._at), Grip(), Go(self._raised, looks=True))
            if not self._held(person):
                self.missed += 1
                yield Grip()
                continue
            yield Go(self._above_slot, looks=True)
            if not self._held(person):
                self.dropped += 1
                yield Grip()
                continue
            yield from (Go(self._in_slot), Grip(), Go(self._above_slot, looks=True))
            if self._placed(person):
                return

    def _over(self, screen: Screen) -> Point:
        x, y, _ = screen.pieces[self.piece]
        return (x, y, HOVER_M)

    def _at(self, screen: Screen) -> Point:
        x, y, _ = screen.pieces[self.piece]
        return (x, y, GRASP_M)

    def _raised(self, screen: Screen) -> Point:
        shown = screen.ghost or screen.arm
        return (shown.x_m, shown.y_m, HOVER_M)

    def _above_slot(self, _: Screen) -> Point:
        return (*self.slot, HOVER_M)

    def _in_slot(self, _: Screen) -> Point:
        return (*self.slot, SET_DOWN_M)

    def _held(self, person: Person) -> bool:
        return person.screen is not None and person.screen.pieces[self.piece][2] > LIFTED_M

    def _placed(self, person: Person) -> bool:
        return person.screen is not None and in_slot(person.screen.pieces[self.piece], self.slot)


def in_slot(piece: Point, slot: tuple[float, float]) -> bool:
    """Whether a piece lies in a ring: its middle within the ring's radius, on the table."""
    return math.dist(piece[:2], slot) < PUZZLE.slots[0].radius_m and piece[2] < LIFTED_M


def carry(page: Page, terms: Terms, seed: int, device: Device = "keys") -> Carry:
    """Piece and ring are drawn by the seed."""
    dice = Random(seed)
    piece = dice.randrange(len(PUZZLE.start))
    goal = dice.choice(PUZZLE.goal)
    slot = PUZZLE.slot(goal.slot)
    errands = _Errands(piece, (slot.x_m, slot.y_m))
    world = SimulatedArm(_AT_READY, seed)
    log: list[tuple[float, bool]] = []

    def pieces() -> tuple[Point, ...]:
        return tuple(one.position_m for one in world.cell.truth())

    rig = Rig(LockStep(world, SO101), terms, page, seed, pieces)
    rig.run(lambda: False, terms.acquainted_s)
    begin_s = rig.now_s
    rig.player = person = Person(seed, errands, device)

    def done(finished: Callable[[], bool] = lambda: person.done_s is not None) -> bool:
        truth = world.cell.truth()[piece]
        log.append((rig.now_s, in_slot(truth.position_m, errands.slot) and not truth.held))
        return finished()

    finished = rig.run(done, AT_MOST_S)
    rig.run(lambda: done(lambda: False), AFTER_S)
    world.cell.close()
    away = [at_s for at_s, lies in log if not lies]
    there_s = math.inf if not log[-1][1] else away[-1]
    known_s = person.done_s if finished and person.done_s is not None else math.inf
    return Carry(there_s - begin_s, known_s - begin_s, errands.missed, errands.dropped)
