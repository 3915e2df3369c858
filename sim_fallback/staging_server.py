"""The staging socket: a thread that reads one request at a time and has the physics loop answer it."""

import contextlib
import queue
import socket
import threading
from concurrent.futures import Future
from pathlib import Path

import msgspec

from sim_fallback.staging_wire import MAX_LINE_BYTES, Answer, Request, decode_request, encode_line

_CLIENT_S = 5.0
_ANSWER_S = 10.0


class StagingServer:
    """Serves `path`; the physics loop takes requests with `next` and answers through their futures."""

    def __init__(self, path: Path) -> None:
        """Binds the socket, readable by its owner only; replaces one left by a dead process."""
        self._path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.unlink(missing_ok=True)
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._socket.bind(str(path))
        path.chmod(0o600)
        self._socket.listen(4)
        self._requests: queue.SimpleQueue[tuple[Request, Future[Answer]]] = queue.SimpleQueue()
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._serve, name="staging", daemon=True)
        self._thread.start()

    def next(self) -> tuple[Request, "Future[Answer]"] | None:
        """The next request and where its answer goes, without waiting."""
        if self._requests.empty():
            return None
        return self._requests.get_nowait()

    def close(self) -> None:
        """Stops serving and removes the socket."""
        self._closing.set()
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join(_CLIENT_S)
        self._path.unlink(missing_ok=True)

    def _serve(self) -> None:
        while not self._closing.is_set():
            try:
                client, _ = self._socket.accept()
            except OSError:
                return
            with client:
                client.settimeout(_CLIENT_S)
                with contextlib.suppress(OSError):
                    client.sendall(encode_line(self._answer(client)))

    def _answer(self, client: socket.socket) -> Answer:
        try:
            request = decode_request(_line(client))
        except (msgspec.DecodeError, TimeoutError) as error:
            return Answer(False, str(error)[:400] or "no request came")
        future: Future[Answer] = Future()
        self._requests.put((request, future))
        try:
            return future.result(_ANSWER_S)
        except TimeoutError:
            return Answer(False, "the physics does not answer")


def _line(client: socket.socket) -> bytes:
    """Reads up to a line's end; raises msgspec.DecodeError when the line is too long."""
    data = b""
    while not data.endswith(b"\n"):
        part = client.recv(16_384)
        if not part:
            break
        data += part
        if len(data) > MAX_LINE_BYTES:
            raise msgspec.DecodeError(f"a request has at most {MAX_LINE_BYTES} bytes")
    return data
