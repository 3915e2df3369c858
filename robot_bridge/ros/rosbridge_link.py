"""The rosbridge transport: one WebSocket kept up by a thread, behind a queue of one per controller.

This module is the only one of the bridge that needs websockets; it is imported where a cell's
configuration asks for it.
"""

import asyncio
import socket
import struct
import threading
import time
from collections import deque
from collections.abc import Mapping

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException

from robot_bridge.ros import flights, line, rosbridge_json
from robot_bridge.ros.config import RosbridgeConfig
from robot_bridge.ros.line import Effect, Event, Line
from robot_bridge.ros.link import LinkView
from robot_bridge.ros.messages import Heard, Outgoing
from robot_bridge.ros.rosbridge_json import Complaint, Echo

_DIAL_S = 0.4
_CLOSE_S = 0.1
_LOOK_S = 0.01
_BACKLOG = 64
_COMPLAINT_NS = 3_000_000_000
_RESET = struct.pack("ii", 1, 0)


class RosbridgeLink:
    """One rosbridge server; a connection that is given up is reset, so that nothing of it arrives later."""

    def __init__(self, config: RosbridgeConfig) -> None:
        """Starts the thread, which dials at once and again whenever the line is down."""
        self._config = config
        self._heard: deque[Heard] = deque(maxlen=_BACKLOG)
        self._newest: dict[int, tuple[int, Outgoing]] = {}
        self._line = Line()
        self._flights = flights.start(len(config.controllers))
        self._problem = "not connected yet"
        self._complaint = (0, "")
        self._told_ns = 0
        self._counts = {"sent": 0, "unsent": 0}
        self._ending = threading.Event()
        self._events: asyncio.AbstractEventLoop | None = None
        self._wake = asyncio.Event()
        self._thread = threading.Thread(target=self._run, name="rosbridge", daemon=True)
        self._thread.start()

    @property
    def counts(self) -> Mapping[str, int]:
        """Commands sent, and those that were dropped for newer ones or for a line that was not clear."""
        return self._counts

    def view(self) -> LinkView:
        """Whether the line is up; rosbridge does not tell who listens to a topic."""
        said_ns, said = self._complaint
        stands = said_ns >= self._told_ns or time.monotonic_ns() - said_ns < _COMPLAINT_NS
        mismatch = said if stands else ""
        note = f"{self._config.url}: {self._problem}"
        return LinkView(self._line.state == "up", (), mismatch, note)

    def take(self) -> tuple[Heard, ...]:
        """Joint states that came since the last call, oldest first."""
        taken: list[Heard] = []
        while self._heard:
            taken.append(self._heard.popleft())
        return tuple(taken)

    def publish(self, outgoing: Outgoing) -> None:
        """Leaves the command for the thread to send, in place of one that still waits."""
        events = self._events
        if events is None or self._line.state != "up" or self._ending.is_set():
            return
        self._counts["unsent"] += outgoing.controller in self._newest
        self._newest[outgoing.controller] = (time.monotonic_ns(), outgoing)
        events.call_soon_threadsafe(self._wake.set)

    def close(self) -> None:
        """Hangs up."""
        self._ending.set()
        self._thread.join()

    def _run(self) -> None:
        asyncio.run(self._keep())

    async def _keep(self) -> None:
        self._events = asyncio.get_running_loop()
        while not self._ending.is_set():
            if "dial" in self._step("time"):
                await self._dial()
            await asyncio.sleep(_LOOK_S)

    async def _dial(self) -> None:
        try:
            connection = await connect(
                self._config.url,
                compression=None,
                proxy=None,
                open_timeout=_DIAL_S,
                close_timeout=_CLOSE_S,
                ping_interval=None,
            )
        except (OSError, TimeoutError, WebSocketException) as error:
            self._hang_up(str(error) or type(error).__name__)
            return
        try:
            _reset_on_close(connection)
            await self._talk(connection)
        except (OSError, WebSocketException) as error:
            self._hang_up(str(error) or type(error).__name__)
        finally:
            connection.transport.abort()

    async def _talk(self, connection: ClientConnection) -> None:
        """Greets, then listens, sends and looks after the line until one of these ends."""
        for greeting in rosbridge_json.greetings(self._config):
            await connection.send(greeting)
        self._newest.clear()
        self._wake.clear()
        self._flights = flights.start(len(self._config.controllers))
        self._step("opened")
        tasks = [asyncio.create_task(job(connection)) for job in (self._listen, self._send, self._look)]
        _, others = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in others:
            task.cancel()
        for result in await asyncio.gather(*tasks, return_exceptions=True):
            if isinstance(result, Exception):
                raise result

    async def _listen(self, connection: ClientConnection) -> None:
        async for text in connection:
            now_ns = time.monotonic_ns()
            self._step("heard")
            understood = rosbridge_json.understand(self._config, text)
            if isinstance(understood, Complaint):
                self._complaint = (now_ns, f"the rosbridge server says: {understood.text}")
            elif isinstance(understood, Echo):
                self._flights = flights.land(self._flights, understood.controller)
                self._wake.set()
            elif understood is not None:
                self._told_ns = now_ns
                self._heard.append(Heard(understood, now_ns))
        self._hang_up("the server closed the connection")

    async def _send(self, connection: ClientConnection) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            for number in range(len(self._config.controllers)):
                if not flights.free(self._flights, number):
                    continue
                made_ns, outgoing = self._newest.pop(number, (0, None))
                if outgoing is not None:
                    await self._send_one(connection, made_ns, outgoing)

    async def _send_one(self, connection: ClientConnection, made_ns: int, outgoing: Outgoing) -> None:
        now_ns = time.monotonic_ns()
        if not line.clear(self._line, now_ns) or now_ns - made_ns > line.CLEAR_NS:
            self._counts["unsent"] += 1
            return
        text = rosbridge_json.publication(self._config, outgoing.controller, outgoing.command)
        self._counts["sent"] += 1
        self._flights = flights.leave(self._flights, outgoing.controller, now_ns)
        await connection.send(text)

    async def _look(self, connection: ClientConnection) -> None:
        """Pings, and ends when the line is dead or the bridge is ending."""
        while not self._ending.is_set():
            effects = self._step("time")
            if "give_up" in effects:
                self._hang_up("the server gives no sign of life")
                return
            if flights.overdue(self._flights, time.monotonic_ns()):
                self._complaint = (time.monotonic_ns(), "the rosbridge server does not pass commands on")
                self._hang_up(self._complaint[1])
                return
            if "ping" in effects:
                answer = await connection.ping()
                asyncio.ensure_future(answer).add_done_callback(self._answered)
            await asyncio.sleep(_LOOK_S)
        self._newest.clear()
        await connection.close()

    def _answered(self, answer: "asyncio.Future[float]") -> None:
        if not answer.cancelled() and answer.exception() is None:
            self._step("answered")

    def _step(self, event: Event) -> tuple[Effect, ...]:
        self._line, effects = line.step(self._line, event, time.monotonic_ns())
        return effects

    def _hang_up(self, problem: str) -> None:
        """Down from now on; what waited to be sent is forgotten."""
        self._problem = problem
        self._newest.clear()
        self._step("closed")


def _reset_on_close(connection: ClientConnection) -> None:
    """Makes closing throw away what the kernel has not sent yet."""
    plug = connection.transport.get_extra_info("socket")
    if isinstance(plug, socket.socket) or hasattr(plug, "setsockopt"):
        plug.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        plug.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
