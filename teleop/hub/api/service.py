"""For whoever runs the hub: health and metrics."""

from litestar import Response, get
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from teleop.hub.access import Access
from teleop.hub.api.requests import HubRequest, hub_of


@get("/healthz", opt={"access": Access.ANYONE}, media_type="text/plain")
async def healthz(request: HubRequest) -> str:
    """Answers `ok` when the hub runs and its database answers."""
    await hub_of(request).turns.epochs()
    return "ok\n"


@get("/metrics", opt={"access": Access.LOCAL}, include_in_schema=False)
async def metrics(request: HubRequest) -> Response[bytes]:
    """Prometheus text; for this machine, or with the operator's token as bearer."""
    hub = hub_of(request)
    hub.metrics.pages.set(len(hub.links.pages))
    hub.metrics.cells.set(len(hub.links.cells))
    hub.metrics.waiting.set(len(hub.desk.line.places))
    return Response(generate_latest(hub.metrics.registry), headers={"Content-Type": CONTENT_TYPE_LATEST})
