"""Live bars of a calibration: where each joint is in its turn, how far it was swept. Pure."""

from dataclasses import dataclass
from typing import Literal

from robot_bridge.tools.calibrating import ENOUGH, Job, State, share

Cell = Literal["empty", "swept", "here"]


@dataclass(frozen=True, slots=True)
class Bar:
    """One joint's bar: cells from the lowest to the highest step, the numbers, and whether it is enough."""

    name: str
    cells: tuple[Cell, ...]
    at: int | None
    low: int | None
    high: int | None
    share: float
    enough: bool


def bars(todo: Job, state: State, width: int) -> tuple[Bar, ...]:
    """One bar per joint, so many cells wide; a range past the turn's end is drawn at the end."""

    def cell(steps: int) -> int:
        return max(0, min(width - 1, steps * width // todo.steps_per_turn))

    found: list[Bar] = []
    for joint, travel in zip(todo.joints, state.travels, strict=True):
        cells: list[Cell] = ["empty"] * width
        if travel.low is not None and travel.high is not None:
            first, last = cell(travel.low), cell(travel.high)
            swept: list[Cell] = ["swept"] * (last + 1 - first)
            cells[first : last + 1] = swept
        if travel.at is not None:
            cells[cell(travel.at)] = "here"
        done = share(joint, travel)
        found.append(Bar(joint.name, tuple(cells), travel.at, travel.low, travel.high, done, done >= ENOUGH))
    return tuple(found)
