"""The assisted grasp as a state machine: two-jaw contact holds a piece, opening the jaws lets it go.

free -> held when both pads touch the same piece from opposite sides while the jaw is being shut;
held -> leaving when the jaw has opened past the angle of the grasp, or its motor lets go;
leaving -> free when the piece is clear of both pads, so that a parting jaw never drags it along;
leaving -> held when the jaw shuts on it again.
A held piece and a leaving piece do not collide with the arm.
"""

from dataclasses import dataclass
from typing import Literal

OPENED_RAD = 0.03
"""How far the jaw opens past the angle of the grasp before the piece is let go (2 mm at the pad)."""


@dataclass(frozen=True, slots=True)
class GraspState:
    """Which piece is held or just leaving, and the jaw angle at which it was grasped."""

    phase: Literal["free", "held", "leaving"] = "free"
    piece: int | None = None
    jaw_rad: float = 0.0


@dataclass(frozen=True, slots=True)
class Touch:
    """What the jaws feel: piece between both pads, if any; `clear` is true when `piece` touches no pad."""

    between: int | None
    clear: bool
    jaw_rad: float
    shutting: bool
    motor_on: bool


@dataclass(frozen=True, slots=True)
class Hold:
    """Effect: fix this piece to the gripper and let it pass through the arm."""

    piece: int


@dataclass(frozen=True, slots=True)
class LetGo:
    """Effect: remove the fixture; the piece still passes through the arm until it is clear."""

    piece: int


@dataclass(frozen=True, slots=True)
class Collide:
    """Effect: this piece and the arm collide again."""

    piece: int


Effect = Hold | LetGo | Collide
Next = tuple[GraspState, tuple[Effect, ...]]


def step(state: GraspState, touch: Touch) -> Next:
    """One physics step of the grasp."""
    if state.phase == "held" and state.piece is not None:
        return _while_held(state, state.piece, touch)
    if state.phase == "leaving" and state.piece is not None:
        return _while_leaving(state, state.piece, touch)
    if touch.between is not None and touch.shutting:
        return GraspState("held", touch.between, touch.jaw_rad), (Hold(touch.between),)
    return state, ()


def _while_held(state: GraspState, piece: int, touch: Touch) -> Next:
    if touch.motor_on and touch.jaw_rad <= state.jaw_rad + OPENED_RAD:
        return state, ()
    return GraspState("leaving", piece, state.jaw_rad), (LetGo(piece),)


def _while_leaving(state: GraspState, piece: int, touch: Touch) -> Next:
    if touch.between == piece and touch.shutting:
        return GraspState("held", piece, touch.jaw_rad), (Hold(piece),)
    if touch.clear:
        return GraspState(), (Collide(piece),)
    return state, ()
