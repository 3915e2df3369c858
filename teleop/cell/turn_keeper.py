"""Keeps the turn: feeds the pure turn machine and carries out what it decides."""

import asyncio
import time
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import structlog
from msgspec.structs import replace

from game import referee
from game.puzzle import Puzzle
from game.scoring import UNSOLVED, Score, score
from robot_bridge.wire.frames import CameraCalibration
from teleop.cell import texts, turn
from teleop.cell.driving import Driving
from teleop.cell.durable import Durable
from teleop.cell.episode_maker import make_episode
from teleop.cell.hub_link import HubLink
from teleop.cell.provenance import Provenance
from teleop.cell.puzzle_info import bilingual
from teleop.cell.recorder import Recorder
from teleop.cell.referee_loop import RefereeLoop
from teleop.cell.staging import stage
from teleop.cell.visitor import Visitor
from teleop.episodes.format import Verdict
from teleop.episodes.journal.file import SUFFIX as JOURNAL_SUFFIX
from teleop.metrics import CellMetrics
from teleop.wire.cell_to_hub import TurnResult
from teleop.wire.hub_to_cell import Lease
from teleop.wire.player_out import Refused, TurnOver

LINK_LOST_NS = 1_000_000_000
RETRY_S = 1.0
SHUT_DOWN_S = 10.0
_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Parts:
    """What a turn is made with."""

    driving: Driving
    recorder: Recorder
    referee: RefereeLoop
    durable: Durable
    hub: HubLink
    provenance: Provenance
    puzzles: Mapping[str, Puzzle]
    referee_calibration: CameraCalibration
    stage_command: tuple[str, ...]
    metrics: CellMetrics
    unrecorded: Literal["go_on", "end_turn"] = "go_on"


class TurnKeeper:
    """The turn under way, if one is."""

    def __init__(self, parts: Parts) -> None:
        """Starts without a turn."""
        self.state = turn.TurnState()
        self._parts = parts
        self._tasks: set[asyncio.Task[None]] = set()
        self._stage_task: asyncio.Task[None] | None = None
        self._recorded = False
        self.on_begin: Callable[[], None] = _nothing
        self.on_sealed: Callable[[], None] = _nothing
        parts.driving.on_neutral = lambda: self.tell(turn.ReadyToRun())
        parts.driving.on_ready = self._stage
        parts.referee.on_effect = self._judge
        parts.referee.on_sighting = parts.recorder.take_sighting

    @property
    def turn_id(self) -> str | None:
        """The running turn's id."""
        return None if self.state.lease is None else self.state.lease.turn_id

    @property
    def puzzle(self) -> Puzzle | None:
        """The running turn's puzzle."""
        return None if self.state.lease is None else self._parts.puzzles.get(self.state.lease.puzzle_id)

    async def report_interrupted(self, episodes: Path) -> None:
        """Reports the turn in whose middle the cell died, and those whose episode it had not made yet."""
        for result in await asyncio.to_thread(self._parts.durable.pending):
            self._spawn(self._make_episode(result, episodes / f"{result.episode_id}{JOURNAL_SUFFIX}"))
        lease = await asyncio.to_thread(self._parts.durable.interrupted)
        if lease is not None:
            ended = turn.Finish(lease, "revoked", texts.INTERRUPTED, 0.0, played=False)
            await self._keep(_result(ended, UNSOLVED, 0, None, self._parts.provenance.cell_id))

    async def take_lease(self, lease: Lease) -> None:
        """Accepts a lease whose epoch is higher than any before; others are refused."""
        if lease.epoch <= self._parts.durable.lease_epoch:
            if self.state.lease is None or self.state.lease.epoch != lease.epoch:
                self._parts.metrics.refusals.labels(wire="hub", reason="old_epoch").inc()
            return
        puzzle = self._parts.puzzles.get(lease.puzzle_id)
        if puzzle is None or puzzle.version != lease.puzzle_version:
            self._parts.metrics.refusals.labels(wire="hub", reason="unknown_puzzle").inc()
            ended = turn.Finish(lease, "preparing_failed", texts.PREPARING_FAILED, 0.0, played=False)
            await self._keep(_result(ended, UNSOLVED, 0, None, self._parts.provenance.cell_id))
            return
        await asyncio.to_thread(self._parts.durable.begin, lease)
        self.tell(turn.Granted(lease, min(lease.duration_s, puzzle.time_limit_s)))

    def revoke(self, turn_id: str) -> None:
        """Ends a turn that the hub took back."""
        self.tell(turn.Revoked(turn_id))

    async def shut_down(self) -> None:
        """Ends a turn under way and waits until its result lies in the outbox."""
        if self.turn_id is not None:
            self.tell(turn.Revoked(self.turn_id))
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=SHUT_DOWN_S)

    def admit(self, visitor: Visitor) -> bool:
        """Lets a player with the ticket of the running turn take the controls; others may not."""
        lease, ticket = self.state.lease, visitor.ticket
        if lease is None or ticket is None or self.state.phase == "sealing":
            return False
        if (ticket.turn_id, ticket.epoch) != (lease.turn_id, lease.epoch):
            return False
        self._parts.driving.player = visitor
        self._parts.driving.open_for(lease.epoch)
        self.tell(turn.PlayerHere())
        return True

    def leave(self, visitor: Visitor) -> None:
        """Notices that a visitor's connection ended."""
        if visitor is self._parts.driving.player:
            self._parts.driving.player = None
            if self.state.phase in ("preparing", "playing"):
                self._parts.driving.hold("link_lost")
            self.tell(turn.PlayerGone())

    def tick(self, now_ns: int) -> None:
        """Lets time pass and notices a player who fell silent or spoke again."""
        player = self._parts.driving.player
        if player is not None:
            silent = player.away or now_ns - player.heard_ns > LINK_LOST_NS
            if silent != (self.state.gone_ns is not None):
                self.tell(turn.PlayerGone() if silent else turn.PlayerHere())
        if self._recorded and self.state.phase == "playing" and self._parts.recorder.status == "failed":
            self._recorded = False
            self._play_unrecorded()
        self.tell(turn.Tick())

    def tell(self, event: turn.Event) -> None:
        """Takes an event of the turn."""
        before = self.state.phase
        self.state, effects = turn.step(self.state, event, time.monotonic_ns())
        if self.state.phase != before:
            _log.info("turn", phase=self.state.phase, turn_id=self.turn_id)
            self._parts.recorder.note(time.monotonic_ns(), f"phase_{self.state.phase}")
        for effect in effects:
            self._carry_out(effect)

    def _carry_out(self, effect: turn.Effect) -> None:
        driving = self._parts.driving
        match effect:
            case turn.Open(lease):
                driving.open_for(lease.epoch)
                driving.allow("nothing", lease.epoch)
            case turn.Prepare(lease):
                driving.allow("ready", lease.epoch)
            case turn.Begin(lease):
                self._begin(lease)
            case turn.Finish():
                self._finish(effect)

    def _stage(self) -> None:
        puzzle = self.puzzle
        if puzzle is None or self.state.phase != "preparing":
            return
        self._stage_task = self._spawn(self._stage_pieces(puzzle))

    async def _stage_pieces(self, puzzle: Puzzle) -> None:
        laid_out = await stage(self._parts.stage_command, puzzle)
        # The turn begins when the referee could see its pieces, not while a camera is still catching up.
        seen = laid_out and await self._parts.referee.picture_since(time.monotonic_ns())
        self.tell(turn.Prepared() if seen else turn.PreparingFailed())

    def _begin(self, lease: Lease) -> None:
        parts, now_ns = self._parts, time.monotonic_ns()
        puzzle = parts.puzzles[lease.puzzle_id]
        header = parts.provenance.header(lease, puzzle, now_ns, time.time_ns())
        parts.recorder.begin(header)
        self._recorded = True
        parts.recorder.note(now_ns, "turn_begun", turn_id=lease.turn_id, puzzle=puzzle.id)
        parts.referee.begin(puzzle, parts.referee_calibration, now_ns)
        parts.driving.allow("hand", lease.epoch)
        self.on_begin()

    def _judge(self, effect: referee.Effect) -> None:
        now_ns, note = time.monotonic_ns(), self._parts.recorder.note
        match effect:
            case referee.GoalReached(reason, time_s):
                note(now_ns, "goal_reached", time_s=time_s)
                self.tell(turn.Solved(bilingual(reason), time_s))
            case referee.PiecePlaced(piece, slot, level):
                note(now_ns, "piece_placed", piece=piece, slot=slot, level=level)
            case referee.PieceLifted(piece):
                note(now_ns, "piece_lifted", piece=piece)
            case referee.PieceDropped(piece):
                note(now_ns, "piece_dropped", piece=piece)
            case referee.TimeUp():
                note(now_ns, "time_up")

    def _finish(self, effect: turn.Finish) -> None:
        parts = self._parts
        parts.driving.open_for(None)
        parts.driving.allow("nothing", effect.lease.epoch)
        parts.driving.hold("turn_over")
        if self._stage_task is not None:
            self._stage_task.cancel()
            self._stage_task = None
        moves = parts.referee.moves
        parts.referee.end()
        parts.metrics.turns.labels(outcome=effect.ending).inc()
        self._spawn(self._seal(effect, moves, parts.driving.player))

    async def _seal(self, effect: turn.Finish, moves: int, player: Visitor | None) -> None:
        puzzle = self._parts.puzzles[effect.lease.puzzle_id]
        points = score(puzzle, effect.time_s, moves) if effect.ending == "solved" else UNSOLVED
        journal = None
        if effect.played:
            journal = await self._parts.recorder.finish(_verdict(effect, points, moves))
        result = _result(effect, points, moves, journal, self._parts.provenance.cell_id)
        if journal is None:
            await self._keep(result)
        else:
            await self._write(self._parts.durable.hold, result)
        if player is not None:
            player.tell(_turn_over(result))
        self.tell(turn.Sealed())
        self.on_sealed()
        if journal is not None:
            await self._make_episode(result, journal)

    async def _make_episode(self, result: TurnResult, journal: Path) -> None:
        """Completes a held result, while the next turn may be under way."""
        made = await make_episode(journal)
        if made is None:
            await self._keep(replace(result, episode_id=None))
        else:
            await self._keep(replace(result, episode_sha256=made.sha256, episode_bytes=made.bytes))

    async def _keep(self, result: TurnResult) -> None:
        await self._write(self._parts.durable.keep, result)
        self._parts.hub.results_waiting()

    async def _write(self, write: Callable[[TurnResult], None], result: TurnResult) -> None:
        while True:
            try:
                await asyncio.to_thread(write, result)
                return
            except OSError as error:
                _log.error("result_not_kept", turn_id=result.turn_id, error=str(error))
                await asyncio.sleep(RETRY_S)

    def _play_unrecorded(self) -> None:
        if self._parts.unrecorded == "end_turn":
            self.tell(turn.RecordingFailed())
        elif self._parts.driving.player is not None:
            self._parts.driving.player.tell(Refused(1, "not_recorded", texts.UNRECORDED))

    def _spawn(self, work: Coroutine[None, None, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task


def _verdict(effect: turn.Finish, points: Score, moves: int) -> Verdict:
    return Verdict(
        t_ns=time.monotonic_ns(),
        solved=effect.ending == "solved",
        reason=effect.reason,
        score=points.points,
        stars=points.stars,
        time_s=effect.time_s,
        moves=moves,
        referee_version=referee.REFEREE_VERSION,
        ending=effect.ending,
    )


def _result(effect: turn.Finish, points: Score, moves: int, journal: Path | None, cell_id: str) -> TurnResult:
    """The episode's hash and size are known when it is made."""
    return TurnResult(
        version=1,
        turn_id=effect.lease.turn_id,
        cell_id=cell_id,
        lease_epoch=effect.lease.epoch,
        puzzle_id=effect.lease.puzzle_id,
        puzzle_version=effect.lease.puzzle_version,
        solved=effect.ending == "solved",
        reason=effect.reason,
        score=points.points,
        stars=points.stars,
        time_s=effect.time_s,
        moves=moves,
        ended_utc_ns=time.time_ns(),
        episode_id=None if journal is None else journal.name.removesuffix(JOURNAL_SUFFIX),
        episode_sha256="",
        episode_bytes=0,
    )


def _turn_over(result: TurnResult) -> TurnOver:
    return TurnOver(
        version=1,
        turn_id=result.turn_id,
        solved=result.solved,
        reason=result.reason,
        score=result.score,
        stars=result.stars,
        time_s=result.time_s,
        moves=result.moves,
        episode_id=result.episode_id,
    )


def _nothing() -> None:
    """Hears of a turn before the cell is wired up."""
