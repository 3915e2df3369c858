"""Relays WebRTC offers of pages to cells, and the cells' answers back."""

import secrets
from dataclasses import dataclass, field

from teleop.hub import queue, signalling
from teleop.hub.clocks import Clocks
from teleop.hub.desk import Desk
from teleop.hub.links import Links, Page
from teleop.hub.texts import failure
from teleop.hub.turn_credentials import TurnServer, credential
from teleop.hub.wires import encode_cell, encode_page
from teleop.metrics import HubMetrics
from teleop.wire.browser_in import BrowserOffer
from teleop.wire.browser_out import BrowserAnswer, Failure, IceServer
from teleop.wire.cell_to_hub import Answer
from teleop.wire.hub_to_cell import Offer


@dataclass(slots=True)
class Relay:
    """Offers that wait for an answer; every offer ends in an answer or a failure within 10 s."""

    links: Links
    desk: Desk
    clocks: Clocks
    metrics: HubMetrics
    turn: TurnServer | None = None
    waiting: signalling.Table = field(default_factory=dict)

    def offer(self, page: Page, offer: BrowserOffer) -> None:
        """Sends a page's offer on, or tells the page why not."""
        refused = self._relay(page, offer)
        if refused is not None:
            self._fail(page, refused)

    def answer(self, cell_id: str, answer: Answer) -> None:
        """Sends a cell's answer to the page that asked; answers nobody waits for are counted."""
        self.waiting, asked = signalling.take(self.waiting, answer.session, cell_id)
        page = None if asked is None else self.links.pages.get(asked.page)
        if asked is None or page is None:
            self.metrics.refused.labels(wire="cell", reason="unknown_session").inc()
        elif not answer.sdp:
            self._fail(page, cell_failure(asked.request, answer.refused))
        else:
            self.metrics.offers.labels(outcome="answered").inc()
            message = BrowserAnswer(version=1, request=asked.request, session=asked.session, sdp=answer.sdp)
            page.outbox.put(encode_page(message))

    def tick(self) -> None:
        """Tells pages whose cell did not answer in time."""
        self.waiting, late = signalling.expire(self.waiting, self.clocks.now_ns())
        for asked in late:
            page = self.links.pages.get(asked.page)
            if page is not None:
                self._fail(page, failure("cell_silent", asked.request))

    def forget(self, page: Page) -> None:
        """Drops the offers of a page that left."""
        self.waiting = signalling.forget_page(self.waiting, page.number)

    def ice_servers(self, subject: str) -> tuple[IceServer, ...]:
        """Servers that help a person or a cell to be reached, with passwords for the next minutes."""
        if self.turn is None:
            return ()
        return (credential(self.turn, subject, self.clocks.utc_ns() // 1_000_000_000),)

    def _relay(self, page: Page, offer: BrowserOffer) -> Failure | None:
        if not page.caller.roles:
            return failure("not_signed_in", offer.request)
        fault = signalling.fault(offer.sdp)
        if fault is not None:
            return failure("bad_offer", offer.request, fault)
        link = self.links.cells.get(offer.cell_id)
        if link is None:
            return failure("cell_offline", offer.request)
        session = secrets.token_urlsafe(18)
        deadline = self.clocks.now_ns() + signalling.ANSWER_NS
        asked = signalling.Waiting(session, page.number, offer.request, offer.cell_id, deadline, page.subject)
        table = signalling.put(self.waiting, asked)
        if table is None:
            return failure("too_many_offers", offer.request)
        self.waiting = table
        helpers, kept = self.ice_servers(offer.cell_id), self._seat_kept(page, offer.cell_id)
        relayed = Offer(1, session, offer.sdp, page.subject, helpers, kept)
        link.outbox.put(encode_cell(relayed))
        return None

    def _seat_kept(self, page: Page, cell_id: str) -> bool:
        """Whether this page is let in while the cell has no connection left for watchers."""
        turn = queue.turn_of(self.desk.line, page.caller.account_id or "")
        return "operator" in page.caller.roles or (turn is not None and turn.cell_id == cell_id)

    def _fail(self, page: Page, message: Failure) -> None:
        self.metrics.offers.labels(outcome=message.reason).inc()
        page.outbox.put(encode_page(message))


def cell_failure(request: int, refused: str) -> Failure:
    """What a page is told when the cell refuses: in words where people can do something about it."""
    if refused == "too_many_connections":
        return failure("too_many_connections", request)
    if refused == "cell_full":
        return failure("cell_full", request)
    return failure("cell_refused", request, refused)
