"""Connections: how many, how long without a word, and who is shown out."""

import time

import pytest
from cell_neighbours import until

from teleop.cell import pulse, texts, visitors
from teleop.cell.visitor import Ear
from teleop.cell.visitors import (
    AWAY_NS,
    HALF_OPEN_NS,
    HELLO_NS,
    SILENT_NS,
    STALL_NS,
    Visitors,
)
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
    door.visitors.close_overdue(begun_ns + 9 * 10**9)
    assert door.left == []
    door.visitors.close_overdue(begun_ns + 11 * 10**9)
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


async def test_operators_watch_too_and_the_player_does_not(door, browser):
    sdp = await browser(0).offer()
    for number, role in enumerate((None, "viewer", "operator", "player")):
        assert (await door.visitors.answer(Offer(1, f"session-{number}", sdp, f"who-{number}"))).sdp
        visitor, _ = door.visitors._peers[f"session-{number}"]
        visitor.ticket = None if role is None else Ticket(role, "test", "ada", None, None, 10**10)
    assert door.visitors.watching == 2


async def test_bad_offers_used_sessions_and_a_full_cell_are_refused(door, browser, monkeypatch):
    assert (await door.visitors.answer(Offer(1, "session-1", "v=0"))).refused == "wrong_media_lines"
    sdp = await browser(0).offer()
    assert (await door.visitors.answer(Offer(1, "session-2", sdp))).sdp
    assert (await door.visitors.answer(Offer(1, "session-2", sdp))).refused == "session_used"
    monkeypatch.setattr(visitors, "MAX_VISITORS", 1)
    monkeypatch.setattr(visitors, "KEPT_SEATS", 0)
    assert (await door.visitors.answer(Offer(1, "session-3", sdp))).refused == "cell_full"
    assert [door.refused(reason) for reason in ("wrong_media_lines", "session_used", "cell_full")] == [
        1,
        1,
        1,
    ]


async def test_however_many_watch_an_operator_and_the_player_are_let_in(door, browser, monkeypatch):
    sdp = await browser(0).offer()
    monkeypatch.setattr(visitors, "MAX_VISITORS", visitors.KEPT_SEATS + 1)
    for number in range(3):
        answer = await door.visitors.answer(Offer(1, f"watcher-{number}", sdp, f"who-{number}"))
        assert answer.refused == ("cell_full" if number else "")
    for number in range(visitors.KEPT_SEATS + 1):
        offer = Offer(1, f"kept-{number}", sdp, f"kept-{number}", seat_kept=True)
        answer = await door.visitors.answer(offer)
        assert answer.refused == ("cell_full" if number == visitors.KEPT_SEATS else "")


async def test_what_nobody_foresaw_ends_that_one_connection(door, browser, monkeypatch):
    async def broken(self, sdp: str) -> str:
        raise RuntimeError("not foreseen")

    monkeypatch.setattr(visitors.Peer, "answer", broken)
    with pytest.raises(RuntimeError, match="not foreseen"):
        await door.visitors.answer(Offer(1, "session-1", await browser(0).offer(), "ada"))
    assert [visitor.session for visitor in door.left] == ["session-1"] and not door.visitors._peers


async def test_nobody_takes_more_than_three_connections_and_gives_up_their_own_first(door, browser):
    sdp = await browser(0).offer()
    for number in range(3):
        assert (await door.visitors.answer(Offer(1, f"session-{number}", sdp, "ada"))).sdp
    held = [visitor for visitor, _ in door.visitors._peers.values()]
    assert (await door.visitors.answer(Offer(1, "session-3", sdp, "ada"))).sdp
    assert door.left == [held[0]]
    for visitor, _ in door.visitors._peers.values():
        visitor.ticket = VIEWER
    assert (await door.visitors.answer(Offer(1, "session-4", sdp, "ada"))).refused == "too_many_connections"
    assert (await door.visitors.answer(Offer(1, "session-5", sdp, "bob"))).sdp
    held[2].away = True
    assert (await door.visitors.answer(Offer(1, "session-6", sdp, "ada"))).sdp
    assert door.left == [held[0], held[2]]


async def test_a_browser_without_a_sign_of_life_gets_no_pictures_until_it_shows_one(door, browser):
    page = browser(0)
    await page.take((await door.visitors.answer(Offer(1, "session-1", await page.offer()))).sdp)
    await page.opened()
    ((visitor, peer),) = door.visitors._peers.values()
    await until(lambda: visitor.connected, "connection")
    paused, silent = [], []
    peer.pause, peer.silent = paused.append, lambda now_ns: bool(silent)
    now_ns = visitor.heard_ns = time.monotonic_ns()
    silent.append("network")
    door.visitors.close_overdue(now_ns + AWAY_NS)
    assert not visitor.away and paused == []
    door.visitors.close_overdue(now_ns + AWAY_NS + STALL_NS + 1)
    assert not visitor.away, "the cell itself was asleep"
    door.visitors.close_overdue(now_ns + AWAY_NS)
    door.visitors.close_overdue(now_ns + AWAY_NS + 1)
    assert visitor.away and paused == [True]
    visitor.heard_ns = now_ns + AWAY_NS
    door.visitors.close_overdue(now_ns + AWAY_NS + 2)
    assert not visitor.away and paused == [True, False]
    assert door.metrics.away.labels(role="unknown")._value.get() == 1


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


def test_the_promised_times_are_these():
    """Half-open connections live for 10 s; who does not answer is away within a second."""
    assert HALF_OPEN_NS == 10 * 10**9
    assert max(AWAY_NS, pulse.SILENT_NS) + pulse.PERIOD_NS + STALL_NS < 10**9 + STALL_NS
