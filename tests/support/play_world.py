"""A player, a cell and a bridge in simulated time, so that any part can be cut at any moment.

The player's ghost sweeps the workspace; control messages go to the cell's playout, its setpoints to the
bridge's controller, and the arm is where the goals were the tick before. Everything but the links' delays
is the real code; a copy of a world is another world.
"""

import copy
import math
from dataclasses import dataclass, field
from random import Random

from robot_bridge.arms import load_arm, nominal_calibration
from robot_bridge.buses.reading import BusReading, JointSample, Posture, absent
from robot_bridge.buses.servo_angles import ServoAngles
from robot_bridge.controller import Controller, ControllerState, Inputs, Tick
from robot_bridge.wire.commands import Command, Enable, Hold, PoseTarget, Reset, Setpoint, Stop
from robot_bridge.wire.state import ArmState
from teleop.cell import playout
from teleop.cell.arm_view import view_of
from teleop.wire.player_in import Control, PoseVelocity

MS = 1_000_000
PERIOD_NS = 10 * MS
CONTROL_NS = 16_666_667
CELL_TICK_NS = 20 * MS
LINK_NS = 5 * MS  # the slowest way from page to cell
SOCKET_NS = 1 * MS  # the slowest way from cell to bridge
LATE_NS = 5 * MS  # the latest tick of the bridge
SO101 = load_arm("so101")
ANGLES = ServoAngles(SO101, nominal_calibration(SO101))
CONTROLLER = Controller(SO101, ANGLES.quantised, PERIOD_NS / 1e9)
VIEW = view_of(SO101)
STILL = PoseVelocity(0.0, 0.0, 0.0, 0.0, 0.0)
NEVER_NS = 2**62
SILENT_SERVO = 2


@dataclass
class World:
    """Everything at one moment; the `cut` fields say since when a part is dead."""

    random: Random
    bridge: ControllerState
    cell: playout.PlayoutState
    at_rad: Posture
    held_rad: Posture
    way: tuple[PoseTarget, ...]
    now_ns: int = 0
    due_ns: int = 0
    page_ns: int = 0
    cell_ns: int = 0
    sequence: int = 0
    steering: bool = False
    told: ArmState | None = None
    to_cell: tuple[tuple[int, Control], ...] = ()
    to_bridge: tuple[tuple[int, Command], ...] = ()
    sent: tuple[Command, ...] = ()
    page_cut_ns: int = NEVER_NS
    link_cut_ns: int = NEVER_NS
    cell_cut_ns: int = NEVER_NS
    servo_cut_ns: int = NEVER_NS
    bus_cut_ns: int = NEVER_NS
    heat_ns: int = NEVER_NS
    let_go_ns: int = NEVER_NS
    replaying: bool = False
    seen_ns: tuple[int, ...] = field(default=(0,) * 6)

    def branch(self, seed: int) -> "World":
        """A world that is like this one and goes its own way from here."""
        other = copy.copy(self)
        other.random = Random(seed)
        return other

    @property
    def moving(self) -> bool:
        """Whether the bridge commands any speed."""
        motion = self.bridge.motion
        return motion is not None and any(motion.velocities_rad_s)

    def order(self, command: Command, at_ns: int) -> None:
        """Sends the bridge a command from somewhere."""
        self.to_bridge = (*self.to_bridge, (at_ns, command))

    def tick(self) -> Tick:
        """The bridge's next tick, and all that page and cell do before it."""
        self.due_ns += PERIOD_NS
        until_ns = max(self.now_ns + 1, self.due_ns + self.random.randrange(LATE_NS))
        self._page(until_ns)
        self._cell(until_ns)
        self.now_ns = until_ns
        arrived = tuple(command for at_ns, command in self.to_bridge if at_ns <= until_ns)
        self.to_bridge = tuple(entry for entry in self.to_bridge if entry[0] > until_ns)
        again = self.sent[-20:] if self.replaying else ()
        self.sent = (*self.sent, *arrived)[-20:]
        tick = CONTROLLER.tick(self.bridge, Inputs((*arrived, *again), self._reading()), until_ns)
        self.bridge, self.told = tick.state, tick.arm_state
        if tick.goals is not None:
            self.at_rad = ANGLES.quantised(tick.goals.positions_rad)
        return tick

    def _page(self, until_ns: int) -> None:
        while self.page_ns + CONTROL_NS <= until_ns:
            self.page_ns += CONTROL_NS
            at_ns = self.page_ns
            if at_ns >= self.page_cut_ns:
                continue
            self.sequence += 1
            holds = at_ns < self.let_go_ns
            pose = self.way[(self.sequence // 30) % len(self.way)]
            if not self.steering and self.told is not None:
                pose = self.told.applied_pose
            control = Control(
                1, 1, self.sequence, at_ns // 1000, at_ns, holds, self.steering, "keyboard", pose, STILL, None
            )
            self.to_cell = (*self.to_cell, (at_ns + self.random.randrange(LINK_NS), control))

    def _cell(self, until_ns: int) -> None:
        """What the cell hears and does, in the order of time; a cut link loses what is on its way."""
        events: list[tuple[int, playout.Event]] = []
        for at_ns, control in self.to_cell:
            if at_ns <= until_ns and at_ns < self.link_cut_ns:
                event = playout.Heard(control, 1.0) if control.hold_to_run else None
                events.append((at_ns, event or playout.Denied("hold_to_run_lost")))
        self.to_cell = tuple(entry for entry in self.to_cell if entry[0] > until_ns)
        while self.cell_ns + CELL_TICK_NS <= until_ns:
            self.cell_ns += CELL_TICK_NS
            events.append((self.cell_ns, playout.Tick()))
        if self.told is not None:
            events.append((self.now_ns + 1, playout.ArmTold(self.told)))
        for at_ns, event in sorted(events, key=lambda entry: entry[0]):
            if at_ns < self.cell_cut_ns:
                self.cell, effects = playout.step(self.cell, event, at_ns)
                for effect in effects:
                    self._send(effect, at_ns)

    def _send(self, effect: playout.Effect, at_ns: int) -> None:
        generation = 0 if self.told is None else self.told.stop_generation
        command: Command
        match effect:
            case playout.SendSetpoint():
                self.sequence += 1
                command = Setpoint(
                    1, 1, generation, self.sequence, effect.deadline_ns, effect.target, effect.speed_scale
                )
            case playout.SendEnable():
                command = Enable(1, 1, generation)
            case playout.SendHold():
                command = Hold(1, effect.reason)
            case _:
                return
        self.order(command, at_ns + self.random.randrange(SOCKET_NS))

    def _reading(self) -> BusReading:
        if self.now_ns >= self.bus_cut_ns:
            return absent(6)
        celsius = 30.0 if self.now_ns < self.heat_ns else 80.0
        dead = SILENT_SERVO if self.now_ns >= self.servo_cut_ns else -1
        self.seen_ns = tuple(
            before if joint == dead else self.now_ns for joint, before in enumerate(self.seen_ns)
        )
        samples = tuple(
            JointSample(at, 0.0, 0.0, 7.4, celsius, "none", 0, stamp_ns)
            for at, stamp_ns in zip(self.at_rad, self.seen_ns, strict=True)
        )
        return BusReading("ready", samples, self.held_rad, "none")


def playing(seed: int) -> World:
    """A world in which the player sweeps through six places of the workspace, at a phase of its own."""
    random = Random(seed)
    space = SO101.workspace
    way = tuple(
        PoseTarget(
            random.uniform(*space.x_m),
            random.uniform(*space.y_m),
            random.uniform(*space.z_m),
            random.uniform(-1.6, -0.8),
            random.uniform(-1.0, 1.0),
            random.random(),
        )
        for _ in range(6)
    )
    at = ANGLES.quantised(SO101.ready_rad)
    bridge = CONTROLLER.boot("boot-1", 1, 0)
    cell, _ = playout.step(playout.PlayoutState(VIEW), playout.Allow("hand", 1), 0)
    world = World(random, bridge, cell, at, at, way, page_ns=random.randrange(CONTROL_NS))
    world.cell_ns = random.randrange(CELL_TICK_NS) - CELL_TICK_NS
    world.tick()
    world.order(Reset(1, "boot-1"), world.now_ns)
    for _ in range(20):
        world.tick()
    world.steering = True
    while not world.moving:
        assert world.now_ns < 2_000 * MS, "nobody moves the arm"
        world.tick()
    return world


def stop(world: World, at_ns: int) -> None:
    """Somebody presses stop."""
    world.order(Stop(1, "stop-1", "pressed"), at_ns)


def fastest_rad_s(tick: Tick) -> float:
    """The fastest speed that the tick commands any joint; none when it sends no goals."""
    return 0.0 if tick.goals is None else max(math.fabs(v) for v in tick.goals.velocities_rad_s)
