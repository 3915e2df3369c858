"""A player without a browser: signs in, queues, connects by WebRTC and sends controls, for tests."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import httpx
import msgspec
import websockets
from aiortc import MediaStreamTrack, RTCDataChannel, RTCPeerConnection, RTCSessionDescription
from av import VideoFrame

from robot_bridge.wire.commands import PoseTarget
from teleop.wire import browser_in, browser_out, player_in, player_out

CONTROL_PERIOD_S = 1 / 60
STILL = player_in.PoseVelocity(x_m_s=0.0, y_m_s=0.0, z_m_s=0.0, pitch_rad_s=0.0, roll_rad_s=0.0)


def now_us() -> int:
    """This player's page clock."""
    return time.monotonic_ns() // 1000


@dataclass
class WirePlayer:
    """One connected player; `ghost` is what it asks for, changed by `drive`."""

    client: httpx.AsyncClient
    socket: websockets.ClientConnection
    turn: browser_out.TurnGranted
    peer: RTCPeerConnection
    control: RTCDataChannel
    events: RTCDataChannel
    welcome: player_out.Welcome | None = None
    state: player_out.State | None = None
    news: list[player_out.EventOut] = field(default_factory=list)
    pong: tuple[int, int] = (0, 0)
    ghost: PoseTarget | None = None
    stick: bool = False
    hold_to_run: bool = True
    sequence: int = 0
    pictures: dict[str, int] = field(default_factory=dict)

    def on_control(self, data: bytes) -> None:
        """Takes a message of the control channel."""
        message = msgspec.msgpack.decode(data, type=player_out.ControlOut)
        if isinstance(message, player_out.Pong):
            self.pong = (message.cell_ns, now_us())
        else:
            self.state = message
            if not self.stick or self.ghost is None:
                self.ghost = message.applied_pose

    def on_event(self, data: bytes) -> None:
        """Takes a message of the events channel."""
        message = msgspec.msgpack.decode(data, type=player_out.EventOut)
        if isinstance(message, player_out.Welcome):
            self.welcome = message
        self.news.append(message)

    def send(self, message: msgspec.Struct) -> None:
        """Sends on the channel that the message belongs to."""
        fast = isinstance(message, player_in.Control | player_in.Ping)
        (self.control if fast else self.events).send(msgspec.msgpack.encode(message))

    def next_control(self) -> player_in.Control:
        """The control message for now."""
        assert self.state is not None and self.ghost is not None
        self.sequence += 1
        return player_in.Control(
            version=1,
            lease_epoch=self.turn.lease_epoch,
            sequence=self.sequence,
            client_us=now_us(),
            echo_ns=self.state.now_ns,
            hold_to_run=self.hold_to_run,
            stick=self.stick,
            device="keyboard",
            pose=self.ghost,
            velocity=STILL,
            seen=None,
        )

    async def play(self) -> None:
        """Sends controls at 60 Hz and pings at 10 Hz until cancelled."""
        tick = 0
        while True:
            if tick % 6 == 0:
                ping = player_in.Ping(
                    version=1, client_us=now_us(), pong_cell_ns=self.pong[0], pong_received_us=self.pong[1]
                )
                self.send(ping)
            if self.state is not None and self.ghost is not None:
                self.send(self.next_control())
            tick += 1
            await asyncio.sleep(CONTROL_PERIOD_S)

    async def until(self, condition: Callable[[], object], timeout_s: float, what: str) -> None:
        """Waits for a condition; raises AssertionError that says what was waited for."""
        deadline = time.monotonic() + timeout_s
        while not condition():
            state = self.state and (self.state.mode, self.state.cause)
            assert time.monotonic() < deadline, f"timed out: {what}; state {state}; news {self.news[-2:]}"
            await asyncio.sleep(0.02)

    async def ready(self, timeout_s: float = 40.0) -> None:
        """Waits until the pieces are laid out and the player may drive."""
        await self.until(
            lambda: any(isinstance(n, player_out.RefereeNews) for n in self.news), timeout_s, "playing"
        )
        await self.until(lambda: self.state and self.state.mode == "play", timeout_s, "mode play")


async def _count_pictures(player: WirePlayer, name: str, track: MediaStreamTrack) -> None:
    while True:
        frame = await track.recv()
        if isinstance(frame, VideoFrame):
            player.pictures[name] = player.pictures.get(name, 0) + 1


async def sign_in(url: str, pseudonym: str = "") -> httpx.AsyncClient:
    """A signed-in guest who agreed to the consent text in force."""
    client = httpx.AsyncClient(base_url=url, headers={"Origin": url}, timeout=10)
    body = {"pseudonym": pseudonym, "language": "en"}
    (await client.post("/api/sign-in", json=body)).raise_for_status()
    text = (await client.get("/api/consent")).json()
    agreement = {"text_version": text["text_version"], "language": "en", "agreed": True}
    (await client.post("/api/consent", json=agreement)).raise_for_status()
    return client


async def _granted(socket: websockets.ClientConnection) -> browser_out.TurnGranted:
    while True:
        message = msgspec.json.decode(await socket.recv(), type=browser_out.ToBrowser)
        if isinstance(message, browser_out.TurnGranted):
            return message


async def _answer(socket: websockets.ClientConnection) -> browser_out.BrowserAnswer:
    while True:
        message = msgspec.json.decode(await socket.recv(), type=browser_out.ToBrowser)
        assert not isinstance(message, browser_out.Failure), message
        if isinstance(message, browser_out.BrowserAnswer):
            return message


@asynccontextmanager
async def player_at(url: str, puzzle: str = "sort_colours", cell: str = "home") -> AsyncIterator[WirePlayer]:
    """A player whose turn was granted and whose connection stands."""
    client = await sign_in(url)
    cookie = "; ".join(f"{k}={v}" for k, v in client.cookies.items())
    live = url.replace("http", "ws") + "/api/live"
    async with websockets.connect(
        live, origin=websockets.Origin(url), additional_headers={"Cookie": cookie}
    ) as socket:
        body = {"cell_id": cell, "puzzle_id": puzzle}
        (await client.post("/api/queue", json=body)).raise_for_status()
        async with asyncio.timeout(30):
            turn = await _granted(socket)
        peer = RTCPeerConnection()
        control = peer.createDataChannel("control", ordered=False, maxRetransmits=0)
        events = peer.createDataChannel("events")
        player = WirePlayer(client, socket, turn, peer, control, events)
        tasks: list[asyncio.Task[None]] = []
        control.on("message", player.on_control)
        events.on("message", player.on_event)
        for _ in range(2):
            peer.addTransceiver("video", direction="recvonly")
        peer.on(
            "track", lambda track: tasks.append(asyncio.create_task(_count_pictures(player, track.id, track)))
        )
        await peer.setLocalDescription(await peer.createOffer())
        offer = browser_in.BrowserOffer(version=1, request=1, cell_id=cell, sdp=peer.localDescription.sdp)
        await socket.send(msgspec.json.encode(offer).decode())
        async with asyncio.timeout(15):
            answer = await _answer(socket)
        await peer.setRemoteDescription(RTCSessionDescription(answer.sdp, "answer"))
        await player.until(
            lambda: events.readyState == "open" and control.readyState == "open", 15, "channels"
        )
        player.send(player_in.Hello(version=1, ticket=turn.ticket, language="en", agent="test"))
        await player.until(lambda: player.welcome, 10, "welcome")
        tasks.append(asyncio.create_task(player.play()))
        try:
            yield player
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await peer.close()
            await client.aclose()
