"""The desk where turns are given out: holds the fleet and the queue, and steps them with the clock."""

import asyncio

from teleop.hub import fleet, queue
from teleop.hub.clocks import Clocks
from teleop.wire.browser_out import QueuePlace
from teleop.wire.cell_to_hub import CellStatus

NEWS = (queue.Join, queue.Leave, queue.CellRegistered, queue.CellGone, queue.TurnEnded)


class Desk:
    """The two state machines; effects of the queue wait in `effects`, news for pages in `changed`."""

    def __init__(self, line: queue.QueueState, names: dict[str, str], clocks: Clocks) -> None:
        self.line = line
        self.fleet: fleet.Fleet = fleet.EMPTY
        self.names = names
        self.effects: asyncio.Queue[queue.Effect] = asyncio.Queue()
        self.changed = asyncio.Event()
        self._clocks = clocks

    def tell(self, event: queue.Event) -> tuple[queue.Effect, ...]:
        """Steps the queue; the effects are returned and also wait in `effects`."""
        self.line, effects = queue.step(self.line, event, self._clocks.now_ns())
        for effect in effects:
            self.effects.put_nowait(effect)
        if effects or isinstance(event, NEWS):
            self.changed.set()
        return effects

    def hear(self, event: fleet.Event) -> None:
        """Steps the fleet, and the queue with what follows for it."""
        self.fleet, offline = fleet.step(self.fleet, event, self._clocks.now_ns())
        if isinstance(event, fleet.Registered):
            register = event.register
            self.tell(queue.CellRegistered(register.cell_id, register.lease_epoch, register.running_turn))
        if isinstance(event, fleet.Reported):
            self.tell(queue.CellReported(event.cell_id, not _ready(event.status), event.status.turn_id))
        for effect in offline:
            self.tell(queue.CellGone(effect.cell_id))

    def tick(self) -> None:
        """Lets time pass for both."""
        self.hear(fleet.Tick())
        self.tell(queue.Tick())

    def place(self, account_id: str | None) -> QueuePlace | None:
        """Where a player stands; position 0 means that the turn is granted."""
        if account_id is None:
            return None
        turn = queue.turn_of(self.line, account_id)
        place = turn.place if turn is not None else queue.place_of(self.line, account_id)
        if place is None:
            return None
        waiting = queue.line(self.line, place.cell_id)
        position = 0 if turn is not None else 1 + waiting.index(place)
        wait_s = 0.0 if turn is not None else self._wait_s(place.cell_id, position)
        return QueuePlace(place.cell_id, place.puzzle_id, position, len(waiting), wait_s)

    def _wait_s(self, cell_id: str, position: int) -> float:
        return queue.wait_s(self.line, cell_id, position, self._clocks.now_ns())


def _ready(status: CellStatus) -> bool:
    """True when the arm could play: not latched, held under torque, and bus and cameras work."""
    held = status.mode != "latched" and status.posture == "held"
    return held and status.bus_ok and status.cameras_ok
