"""What a cell must not forget when it dies: the highest lease epoch, the running turn, unsent results.

A result whose episode is still being made waits in a folder of its own.

Every write is whole or not there.
"""

from pathlib import Path

import msgspec

from robot_bridge.wire.units import Epoch
from teleop.durable_files import sync, write_whole
from teleop.wire.cell_to_hub import TurnResult
from teleop.wire.hub_to_cell import Lease

_EPOCH_FILE = "lease_epoch.json"
_RUNNING_FILE = "running_turn.json"
_OUTBOX = "outbox"
_PENDING = "pending"


class _Epoch(msgspec.Struct, frozen=True):
    lease_epoch: Epoch


class Durable:
    """The state folder of one cell. Its calls take a few milliseconds: they wait for the disk."""

    def __init__(self, folder: Path) -> None:
        """Makes the folder; raises OSError when it cannot, msgspec.MsgspecError when it is damaged."""
        self._folder = folder
        for name in (_OUTBOX, _PENDING):
            (folder / name).mkdir(parents=True, exist_ok=True)
        self._lease_epoch = self._read_epoch()

    @property
    def lease_epoch(self) -> int:
        """The highest lease epoch that this cell has ever accepted (0 before the first)."""
        return self._lease_epoch

    def begin(self, lease: Lease) -> None:
        """Fences all older leases and notes the turn as running."""
        write_whole(self._folder / _EPOCH_FILE, msgspec.json.encode(_Epoch(lease.epoch)))
        self._lease_epoch = lease.epoch
        write_whole(self._folder / _RUNNING_FILE, msgspec.json.encode(lease))

    def interrupted(self) -> Lease | None:
        """The turn noted as running: after a start, the one in whose middle the cell died."""
        try:
            return msgspec.json.decode((self._folder / _RUNNING_FILE).read_bytes(), type=Lease)
        except FileNotFoundError:
            return None

    def hold(self, result: TurnResult) -> None:
        """Keeps a result until its episode is made; its turn is no longer running."""
        write_whole(self._folder / _PENDING / f"{result.turn_id}.json", msgspec.json.encode(result))
        self._end(result)

    def keep(self, result: TurnResult) -> None:
        """Puts a result into the outbox; its turn is no longer running and nothing of it is pending."""
        write_whole(self._outbox_path(result.turn_id), msgspec.json.encode(result))
        (self._folder / _PENDING / f"{result.turn_id}.json").unlink(missing_ok=True)
        self._end(result)

    def _end(self, result: TurnResult) -> None:
        running = self.interrupted()
        if running is not None and running.turn_id == result.turn_id:
            (self._folder / _RUNNING_FILE).unlink(missing_ok=True)
            sync(self._folder)

    def drop(self, turn_id: str) -> None:
        """Removes a result that the hub has stored."""
        self._outbox_path(turn_id).unlink(missing_ok=True)

    def pending(self) -> tuple[TurnResult, ...]:
        """Every result whose episode was being made, oldest first."""
        return self._results(_PENDING)

    def unsent(self) -> tuple[TurnResult, ...]:
        """Every result in the outbox, oldest first."""
        return self._results(_OUTBOX)

    def _results(self, name: str) -> tuple[TurnResult, ...]:
        found = [
            msgspec.json.decode(path.read_bytes(), type=TurnResult)
            for path in (self._folder / name).glob("*.json")
        ]
        return tuple(sorted(found, key=lambda result: result.ended_utc_ns))

    def _outbox_path(self, turn_id: str) -> Path:
        return self._folder / _OUTBOX / f"{turn_id}.json"

    def _read_epoch(self) -> int:
        try:
            content = (self._folder / _EPOCH_FILE).read_bytes()
        except FileNotFoundError:
            return 0
        return msgspec.json.decode(content, type=_Epoch).lease_epoch
