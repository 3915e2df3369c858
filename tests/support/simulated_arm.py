"""The simulated cell as what the bridge drives in lock-step."""

from collections.abc import Sequence

import msgspec

from game.puzzle import load_puzzles
from game.table import layout
from robot_bridge.arms import ArmModel, nominal_calibration
from sim_fallback.cell import SimulatedCell
from sim_fallback.layout import Layout
from sim_fallback.pacing import STEP_HZ
from sim_fallback.servo_bus import Reply


class SimulatedArm:
    """A cell with a puzzle's pieces on the table."""

    def __init__(self, model: ArmModel, seed: int, puzzle: str = "sort_colours") -> None:
        """Powered up, at rest."""
        self.cell = SimulatedCell(model, nominal_calibration(model), seed)
        self.ticks = 0
        staged = msgspec.convert(layout(load_puzzles()[puzzle]), Layout)
        assert self.cell.arrange(staged) == ""

    def receive(self, data: bytes, now_ns: int) -> Sequence[Reply]:
        """The answers of the cell's servos."""
        return self.cell.receive(data, now_ns)

    def advance(self) -> None:
        """As many physics steps as are due."""
        self.ticks += 1
        while (self.cell.steps + 1) / STEP_HZ <= self.ticks / 100:
            self.cell.step()
