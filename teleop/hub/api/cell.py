"""The cells' WebSocket `/api/cell`: registration, status, answers, results up; leases and orders down."""

import asyncio
import contextlib

import structlog
from litestar import websocket

from teleop.hub import fleet
from teleop.hub.access import Access
from teleop.hub.api.requests import Socket, hub_of
from teleop.hub.api.sockets import frames, sending
from teleop.hub.hub import Hub
from teleop.hub.links import SUPERSEDED, CellLink
from teleop.hub.wires import MessageRefused, decode_cell, encode_cell
from teleop.wire.cell_to_hub import Answer, CellStatus, FromCell, OrderDone, Register, Thumbnail, TurnResult
from teleop.wire.hub_to_cell import Registered

HUB_NAME = "armcade"
REGISTER_S = 5.0
MAX_CELL_ID_CHARS = 40
NOT_REGISTERED = 4401
BAD_MESSAGE = 4400
log = structlog.get_logger("teleop.hub.cell")


@websocket("/api/cell", opt={"access": Access.CELL, "rate": "cell"})
async def cell(socket: Socket) -> None:
    """Serves one cell until it leaves; its first message must say what it is."""
    hub = hub_of(socket)
    await socket.accept()
    async with contextlib.aclosing(frames(socket)) as arriving:
        try:
            async with asyncio.timeout(REGISTER_S):
                first = await anext(arriving, b"")
        except TimeoutError:
            first = b""
        register = _registration(hub, first)
        if register is None:
            with contextlib.suppress(OSError):
                await socket.close(code=NOT_REGISTERED)
            return
        link = _welcome(hub, register)
        try:
            await hub.turns.keep_puzzles(register.puzzles)
            async with sending(socket, link.outbox, text=False):
                async for frame in arriving:
                    if hub.links.cells.get(link.cell_id) is link:
                        await _take(hub, link, frame)
        finally:
            _farewell(hub, link)


def _registration(hub: Hub, frame: str | bytes) -> Register | None:
    try:
        message = decode_cell(frame)
    except MessageRefused as error:
        _refuse(hub, "", error.reason, str(error))
        return None
    if not isinstance(message, Register):
        _refuse(hub, "", "not_registered", type(message).__name__)
        return None
    if len(message.cell_id) > MAX_CELL_ID_CHARS:
        _refuse(hub, message.cell_id, "too_long", f"a cell id has at most {MAX_CELL_ID_CHARS} characters")
        return None
    return message


def _welcome(hub: Hub, register: Register) -> CellLink:
    """Takes the cell in; an older connection of the same cell is cut."""
    link = CellLink(register.cell_id)
    old = hub.links.cells.get(link.cell_id)
    if old is not None:
        old.outbox.close(SUPERSEDED)
    hub.links.cells[link.cell_id] = link
    link.outbox.put(encode_cell(Registered(version=1, hub=HUB_NAME, ticket_key=hub.keys.ticket_public_pem)))
    hub.desk.hear(fleet.Registered(register))
    log.info("cell registered", cell=link.cell_id, software=register.software, running=register.running_turn)
    return link


def _farewell(hub: Hub, link: CellLink) -> None:
    """Forgets a connection, unless a newer one of the same cell took its place."""
    if hub.links.cells.get(link.cell_id) is link:
        del hub.links.cells[link.cell_id]
        hub.desk.hear(fleet.Gone(link.cell_id))
        log.info("cell gone", cell=link.cell_id)


async def _take(hub: Hub, link: CellLink, frame: str | bytes) -> None:
    try:
        message = decode_cell(frame)
    except MessageRefused as error:
        _refuse(hub, link.cell_id, error.reason, str(error))
        return
    await _act(hub, link, message)


async def _act(hub: Hub, link: CellLink, message: FromCell) -> None:
    match message:
        case CellStatus():
            hub.desk.hear(fleet.Reported(link.cell_id, message))
        case Thumbnail(jpeg=jpeg) if jpeg[:2] == b"\xff\xd8" and jpeg[-2:] == b"\xff\xd9":
            hub.desk.hear(fleet.Pictured(link.cell_id, jpeg))
        case Thumbnail():
            _refuse(hub, link.cell_id, "no_jpeg", "a thumbnail is a whole JPEG picture")
        case Answer():
            hub.relay.answer(link.cell_id, message)
        case OrderDone():
            hub.orders.done(link.cell_id, message)
        case TurnResult():
            await hub.results.take(link, message)
        case Register():
            _refuse(hub, link.cell_id, "registered_twice", "a cell registers once per connection")


def _refuse(hub: Hub, cell_id: str, reason: str, text: str) -> None:
    hub.metrics.refused.labels(wire="cell", reason=reason).inc()
    log.warning("message refused", cell=cell_id, reason=reason, text=text)
