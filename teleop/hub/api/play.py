"""What players and visitors use: cells, puzzles, queue, results."""

from litestar import Response, delete, get, post
from litestar.params import FromPath, FromQuery, JSONBody

from teleop.hub import access, fleet, queue
from teleop.hub.access import Access
from teleop.hub.api.requests import HubRequest, Refusal, hub_of
from teleop.wire.browser_in import JoinQueue
from teleop.wire.browser_out import CellCard, IceServers, PuzzleCard, QueuePlace, Result, ViewTicket


@get("/api/cells", opt={"access": Access.ANYONE})
async def cells(request: HubRequest) -> tuple[CellCard, ...]:
    """All cells that registered since the hub started."""
    return hub_of(request).cards_for(request.user.caller.roles)


@get("/api/cells/{cell_id:str}/thumbnail.jpg", opt={"access": Access.ANYONE}, media_type="image/jpeg")
async def thumbnail(request: HubRequest, cell_id: FromPath[str]) -> Response[bytes]:
    """The newest small picture of a cell; its address carries the picture's number."""
    cell = hub_of(request).desk.fleet.get(cell_id)
    if cell is None or cell.thumbnail is None:
        raise Refusal(404, "not_found")
    newest = request.query_params.get("v") == str(cell.thumbnail_version)
    caching = "private, max-age=3600" if newest else "no-store"
    return Response(cell.thumbnail, media_type="image/jpeg", headers={"Cache-Control": caching})


@get("/api/puzzles", opt={"access": Access.ANYONE})
async def puzzles(request: HubRequest) -> tuple[PuzzleCard, ...]:
    """All puzzles that cells offer."""
    hub = hub_of(request)
    return fleet.puzzle_cards(hub.desk.fleet, await hub.turns.best_scores(), await hub.turns.plays())


@post("/api/queue", status_code=200, opt={"access": Access.PLAYER, "rate": "queue", "refuses": (404, 409)})
async def join_queue(request: HubRequest, data: JSONBody[JoinQueue]) -> QueuePlace:
    """Takes a place in a cell's queue; needs the consent in force."""
    hub, person = hub_of(request), request.user.person
    if person is None:
        raise Refusal(401, "not_signed_in")
    if data.cell_id not in hub.desk.fleet:
        raise Refusal(404, "unknown_cell")
    puzzle = fleet.puzzle_of(hub.desk.fleet, data.cell_id, data.puzzle_id)
    if puzzle is None:
        raise Refusal(404, "unknown_puzzle")
    if await hub.people.consent_in_force(person.account_id, hub.consent.text.text_version) is None:
        raise Refusal(403, "consent_missing")
    hub.desk.names[person.account_id] = person.name
    effects = hub.desk.tell(queue.Join(person.account_id, data.cell_id, data.puzzle_id, puzzle.time_limit_s))
    for effect in effects:
        if isinstance(effect, queue.Refused):
            raise Refusal(409, effect.reason)
    place = hub.desk.place(person.account_id)
    if place is None:
        raise Refusal(409, "turn_void")
    return place


@delete("/api/queue", status_code=204, opt={"access": Access.PLAYER, "rate": "queue"})
async def leave_queue(request: HubRequest) -> None:
    """Gives up the queue place, if there is one."""
    hub_of(request).desk.tell(queue.Leave(request.user.caller.account_id or ""))


@post("/api/turn/leave", status_code=202, opt={"access": Access.PLAYER, "rate": "queue", "refuses": (409,)})
async def leave_turn(request: HubRequest) -> None:
    """Asks the cell to end the player's own turn; the result follows."""
    hub = hub_of(request)
    turn = queue.turn_of(hub.desk.line, request.user.caller.account_id or "")
    if turn is None:
        raise Refusal(409, "no_turn")
    hub.leases.revoke(turn, "the player left")


@post("/api/cells/{cell_id:str}/view", status_code=200, opt={"access": Access.SESSION, "rate": "view"})
async def view_cell(request: HubRequest, cell_id: FromPath[str]) -> ViewTicket:
    """A ticket to watch a cell; operators get one with which the cell also takes their orders."""
    hub, caller = hub_of(request), request.user.caller
    if cell_id not in hub.desk.fleet:
        raise Refusal(404, "unknown_cell")
    operator = "operator" in caller.roles
    ticket = hub.leases.view_ticket(cell_id, subject_of(request), operator)
    return ViewTicket(ticket=ticket, role="operator" if operator else "viewer")


@get("/api/ice", opt={"access": Access.SESSION, "rate": "view"})
async def ice_servers(request: HubRequest) -> IceServers:
    """Servers that help this browser to reach a cell."""
    return IceServers(hub_of(request).relay.ice_servers(subject_of(request)))


@get("/api/results/{turn_id:str}", opt={"access": Access.ANYONE})
async def result(request: HubRequest, turn_id: FromPath[str]) -> Result:
    """How a turn ended."""
    found = await hub_of(request).results.one(turn_id)
    if found is None:
        raise Refusal(404, "not_found")
    return found


@get("/api/leaderboard", opt={"access": Access.ANYONE})
async def leaderboard(request: HubRequest, puzzle_id: FromQuery[str | None] = None) -> tuple[Result, ...]:
    """The best solved turn of each player, of one puzzle or of all."""
    return await hub_of(request).results.leaderboard(puzzle_id)


def subject_of(request: HubRequest) -> str:
    """A name for tickets and records: the account, or for one who only has a role, the session."""
    return access.subject_of(request.user.caller, request.user.session_sha256)
