"""Open WebSockets: what waits to be sent on each, and who sits behind it."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from teleop.hub.access import Caller, subject_of

MAX_WAITING_MESSAGES = 64
TOO_SLOW = 4408
SUPERSEDED = 4409


class Outbox:
    """Messages for one WebSocket: a bounded line, and beside it the newest lobby.

    A reader that is too slow for the line is cut off rather than remembered.
    """

    def __init__(self) -> None:
        self._line: deque[bytes] = deque()
        self._newest: bytes | None = None
        self._wake = asyncio.Event()
        self._closed = False
        self.close_code = 1000

    def put(self, message: bytes) -> bool:
        """Adds a message; False when the socket is closed, also because it was full just now."""
        if len(self._line) >= MAX_WAITING_MESSAGES:
            self.close(TOO_SLOW)
        if self._closed:
            return False
        self._line.append(message)
        self._wake.set()
        return True

    def put_newest(self, message: bytes) -> None:
        """Replaces the newest-only message."""
        self._newest = message
        self._wake.set()

    def close(self, code: int = 1000) -> None:
        """Ends `send_all` after what is waiting; the first code given is the one that is sent."""
        if not self._closed:
            self.close_code = code
        self._closed = True
        self._wake.set()

    async def send_all(self, send: Callable[[bytes], Awaitable[None]]) -> None:
        """Sends what comes until closed."""
        while True:
            await self._wake.wait()
            self._wake.clear()
            while self._line:
                await send(self._line.popleft())
            newest, self._newest = self._newest, None
            if newest is not None:
                await send(newest)
            if self._closed:
                return


@dataclass(slots=True)
class Page:
    """An open page of a browser."""

    number: int
    caller: Caller
    session_sha256: str | None
    outbox: Outbox = field(default_factory=Outbox)

    @property
    def subject(self) -> str:
        """A name for who sits here: the account, or for one who only has a role, the session."""
        return subject_of(self.caller, self.session_sha256)


@dataclass(slots=True)
class CellLink:
    """A connected cell."""

    cell_id: str
    outbox: Outbox = field(default_factory=Outbox)


@dataclass(slots=True)
class Links:
    """All open WebSockets of the hub."""

    pages: dict[int, Page] = field(default_factory=dict)
    cells: dict[str, CellLink] = field(default_factory=dict)

    def pages_of(self, account_id: str) -> tuple[Page, ...]:
        """The open pages of one player."""
        return tuple(page for page in self.pages.values() if page.caller.account_id == account_id)
