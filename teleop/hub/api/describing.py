"""What the OpenAPI document says of a route beyond its types: tag, summary, who may ask, how it refuses."""

import inspect
from collections.abc import Iterable, Mapping

from litestar.handlers import HTTPRouteHandler
from litestar.openapi.datastructures import ResponseSpec
from litestar.openapi.spec import Components, SecurityScheme, Tag
from litestar.types import ControllerRouterHandler

from teleop.hub.access import SAFE_METHODS, Access
from teleop.hub.api.guard import COOKIE, access_of
from teleop.wire.browser_out import Failure

SESSION, TOKEN = "session", "token"
COMPONENTS = Components(
    security_schemes={
        SESSION: SecurityScheme(
            type="apiKey", name=COOKIE, security_scheme_in="cookie", description="Kept after a sign-in."
        ),
        TOKEN: SecurityScheme(type="http", scheme="bearer", description="For programs, printed by armcade."),
    }
)
ABOUT = (
    "What a hub answers over HTTP. Changes need an `Origin` header with the hub's own address. Whatever is "
    "refused is a Failure, with a reason for programs and a text for people."
)
TAGS: Mapping[str, str] = {
    "account": "Who this browser is, consent, withdrawal.",
    "play": "Cells, puzzles, the queue, results.",
    "operate": "Operators' orders to a cell.",
    "research": "Episodes: search, cards, plots, videos, files.",
    "annotations": "Sub-tasks of episodes, saved and reviewed.",
    "exports": "Data sets made of episodes.",
    "service": "For whoever runs the hub.",
}
SECURED = (Access.SESSION, Access.PLAYER, Access.OPERATOR, Access.RESEARCHER, Access.EPISODE)
REFUSALS: Mapping[int, str] = {
    400: "The path, the query or the body is not as described.",
    401: "Nobody is signed in.",
    403: "The origin, the role, the consent or the token is wrong.",
    404: "There is no such thing.",
    409: "It does not fit what is there now; the reason tells why.",
    413: "The body is too long.",
    415: "The body is not JSON.",
    416: "The range is not in the file.",
    422: "What is asked for is damaged, or the recipe is wrong.",
    429: "Too often; `Retry-After` tells when again.",
    500: "Something failed that nobody foresaw.",
    503: "It could not be finished; ask again.",
}


def tags() -> list[Tag]:
    """All tags with what they mean."""
    return [Tag(name=name, description=meaning) for name, meaning in TAGS.items()]


def described(handlers: Iterable[ControllerRouterHandler]) -> list[ControllerRouterHandler]:
    """The handlers, each HTTP one with all that the document says of it."""
    found = list(handlers)
    for one in found:
        if isinstance(one, HTTPRouteHandler):
            _describe(one)
    return found


def statuses(handler: HTTPRouteHandler) -> list[int]:
    """With which statuses a route refuses: `refuses` of its options, and what follows from its form."""
    asked = inspect.signature(handler.fn).parameters.keys() - {"request"}
    more = handler.opt.get("refuses", ())
    found = {500, *(one for one in more if isinstance(one, int))}
    found |= {400} if asked else set()
    found |= {413, 415} if "data" in asked else set()
    found |= {404} if any("{" in path for path in handler.paths) else set()
    found |= {401, 403} if access_of(handler) in SECURED else set()
    found |= {403} if not handler.http_methods <= SAFE_METHODS else set()
    found |= {429} if "rate" in handler.opt else set()
    return sorted(found)


def _describe(handler: HTTPRouteHandler) -> None:
    handler.tags = [handler.fn.__module__.rsplit(".", 1)[-1]]
    handler.summary = (inspect.getdoc(handler.fn) or "").split("\n", 1)[0]
    handler.responses = {
        status: ResponseSpec(Failure, generate_examples=False, description=REFUSALS[status])
        for status in statuses(handler)
    }
    if 416 in handler.responses:
        part = "The range that `Range` asks for."
        handler.responses[206] = ResponseSpec(bytes, generate_examples=False, description=part,
                                              media_type=str(handler.media_type))  # fmt: skip
    handler.security = [{SESSION: []}] if access_of(handler) in SECURED else []
