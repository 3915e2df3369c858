"""One episode for research: from a file or from a hub, its pictures as pixels, its rows at a fixed rate."""

import os
import tempfile
from dataclasses import replace
from http.cookiejar import CookieJar
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import HTTPCookieProcessor, OpenerDirector, Request, build_opener

import msgspec
import numpy as np
import numpy.typing as npt

from teleop.episodes import loading
from teleop.episodes.exporting.pictures import decoded
from teleop.episodes.exporting.rows import Columns, aligned, columns, decodable, in_time_order
from teleop.episodes.exporting.signature import signature_of
from teleop.episodes.loading import Episode

TOKEN_VARIABLE = "ARMCADE_TOKEN"
TIMEOUT_S = 60.0
CHUNK_BYTES = 1 << 20


class HubRefused(Exception):
    """A hub did not give the episode; the text says why; `status` is HTTP's, 0 without an answer."""

    def __init__(self, status: int, text: str) -> None:
        """What the hub said."""
        super().__init__(text)
        self.status = status


class _Text(msgspec.Struct):
    en: str


class _Failure(msgspec.Struct):
    reason: str
    text: _Text


def open_episode(where: str | Path, token: str = "", with_pictures: bool = True) -> Episode:
    """An episode as numpy arrays, from a file or from the address of an episode on a hub.

    An address ends in the episode's id, like `https://hub/api/episodes/ID`; `token` is the researcher's, and
    is taken from ARMCADE_TOKEN when it is empty. Without `with_pictures` pictures have their ids and times
    only. Raises EpisodeUnreadable, HubRefused.
    """
    text = str(where)
    if not text.startswith(("http://", "https://")):
        return loading.open_episode(Path(where), with_pictures)
    parts = urlsplit(text)
    episode_id = parts.path.rstrip("/").removesuffix("/download").rpartition("/")[2]
    with tempfile.TemporaryDirectory(prefix="armcade-") as folder:
        path = Path(folder) / f"{episode_id}.mcap"
        _download(f"{parts.scheme}://{parts.netloc}", episode_id, token, path)
        return replace(loading.open_episode(path, with_pictures), path=Path(path.name))


def pictures(episode: Episode, camera: str) -> npt.NDArray[np.uint8]:
    """All pictures of a camera from its first key frame on, (P, height, width, 3), RGB.

    They take three bytes a pixel. Picture i is number `i + skipped` of `episode.pictures[camera]`, `skipped`
    being those before the first key frame, seldom any. Raises PicturesDamaged, and KeyError when there is no
    such camera.
    """
    shown = decodable(episode.pictures[camera])
    (described,) = (one for one in signature_of(episode.header).cameras if one.name == camera)
    found = np.empty((len(shown.annex_b), described.height, described.width, 3), dtype=np.uint8)
    for number, frame in enumerate(decoded(shown, described)):
        found[number] = frame.to_ndarray(format="rgb24")
    return found


def rows(episode: Episode, fps: int = 30) -> Columns:
    """The columns that an export has of this episode, each (R,) or (R, n); raises NoRows."""
    ordered = in_time_order(episode)
    shown = {name: decodable(one) for name, one in ordered.pictures.items()}
    return columns(ordered, shown, aligned(ordered, shown, fps), fps)


def _download(hub: str, episode_id: str, token: str, path: Path) -> None:
    opener = build_opener(HTTPCookieProcessor(CookieJar()))
    given = token or os.environ.get(TOKEN_VARIABLE, "")
    if given:
        body = msgspec.json.encode({"token": given})
        headers = {"Content-Type": "application/json", "Origin": hub}
        _fetch(opener, Request(f"{hub}/api/role", body, headers), path)
    _fetch(opener, Request(f"{hub}/api/episodes/{episode_id}/download"), path)


def _fetch(opener: OpenerDirector, request: Request, path: Path) -> None:
    try:
        with opener.open(request, timeout=TIMEOUT_S) as answer, path.open("wb") as stream:
            while chunk := answer.read(CHUNK_BYTES):
                stream.write(chunk)
    except HTTPError as error:
        raise HubRefused(error.code, _said(error)) from error
    except URLError as error:
        raise HubRefused(0, f"{request.full_url} gives no answer: {error.reason}") from error


def _said(error: HTTPError) -> str:
    try:
        failure = msgspec.json.decode(error.read(), type=_Failure)
    except (msgspec.MsgspecError, OSError):
        return f"{error.url}: HTTP {error.code}"
    hint = (
        f" Is the researcher's token right (token=, or {TOKEN_VARIABLE})?" if error.code in (401, 403) else ""
    )
    return f"{failure.text.en} ({failure.reason}){hint}"
