"""The pages' WebSocket `/api/live`: lobby and news down, offers and signs of life up."""

import contextlib

from litestar import websocket

from teleop.hub import queue
from teleop.hub.access import Access
from teleop.hub.api.requests import Socket, hub_of
from teleop.hub.api.sockets import frames, sending
from teleop.hub.hub import Hub
from teleop.hub.links import Page
from teleop.hub.texts import failure
from teleop.hub.wires import MessageRefused, decode_page, encode_page
from teleop.wire.browser_in import BrowserOffer, FromBrowser, Still

MAX_PAGES = 2_000
MAX_BAD_MESSAGES = 20
TRY_LATER = 1013
BAD_MESSAGES = 4400


@websocket("/api/live", opt={"access": Access.ANYONE, "rate": "live"})
async def live(socket: Socket) -> None:
    """Serves one page until it leaves; visitors who are not signed in only see the lobby."""
    hub = hub_of(socket)
    await socket.accept()
    if len(hub.links.pages) >= MAX_PAGES:
        await socket.close(code=TRY_LATER)
        return
    hub.pages_opened += 1
    page = Page(hub.pages_opened, socket.user.caller, socket.user.session_sha256)
    hub.links.pages[page.number] = page
    try:
        async with sending(socket, page.outbox, text=True):
            hub.show_lobby(page)
            _show_turn(hub, page)
            await _read(hub, socket, page)
    finally:
        del hub.links.pages[page.number]
        hub.relay.forget(page)


def _show_turn(hub: Hub, page: Page) -> None:
    """A page that comes back during its turn gets a fresh ticket."""
    granted = hub.leases.granted_to(page.caller.account_id) if page.caller.account_id else None
    if granted is not None:
        page.outbox.put(encode_page(granted))


async def _read(hub: Hub, socket: Socket, page: Page) -> None:
    """Acts on the page's messages; one that sends too many bad ones is cut off."""
    bad = 0
    async with contextlib.aclosing(frames(socket)) as arriving:
        async for frame in arriving:
            if not hub.take_token("page_message", f"page {page.number}"):
                refused = "too_often"
            else:
                refused = _take(hub, page, frame)
            if refused:
                bad += 1
                hub.metrics.refused.labels(wire="page", reason=refused).inc()
            if bad > MAX_BAD_MESSAGES:
                page.outbox.close(BAD_MESSAGES)
                return


def _take(hub: Hub, page: Page, frame: str | bytes) -> str:
    """Acts on one frame; answers with the reason when it was refused, else with an empty text."""
    try:
        message = decode_page(frame)
    except MessageRefused as error:
        page.outbox.put(encode_page(failure(error.reason, 0, str(error))))
        return error.reason
    return _act(hub, page, message)


def _act(hub: Hub, page: Page, message: FromBrowser) -> str:
    match message:
        case BrowserOffer():
            hub.relay.offer(page, message)
            return ""
        case Still():
            if page.caller.account_id is not None:
                hub.desk.tell(queue.StillHere(page.caller.account_id))
            return ""
