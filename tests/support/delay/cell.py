"""What stands between the link and the bridge: the cell's own gates and playout, or the naive kind of cell.

Both are told of what arrives and of the arm, and answer `take()`: the commands for the bridge's next tick.
"""

from typing import Protocol

import msgspec

from robot_bridge.wire.commands import Command, Enable, Hold, Setpoint, ToolVelocity
from robot_bridge.wire.state import ArmState, told
from teleop import clock
from teleop.cell import gates, playout
from teleop.cell.arm_view import ArmView
from teleop.wire.player_in import Control, Ping, PoseVelocity
from teleop.wire.player_out import Pong, State

EPOCH = 1
NAIVE_IN_FORCE_NS = 100_000_000


class Wish(msgspec.Struct, frozen=True):
    """What a page of the naive kind sends: how fast the hands want the tool to be, right now."""

    sequence: int
    velocity: PoseVelocity
    gripper: float


class Cell(Protocol):
    """The cell's side of the link."""

    def hear(self, message: Control | Wish, now_ns: int) -> None:
        """Takes what came over the link."""
        ...

    def ping(self, ping: Ping, now_ns: int) -> Pong:
        """Answers a clock sample."""
        ...

    def see(self, arm: ArmState, now_ns: int) -> None:
        """Takes the bridge's newest state."""
        ...

    def tick(self, now_ns: int) -> None:
        """Fifty times a second."""
        ...

    def take(self) -> tuple[Command, ...]:
        """The commands since the last time."""
        ...


class GatedCell:
    """The cell as it is: every message passes the gates, and playout makes setpoints of the newest."""

    def __init__(self, view: ArmView, captures: dict[int, int]) -> None:
        """The player may drive by hand at once; `captures` are capture times (ns) by picture number."""
        self._captures = captures
        self._clock = clock.ClockState()
        self._gate = gates.open_for(EPOCH)
        self._playout, _ = playout.step(playout.PlayoutState(view), playout.Allow("hand", EPOCH), 0)
        self._commands: list[Command] = []
        self.refusals: dict[str, int] = {}

    def hear(self, message: Control | Wish, now_ns: int) -> None:
        """Judges a control message, and plays out what it asks."""
        assert isinstance(message, Control)
        seen = None if message.seen is None else self._captures.get(message.seen.rtp_timestamp)
        newest = next(reversed(self._captures.values()), None)
        sight = gates.Sight(now_ns, clock.estimate(self._clock, now_ns), seen, newest)
        self._gate, verdict = gates.admit(self._gate, message, sight)
        if isinstance(verdict, gates.Admitted):
            self._step(playout.Heard(message, verdict.speed_scale), now_ns)
            return
        self.refusals[verdict.reason] = self.refusals.get(verdict.reason, 0) + 1
        if verdict.hold is not None:
            self._step(playout.Denied(verdict.hold), now_ns)

    def ping(self, ping: Ping, now_ns: int) -> Pong:
        """Answers at once, and learns from the ping."""
        seen = (ping.pong_cell_ns, ping.pong_received_us * 1000) if ping.pong_cell_ns else None
        self._clock = clock.on_ping(self._clock, ping.client_us * 1000, now_ns, seen)
        return Pong(1, ping.client_us, now_ns, None, None, None)

    def see(self, arm: ArmState, now_ns: int) -> None:
        """Tells playout of the arm."""
        self._step(playout.ArmTold(arm), now_ns)

    def tick(self, now_ns: int) -> None:
        """Lets playout notice silence."""
        self._step(playout.Tick(), now_ns)

    def take(self) -> tuple[Command, ...]:
        """What playout has asked of the bridge."""
        taken, self._commands = tuple(self._commands), []
        return taken

    def _step(self, event: playout.Event, now_ns: int) -> None:
        self._playout, effects = playout.step(self._playout, event, now_ns)
        arm = self._playout.arm
        generation = 0 if arm is None else arm.stop_generation
        for effect in effects:
            match effect:
                case playout.SendSetpoint():
                    told = (effect.deadline_ns, effect.target, effect.speed_scale)
                    self._commands.append(Setpoint(1, EPOCH, generation, effect.control_sequence, *told))
                case playout.SendEnable():
                    self._commands.append(Enable(1, EPOCH, generation))
                case playout.SendHold():
                    self._commands.append(Hold(1, effect.reason))


class NaiveCell:
    """Hands every speed on that comes: newest wins, and each is in force until the next or 100 ms."""

    def __init__(self) -> None:
        """Nothing was heard."""
        self._newest = -1
        self._arm: ArmState | None = None
        self._commands: list[Command] = []

    def hear(self, message: Control | Wish, now_ns: int) -> None:
        """Makes the wish a setpoint, or asks the bridge to follow when it does not."""
        assert isinstance(message, Wish)
        if message.sequence <= self._newest or self._arm is None:
            return
        self._newest = message.sequence
        if self._arm.mode != "play":
            self._commands.append(Enable(1, EPOCH, self._arm.stop_generation))
            return
        v = message.velocity
        wish = ToolVelocity(v.x_m_s, v.y_m_s, v.z_m_s, v.pitch_rad_s, v.roll_rad_s, message.gripper)
        until_ns = now_ns + NAIVE_IN_FORCE_NS
        self._commands.append(Setpoint(1, EPOCH, self._arm.stop_generation, message.sequence, until_ns, wish))

    def ping(self, ping: Ping, now_ns: int) -> Pong:
        """Answers at once."""
        return Pong(1, ping.client_us, now_ns, None, None, None)

    def see(self, arm: ArmState, now_ns: int) -> None:
        """Keeps the newest state."""
        self._arm = arm

    def tick(self, now_ns: int) -> None:
        """Does nothing of its own."""

    def take(self) -> tuple[Command, ...]:
        """The speeds since the last time."""
        taken, self._commands = tuple(self._commands), []
        return taken


def state_for_page(arm: ArmState) -> State:
    """The arm as the page is told of it."""
    return State(
        version=1,
        now_ns=arm.now_ns,
        mode=arm.mode,
        cause=arm.cause,
        stop_id=arm.stop_id,
        stop_generation=arm.stop_generation,
        applied_sequence=arm.applied_sequence,
        measured_rad=tuple(joint.position_rad for joint in arm.joints),
        applied_rad=arm.applied_rad,
        measured_pose=arm.measured_pose,
        applied_pose=arm.applied_pose,
        limits=arm.limits,
        speed_scale=arm.speed_scale,
        loads=tuple(joint.load for joint in arm.joints),
        temperatures_c=told(joint.temperature_c for joint in arm.joints),
        voltages_v=told(joint.voltage_v for joint in arm.joints),
        move_id=None,
        bus_ok=arm.bus_ok,
        posture=arm.posture,
    )
