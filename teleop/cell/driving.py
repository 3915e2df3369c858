"""Drives the arm for the turn's player: gates, then playout, then the bridge. A shell around both."""

import time
from collections.abc import Callable

import structlog

from game import moves
from game.puzzle import Puzzle
from game.rules import PieceSighting
from robot_bridge.wire.commands import Enable, Hold, Setpoint
from robot_bridge.wire.state import ArmState
from teleop import clock
from teleop.cell import gates, playout, texts
from teleop.cell.arm_view import ArmView, pose_of
from teleop.cell.bridge_client import BridgeClient
from teleop.cell.frame_map import Sighting
from teleop.cell.logged_input import input_of
from teleop.cell.puzzle_info import bilingual
from teleop.cell.recorder import Recorder, SentSetpoint, SentSetpoints
from teleop.cell.visitor import Visitor
from teleop.episodes.format import Command
from teleop.metrics import CellMetrics
from teleop.wire.player_in import Control, PuzzleMove
from teleop.wire.player_out import MoveNews, Slowing

TICK_S = 0.02
_log = structlog.get_logger()


class Driving:
    """The one player who may drive, and everything between their messages and the bridge."""

    def __init__(
        self,
        view: ArmView,
        bridge: BridgeClient,
        recorder: Recorder,
        setpoints: SentSetpoints,
        metrics: CellMetrics,
    ) -> None:
        """Nobody may drive before `open_for`."""
        self.player: Visitor | None = None
        self.camera_capture_ns: Callable[[], int | None] = _never
        self.on_neutral: Callable[[], None] = _nothing
        self.on_ready: Callable[[], None] = _nothing
        self._bridge, self._recorder, self._setpoints, self._metrics = bridge, recorder, setpoints, metrics
        self._gate = gates.open_for(None)
        self._playout = playout.PlayoutState(view)
        self._slowed: tuple[Slowing, ...] = ()
        # Also after a restart the next number is higher: nobody sends a thousand setpoints a second.
        self._sequence = time.monotonic_ns() // 1_000_000

    @property
    def move_id(self) -> int | None:
        """The puzzle move that is under way."""
        return self._playout.move_id

    @property
    def slowed(self) -> tuple[Slowing, ...]:
        """What took speed from the newest message that passed the gates."""
        return self._slowed

    def open_for(self, epoch: int | None) -> None:
        """Opens the gate for a lease (again: its player has a new connection) or shuts it for all."""
        self._gate = gates.open_for(epoch)
        self._slowed = ()

    def allow(self, what: playout.Allowed, epoch: int) -> None:
        """Says what may move the arm from now on."""
        self._step(playout.Allow(what, epoch))

    def hold(self, reason: playout.HoldReason) -> None:
        """Makes the bridge stop the arm in a controlled way, torque on."""
        self._bridge.send(Hold(version=1, reason=reason))

    def take_arm(self, arm: ArmState) -> None:
        """Takes the bridge's newest state."""
        self._step(playout.ArmTold(arm))

    def tick(self) -> None:
        """Advances moves and notices silence; fifty times a second."""
        self._step(playout.Tick())

    def take_control(self, visitor: Visitor, control: Control) -> None:
        """Takes a control message of anyone; only the turn's player drives."""
        if visitor is not self.player:
            self._metrics.refusals.labels(wire="control", reason="not_the_player").inc()
            return
        now_ns = time.monotonic_ns()
        seen = self._seen(visitor, control)
        known = clock.estimate(visitor.clock, now_ns)
        sight = gates.Sight(
            now_ns,
            known,
            None if seen is None else seen.picture.capture_ns,
            self.camera_capture_ns(),
            visitor.reached_ns,
        )
        self._gate, verdict = gates.admit(self._gate, control, sight)
        if isinstance(verdict, gates.Refused):
            self._metrics.refusals.labels(wire="control", reason=verdict.reason).inc()
            if verdict.hold is not None:
                self._step(playout.Denied(verdict.hold))
            return
        self._slowed = verdict.slowed
        self._count(verdict, seen, now_ns)
        self._recorder.take_input(
            input_of(control, verdict, seen, (visitor.heard_ns, now_ns), self._playout.move_id)
        )
        if not control.stick:
            self.on_neutral()
        self._step(playout.Heard(control, verdict.speed_scale))

    def begin_move(self, wish: PuzzleMove, puzzle: Puzzle, seen: tuple[PieceSighting, ...] | None) -> None:
        """Plans and begins a puzzle move, or tells the player why not."""
        arm = self._bridge.state(time.monotonic_ns())
        if arm is None or not playout.playing(self._playout, time.monotonic_ns()):
            self._tell(playout.TellMove(wish.move_id, "refused", texts.MOVE_NOT_NOW))
        elif self._playout.plan is not None:
            self._tell(playout.TellMove(wish.move_id, "refused", texts.MOVE_BUSY))
        elif seen is None:
            self._tell(playout.TellMove(wish.move_id, "refused", texts.MOVE_BLIND))
        else:
            plan = moves.plan_move(puzzle, seen, wish.piece, wish.slot, pose_of(arm.applied_pose))
            if isinstance(plan, moves.Refusal):
                self._tell(playout.TellMove(wish.move_id, "refused", bilingual(plan.reason)))
            else:
                self._step(playout.BeginMove(wish.move_id, plan))

    def cancel_move(self) -> None:
        """Cancels the puzzle move under way, if one is."""
        self._step(playout.CancelMove())

    def _step(self, event: playout.Event) -> None:
        self._playout, effects = playout.step(self._playout, event, time.monotonic_ns())
        for effect in effects:
            self._carry_out(effect)

    def _carry_out(self, effect: playout.Effect) -> None:
        match effect:
            case playout.SendSetpoint():
                self._send(effect)
            case playout.SendEnable():
                generation = 0 if self._playout.arm is None else self._playout.arm.stop_generation
                self._bridge.send(
                    Enable(version=1, lease_epoch=self._playout.epoch, stop_generation=generation)
                )
            case playout.SendHold():
                self.hold(effect.reason)
            case playout.TellMove():
                self._tell(effect)
            case playout.ReadyReached():
                self.on_ready()

    def _send(self, effect: playout.SendSetpoint) -> None:
        arm = self._playout.arm
        self._sequence += 1
        self._setpoints.add(
            self._sequence, SentSetpoint(effect.target, effect.source, effect.control_sequence)
        )
        self._recorder.take_command(
            Command(
                t_ns=time.monotonic_ns(),
                sequence=self._sequence,
                input_sequence=effect.control_sequence,
                source=effect.source,
                target=effect.target,
                speed_scale=effect.speed_scale,
                deadline_ns=effect.deadline_ns,
                move_id=self._playout.move_id if effect.source == "assist" else None,
            )
        )
        self._bridge.send(
            Setpoint(
                version=1,
                lease_epoch=self._playout.epoch,
                stop_generation=0 if arm is None else arm.stop_generation,
                sequence=self._sequence,
                deadline_ns=effect.deadline_ns,
                target=effect.target,
                speed_scale=effect.speed_scale,
            )
        )

    def _tell(self, news: playout.TellMove) -> None:
        self._recorder.note(
            time.monotonic_ns(), f"move_{news.status}", move_id=news.move_id, reason=news.reason.en
        )
        if self.player is not None:
            self.player.tell(
                MoveNews(version=1, move_id=news.move_id, status=news.status, reason=news.reason)
            )

    def _seen(self, visitor: Visitor, control: Control) -> Sighting | None:
        if control.seen is None or visitor.connection is None:
            return None
        return visitor.connection.sight(control.seen)

    def _count(self, verdict: gates.Admitted, seen: Sighting | None, now_ns: int) -> None:
        self._metrics.accepted.labels(wire="control", kind="Control").inc()
        self._metrics.command_age.observe(max(0, verdict.age_ns) / 1e9)
        if seen is not None:
            self._metrics.picture_seen_age.observe((now_ns - seen.picture.capture_ns) / 1e9)


def _never() -> int | None:
    """When the newest picture was captured, before any camera was wired up."""
    return None


def _nothing() -> None:
    """Hears news before the cell is wired up."""
