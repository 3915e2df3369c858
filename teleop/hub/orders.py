"""Operators' stops, resets and rests: sent to the cell, confirmed by it, and kept in the record."""

import asyncio
from dataclasses import dataclass, field
from typing import Literal

import structlog

from teleop.hub.clocks import Clocks
from teleop.hub.links import Links
from teleop.hub.sessions import new_id
from teleop.hub.store.turns import OrderFacts, TurnStore
from teleop.hub.wires import encode_cell
from teleop.metrics import HubMetrics
from teleop.wire.browser_out import OrderAnswer
from teleop.wire.cell_to_hub import OrderDone
from teleop.wire.hub_to_cell import Order

CONFIRM_S = 2.0
log = structlog.get_logger("teleop.hub.orders")


@dataclass(frozen=True, slots=True)
class Wish:
    """What an operator wants of a cell."""

    cell_id: str
    kind: Literal["stop", "reset", "rest"]
    stop_id: str
    by: str
    reason: str
    stop_generation: int = 0


@dataclass(slots=True)
class Orders:
    """Orders under way, by order id; only the cell that was asked can confirm one."""

    links: Links
    turns: TurnStore
    clocks: Clocks
    metrics: HubMetrics
    confirm_s: float = CONFIRM_S
    waiting: dict[str, tuple[str, asyncio.Future[OrderDone]]] = field(default_factory=dict)

    async def give(self, wish: Wish) -> OrderAnswer:
        """Sends an order and waits up to 2 s for the cell's word; the record is written in any case."""
        order_id = new_id("order")
        given_utc_ns = self.clocks.utc_ns()
        done, outcome = await self._ask(order_id, wish)
        self.metrics.orders.labels(kind=wish.kind, outcome="done" if done else "not_done").inc()
        log.info(
            "order", order=order_id, done=done, outcome=outcome, cell=wish.cell_id, kind=wish.kind, by=wish.by
        )
        await self.turns.add_order(
            OrderFacts(
                order_id,
                wish.cell_id,
                wish.kind,
                wish.stop_id,
                wish.by,
                wish.reason,
                outcome,
                done,
                given_utc_ns,
            )
        )
        return OrderAnswer(done=done, stop_id=wish.stop_id, reason=outcome)

    def done(self, cell_id: str, answer: OrderDone) -> None:
        """Hands a cell's word to whoever waits for it; others are counted."""
        asked, future = self.waiting.get(answer.order_id, ("", None))
        if future is None or asked != cell_id or future.done():
            self.metrics.refused.labels(wire="cell", reason="unknown_order").inc()
            return
        future.set_result(answer)

    async def _ask(self, order_id: str, wish: Wish) -> tuple[bool, str]:
        link = self.links.cells.get(wish.cell_id)
        order = Order(1, order_id, wish.kind, wish.stop_id, wish.by, wish.reason, wish.stop_generation)
        if link is None or not link.outbox.put(encode_cell(order)):
            return False, "the cell is offline"
        future: asyncio.Future[OrderDone] = asyncio.get_running_loop().create_future()
        self.waiting[order_id] = (wish.cell_id, future)
        try:
            async with asyncio.timeout(self.confirm_s):
                answer = await future
        except TimeoutError:
            return False, "the cell did not confirm in time"
        finally:
            del self.waiting[order_id]
        return answer.done, answer.reason
