"""Connections: how many, how long without a word, and who is shown out."""

import time

import pytest
from cell_neighbours import until

from teleop.cell import texts, visitors
from teleop.cell.visitor import Ear
from teleop.cell.visitors import HALF_OPEN_NS, HELLO_NS, SILENT_NS, Visitors
from teleop.metrics import CellMetrics
from teleop.tickets import Ticket
from teleop.wire.hub_to_cell import Offer

VIEWER = Ticket("viewer", "test", "ada", None, None, 10**10)


class Door:
    def __init__(self) -> None:
        self.left, self.taken, self.metrics = [], [], CellMetrics()
        ear = Ear(self.metrics, lambda visitor, message: self.taken.append(message))
        self.visitors = Visitors([], ear, self.metrics, self.left.append)

    def refused(self, reason: str, wire: str = "signalling") -> float:
        return self.metrics.refusals.labels(wire=wire, reason=reason)._value.get()


@pytest.fixture
async def door():
    made = Door()
    yield made
    await made.visitors.close_all()


async def test_a_half_open_connection_is_closed_after_ten_seconds(door, browser):
    page = browser(0)
    answer = await door.visitors.answer(Offer(1, "session-1", await page.offer()))
    assert answer.sdp
    begun_ns = time.monotonic_ns()
    door.visitors.close_overdue(begun_ns + HALF_OPEN_NS - 10**9)
    assert door.left == []
    door.visitors.close_overdue(begun_ns + HALF_OPEN_NS + 10**9)
    assert [visitor.session for visitor in door.left] == ["session-1"]


async def test_who_never_says_hello_or_falls_silent_is_closed(door, browser):
    page = browser(0)
    await page.take((await door.visitors.answer(Offer(1, "session-1", await page.offer()))).sdp)
    await page.opened()
    (visitor, _) = next(iter(door.visitors._peers.values()))
    await until(lambda: visitor.connected, "connection")
    now_ns = time.monotonic_ns()
    door.visitors.close_overdue(now_ns + HELLO_NS - 10**9)
    visitor.ticket = VIEWER
    door.visitors.close_overdue(now_ns + HELLO_NS + 10**9)
    assert door.left == [] and door.visitors.greeted == [visitor]
    visitor.heard_ns = now_ns
    door.visitors.close_overdue(now_ns + SILENT_NS + 10**9)
    assert door.left == [visitor] and door.visitors.greeted == []


async def test_bad_offers_used_sessions_and_a_full_cell_are_refused(door, browser, monkeypatch):
    assert (await door.visitors.answer(Offer(1, "session-1", "v=0"))).refused == "wrong_media_lines"
    sdp = await browser(0).offer()
    assert (await door.visitors.answer(Offer(1, "session-2", sdp))).sdp
    assert (await door.visitors.answer(Offer(1, "session-2", sdp))).refused == "session_used"
    monkeypatch.setattr(visitors, "MAX_VISITORS", 1)
    assert (await door.visitors.answer(Offer(1, "session-3", sdp))).refused == "cell_full"
    assert [door.refused(reason) for reason in ("wrong_media_lines", "session_used", "cell_full")] == [
        1,
        1,
        1,
    ]


async def test_a_dismissed_visitor_is_gone_a_moment_later(door, browser):
    page = browser(0)
    await page.take((await door.visitors.answer(Offer(1, "session-1", await page.offer()))).sdp)
    await page.opened()
    (visitor, _) = next(iter(door.visitors._peers.values()))
    await until(lambda: visitor.connected, "connection")
    door.visitors.dismiss(visitor, "replaced", texts.REPLACED)
    assert b"replaced" in await page.received["events"].get()
    await until(lambda: door.left, "closed")
    door.visitors.close(visitor)
    assert door.left == [visitor] and door.refused("replaced", "events") == 1
