"""What the hub knows of its cells, as a pure state machine, and the cards that pages show of them."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

import msgspec

from teleop.hub import queue
from teleop.wire.browser_out import CellCard, PuzzleCard
from teleop.wire.cell_to_hub import CellStatus, Register
from teleop.wire.player_out import PuzzleInfo

SILENCE_NS = 3 * queue.SECOND_NS
NEVER_S = 1e6


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell since it registered; offline after 3 s without a status."""

    register: Register
    heard_ns: int
    online: bool = True
    status: CellStatus | None = None
    status_ns: int | None = None
    thumbnail: bytes | None = None
    thumbnail_version: int = 0


Fleet = Mapping[str, Cell]
EMPTY: Fleet = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Registered:
    """A cell dialled in."""

    register: Register


@dataclass(frozen=True, slots=True)
class Reported:
    """A cell sent its status."""

    cell_id: str
    status: CellStatus


@dataclass(frozen=True, slots=True)
class Pictured:
    """A cell sent a thumbnail."""

    cell_id: str
    jpeg: bytes


@dataclass(frozen=True, slots=True)
class Gone:
    """A cell's connection ended."""

    cell_id: str


@dataclass(frozen=True, slots=True)
class Tick:
    """Time passes."""


@dataclass(frozen=True, slots=True)
class WentOffline:
    """Effect: no grants for this cell until it reports again."""

    cell_id: str


Event = Registered | Reported | Pictured | Gone | Tick
Step = tuple[Fleet, tuple[WentOffline, ...]]


def step(fleet: Fleet, event: Event, now_ns: int) -> Step:
    """The next fleet, and which cells went offline by it."""
    match event:
        case Registered(register):
            return _with(fleet, register.cell_id, Cell(register, now_ns)), ()
        case Reported(cell_id, status):
            return _reported(fleet, cell_id, status, now_ns), ()
        case Pictured(cell_id, jpeg):
            return _pictured(fleet, cell_id, jpeg), ()
        case Gone(cell_id):
            return _offline(fleet, (cell_id,) if cell_id in fleet and fleet[cell_id].online else ())
        case _:
            silent = (
                key for key, cell in fleet.items() if cell.online and now_ns - cell.heard_ns > SILENCE_NS
            )
            return _offline(fleet, tuple(silent))


def puzzle_of(fleet: Fleet, cell_id: str, puzzle_id: str) -> PuzzleInfo | None:
    """A puzzle that a registered cell offers."""
    cell = fleet.get(cell_id)
    puzzles = () if cell is None else cell.register.puzzles
    return next((puzzle for puzzle in puzzles if puzzle.id == puzzle_id), None)


def cards(
    fleet: Fleet, line: queue.QueueState, names: Mapping[str, str], now_ns: int
) -> tuple[CellCard, ...]:
    """One card per registered cell, in the order of their ids."""
    return tuple(_card(fleet[cell_id], line, names, now_ns) for cell_id in sorted(fleet))


def public(card: CellCard) -> CellCard:
    """The card without what only operators see."""
    return msgspec.structs.replace(card, positions_rad=(), temperatures_c=(), bus_note="")


def puzzle_cards(fleet: Fleet, best: Mapping[str, int], plays: Mapping[str, int]) -> tuple[PuzzleCard, ...]:
    """Every puzzle that a registered cell offers, newest version, with the cells that offer it."""
    newest: dict[str, PuzzleInfo] = {}
    offered_by: dict[str, tuple[str, ...]] = {}
    for cell_id in sorted(fleet):
        for puzzle in fleet[cell_id].register.puzzles:
            offered_by[puzzle.id] = (*offered_by.get(puzzle.id, ()), cell_id)
            if puzzle.id not in newest or puzzle.version > newest[puzzle.id].version:
                newest[puzzle.id] = puzzle
    ordered = sorted(newest.values(), key=lambda puzzle: (puzzle.difficulty, puzzle.id))
    return tuple(PuzzleCard(p, offered_by[p.id], best.get(p.id), plays.get(p.id, 0)) for p in ordered)


def _card(cell: Cell, line: queue.QueueState, names: Mapping[str, str], now_ns: int) -> CellCard:
    register, status = cell.register, cell.status
    cell_id = register.cell_id
    waiting = len(queue.line(line, cell_id))
    seat = line.seats.get(cell_id)
    turn = None if seat is None else seat.turn
    since = None if turn is None else max(0, now_ns - turn.granted_ns) / queue.SECOND_NS
    busy = turn.turn_id if turn is not None else (status.turn_id if status else register.running_turn)
    age = NEVER_S if cell.status_ns is None else max(0, now_ns - cell.status_ns) / queue.SECOND_NS
    return CellCard(
        cell_id=cell_id,
        name=register.name,
        online=cell.online,
        source=register.source,
        arm=register.arm,
        mode=status.mode if status else None,
        cause=status.cause if status else None,
        stop_id=status.stop_id if status else None,
        stop_generation=status.stop_generation if status else 0,
        turn_id=busy,
        driver=None if turn is None else names.get(turn.place.subject),
        driver_since_s=since,
        viewers=status.viewers if status else 0,
        queue_length=waiting,
        wait_s=queue.wait_s(line, cell_id, waiting + 1, now_ns),
        thumbnail_version=cell.thumbnail_version,
        joints=register.joints,
        positions_rad=status.positions_rad if status else (),
        temperatures_c=status.temperatures_c if status else (),
        bus_ok=status.bus_ok if status else False,
        cameras_ok=status.cameras_ok if status else False,
        recorder=status.recorder if status else "idle",
        status_age_s=min(NEVER_S, age),
        posture=status.posture if status else "held",
        bus_note=status.bus_note if status else "",
    )


def _with(fleet: Fleet, cell_id: str, cell: Cell) -> Fleet:
    return MappingProxyType({**fleet, cell_id: cell})


def _reported(fleet: Fleet, cell_id: str, status: CellStatus, now_ns: int) -> Fleet:
    cell = fleet.get(cell_id)
    if cell is None:
        return fleet
    heard = replace(cell, status=status, status_ns=now_ns, heard_ns=now_ns, online=True)
    return _with(fleet, cell_id, heard)


def _pictured(fleet: Fleet, cell_id: str, jpeg: bytes) -> Fleet:
    cell = fleet.get(cell_id)
    if cell is None:
        return fleet
    return _with(fleet, cell_id, replace(cell, thumbnail=jpeg, thumbnail_version=cell.thumbnail_version + 1))


def _offline(fleet: Fleet, cell_ids: tuple[str, ...]) -> Step:
    for cell_id in cell_ids:
        fleet = _with(fleet, cell_id, replace(fleet[cell_id], online=False))
    return fleet, tuple(WentOffline(cell_id) for cell_id in cell_ids)
