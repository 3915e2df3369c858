"""The hub's web application: routes, guard, OpenAPI, around a running Hub."""

from importlib.resources import files
from pathlib import Path

from litestar import Litestar, Router
from litestar.datastructures import State
from litestar.exceptions import HTTPException
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.types import ControllerRouterHandler

from teleop.hub.access import Access
from teleop.hub.api import account, annotations, cell, exports, live, operate, play, research, service
from teleop.hub.api.describing import ABOUT, COMPONENTS, described, tags
from teleop.hub.api.guard import guard
from teleop.hub.api.requests import MAX_BODY_BYTES, HubRequest, answer_failure, answer_refusal, note_failure
from teleop.hub.api.site import read_client, site
from teleop.hub.api.wrapping import Wrapping
from teleop.hub.hub import Hub

HANDLERS: tuple[ControllerRouterHandler, ...] = (
    account.who_am_i,
    account.sign_in,
    account.sign_out,
    account.take_role,
    account.consent_text,
    account.give_consent,
    account.withdraw,
    play.cells,
    play.thumbnail,
    play.puzzles,
    play.join_queue,
    play.leave_queue,
    play.leave_turn,
    play.view_cell,
    play.ice_servers,
    play.result,
    play.leaderboard,
    operate.stop,
    operate.reset,
    operate.rest,
    research.episodes,
    research.search,
    research.episode,
    research.series,
    research.video,
    research.download,
    annotations.annotations,
    annotations.save_annotation,
    annotations.annotation_set,
    annotations.tracks,
    exports.exports,
    exports.start_export,
    exports.cancel_export,
    exports.resume_export,
    service.healthz,
    service.metrics,
    live.live,
    cell.cell,
)


def build_routes(hub: Hub) -> Litestar:
    """The application without its wrapping, for tests that look at its routes."""
    schema = Router("/schema", route_handlers=[], include_in_schema=False, opt={"access": Access.ANYONE})
    return Litestar(
        route_handlers=[*described(HANDLERS), site(read_client(client_folder(hub)))],
        guards=[guard],
        request_class=HubRequest,
        state=State({"hub": hub}),
        exception_handlers={HTTPException: answer_refusal, Exception: answer_failure},
        after_exception=[note_failure],
        request_max_body_size=MAX_BODY_BYTES,
        openapi_config=OpenAPIConfig(
            title="Armcade hub",
            version="1",
            description=ABOUT,
            components=COMPONENTS,
            tags=tags(),
            openapi_router=schema,
            render_plugins=[JsonRenderPlugin()],
            use_handler_docstrings=True,
        ),
        logging_config=None,
    )


def build_app(hub: Hub) -> Wrapping:
    """The application as uvicorn serves it."""
    return Wrapping(build_routes(hub), hub.metrics, hub.config.origins)


def client_folder(hub: Hub) -> Path:
    """Where the built client lies."""
    return Path(hub.config.client_dir or str(files("web_client").joinpath("dist")))
