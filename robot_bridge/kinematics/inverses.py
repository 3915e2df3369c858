"""Inverses that share a fixed number of solver steps, and go on in the next tick where they stood.

A tick has 10 ms for everything, and what a target costs the damped solver is its sender's choice: so the work
is bounded by counts, never by a clock, and the same questions give the same answers in every run. The closed
form answers at once and takes no steps.
"""

from msgspec import Struct

from robot_bridge.arms.model import ArmModel
from robot_bridge.kinematics import closed_form, damped
from robot_bridge.kinematics.planar import is_planar
from robot_bridge.kinematics.solution import Solution, Unreachable
from robot_bridge.wire.commands import PoseTarget


class Progress(Struct, frozen=True):
    """Inverses asked from one posture (rad, gripper last): what was answered, and what is being worked on."""

    start_rad: tuple[float, ...]
    answers: tuple[Solution | Unreachable, ...] = ()
    search: damped.Search | None = None

    @property
    def nearest_rad(self) -> tuple[float, ...]:
        """The best arm joints that the work has come to; the start's own when it has not begun."""
        return self.start_rad[:-1] if self.search is None else self.search.nearest_rad

    @property
    def missed(self) -> bool:
        """Whether the point was already not reached from one start."""
        return self.search is not None and bool(self.search.ended)


class Inverses:
    """Answers one tick's questions; asked again in the same order, it goes on where `progress` stands."""

    def __init__(self, model: ArmModel, progress: Progress, steps: int) -> None:
        """At most so many solver steps are taken, over all questions."""
        self._model = model
        self._progress = progress
        self._steps = steps
        self._asked = 0

    @property
    def progress(self) -> Progress:
        """Where the work stands."""
        return self._progress

    def ask(self, pose: PoseTarget) -> Solution | Unreachable | None:
        """The inverse of this pose; None when the steps do not suffice, and of every later pose then."""
        start_rad, answers = self._progress.start_rad, self._progress.answers
        if is_planar(self._model):
            return closed_form.inverse(self._model, pose, start_rad)
        self._asked += 1
        if self._asked <= len(answers):
            return answers[self._asked - 1]
        search = self._progress.search or damped.begin(self._model, pose, start_rad)
        search, self._steps = damped.go_on(self._model, search, self._steps)
        if search.answer is None:
            self._progress = Progress(start_rad, answers, search)
            return None
        self._progress = Progress(start_rad, (*answers, search.answer))
        return search.answer
