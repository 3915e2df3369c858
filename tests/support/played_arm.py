"""A player's page, the cell's playout and the bridge's controller in lock-step, with a link that can go dark.

The page is the web client's as far as a gap can tell: it drives while it is shown an arm that follows, and
when it is shown one that does not, its ghost goes to the arm and its hands let go for a while.
"""

import math
from collections import deque
from dataclasses import dataclass, replace

from lone_controller import PERIOD_NS, LoneController
from msgspec.structs import replace as changed

from robot_bridge.arms import ArmModel
from robot_bridge.wire.commands import Command, Enable, Hold, PoseTarget, Setpoint
from robot_bridge.wire.state import ArmState
from teleop.cell import playout
from teleop.cell.arm_view import view_of
from teleop.wire.player_in import Control, PoseVelocity

LETS_GO_NS = 200_000_000
_STILL = PoseVelocity(0.0, 0.0, 0.0, 0.0, 0.0)


@dataclass(frozen=True, slots=True)
class Page:
    """A ghost that goes along y at `speed_m_s` whenever its player drives."""

    ghost: PoseTarget
    speed_m_s: float
    shown: ArmState | None = None
    neutral_until_ns: int = 0
    sequence: int = 0

    def show(self, arm: ArmState, now_ns: int) -> "Page":
        """What the page makes of a state."""
        if arm.mode == "play":
            return replace(self, shown=arm)
        until_ns = now_ns + LETS_GO_NS
        return replace(self, shown=arm, ghost=arm.applied_pose, neutral_until_ns=until_ns)

    def step(self, now_ns: int) -> "Page":
        """One period of driving."""
        if not self.drives(now_ns):
            return self
        y_m = self.ghost.y_m + self.speed_m_s * PERIOD_NS / 1e9
        return replace(self, ghost=changed(self.ghost, y_m=y_m))

    def drives(self, now_ns: int) -> bool:
        """Whether hands move the ghost."""
        return self.shown is not None and self.shown.mode == "play" and now_ns >= self.neutral_until_ns

    def says(self, now_ns: int) -> Control:
        """The control message for now."""
        return Control(
            version=1,
            lease_epoch=1,
            sequence=self.sequence,
            client_us=now_ns // 1000,
            echo_ns=0 if self.shown is None else self.shown.now_ns,
            hold_to_run=True,
            stick=self.drives(now_ns),
            device="keyboard",
            pose=self.ghost,
            velocity=_STILL,
            seen=None,
        )


class PlayedArm:
    """One tick at a time; `dark` loses what either side sends."""

    def __init__(self, model: ArmModel, way_ticks: int, speed_m_s: float) -> None:
        """The player drives by hand; each way takes so many ticks."""
        self.arm = LoneController(model)
        self.page = Page(self.arm.told.applied_pose, speed_m_s)
        self.dark = False
        self.speeds_m_s: list[float] = []
        self._there: deque[tuple[int, Control]] = deque()
        self._back: deque[tuple[int, ArmState]] = deque()
        self._way_ns = way_ticks * PERIOD_NS
        self._commands: list[Command] = []
        self._sequence = 0
        self._state = playout.PlayoutState(view_of(model))
        self._take(playout.Allow("hand", 1))

    def let_go(self, for_ns: int) -> None:
        """The player's hands stay off for so long; the ghost stays where it is."""
        self.page = replace(self.page, neutral_until_ns=self.arm.now_ns + for_ns)

    @property
    def told(self) -> ArmState:
        """The bridge's newest state."""
        return self.arm.told

    def tick(self) -> None:
        """One period of everything."""
        before = self.told.applied_pose
        told = self.arm.tick(*self._commands)
        self._commands = []
        self.speeds_m_s.append(_apart_m(before, told.applied_pose) / (PERIOD_NS / 1e9))
        now_ns = self.arm.now_ns
        self._take(playout.ArmTold(told))
        while self._there and self._there[0][0] <= now_ns:
            self._take(playout.Heard(self._there.popleft()[1], 1.0))
        self._take(playout.Tick())
        while self._back and self._back[0][0] <= now_ns:
            self.page = self.page.show(self._back.popleft()[1], now_ns)
        self.page = replace(self.page.step(now_ns), sequence=self.page.sequence + 1)
        if not self.dark:
            self._there.append((now_ns + self._way_ns, self.page.says(now_ns)))
            self._back.append((now_ns + self._way_ns, told))

    def _take(self, event: playout.Event) -> None:
        self._state, effects = playout.step(self._state, event, self.arm.now_ns)
        for effect in effects:
            match effect:
                case playout.SendSetpoint():
                    self._sequence += 1
                    ends_ns, scale = effect.deadline_ns, effect.speed_scale
                    self._commands.append(Setpoint(1, 1, 1, self._sequence, ends_ns, effect.target, scale))
                case playout.SendEnable():
                    self._commands.append(Enable(1, 1, 1))
                case playout.SendHold():
                    self._commands.append(Hold(1, effect.reason))


def _apart_m(a: PoseTarget, b: PoseTarget) -> float:
    return math.dist((a.x_m, a.y_m, a.z_m), (b.x_m, b.y_m, b.z_m))
