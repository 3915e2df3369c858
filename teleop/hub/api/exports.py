"""Exports: a chosen set, a recipe and a format become a job; researchers only."""

from litestar import delete, get, post
from litestar.params import FromPath, JSONBody

from teleop.hub import export_jobs
from teleop.hub.access import Access
from teleop.hub.api.requests import HubRequest, Refusal, hub_of
from teleop.hub.export_jobs import JobRefused, Order
from teleop.hub.hub import Hub
from teleop.wire.browser_in import StartExport
from teleop.wire.browser_out import Exports

STATUS_OF = {"not_found": 404}
EXPORT = "/api/exports/{export_id:str}"


@get("/api/exports", opt={"access": Access.RESEARCHER})
async def exports(request: HubRequest) -> Exports:
    """All exports with their progress, newest first, and what a new one can be made of."""
    return _exports(hub_of(request))


@post("/api/exports", status_code=200, opt={"access": Access.RESEARCHER, "refuses": (409, 422)})
async def start_export(request: HubRequest, data: JSONBody[StartExport]) -> Exports:
    """Puts an export of all episodes that a search finds in the queue."""
    hub = hub_of(request)
    fault = export_jobs.recipe_fault(data.recipe)
    if fault:
        raise Refusal(422, "bad_recipe", fault)
    chosen = await hub.episodes.chosen(data.search)
    try:
        await hub.exports.ask(Order(chosen, data.recipe, data.form, data.fps, data.licence, data.language))
    except JobRefused as refused:
        raise Refusal(409, str(refused)) from refused
    return _exports(hub)


@delete(EXPORT, status_code=200, opt={"access": Access.RESEARCHER, "refuses": (409,)})
async def cancel_export(request: HubRequest, export_id: FromPath[str]) -> Exports:
    """Gives an export up that waits, runs or was interrupted; nothing of it stays."""
    hub = hub_of(request)
    try:
        await hub.exports.cancel(export_id)
    except JobRefused as refused:
        raise Refusal(STATUS_OF.get(str(refused), 409), str(refused)) from refused
    return _exports(hub)


@post(f"{EXPORT}/resume", status_code=200, opt={"access": Access.RESEARCHER, "refuses": (409,)})
async def resume_export(request: HubRequest, export_id: FromPath[str]) -> Exports:
    """Goes on with an export that was interrupted or failed; finished episodes are not done again."""
    hub = hub_of(request)
    try:
        await hub.exports.resume(export_id)
    except JobRefused as refused:
        raise Refusal(STATUS_OF.get(str(refused), 409), str(refused)) from refused
    return _exports(hub)


def _exports(hub: Hub) -> Exports:
    desk = hub.exports
    return Exports(desk.cards(), export_jobs.RECIPE, export_jobs.FORMS, export_jobs.may_ask(desk.jobs))
