"""The move that is learnt: a cube from a slow turntable into one of the far rings, judged by the game.

The turntable is a disc around the arm's foot. It carries the cube to the left until a rail stops it, so that
the cube has to be taken where it will be, not where it was.
"""

from dataclasses import dataclass
from math import atan2, cos, hypot, sin
from random import Random

import msgspec

from game.puzzle import Place, Puzzle, load_puzzles
from game.table import facing_arm_rad, layout
from sim_fallback.layout import Layout

WHOLE = load_puzzles()["sort_colours"]
PIECE = "red"
START = "near_right"
GOALS = ("far_left", "far_middle", "far_right")
OFF_RAD = 0.05
"""How much turned the cube lies at the start, typically."""
FOOT_X_M, DISC_M, TURNS_RAD_S, RAIL_RAD = 0.0388, 0.195, 0.35, 1.05
"""Where the disc's middle is, how far it reaches, how fast it turns, and at which angle its rail is."""
AROUND_M, FROM_RAD = (0.140, 0.165), (-0.95, -0.35)
"""Where on the disc the cube lies at the start: how far from its middle, and at which angle."""
LIMIT_S = 20.0


@dataclass(frozen=True, slots=True)
class Task:
    """One turn: the puzzle of this one move, and where the cube lies when it begins."""

    seed: int
    puzzle: Puzzle
    layout: Layout
    goal: tuple[float, float]

    @property
    def start(self) -> tuple[float, float]:
        """The cube's place at the start, in m."""
        return (self.layout.pieces[0].x_m, self.layout.pieces[0].y_m)


def on_disc(around_m: float, angle_rad: float) -> tuple[float, float]:
    """A place on the table by its distance and angle from the disc's middle."""
    return (FOOT_X_M + around_m * cos(angle_rad), around_m * sin(angle_rad))


def turned(x_m: float, y_m: float, seconds: float) -> tuple[float, float]:
    """Where the disc will have carried what lies here; what lies beside the disc, or at the rail, stays."""
    around_m, angle_rad = hypot(x_m - FOOT_X_M, y_m), atan2(y_m, x_m - FOOT_X_M)
    if around_m > DISC_M or angle_rad >= RAIL_RAD:
        return (x_m, y_m)
    return on_disc(around_m, min(RAIL_RAD, angle_rad + TURNS_RAD_S * seconds))


def drawn(seed: int) -> Task:
    """The task of a seed: rings in turn, and where the cube lies on the turntable drawn."""
    dice = Random(seed)
    goal = GOALS[seed % 3]
    puzzle = msgspec.structs.replace(
        WHOLE,
        id="one_move",
        time_limit_s=LIMIT_S,
        par_s=10.0,
        par_moves=1,
        pieces=(WHOLE.piece(PIECE),),
        start=(Place(PIECE, START),),
        goal=(Place(PIECE, goal),),
    )
    staged = msgspec.convert(layout(puzzle), Layout)
    cube, slot = staged.pieces[0], WHOLE.slot(goal)
    x_m, y_m = on_disc(dice.uniform(*AROUND_M), dice.uniform(*FROM_RAD))
    lying = msgspec.structs.replace(
        cube, x_m=x_m, y_m=y_m, yaw_rad=facing_arm_rad(x_m, y_m) + dice.gauss(0.0, OFF_RAD)
    )
    return Task(seed, puzzle, msgspec.structs.replace(staged, pieces=(lying,)), (slot.x_m, slot.y_m))
