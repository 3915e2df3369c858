"""Turns, results, puzzles and operators' orders in the database."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.ext.asyncio import AsyncEngine, async_sessionmaker

from teleop.hub.ranking import Row
from teleop.hub.store.tables import Account, OrderRow, PuzzleRow, ResultRow, Setting, TurnRow
from teleop.wire.cell_to_hub import TurnResult
from teleop.wire.player_out import Bilingual, PuzzleInfo


@dataclass(frozen=True, slots=True)
class TurnFacts:
    """A granted lease."""

    turn_id: str
    cell_id: str
    epoch: int
    account_id: str
    puzzle_id: str
    puzzle_version: int
    duration_s: float
    consent_id: str
    granted_utc_ns: int


@dataclass(frozen=True, slots=True)
class KeptResult:
    """A stored result with what pages show beside it."""

    row: Row
    cell_id: str
    name: str
    stars: int
    reason: Bilingual
    puzzle_title: Bilingual
    episode_id: str | None


@dataclass(frozen=True, slots=True)
class OrderFacts:
    """An operator's order and its outcome."""

    order_id: str
    cell_id: str
    kind: str
    stop_id: str
    given_by: str
    reason: str
    outcome: str
    done: bool
    given_utc_ns: int


class ResultRefused(Exception):
    """A result that contradicts the turn it names."""


class TurnStore:
    """Reads and writes turns and results; every method is one transaction."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._open = async_sessionmaker(engine, expire_on_commit=False)

    async def series(self, fresh: str) -> str:
        """The name of this database in turn ids; `fresh` becomes it when there is none yet."""
        async with self._open.begin() as db:
            await db.execute(insert(Setting).values(name="series", value=fresh).on_conflict_do_nothing())
            return (await db.get_one(Setting, "series")).value

    async def epochs(self) -> dict[str, int]:
        """The highest epoch ever granted per cell."""
        query = select(TurnRow.cell_id, func.max(TurnRow.epoch)).group_by(TurnRow.cell_id)
        async with self._open() as db:
            return {cell: epoch for cell, epoch in (await db.execute(query))}

    async def open_turns(self) -> tuple[TurnFacts, ...]:
        """The newest turn of each cell, where it is not known to be over."""
        newest = select(TurnRow.cell_id, func.max(TurnRow.epoch)).group_by(TurnRow.cell_id)
        async with self._open() as db:
            latest = {(cell, epoch) for cell, epoch in (await db.execute(newest))}
            rows = (await db.scalars(select(TurnRow).where(TurnRow.over_utc_ns.is_(None)))).all()
        return tuple(_facts(row) for row in rows if (row.cell_id, row.epoch) in latest)

    async def add_turn(self, turn: TurnFacts) -> None:
        """Writes a lease down, before it is sent."""
        async with self._open.begin() as db:
            db.add(
                TurnRow(
                    turn_id=turn.turn_id,
                    cell_id=turn.cell_id,
                    epoch=turn.epoch,
                    account_id=turn.account_id,
                    puzzle_id=turn.puzzle_id,
                    puzzle_version=turn.puzzle_version,
                    duration_s=turn.duration_s,
                    consent_id=turn.consent_id,
                    granted_utc_ns=turn.granted_utc_ns,
                    over_utc_ns=None,
                )
            )

    async def turn(self, turn_id: str) -> TurnFacts | None:
        """A turn by its id."""
        async with self._open() as db:
            row = await db.get(TurnRow, turn_id)
        return None if row is None else _facts(row)

    async def end_turn(self, turn_id: str, now_utc_ns: int) -> None:
        """Notes that a turn is over."""
        query = update(TurnRow).where(TurnRow.turn_id == turn_id, TurnRow.over_utc_ns.is_(None))
        async with self._open.begin() as db:
            await db.execute(query.values(over_utc_ns=now_utc_ns))

    async def keep_result(self, result: TurnResult, now_utc_ns: int) -> bool:
        """Stores a result once; False when it was there already.

        Raises ResultRefused when it contradicts the turn or an earlier result of the same turn.
        """
        async with self._open.begin() as db:
            turn = await db.get(TurnRow, result.turn_id)
            if turn is not None and (turn.cell_id, turn.epoch) != (result.cell_id, result.lease_epoch):
                raise ResultRefused(f"turn {result.turn_id} is epoch {turn.epoch} of cell {turn.cell_id}")
            known = await db.get(ResultRow, result.turn_id)
            if known is not None and (known.cell_id, known.epoch) != (result.cell_id, result.lease_epoch):
                raise ResultRefused(f"turn {result.turn_id} has a result of cell {known.cell_id}")
            if known is None:
                db.add(_result_row(result, None if turn is None else turn.account_id, now_utc_ns))
                if turn is not None and turn.over_utc_ns is None:
                    turn.over_utc_ns = now_utc_ns
        return known is None

    async def result(self, turn_id: str) -> KeptResult | None:
        """The result of a turn."""
        found = await self._results(ResultRow.turn_id == turn_id)
        return found[0] if found else None

    async def results_of(self, puzzle_id: str | None) -> tuple[KeptResult, ...]:
        """All results that count for a leaderboard: solved ones of known players."""
        chosen: ColumnElement[bool] = ResultRow.solved.is_(True)
        if puzzle_id is not None:
            chosen = chosen & (ResultRow.puzzle_id == puzzle_id)
        return tuple(kept for kept in await self._results(chosen) if kept.row.account_id)

    async def owner_of_episode(self, episode_id: str) -> str | None:
        """The account whose turn this episode records."""
        async with self._open() as db:
            query = select(ResultRow.account_id).where(ResultRow.episode_id == episode_id)
            return (await db.scalars(query)).first()

    async def forget_episodes(self, episode_ids: tuple[str, ...]) -> None:
        """Takes erased episodes out of the results that name them."""
        named = ResultRow.episode_id.in_(episode_ids)
        gone = {"episode_id": None, "episode_sha256": "", "episode_bytes": 0}
        async with self._open.begin() as db:
            await db.execute(update(ResultRow).where(named).values(**gone))

    async def plays(self) -> dict[str, int]:
        """How many results there are per puzzle."""
        query = select(ResultRow.puzzle_id, func.count()).group_by(ResultRow.puzzle_id)
        async with self._open() as db:
            return {puzzle: count for puzzle, count in (await db.execute(query))}

    async def best_scores(self) -> dict[str, int]:
        """The highest score of a solved turn per puzzle."""
        query = (
            select(ResultRow.puzzle_id, func.max(ResultRow.score))
            .where(ResultRow.solved, ResultRow.account_id.is_not(None))
            .group_by(ResultRow.puzzle_id)
        )
        async with self._open() as db:
            return {puzzle: score for puzzle, score in (await db.execute(query))}

    async def keep_puzzles(self, puzzles: tuple[PuzzleInfo, ...]) -> None:
        """Remembers the titles of puzzles."""
        async with self._open.begin() as db:
            for puzzle in puzzles:
                titles = {"title_en": puzzle.title.en, "title_zh": puzzle.title.zh}
                row = insert(PuzzleRow).values(puzzle_id=puzzle.id, **titles)
                await db.execute(row.on_conflict_do_update(index_elements=["puzzle_id"], set_=titles))

    async def add_order(self, order: OrderFacts) -> None:
        """Records an operator's order and its outcome."""
        async with self._open.begin() as db:
            db.add(
                OrderRow(
                    order_id=order.order_id,
                    cell_id=order.cell_id,
                    kind=order.kind,
                    stop_id=order.stop_id,
                    given_by=order.given_by,
                    reason=order.reason,
                    outcome=order.outcome,
                    done=order.done,
                    given_utc_ns=order.given_utc_ns,
                )
            )

    async def _results(self, chosen: ColumnElement[bool]) -> tuple[KeptResult, ...]:
        query = (
            select(ResultRow, Account.name, PuzzleRow.title_en, PuzzleRow.title_zh)
            .join(Account, ResultRow.account_id == Account.account_id, isouter=True)
            .join(PuzzleRow, ResultRow.puzzle_id == PuzzleRow.puzzle_id, isouter=True)
            .where(chosen)
        )
        async with self._open() as db:
            found = (await db.execute(query)).all()
        return tuple(_kept(row, name or "", Bilingual(en or row.puzzle_id, zh or row.puzzle_id))
                     for row, name, en, zh in found)  # fmt: skip


def _facts(row: TurnRow) -> TurnFacts:
    return TurnFacts(
        row.turn_id,
        row.cell_id,
        row.epoch,
        row.account_id,
        row.puzzle_id,
        row.puzzle_version,
        row.duration_s,
        row.consent_id,
        row.granted_utc_ns,
    )


def _kept(row: ResultRow, name: str, title: Bilingual) -> KeptResult:
    ranked = Row(
        row.turn_id,
        row.account_id or "",
        row.puzzle_id,
        row.solved,
        row.score,
        row.time_s,
        row.moves,
        row.ended_utc_ns,
    )
    reason = Bilingual(row.reason_en, row.reason_zh)
    return KeptResult(ranked, row.cell_id, name, row.stars, reason, title, row.episode_id)


def _result_row(result: TurnResult, account_id: str | None, now_utc_ns: int) -> ResultRow:
    return ResultRow(
        turn_id=result.turn_id,
        account_id=account_id,
        cell_id=result.cell_id,
        epoch=result.lease_epoch,
        puzzle_id=result.puzzle_id,
        puzzle_version=result.puzzle_version,
        solved=result.solved,
        reason_en=result.reason.en,
        reason_zh=result.reason.zh,
        score=result.score,
        stars=result.stars,
        time_s=result.time_s,
        moves=result.moves,
        ended_utc_ns=result.ended_utc_ns,
        episode_id=result.episode_id,
        episode_sha256=result.episode_sha256,
        episode_bytes=result.episode_bytes,
        received_utc_ns=now_utc_ns,
    )
