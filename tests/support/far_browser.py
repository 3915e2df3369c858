"""A page whose way to the cell is a link of our making: its connections go through the relay.

The page's offer is hidden from the cell and the cell's answer rewritten where the page takes it, so that no
packet finds another way. The hub's pages and signalling stay near: only what drives and shows the arm is far.
"""

import asyncio
import threading
from collections.abc import Coroutine, Iterator
from contextlib import AsyncExitStack, contextmanager
from typing import Any, TypeVar

from link.course import Course
from link.relay import Relay, relayed
from playwright.sync_api import Page

T = TypeVar("T")
OPEN_S = 10.0
RTP_FIRST_BYTES = range(128, 192)
REWRITE = """
  const peer = RTCPeerConnection.prototype;
  const local = Object.getOwnPropertyDescriptor(peer, "localDescription").get;
  const told = (sdp) => sdp.split("\\r\\n").filter((line) => !line.startsWith("a=candidate:")).join("\\r\\n");
  Object.defineProperty(peer, "localDescription", { get() {
    const own = local.call(this);
    return own && { type: own.type, sdp: told(own.sdp) };
  } });
  const take = peer.setRemoteDescription;
  peer.setRemoteDescription = async function (answer) {
    return take.call(this, { type: answer.type, sdp: await window.__throughTheLink(answer.sdp) });
  };
"""


class FarLink:
    """The relays of one page, on an event loop of their own."""

    def __init__(self, there: Course, back: Course, seed: int = 1) -> None:
        """Starts the loop; `close` ends it."""
        self._there, self._back, self._seed = there, back, seed
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._stack = AsyncExitStack()
        self._relays: list[Relay] = []
        self.frozen = False  # while it is, no picture comes through
        self._thread.start()

    def attach(self, page: Page) -> None:
        """Sends the connections of this page, from its next load on, through the link."""
        page.expose_function("__throughTheLink", lambda sdp: self._run(self._open(sdp)))
        page.add_init_script(REWRITE)

    def change(self, there: Course, back: Course) -> None:
        """Gives the link another course, now and for connections to come."""

        async def change() -> None:
            self._there, self._back = there, back
            for relay in self._relays:
                relay.there.change(there)
                relay.back.change(back)

        self._run(change())

    def close(self) -> None:
        """Closes all relays."""
        self._run(self._stack.aclose())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _open(self, sdp: str) -> str:
        told, relay = await self._stack.enter_async_context(
            relayed(sdp, self._there, self._back, self._seed + len(self._relays))
        )
        self._relays.append(relay)
        relay.back.passes = self._passes
        return told

    def _passes(self, packet: bytes) -> bool:
        """While the picture is frozen no RTP comes through, and everything else does."""
        return not (self.frozen and packet[0] in RTP_FIRST_BYTES)

    def _run(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(OPEN_S)


@contextmanager
def far(page: Page, there: Course, back: Course) -> Iterator[FarLink]:
    """Puts the link between this page and its cell until the block ends."""
    link = FarLink(there, back)
    link.attach(page)
    try:
        yield link
    finally:
        link.close()
