"""The built web client: read into memory at start, compressed once, served with the page's own routes."""

import gzip
import hashlib
import mimetypes
import re
from dataclasses import dataclass
from pathlib import Path

from litestar import Response, get
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath

from teleop.hub.access import Access
from teleop.hub.api.requests import HubRequest, Refusal

INDEX = "index.html"
HASHED = re.compile(r"[-.][A-Za-z0-9_-]{8,}\.\w+$")
IMMUTABLE = "public, max-age=31536000, immutable"
REVALIDATE = "no-cache"
COMPRESSIBLE = ("text/", "application/json", "application/javascript", "image/svg+xml", "application/wasm")
OWN_PREFIXES = ("api", "schema", "metrics", "healthz")
NOT_BUILT = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Armcade</title>
<h1>The web client is not built</h1>
<p>Run <code>make setup</code> in the checkout (it builds the client), then start the hub again.</p>
<p lang="zh">网页客户端尚未构建。请在源码目录运行 <code>make setup</code>，然后重新启动。</p>
</html>
"""


@dataclass(frozen=True, slots=True)
class Asset:
    """One file of the client; `gzipped` where that is smaller."""

    media_type: str
    body: bytes
    gzipped: bytes | None
    etag: str
    caching: str


def read_client(folder: Path) -> dict[str, Asset]:
    """All files of a built client by their path; empty when there is none."""
    if not (folder / INDEX).is_file():
        return {}
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {path.relative_to(folder).as_posix(): _asset(path, folder) for path in files}


def site(client: dict[str, Asset]) -> HTTPRouteHandler:
    """The handler of every path that is no endpoint: a file of the client, or its page."""

    @get(["/", "/{path:path}"], opt={"access": Access.ANYONE}, include_in_schema=False, name="site")
    async def serve(request: HubRequest, path: FromPath[str] = "/") -> Response[bytes]:
        """Answers with a file, or with the page whose script reads the path."""
        name = path.lstrip("/")
        if name.split("/", 1)[0] in OWN_PREFIXES:
            raise Refusal(404, "not_found")
        if not client:
            return Response(NOT_BUILT.encode(), status_code=503, media_type="text/html; charset=utf-8")
        asset = client.get(name)
        if asset is None and "." in name.rsplit("/", 1)[-1]:
            raise Refusal(404, "not_found")
        return _answer(request, asset or client[INDEX])

    return serve


def _answer(request: HubRequest, asset: Asset) -> Response[bytes]:
    headers = {"ETag": asset.etag, "Cache-Control": asset.caching, "Vary": "Accept-Encoding"}
    if asset.etag in request.headers.get("if-none-match", ""):
        return Response(b"", status_code=304, headers=headers, media_type=asset.media_type)
    if asset.gzipped is not None and "gzip" in request.headers.get("accept-encoding", ""):
        headers["Content-Encoding"] = "gzip"
        return Response(asset.gzipped, headers=headers, media_type=asset.media_type)
    return Response(asset.body, headers=headers, media_type=asset.media_type)


def _asset(path: Path, folder: Path) -> Asset:
    body = path.read_bytes()
    media_type = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    if media_type.startswith("text/"):
        media_type += "; charset=utf-8"
    gzipped = gzip.compress(body, 6, mtime=0) if media_type.startswith(COMPRESSIBLE) else None
    hashed = HASHED.search(path.name) is not None and path.parent != folder
    return Asset(
        media_type=media_type,
        body=body,
        gzipped=gzipped if gzipped is not None and len(gzipped) < len(body) else None,
        etag=f'"{hashlib.sha256(body).hexdigest()[:32]}"',
        caching=IMMUTABLE if hashed else REVALIDATE,
    )
