"""One turn of a scripted player: his late screen, his messages through the cell's gates and playout."""

from collections import deque
from dataclasses import dataclass
from pathlib import Path
from random import Random

from lock_step import TICK_NS

from proof.player import STEP_S, Kind, Player, Screen, Skill, skill_of
from proof.table import CAMERA, SO101, Table
from proof.task import drawn
from robot_bridge.wire.commands import Command as BridgeCommand
from robot_bridge.wire.commands import Enable, Hold, PoseTarget, Setpoint
from robot_bridge.wire.state import ArmState
from teleop import clock
from teleop.cell import gates, playout
from teleop.cell.arm_view import view_of
from teleop.cell.frame_map import SeenPicture, Sighting
from teleop.cell.logged_input import input_of
from teleop.cell.recorder import SentSetpoint
from teleop.cell.streams import EncodedPicture
from teleop.episodes.format import Command
from teleop.wire.player_in import Control, PoseVelocity, SeenFrame

EPOCH = 1
PAGE_BEHIND_NS = 7_654_321_000
"""How far the page's clock stands behind the cell's."""
DECODE_NS = 10_000_000
STEP_TICKS = round(STEP_S * 1e9) // TICK_NS
PING_TICKS = 2
STANDING = PoseVelocity(0.0, 0.0, 0.0, 0.0, 0.0)
ACQUAINT_TICKS = 400


@dataclass(frozen=True, slots=True)
class Plan:
    """One turn to be played: its number draws task and player; `round_trip_s` is the player's link."""

    number: int
    kind: Kind
    round_trip_s: float = 0.0

    @property
    def episode_id(self) -> str:
        """Names neither kind nor skill."""
        return f"proof-{'late-' if self.round_trip_s else ''}{self.number:04d}"


@dataclass(frozen=True, slots=True)
class Played:
    """What became of it."""

    episode_id: str
    file: str
    kind: Kind
    failure: str
    round_trip_s: float
    solved: bool
    seconds: float


@dataclass(frozen=True, slots=True)
class _Shown:
    """What is on the player's screen: a picture's number and time, the arm and the cube in it."""

    frame_id: int
    capture_ns: int
    arm: ArmState
    cube: tuple[float, float]


class Cell:
    """The cell between link and bridge: gates, playout, and what it records of both."""

    def __init__(self, table: Table) -> None:
        """The player may drive by hand at once."""
        self._table = table
        self._clock = clock.ClockState()
        self._gate = gates.open_for(EPOCH)
        self._playout, _ = playout.step(playout.PlayoutState(view_of(SO101)), playout.Allow("hand", EPOCH), 0)
        self._commands: list[BridgeCommand] = []
        self._sequence = 1000
        self.captures: dict[int, int] = {}

    @property
    def joined(self) -> bool:
        """Whether the arm follows the player's ghost."""
        return self._playout.joined

    def ping(self, sent_page_ns: int, pong: tuple[int, int] | None) -> None:
        """Learns of the page's clock."""
        self._clock = clock.on_ping(self._clock, sent_page_ns, self._table.now_ns, pong)

    def hear(self, control: Control) -> None:
        """Judges a message and plays out what it asks."""
        now_ns = self._table.now_ns
        seen = None if control.seen is None else self.captures.get(control.seen.rtp_timestamp)
        newest = next(reversed(self.captures.values()), None)
        sight = gates.Sight(now_ns, clock.estimate(self._clock, now_ns), seen, newest)
        self._gate, verdict = gates.admit(self._gate, control, sight)
        if isinstance(verdict, gates.Refused):
            if verdict.hold is not None:
                self._step(playout.Denied(verdict.hold))
            return
        if self._table.recorder is not None:
            self._table.recorder.take_input(
                input_of(control, verdict, self._sighting(control), (now_ns,) * 2, None)
            )
        self._step(playout.Heard(control, verdict.speed_scale))

    def see(self, arm: ArmState) -> None:
        """Tells playout of the arm, and lets it notice silence."""
        self._step(playout.ArmTold(arm))
        self._step(playout.Tick())

    def take(self) -> tuple[BridgeCommand, ...]:
        """What playout has asked of the bridge."""
        taken, self._commands = tuple(self._commands), []
        return taken

    def _sighting(self, control: Control) -> Sighting | None:
        """The picture that the player names, without error: he tells of what he was shown."""
        number = None if control.seen is None else control.seen.rtp_timestamp
        if number is None or number not in self.captures:
            return None
        return Sighting(SeenPicture(number, self.captures[number]), 0, 0)

    def _step(self, event: playout.Event) -> None:
        self._playout, effects = playout.step(self._playout, event, self._table.now_ns)
        arm = self._playout.arm
        generation = 0 if arm is None else arm.stop_generation
        for effect in effects:
            match effect:
                case playout.SendSetpoint():
                    self._send(effect, generation)
                case playout.SendEnable():
                    self._commands.append(Enable(1, EPOCH, generation))
                case playout.SendHold():
                    self._commands.append(Hold(1, effect.reason))

    def _send(self, effect: playout.SendSetpoint, generation: int) -> None:
        self._sequence += 1
        told = (effect.deadline_ns, effect.target, effect.speed_scale)
        self._commands.append(Setpoint(1, EPOCH, generation, self._sequence, *told))
        sent = SentSetpoint(effect.target, effect.source, effect.control_sequence)
        self._table.setpoints.add(self._sequence, sent)
        if self._table.recorder is not None:
            self._table.recorder.take_command(
                Command(
                    t_ns=self._table.now_ns,
                    sequence=self._sequence,
                    input_sequence=effect.control_sequence,
                    source=effect.source,
                    target=effect.target,
                    speed_scale=effect.speed_scale,
                    deadline_ns=effect.deadline_ns,
                )
            )


def play(plan: Plan, directory: Path | None, skill: Skill | None = None) -> Played:
    """Plays one turn, as fast as the machine can, and records it; without a skill the plan draws it."""
    dice = Random(plan.number * 7919 + round(plan.round_trip_s * 1000))
    drawn_skill = skill_of(plan.kind, dice)
    skill = skill or drawn_skill
    turn = _Turn(Table(drawn(plan.number), plan.number, directory), plan)
    turn.get_acquainted()
    file = turn.play_out(skill, dice.randrange(2**31))
    seconds = (turn.table.now_ns - turn.begun_ns) / 1e9
    solved = turn.table.solved_s is not None
    name = "" if file is None else file.name
    return Played(plan.episode_id, name, plan.kind, skill.failure, plan.round_trip_s, solved, seconds)


class _Turn:
    """The player's side and the link, around a table."""

    def __init__(self, table: Table, plan: Plan) -> None:
        self.table, self.begun_ns = table, 0
        self._plan, self._cell = plan, Cell(table)
        self._way_ns = round(plan.round_trip_s * 1e9 / 2)
        self._up: deque[tuple[int, Control | tuple[int, tuple[int, int] | None]]] = deque()
        self._down: deque[tuple[int, _Shown]] = deque()
        self._told: deque[tuple[int, int]] = deque()
        self._pong: tuple[int, int] | None = None
        self._shown: _Shown | None = None
        self._echo_ns = 0
        self._frames = 0
        self._ticks = self._sequence = 0

    def get_acquainted(self) -> None:
        """Until clocks are known and the arm follows the ghost, which stands at the arm."""
        for _ in range(ACQUAINT_TICKS):
            arm = self._tick(None)
            if self._cell.joined and self._shown is not None and self._echo_ns > 0:
                self._ghost = arm.applied_pose
                break
        assert self._cell.joined

    def play_out(self, skill: Skill, seed: int) -> Path | None:
        """Plays until the goal stands or the player gives up."""
        self.begun_ns = self.table.now_ns
        player = Player(self.table.task, skill, seed, self._ghost, self._plan.round_trip_s)
        self.table.begin(self._plan.episode_id, f"player-{self._plan.number % 12}")
        hands = player.hands()
        while not self.table.over:
            player.see(self._screen())
            ghost = next(hands, None)
            if ghost is None:
                break
            for _ in range(STEP_TICKS):
                self._tick(ghost)
        return self.table.finish("given_back" if not self.table.over else "time_up")

    def _screen(self) -> Screen | None:
        shown = self._shown
        return None if shown is None else Screen(shown.arm.measured_pose, shown.cube)

    def _tick(self, ghost: PoseTarget | None) -> ArmState:
        self._ticks += 1
        now_ns = self.table.now_ns
        while self._up and self._up[0][0] <= now_ns:
            self._arrive(self._up.popleft()[1])
        while self._down and self._down[0][0] <= now_ns:
            self._shown = self._down.popleft()[1]
        while self._told and self._told[0][0] <= now_ns:
            self._echo_ns = self._told.popleft()[1]
        arm, picture = self.table.tick(*self._cell.take())
        self._cell.see(arm)
        self._told.append((now_ns + self._way_ns + TICK_NS, arm.now_ns))
        self._show(arm, picture)
        if self._ticks % STEP_TICKS == 0:
            self._send(ghost or arm.applied_pose, ghost is not None, now_ns)
        return arm

    def _show(self, arm: ArmState, picture: EncodedPicture | None) -> None:
        """A picture leaves for the player: thirty a second, of which the recording holds every third."""
        if picture is not None:
            self._frames = picture.frame_id
        if picture is None:
            return
        self._cell.captures[picture.frame_id] = picture.capture_ns
        cube = (self.table.cube.x_m, self.table.cube.y_m)
        shown = _Shown(picture.frame_id, picture.capture_ns, arm, cube)
        self._down.append((picture.encoded_ns + self._way_ns + DECODE_NS, shown))

    def _send(self, ghost: PoseTarget, stick: bool, now_ns: int) -> None:
        self._sequence += 1
        seen = None
        if self._shown is not None:
            number = self._shown.frame_id
            seen = SeenFrame(CAMERA, number, number, number, (now_ns - PAGE_BEHIND_NS) // 1000, number)
        page_ns = now_ns - PAGE_BEHIND_NS
        control = Control(
            1,
            EPOCH,
            self._sequence,
            page_ns // 1000,
            self._echo_ns,
            True,
            stick,
            "gamepad",
            ghost,
            STANDING,
            seen,
        )
        due_ns = now_ns + self._way_ns
        self._up.append((due_ns, control))
        if self._sequence % PING_TICKS == 0:
            self._up.append((due_ns, (page_ns, self._pong)))

    def _arrive(self, what: Control | tuple[int, tuple[int, int] | None]) -> None:
        if isinstance(what, Control):
            self._cell.hear(what)
            return
        self._cell.ping(*what)
        answered_ns = self.table.now_ns
        self._pong = (answered_ns, answered_ns + self._way_ns - PAGE_BEHIND_NS)
