"""One arm's controller in play with an ideal servo for each joint: no bus, no clock, one tick at a time."""

from robot_bridge.arms import ArmModel
from robot_bridge.buses.reading import BusReading, JointSample
from robot_bridge.controller import Controller, Inputs
from robot_bridge.trajectory import Motion, still
from robot_bridge.wire.commands import Command, Enable, Reset
from robot_bridge.wire.state import ArmState

PERIOD_NS = 10_000_000
EPOCH = GENERATION = 1


class LoneController:
    """Goals are not rounded to a servo's steps, so that their differences are the motion's own."""

    def __init__(self, model: ArmModel) -> None:
        """The arm stands ready and in play."""
        self.model = model
        self.now_ns = PERIOD_NS
        self._controller = Controller(model, lambda posture: posture, PERIOD_NS / 1e9)
        self._state = self._controller.boot("boot-1", GENERATION, self.now_ns)
        self._at = model.ready_rad
        self.tick()
        self.told = self.tick(Reset(1, "boot-1"), Enable(1, EPOCH, GENERATION))

    @property
    def motion(self) -> Motion:
        """What the joints are told to do now."""
        return self._state.motion or still(self._at)

    @property
    def playing(self) -> bool:
        """Whether the motion follows setpoints rather than making a controlled stop."""
        return self._state.following

    def tick(self, *commands: Command) -> ArmState:
        """One period, and what the bridge would say of it."""
        self.now_ns += PERIOD_NS
        samples = tuple(JointSample(at, 0.0, 0.0, None, None, "none", 0, self.now_ns) for at in self._at)
        reading = BusReading("ready", samples, self.model.ready_rad, "none")
        tick = self._controller.tick(self._state, Inputs(commands, reading), self.now_ns)
        self._state, self.told = tick.state, tick.arm_state
        if tick.goals is not None:
            self._at = tick.goals.positions_rad
        return tick.arm_state
