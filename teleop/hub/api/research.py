"""Episodes: list, plots, video and download; for researchers, and for the player whose turn it was."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

from litestar import Response, get, post
from litestar.params import FromPath, FromQuery, JSONBody
from litestar.response import Stream

from teleop.hub.access import Access
from teleop.hub.api.requests import HubRequest, Refusal, hub_of
from teleop.hub.episode_index import EpisodeFault
from teleop.hub.ranges import Span, wanted, whole
from teleop.wire.browser_in import Search
from teleop.wire.browser_out import EpisodeCard, Found, Series

CHUNK_BYTES = 256 * 1024
EPISODE = "/api/episodes/{episode_id:str}"


@get("/api/episodes", opt={"access": Access.RESEARCHER})
async def episodes(
    request: HubRequest, puzzle_id: FromQuery[str | None] = None, solved: FromQuery[bool | None] = None
) -> list[EpisodeCard]:
    """All episodes that can be read, newest first; of one puzzle or one outcome when asked."""
    cards = await hub_of(request).episodes.cards()
    return [
        card
        for card in cards
        if (puzzle_id is None or card.puzzle_id == puzzle_id) and (solved is None or card.solved == solved)
    ]


@post("/api/search", status_code=200, opt={"access": Access.RESEARCHER})
async def search(request: HubRequest, data: JSONBody[Search]) -> Found:
    """A page of the episodes that fit, counts for every facet, and figures of all that fit."""
    return await hub_of(request).episodes.search(data)


@get(EPISODE, opt={"access": Access.EPISODE, "refuses": (422,)})
async def episode(request: HubRequest, episode_id: FromPath[str]) -> EpisodeCard:
    """One episode's card."""
    path = await allowed_file(request, episode_id)
    try:
        return await hub_of(request).episodes.card(path)
    except EpisodeFault as fault:
        raise Refusal(422, "damaged_episode", str(fault)) from fault


@get(f"{EPISODE}/series", opt={"access": Access.EPISODE, "refuses": (422,)})
async def series(request: HubRequest, episode_id: FromPath[str]) -> Series:
    """The plots of an episode."""
    path = await allowed_file(request, episode_id)
    try:
        return await hub_of(request).episodes.plots(path)
    except EpisodeFault as fault:
        raise Refusal(422, "damaged_episode", str(fault)) from fault


@get(
    f"{EPISODE}/video/{{file_name:str}}",
    opt={"access": Access.EPISODE, "refuses": (416, 422)},
    media_type="video/mp4",
)
async def video(request: HubRequest, episode_id: FromPath[str], file_name: FromPath[str]) -> Response[bytes]:
    """One camera's pictures as `<camera>.mp4`, whole or a range."""
    path = await allowed_file(request, episode_id)
    if not file_name.endswith(".mp4"):
        raise Refusal(404, "not_found")
    try:
        data = await hub_of(request).episodes.video(path, file_name.removesuffix(".mp4"))
    except EpisodeFault as fault:
        raise Refusal(422, "damaged_episode", str(fault)) from fault
    span, status, headers = _ranged(request, len(data))
    return Response(data[span.start : span.stop], status_code=status, headers=headers, media_type="video/mp4")


@get(
    f"{EPISODE}/download",
    opt={"access": Access.EPISODE, "refuses": (416,)},
    media_type="application/octet-stream",
)
async def download(request: HubRequest, episode_id: FromPath[str]) -> Stream:
    """The episode's file, whole or a range."""
    path = await allowed_file(request, episode_id)
    span, status, headers = _ranged(request, path.stat().st_size)
    headers["Content-Disposition"] = f'attachment; filename="{path.name}"'
    headers["Content-Length"] = str(span.stop - span.start)
    return Stream(
        _chunks(path, span), status_code=status, headers=headers, media_type="application/octet-stream"
    )


async def allowed_file(request: HubRequest, episode_id: str) -> Path:
    """The file of an episode that the caller may see; raises Refusal.

    Players learn nothing of episodes that are not theirs, not even whether they exist.
    """
    hub, caller = hub_of(request), request.user.caller
    if "researcher" not in caller.roles:
        owner = await hub.turns.owner_of_episode(episode_id)
        if owner is None or owner != caller.account_id:
            raise Refusal(403, "role_missing")
    path = hub.episodes.path(episode_id)
    if path is None:
        raise Refusal(404, "not_found")
    return path


def _ranged(request: HubRequest, size: int) -> tuple[Span, int, dict[str, str]]:
    """The bytes to send with status and headers; raises Refusal for a range that is not there."""
    header = request.headers.get("range")
    span = wanted(header, size)
    if span is None:
        raise Refusal(416, "bad_request", headers={"Content-Range": f"bytes */{size}"})
    headers = {"Accept-Ranges": "bytes", "Cache-Control": "private, max-age=3600"}
    if header is None or span == whole(size):
        return span, 200, headers
    headers["Content-Range"] = f"bytes {span.start}-{span.stop - 1}/{size}"
    return span, 206, headers


async def _chunks(path: Path, span: Span) -> AsyncIterator[bytes]:
    at = span.start
    file = await asyncio.to_thread(path.open, "rb")
    try:
        await asyncio.to_thread(file.seek, at)
        while at < span.stop:
            chunk = await asyncio.to_thread(file.read, min(CHUNK_BYTES, span.stop - at))
            if not chunk:
                return
            at += len(chunk)
            yield chunk
    finally:
        file.close()
