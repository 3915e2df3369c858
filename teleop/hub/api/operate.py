"""Operators' orders to cells."""

from litestar import post
from litestar.params import FromPath, JSONBody

from teleop.hub.access import Access
from teleop.hub.api.play import subject_of
from teleop.hub.api.requests import HubRequest, Refusal, hub_of
from teleop.hub.orders import Wish
from teleop.hub.sessions import new_id
from teleop.wire.browser_in import OperatorReset, OperatorRest, OperatorStop
from teleop.wire.browser_out import OrderAnswer


@post("/api/cells/{cell_id:str}/stop", status_code=200, opt={"access": Access.OPERATOR, "rate": "order"})
async def stop(request: HubRequest, cell_id: FromPath[str], data: JSONBody[OperatorStop]) -> OrderAnswer:
    """Stops and latches a cell's arm; the stop's id is made here."""
    _check_cell(request, cell_id)
    wish = Wish(cell_id, "stop", new_id("stop"), subject_of(request), data.reason)
    return await hub_of(request).orders.give(wish)


@post("/api/cells/{cell_id:str}/reset", status_code=200, opt={"access": Access.OPERATOR, "rate": "order"})
async def reset(request: HubRequest, cell_id: FromPath[str], data: JSONBody[OperatorReset]) -> OrderAnswer:
    """Resets exactly the stop that the operator saw; the arm does not move by it."""
    _check_cell(request, cell_id)
    wish = Wish(cell_id, "reset", data.stop_id, subject_of(request), "")
    return await hub_of(request).orders.give(wish)


@post("/api/cells/{cell_id:str}/rest", status_code=200, opt={"access": Access.OPERATOR, "rate": "order"})
async def rest(request: HubRequest, cell_id: FromPath[str], data: JSONBody[OperatorRest]) -> OrderAnswer:
    """Lowers the arm to its rest posture and lets go of it there; refused in play or after another stop."""
    _check_cell(request, cell_id)
    wish = Wish(cell_id, "rest", new_id("rest"), subject_of(request), "", data.stop_generation)
    return await hub_of(request).orders.give(wish)


def _check_cell(request: HubRequest, cell_id: str) -> None:
    if cell_id not in hub_of(request).desk.fleet:
        raise Refusal(404, "unknown_cell")
