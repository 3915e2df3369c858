"""A hostile cell before one arm's controller: bursts of raw setpoints, and a count of every limit passed."""

from collections import Counter
from collections.abc import Callable

from arm_judge import Judge
from hostile_setpoints import HostileSender

from robot_bridge.arms import ArmModel, load_arm
from robot_bridge.buses.reading import BusReading, JointSample
from robot_bridge.clearance import STRAY_M, Surroundings
from robot_bridge.controller import Controller, Inputs
from robot_bridge.inbox import Malformed, read_command
from robot_bridge.trajectory import Motion
from robot_bridge.wire.commands import Command, Enable, Reset
from robot_bridge.zones import KeepOut

ARMS = ("so101", "so100", "koch_v1_1", "omx", "omx_f", "widowx_250")
ZONES = (KeepOut("post", (0.2, 0.3), (0.12, 0.2), (0.0, 0.3)),)
PERIOD_NS = 10_000_000
MIXED = (1, 2, 16, 128, 512)  # setpoints in a tick; 512 datagrams is all that the bridge reads in one
_GENERATION = 1
_TINY = 1e-6


class Adversary:
    """One arm behind its controller, an ideal servo for each joint, and somebody who wants to break it.

    Every datagram goes the bridge's own way, through `read_command` and the orders; the newest valid one of
    a tick drives. What is judged are the goals that leave the controller, after every tick.
    """

    def __init__(self, arm: str, seed: int) -> None:
        """The arm stands ready and in play."""
        self.model: ArmModel = load_arm(arm)
        self.violations: Counter[str] = Counter()
        self.setpoints = 0
        self.ticks = 0
        self.refused = 0
        self.travelled_rad = 0.0
        self._around = Surroundings(self.model, ZONES)
        self._judge = Judge(arm, PERIOD_NS / 1e9, [(zone.x_m, zone.y_m, zone.z_m) for zone in ZONES])
        self._sender = HostileSender(len(self.model.joints) - 1, _GENERATION, seed)
        self._controller = Controller(self.model, lambda posture: posture, PERIOD_NS / 1e9, ZONES)
        self._now_ns = PERIOD_NS
        self._state = self._controller.boot("boot-1", _GENERATION, self._now_ns)
        self._at = self.model.ready_rad
        self._tick(())
        self._tick((Reset(1, "boot-1"), Enable(1, self._sender.epoch, _GENERATION)))

    def run(self, setpoints: int, bursts: tuple[int, ...] = MIXED) -> None:
        """Sends this many more, in bursts of these sizes by the dice, and judges every tick."""
        ends = self.setpoints + setpoints
        while self.setpoints < ends:
            count = min(self._sender.dice.choice(bursts), ends - self.setpoints)
            self._send(count)

    def timed(self, ticks: int, clock: Callable[[], float], *, hostile: bool) -> list[float]:
        """Seconds by this clock that each of so many ticks takes, a pose in every one.

        A friendly pose lies in the workspace and stays for half a second; a hostile one lies anywhere within
        a metre of the base along each axis, and every third tick brings another one.
        """
        took: list[float] = []
        target: dict[str, object] = {}
        for number in range(ticks):
            if number % (3 if hostile else 50) == 0:
                target = self._sender.far_pose(1.0) if hostile else self._good()
            command = read_command(self._sender.packed(target, self._now_ns))
            inputs = Inputs((command,), self._reading())
            began = clock()
            self._step(inputs)
            took.append(clock() - began)
        return took

    def _send(self, count: int) -> None:
        # Three malformed ones in a second bring a hold: enabled again after each, so that the arm goes on.
        enable = Enable(1, self._sender.lease(self._state.orders.sequence), _GENERATION)
        commands: list[Command | Malformed] = [enable]
        for data, whole in self._sender.burst(count, self._now_ns):
            commands.append(read_command(data))
            if not whole:
                commands.append(enable)
        self.setpoints += count
        self._tick(tuple(commands))
        orders = self._state.orders
        self._count("newest", orders.sequence >= self._sender.newest)
        self._count("lease", orders.setpoint is None or orders.setpoint.lease_epoch == self._sender.epoch)
        self.refused = sum(orders.refusals.values())

    def _tick(self, commands: tuple[Command | Malformed, ...]) -> None:
        before, followed = self._state.motion, self._state.following
        self._step(Inputs(commands, self._reading()))
        after = self._state.motion
        self.ticks += 1
        if after is None:
            return
        playing = followed and self._state.following
        for name in self._judge.broken(self._at, after.velocities_rad_s, playing=playing):
            self.violations[name] += 1
        if before is not None:
            self.travelled_rad += abs(after.positions_rad[0] - before.positions_rad[0])
            self._compare(before, after)

    def _compare(self, before: Motion, after: Motion) -> None:
        """Rooms by the bridge's own measure: between the arm's links, where its file says what is near."""
        was, rooms = self._around.rooms(before.positions_rad), self._around.rooms(after.positions_rad)
        for name, room, left in zip(self._around.names, was, rooms, strict=True):
            self._count(name, left >= min(room, -STRAY_M) - _TINY)

    def _step(self, inputs: Inputs) -> None:
        self._now_ns += PERIOD_NS
        tick = self._controller.tick(self._state, inputs, self._now_ns)
        self._state = tick.state
        if tick.goals is not None:
            self._at = tick.goals.positions_rad

    def _reading(self) -> BusReading:
        now_ns = self._now_ns + PERIOD_NS
        samples = tuple(JointSample(at, 0.0, 0.0, None, None, "none", 0, now_ns) for at in self._at)
        return BusReading("ready", samples, self.model.ready_rad, "none")

    def _good(self) -> dict[str, object]:
        box, dice = self.model.workspace, self._sender.dice
        spans = zip("xyz", (box.x_m, box.y_m, box.z_m), strict=True)
        place = {f"{axis}_m": dice.uniform(*span) for axis, span in spans}
        return {"type": "pose", **place, "pitch_rad": -1.2, "roll_rad": 0.2, "gripper": dice.random()}

    def _count(self, name: str, kept: bool) -> None:
        if not kept:
            self.violations[name] += 1
