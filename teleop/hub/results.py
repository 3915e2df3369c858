"""Results of turns: kept once, acknowledged to the cell, shown to the player, ranked for everyone."""

from dataclasses import dataclass

import structlog

from teleop.hub import queue, ranking
from teleop.hub.clocks import Clocks
from teleop.hub.desk import Desk
from teleop.hub.links import CellLink, Links
from teleop.hub.store.turns import KeptResult, ResultRefused, TurnStore
from teleop.hub.wires import encode_cell, encode_page
from teleop.metrics import HubMetrics
from teleop.wire.browser_out import Result
from teleop.wire.cell_to_hub import TurnResult
from teleop.wire.hub_to_cell import ResultKept

LEADERBOARD_ROWS = 100
log = structlog.get_logger("teleop.hub.results")


@dataclass(slots=True)
class Results:
    """Takes results in from cells and gives them out to pages."""

    desk: Desk
    links: Links
    turns: TurnStore
    clocks: Clocks
    metrics: HubMetrics

    async def take(self, link: CellLink, result: TurnResult) -> None:
        """Keeps a result and says so to the cell, which sends it again until then."""
        if result.cell_id != link.cell_id:
            self._refuse(link, result, f"sent by cell {link.cell_id}")
            return
        try:
            fresh = await self.turns.keep_result(result, self.clocks.utc_ns())
        except ResultRefused as refused:
            self._refuse(link, result, str(refused))
            return
        link.outbox.put(encode_cell(ResultKept(version=1, turn_id=result.turn_id)))
        self.desk.tell(queue.TurnEnded(result.turn_id))
        if fresh:
            self.metrics.results.labels(solved=str(result.solved).lower()).inc()
            await self._show(result.turn_id)

    async def one(self, turn_id: str) -> Result | None:
        """The result of a turn as pages show it."""
        kept = await self.turns.result(turn_id)
        if kept is None:
            return None
        rivals = await self.turns.results_of(kept.row.puzzle_id)
        rank = ranking.rank(kept.row, (other.row for other in rivals)) if kept.row.account_id else None
        return card(kept, rank)

    async def leaderboard(self, puzzle_id: str | None) -> tuple[Result, ...]:
        """The best solved turn of each player, ranked within its puzzle; best first."""
        kept = {result.row.turn_id: result for result in await self.turns.results_of(puzzle_id)}
        places: dict[str, int] = {}
        rows: list[Result] = []
        for row in ranking.leaderboard(result.row for result in kept.values()):
            places[row.puzzle_id] = places.get(row.puzzle_id, 0) + 1
            if places[row.puzzle_id] <= LEADERBOARD_ROWS:
                rows.append(card(kept[row.turn_id], places[row.puzzle_id]))
        return tuple(rows)

    async def _show(self, turn_id: str) -> None:
        kept = await self.turns.result(turn_id)
        result = await self.one(turn_id)
        if kept is not None and result is not None:
            for page in self.links.pages_of(kept.row.account_id):
                page.outbox.put(encode_page(result))

    def _refuse(self, link: CellLink, result: TurnResult, why: str) -> None:
        self.metrics.refused.labels(wire="cell", reason="wrong_result").inc()
        log.error("result refused", turn=result.turn_id, cell=link.cell_id, why=why)


def card(kept: KeptResult, rank: int | None) -> Result:
    """A kept result as a page shows it."""
    row = kept.row
    return Result(
        version=1,
        turn_id=row.turn_id,
        cell_id=kept.cell_id,
        puzzle_id=row.puzzle_id,
        puzzle_title=kept.puzzle_title,
        pseudonym=kept.name,
        solved=row.solved,
        reason=kept.reason,
        score=row.score,
        stars=kept.stars,
        time_s=row.time_s,
        moves=row.moves,
        ended_utc_ns=row.ended_utc_ns,
        episode_id=kept.episode_id,
        rank=rank,
    )
