"""Everyone who is connected: answers offers, closes the half-open and the silent, keeps count."""

import asyncio
import time
from collections.abc import Callable, Coroutine, Sequence

import structlog

from teleop.cell.peer import Channel, Peer
from teleop.cell.sdp import OfferRefused
from teleop.cell.streams import EncodedPicture, PictureStream
from teleop.cell.visitor import Ear, Visitor, new_visitor
from teleop.metrics import CellMetrics
from teleop.wire.browser_out import IceServer
from teleop.wire.cell_to_hub import Answer
from teleop.wire.hub_to_cell import Offer
from teleop.wire.player_out import Bilingual, EventOut, Refused

MAX_VISITORS = 40
KEPT_SEATS = 4
MAX_PER_SUBJECT = 3
HALF_OPEN_NS = 10_000_000_000
HELLO_NS = 5_000_000_000
SILENT_NS = 10_000_000_000
AWAY_NS = 700_000_000
STALL_NS = 200_000_000
GOODBYE_S = 0.3
_log = structlog.get_logger()


class _Listener:
    def __init__(self, visitor: Visitor, visitors: "Visitors") -> None:
        self._visitor, self._visitors = visitor, visitors

    def on_message(self, channel: Channel, data: bytes | str) -> None:
        self._visitors.ear.hear(self._visitor, channel, data, time.monotonic_ns())

    def on_connected(self) -> None:
        self._visitor.connected = True
        self._visitor.greeted_ns = time.monotonic_ns()

    def on_gone(self) -> None:
        self._visitors.close(self._visitor)

    def on_stranger(self) -> None:
        self._visitors.metrics.refusals.labels(wire="media", reason="stranger").inc()


class Visitors:
    """The open connections of the cell."""

    def __init__(
        self,
        streams: Sequence[PictureStream],
        ear: Ear,
        metrics: CellMetrics,
        on_leave: Callable[[Visitor], None],
        stun_urls: Sequence[str] = (),
    ) -> None:
        """`on_leave` hears of every visitor whose connection ended."""
        self.ear, self.metrics = ear, metrics
        self._streams = tuple(streams)
        self._stun_servers = tuple(IceServer((url,)) for url in stun_urls)
        self._on_leave = on_leave
        self.on_sent: Callable[[Visitor, str, EncodedPicture, int], None] = _nobody_hears
        self._peers: dict[str, tuple[Visitor, Peer]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._looked_ns = 0

    @property
    def greeted(self) -> list[Visitor]:
        """Those who have proved who they are."""
        return [visitor for visitor, _ in self._peers.values() if visitor.ticket is not None]

    @property
    def watching(self) -> int:
        """How many watch the arm, operators among them; the player drives it."""
        return sum(visitor.role != "player" for visitor in self.greeted)

    async def answer(self, offer: Offer) -> Answer:
        """Answers an offer, or says in one word why not."""
        if len(self._peers) >= (MAX_VISITORS if offer.seat_kept else MAX_VISITORS - KEPT_SEATS):
            return self._refuse(offer, "cell_full")
        if offer.session in self._peers:
            return self._refuse(offer, "session_used")
        if not self._make_room(offer.subject):
            return self._refuse(offer, "too_many_connections")
        visitor = new_visitor(offer.session, time.monotonic_ns(), offer.subject)
        peer = Peer(self._streams, _Listener(visitor, self), (*self._stun_servers, *offer.ice_servers))
        visitor.connection = peer
        peer.on_sent = lambda camera, picture, now_ns: self.on_sent(visitor, camera, picture, now_ns)
        self._peers[offer.session] = (visitor, peer)
        sdp = ""
        try:
            sdp = await peer.answer(offer.sdp)
        except OfferRefused as refused:
            return self._refuse(offer, str(refused))
        finally:
            # Also when something unforeseen broke: a connection that nobody can use takes no place.
            if not sdp:
                self.close(visitor)
        self.count()
        return Answer(version=1, session=offer.session, sdp=sdp, refused="")

    def links(self, player: Visitor | None) -> list[tuple[bool, Peer]]:
        """The connections that pictures go to, and whether it is the player who sees them."""
        return [(visitor is player, peer) for visitor, peer in self._peers.values() if not visitor.away]

    def tell_all(self, message: EventOut) -> None:
        """Sends reliable news to everyone who has said Hello."""
        for visitor in self.greeted:
            visitor.tell(message)

    def close(self, visitor: Visitor) -> None:
        """Ends a connection; ending it twice is allowed."""
        found = self._peers.pop(visitor.session, None)
        if found is None:
            return
        self._spawn(found[1].close())
        self.count()
        self._on_leave(visitor)

    def dismiss(self, visitor: Visitor, reason: str, text: Bilingual) -> None:
        """Tells a visitor why and ends the connection a moment later."""
        self.metrics.refusals.labels(wire="events", reason=reason).inc()
        visitor.tell(Refused(version=1, reason=reason, text=text))
        self._spawn(self._close_soon(visitor))

    def close_overdue(self, now_ns: int) -> None:
        """Ends connections that never opened, never said Hello, or fell silent; notes who is away."""
        # After a stall of our own, what browsers said meanwhile still waits to be read.
        stalled, self._looked_ns = now_ns - self._looked_ns > STALL_NS, now_ns
        for visitor, peer in list(self._peers.values()):
            if not stalled:
                self._look_for(visitor, peer, now_ns)
            if not visitor.connected:
                overdue = now_ns - visitor.since_ns > HALF_OPEN_NS
            elif visitor.ticket is None:
                overdue = now_ns - (visitor.greeted_ns or visitor.since_ns) > HELLO_NS
            else:
                overdue = now_ns - visitor.heard_ns > SILENT_NS
            if overdue:
                _log.info("visitor_overdue", session=visitor.session, role=visitor.role)
                self.close(visitor)

    async def close_all(self) -> None:
        """Ends every connection and waits for it."""
        for visitor, _ in list(self._peers.values()):
            self.close(visitor)
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=5)

    def _look_for(self, visitor: Visitor, peer: Peer, now_ns: int) -> None:
        """Sends no pictures to a browser that is not there, and sends them again when it is."""
        away = peer.silent(now_ns) and now_ns - visitor.heard_ns > AWAY_NS
        if away == visitor.away or not visitor.connected:
            return
        visitor.away = away
        peer.pause(away)
        if away:
            self.metrics.away.labels(role=visitor.role or "unknown").inc()
        _log.info("visitor_away" if away else "visitor_back", session=visitor.session, role=visitor.role)

    def _make_room(self, subject: str) -> bool:
        """Ends an unfinished or dead connection of someone who has too many; False when all are in use."""
        mine = [visitor for visitor, _ in self._peers.values() if subject and visitor.subject == subject]
        if len(mine) < MAX_PER_SUBJECT:
            return True
        unused = [visitor for visitor in mine if visitor.away or visitor.ticket is None]
        if unused:
            self.close(unused[0])
        return bool(unused)

    def _refuse(self, offer: Offer, reason: str) -> Answer:
        self.metrics.refusals.labels(wire="signalling", reason=reason.partition(":")[0]).inc()
        return Answer(version=1, session=offer.session, sdp="", refused=reason[:200])

    def count(self) -> None:
        """Brings the gauge of connected browsers up to date."""
        roles = [visitor.role or "unknown" for visitor, _ in self._peers.values()]
        for role in ("player", "viewer", "operator", "unknown"):
            self.metrics.peers.labels(role=role).set(roles.count(role))

    async def _close_soon(self, visitor: Visitor) -> None:
        await asyncio.sleep(GOODBYE_S)
        self.close(visitor)

    def _spawn(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _nobody_hears(visitor: Visitor, camera: str, picture: EncodedPicture, now_ns: int) -> None:
    """Hears that a visitor was sent a picture, before the cell is wired up."""
