"""The move that is learnt: a cube from one of the near rings into one of the far ones, judged by the game."""

from dataclasses import dataclass
from math import hypot
from random import Random

import msgspec

from game.puzzle import Place, Puzzle, load_puzzles
from game.table import facing_arm_rad, layout
from sim_fallback.layout import Layout

WHOLE = load_puzzles()["sort_colours"]
PIECE = "red"
STARTS = ("near_left", "near_middle", "near_right")
GOALS = ("far_left", "far_middle", "far_right")
OFF_M, OFF_RAD = 0.012, 0.05
"""How far off its ring's middle and how much turned the cube lies at the start, at most and typically."""
LIMIT_S = 25.0


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


def drawn(seed: int) -> Task:
    """The task of a seed: rings in turn, so that many seeds hold all pairs, and the cube's lie drawn."""
    dice = Random(seed)
    start, goal = STARTS[seed % 3], GOALS[seed // 3 % 3]
    puzzle = msgspec.structs.replace(
        WHOLE,
        id="one_move",
        time_limit_s=LIMIT_S,
        par_s=10.0,
        par_moves=1,
        pieces=(WHOLE.piece(PIECE),),
        start=(Place(PIECE, start),),
        goal=(Place(PIECE, goal),),
    )
    staged = msgspec.convert(layout(puzzle), Layout)
    cube, slot = staged.pieces[0], WHOLE.slot(goal)
    off_x, off_y = OFF_M, OFF_M
    while hypot(off_x, off_y) > OFF_M:
        off_x, off_y = dice.uniform(-OFF_M, OFF_M), dice.uniform(-OFF_M, OFF_M)
    x_m, y_m = cube.x_m + off_x, cube.y_m + off_y
    lying = msgspec.structs.replace(
        cube, x_m=x_m, y_m=y_m, yaw_rad=facing_arm_rad(x_m, y_m) + dice.gauss(0.0, OFF_RAD)
    )
    return Task(seed, puzzle, msgspec.structs.replace(staged, pieces=(lying,)), (slot.x_m, slot.y_m))
