"""Takes what visitors say, once it is well-formed: Hello, and then what each role may ask."""

import time
from collections.abc import Callable, Mapping

import structlog

from robot_bridge.wire.frames import CameraCalibration
from teleop.cell import texts
from teleop.cell.arm_view import ArmView
from teleop.cell.config import CellConfig
from teleop.cell.driving import Driving
from teleop.cell.orders import Orders
from teleop.cell.referee_loop import RefereeLoop
from teleop.cell.turn import GivenBack
from teleop.cell.turn_keeper import TurnKeeper
from teleop.cell.visitor import Visitor
from teleop.cell.visitors import Visitors
from teleop.metrics import CellMetrics
from teleop.tickets import TicketRefused, verify
from teleop.wire.player_in import (
    CancelMove,
    Control,
    ControlIn,
    EndTurn,
    EventIn,
    Hello,
    Ping,
    PuzzleMove,
    StopPressed,
)
from teleop.wire.player_out import KeepOutBox, PuzzleInfo, Welcome

_log = structlog.get_logger()


class Reception:
    """Decides by role; the lease's epoch is checked once more with every message that moves the arm."""

    def __init__(
        self,
        turns: TurnKeeper,
        driving: Driving,
        orders: Orders,
        referee: RefereeLoop,
        describe: "Describe",
        metrics: CellMetrics,
    ) -> None:
        """`visitors` and `ticket_key` are set when the rest of the cell stands."""
        self.visitors: Visitors | None = None
        self.ticket_key: Callable[[], str | None] = _no_key
        self._turns, self._driving, self._orders = turns, driving, orders
        self._referee, self._describe, self._metrics = referee, describe, metrics

    def take(self, visitor: Visitor, message: ControlIn | EventIn) -> None:
        """Takes one message of a visitor."""
        match message:
            case Control():
                self._driving.take_control(visitor, message)
            case Hello():
                self._greet(visitor, message)
            case StopPressed():
                self._orders.stop(message.stop_id, message.reason)
                self._accept(message)
            case PuzzleMove() | CancelMove() | EndTurn():
                self._play(visitor, message)
            case Ping():
                pass  # answered where it was heard

    def welcome(self, visitor: Visitor) -> None:
        """Tells a visitor what it needs to draw; again when the turn's clock begins to run."""
        visitor.tell(self._describe.welcome(visitor, self._turns))
        news = self._referee.news(time.monotonic_ns())
        if news is not None:
            visitor.tell(news)

    def _play(self, visitor: Visitor, message: PuzzleMove | CancelMove | EndTurn) -> None:
        lease = self._turns.state.lease
        if visitor is not self._driving.player:
            self._refuse("not_the_player")
        elif lease is None or message.lease_epoch != lease.epoch:
            self._refuse("wrong_epoch")
        else:
            self._accept(message)
            self._play_on(message)

    def _play_on(self, message: PuzzleMove | CancelMove | EndTurn) -> None:
        puzzle = self._turns.puzzle
        match message:
            case EndTurn():
                self._turns.tell(GivenBack())
            case CancelMove():
                self._driving.cancel_move()
            case PuzzleMove() if puzzle is not None:
                self._driving.begin_move(message, puzzle, self._referee.sightings())

    def _greet(self, visitor: Visitor, hello: Hello) -> None:
        if visitor.ticket is not None or self.visitors is None:
            self._refuse("second_hello")
            return
        key = self.ticket_key()
        try:
            if key is None:
                raise TicketRefused("wrong_signature")
            ticket = verify(key, hello.ticket, self._describe.config.cell.id, int(time.time()))
        except TicketRefused as refused:
            self.visitors.dismiss(visitor, f"ticket_{refused.reason}", texts.BAD_TICKET)
            return
        before = self._driving.player
        visitor.ticket = ticket
        if ticket.role == "player" and not self._turns.admit(visitor):
            self.visitors.dismiss(visitor, "not_your_turn", texts.NOT_YOUR_TURN)
            return
        if ticket.role == "player" and before is not None and before is not visitor:
            self.visitors.dismiss(before, "replaced", texts.REPLACED)
        self._accept(hello)
        self.visitors.count()
        _log.info("visitor", role=ticket.role, subject=ticket.subject, session=visitor.session)
        self.welcome(visitor)

    def _accept(self, message: EventIn) -> None:
        self._metrics.accepted.labels(wire="events", kind=type(message).__name__).inc()

    def _refuse(self, reason: str) -> None:
        self._metrics.refusals.labels(wire="events", reason=reason).inc()


class Describe:
    """What pages are told about this cell."""

    def __init__(
        self,
        config: CellConfig,
        view: ArmView,
        calibrations: tuple[CameraCalibration, ...],
        puzzles: Mapping[str, PuzzleInfo],
    ) -> None:
        """`calibrations` in track order."""
        self.config = config
        self._view, self._calibrations, self._puzzles = view, calibrations, puzzles

    def welcome(self, visitor: Visitor, turns: TurnKeeper) -> Welcome:
        """The answer to this visitor's Hello."""
        lease, role = turns.state.lease, visitor.role or "viewer"
        return Welcome(
            version=1,
            role=role,
            cell_id=self.config.cell.id,
            lease_epoch=lease.epoch if lease is not None and role == "player" else None,
            turn_ends_ns=turns.state.ends_ns,
            arm=self._view.name,
            joints=self._view.limits,
            workspace=self._view.workspace,
            cameras=self._calibrations,
            track_order=tuple(camera.name for camera in self.config.cameras),
            puzzle=None if lease is None else self._puzzles.get(lease.puzzle_id),
            source=self.config.cell.source,
            keep_out=tuple(KeepOutBox(one.x_m, one.y_m, one.z_m) for one in self.config.arm.keep_out),
        )


def _no_key() -> str | None:
    """The ticket key before any hub has accepted this cell."""
    return None
