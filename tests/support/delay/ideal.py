"""An arm whose servos are where they were told to be a tick ago: the bridge's controller without a bus.

For many runs: it costs less than half of what the emulated bus does; a test compares the two.
"""

from lock_step import TICK_NS, TICK_S

from robot_bridge.arms import ArmModel, nominal_calibration
from robot_bridge.buses.reading import BusReading, JointSample
from robot_bridge.buses.servo_angles import ServoAngles
from robot_bridge.controller import Controller, Inputs
from robot_bridge.wire.commands import Command
from robot_bridge.wire.state import ArmState

SUPPLY_V, WARMTH_C = 7.4, 30.0


class IdealArm:
    """One tick at a time, as `LockStep` does."""

    def __init__(self, model: ArmModel) -> None:
        """At the arm's ready posture, latched."""
        self._angles = ServoAngles(model, nominal_calibration(model))
        self._controller = Controller(model, self._angles.quantised, TICK_S)
        self._held = self._at = self._angles.quantised(model.ready_rad)
        self._now_ns = 0
        self._state = self._controller.boot("boot-1", 1, 0)

    def tick(self, *commands: Command) -> ArmState:
        """One period, and what the bridge says of it."""
        self._now_ns += TICK_NS
        samples = tuple(
            JointSample(angle, 0.0, 0.0, SUPPLY_V, WARMTH_C, "none", 0, self._now_ns) for angle in self._at
        )
        reading = BusReading("ready", samples, self._held, "none")
        tick = self._controller.tick(self._state, Inputs(commands, reading), self._now_ns)
        self._state = tick.state
        if tick.goals is not None:
            self._at = self._angles.quantised(tick.goals.positions_rad)
        return tick.arm_state
