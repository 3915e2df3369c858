"""The cell's side of the seen-frame rig: a camera that draws its ids, sent and judged by the cell's parts."""

import time
import uuid
from dataclasses import dataclass
from typing import Literal

from teleop.cell.cameras import Camera
from teleop.cell.frame_map import Sighting
from teleop.cell.peer import Peer
from teleop.cell.visitor import Ear, new_visitor
from teleop.metrics import CellMetrics
from teleop.tickets import Ticket
from teleop.wire.player_in import Control, ControlIn, EventIn
from video_rig.coded_camera import CodedCamera

PLAYER = Ticket("player", "rig", "rig", "turn-1", 1, 2**40)


@dataclass(frozen=True, slots=True)
class Heard:
    """What the cell made of one input."""

    named: bool
    sighting: Sighting | None


class SeenCell:
    """Answers one page, shows it the coded camera, and keeps what each of its inputs says of the screen."""

    def __init__(self) -> None:
        """Begins to capture; call on the event loop."""
        metrics = CellMetrics()
        ring = f"armcade-seen-{uuid.uuid4().hex[:12]}"
        self.camera = CodedCamera(ring)
        self.camera.start()
        self.heard: dict[int, Heard] = {}
        self.visitor = new_visitor("rig", time.monotonic_ns())
        self.visitor.ticket = PLAYER
        self._ear = Ear(metrics, lambda _, message: self._take(message))
        self._reader = Camera("overview", ring, metrics)
        self._reader.start()
        self._peer = Peer([self._reader.stream], self)
        self.visitor.connection = self._peer

    async def answer(self, offer: str) -> str:
        """Answers the page's offer."""
        return await self._peer.answer(offer)

    async def close(self) -> None:
        """Ends everything."""
        await self._peer.close()
        await self._reader.close()
        self.camera.close()

    def on_message(self, channel: Literal["control", "events"], data: bytes | str) -> None:
        """As the cell hears a page."""
        self._ear.hear(self.visitor, channel, data, time.monotonic_ns())

    def on_connected(self) -> None: ...

    def on_gone(self) -> None: ...

    def on_stranger(self) -> None: ...

    def _take(self, message: ControlIn | EventIn) -> None:
        if isinstance(message, Control):
            sighting = None if message.seen is None else self._peer.sight(message.seen)
            self.heard[message.sequence] = Heard(message.seen is not None, sighting)
