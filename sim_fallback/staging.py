"""Staging as the physics loop does it: lay the pieces out, then wait until they lie still in place."""

import math
from concurrent.futures import Future
from typing import Protocol

from sim_fallback.joints import JointReading
from sim_fallback.layout import Layout
from sim_fallback.scene import PieceTruth
from sim_fallback.staging_wire import Answer, Arrange, AskTruth, PieceIs

SETTLE_STEPS = 72
"""A third of a second at least: also long enough for the cameras to show it."""
GIVE_UP_STEPS = 720
_OFF_M = 0.006


class Stageable(Protocol):
    """What staging needs of the world."""

    layout: Layout

    def arrange(self, layout: Layout) -> str:
        """Lays the pieces out."""
        ...

    def settled(self) -> bool:
        """Whether all pieces lie still."""
        ...

    def truth(self) -> tuple[PieceTruth, ...]:
        """True poses."""
        ...

    def readings(self) -> tuple[JointReading, ...]:
        """The joints."""
        ...


class Staging:
    """At most one staging at a time, advanced once per physics step."""

    def __init__(self, world: Stageable) -> None:
        """Starts with nothing to do."""
        self._world = world
        self._answer: Future[Answer] | None = None
        self._steps = 0

    @property
    def busy(self) -> bool:
        """Whether a staging is under way."""
        return self._answer is not None

    def begin(self, request: Arrange | AskTruth, answer: "Future[Answer]") -> None:
        """Takes a request; truth is answered at once, a layout when it lies still."""
        if not isinstance(request, Arrange):
            answer.set_result(self._truth())
            return
        if reason := self._world.arrange(request.layout):
            answer.set_result(Answer(False, reason))
            return
        self._answer, self._steps = answer, 0

    def step(self) -> None:
        """Looks after each physics step whether the pieces have come to rest."""
        if self._answer is None:
            return
        self._steps += 1
        still = self._steps >= SETTLE_STEPS and self._world.settled()
        if still or self._steps >= GIVE_UP_STEPS:
            reason = self._misplaced() if still else "the pieces do not come to rest"
            self._answer.set_result(Answer(not reason, reason))
            self._answer = None

    def _misplaced(self) -> str:
        pairs = zip(self._world.layout.pieces, self._world.truth(), strict=True)
        for piece, true in pairs:
            wanted = (piece.x_m, piece.y_m, piece.z_m)
            if math.dist(wanted, true.position_m) > _OFF_M:
                return f"piece {piece.id} did not stay where it was put"
        return ""

    def _truth(self) -> Answer:
        pieces = tuple(
            PieceIs(one.piece, one.position_m, one.orientation, one.held) for one in self._world.truth()
        )
        return Answer(True, "", pieces, tuple(one.position_rad for one in self._world.readings()))
