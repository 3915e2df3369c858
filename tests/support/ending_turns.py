"""A cell's turns from their end to the next one's beginning: keeper, recorder and outbox, on a real disk."""

import asyncio
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from cell_neighbours import lease
from recording_cell import provenance_in

from game.puzzle import load_puzzles
from teleop.cell import turn
from teleop.cell.durable import Durable
from teleop.cell.recorder import Recorder
from teleop.cell.turn_keeper import Parts, TurnKeeper
from teleop.metrics import CellMetrics


def _nothing(*_: object) -> None: ...


class EndingTurns:
    """Ends turns and begins the next; nobody drives, no referee looks, and no hub answers."""

    def __init__(self, folder: Path, recorder: Recorder) -> None:
        """`made_ms` tells of each turn how long after its end its episode was made and its result kept."""
        self.made_ms: list[float] = []
        self._ended: list[float] = []
        driving: Any = SimpleNamespace(player=None, open_for=_nothing, allow=_nothing, hold=_nothing)
        referee: Any = SimpleNamespace(begin=_nothing, end=_nothing, moves=3)
        hub: Any = SimpleNamespace(results_waiting=self._kept)
        calibration: Any = None
        durable = Durable(folder / "state")
        parts = Parts(
            driving, recorder, referee, durable, hub, provenance_in(), load_puzzles(), calibration, (),
            CellMetrics(),
        )  # fmt: skip
        self._keeper = TurnKeeper(parts)

    async def begin(self, number: int) -> None:
        """The turn of this number, from its lease to the first moment at which it is played."""
        await self._keeper.take_lease(lease(number))
        for event in (turn.PlayerHere(), turn.ReadyToRun(), turn.Prepared()):
            self._keeper.tell(event)
        assert self._keeper.state.phase == "playing"

    async def end(self) -> float:
        """Ends the turn; how many ms later the cell was free: recording and result are on the disk."""
        sealed = asyncio.Event()
        self._keeper.on_sealed = sealed.set
        self._ended.append(time.monotonic())
        self._keeper.tell(turn.GivenBack())
        await sealed.wait()
        return 1e3 * (time.monotonic() - self._ended[-1])

    async def close(self) -> None:
        """Waits for the episodes that are being made."""
        await self._keeper.shut_down()

    def _kept(self) -> None:
        self.made_ms.append(1e3 * (time.monotonic() - self._ended[len(self.made_ms)]))
