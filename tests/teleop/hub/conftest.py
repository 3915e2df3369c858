"""A hub on loopback, with a cell and browsers that speak its wires."""

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from types import SimpleNamespace

import httpx
import msgspec
import pytest
import structlog
from hypothesis import HealthCheck, settings
from websockets.asyncio.client import ClientConnection, connect

from teleop.hub.buckets import Rate
from teleop.hub.clocks import Clocks
from teleop.hub.config import HubConfig
from teleop.hub.hub import RATES, Hub, running
from teleop.hub.secret_files import Secrets, ensure_secrets
from teleop.hub.server import make_server
from teleop.wire.cell_to_hub import CellStatus, FromCell, Register, TurnResult
from teleop.wire.hub_to_cell import Registered, ToCell
from teleop.wire.player_out import Bilingual, JointLimits, PieceInfo, Place, PuzzleInfo, SlotInfo

settings.register_profile("no wall time", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("no wall time")
PATIENCE_S = 10.0
TRUST = ssl.create_default_context()
GENEROUS = {what: Rate(burst=100_000, per_minute=1e6) for what in RATES}
JPEG = b"\xff\xd8 a small picture \xff\xd9"
SDP = (
    "v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=fingerprint:sha-256 AA:BB\r\n"
    "m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\n"
)
PUZZLE = PuzzleInfo(
    id="tower",
    version=3,
    title=Bilingual("The tower", "高塔"),
    prompt=Bilingual("Stack them.", "叠起来。"),
    time_limit_s=120.0,
    difficulty=2,
    pieces=(PieceInfo("red", Bilingual("red", "红"), "#e5484d", 0.03),),
    slots=(SlotInfo("a", Bilingual("A", "A"), 0.2, 0.0, 0.028, None),),
    start=(Place("red", "a", 0),),
    goal=(Place("red", "a", 1),),
)


def register_of(cell_id: str, epoch: int = 0, running_turn: str | None = None) -> Register:
    """A cell's first message."""
    return Register(
        version=1,
        cell_id=cell_id,
        name=Bilingual("Home cell", "本机机械臂"),
        software="test",
        arm="so101",
        joints=(JointLimits("shoulder_pan", -1.0, 1.0),),
        cameras=("overview",),
        puzzles=(PUZZLE,),
        source="sim",
        lease_epoch=epoch,
        running_turn=running_turn,
    )


def status_of(turn_id: str | None = None, latched: bool = False) -> CellStatus:
    """A cell's status: ready to play unless latched."""
    return CellStatus(
        version=1,
        mode="latched" if latched else "idle",
        cause="boot" if latched else "none",
        stop_id="boot-1" if latched else None,
        stop_generation=1,
        turn_id=turn_id,
        viewers=1,
        positions_rad=(0.5,),
        temperatures_c=(31.0,),
        bus_ok=True,
        cameras_ok=True,
        recorder="idle",
    )


def result_of(turn_id: str, cell_id: str, epoch: int, /, **changes: object) -> TurnResult:
    """A solved turn as a cell reports it."""
    solved = TurnResult(
        version=1,
        turn_id=turn_id,
        cell_id=cell_id,
        lease_epoch=epoch,
        puzzle_id="tower",
        puzzle_version=3,
        solved=True,
        reason=Bilingual("Solved.", "完成。"),
        score=800,
        stars=3,
        time_s=41.5,
        moves=4,
        ended_utc_ns=1_700_000_000_000_000_000,
        episode_id=f"e-{turn_id}",
        episode_sha256="ab" * 32,
        episode_bytes=1000,
    )
    return msgspec.structs.replace(solved, **changes)


class Cell:
    """The cell's end of `/api/cell`."""

    def __init__(self, socket: ClientConnection, cell_id: str) -> None:
        self.socket = socket
        self.cell_id = cell_id

    async def send(self, message: FromCell) -> None:
        await self.socket.send(msgspec.msgpack.encode(message))

    async def next(self, kind: type) -> ToCell:
        """The next message of a kind."""
        async with asyncio.timeout(PATIENCE_S):
            while True:
                message = msgspec.msgpack.decode(await self.socket.recv(), type=ToCell)
                if isinstance(message, kind):
                    return message


class Browser:
    """A browser with cookies and, when asked, the page's WebSocket."""

    def __init__(self, base: str, stack: AsyncExitStack) -> None:
        self.http = httpx.AsyncClient(base_url=base, headers={"Origin": base}, verify=TRUST)
        self.base = base
        self.page: ClientConnection | None = None
        self._stack = stack

    async def sign_in(self, name: str = "小明", consent: bool = True) -> dict[str, object]:
        me = await self.http.post("/api/sign-in", json={"pseudonym": name, "language": "zh"})
        assert me.status_code == 200, me.text
        if consent:
            body = {"text_version": "recording-2", "language": "zh", "agreed": True}
            given = await self.http.post("/api/consent", json=body)
            assert given.json()["consent_version"] == "recording-2", given.text
        return me.json()

    async def take_role(self, token: str) -> httpx.Response:
        return await self.http.post("/api/role", json={"token": token})

    async def join(self, cell_id: str = "home", puzzle_id: str = "tower") -> httpx.Response:
        return await self.http.post("/api/queue", json={"cell_id": cell_id, "puzzle_id": puzzle_id})

    async def open_page(self) -> "Browser":
        cookies = "; ".join(f"{cookie.name}={cookie.value}" for cookie in self.http.cookies.jar)
        headers = {"Origin": self.base, **({"Cookie": cookies} if cookies else {})}
        address = self.base.replace("http", "ws", 1) + "/api/live"
        self.page = await self._stack.enter_async_context(connect(address, additional_headers=headers))
        return self

    async def say(self, message: dict[str, object]) -> None:
        assert self.page is not None
        await self.page.send(msgspec.json.encode(message).decode())

    async def hear(self, kind: str, where: Callable[[dict[str, object]], bool] = lambda _: True) -> dict:
        """The next message of a type for which `where` holds."""
        assert self.page is not None
        async with asyncio.timeout(PATIENCE_S):
            while True:
                message = msgspec.json.decode(await self.page.recv())
                if message["type"] == kind and where(message):
                    return message


class Meeting:
    """A running hub and ways to meet it."""

    def __init__(self, hub: Hub, base: str, stack: AsyncExitStack) -> None:
        self.hub = hub
        self.base = base
        self._stack = stack

    async def browser(self) -> Browser:
        browser = Browser(self.base, self._stack)
        self._stack.push_async_callback(browser.http.aclose)
        return browser

    async def player(self, name: str = "小明") -> Browser:
        """A browser that is signed in, has agreed, and has its page open."""
        browser = await self.browser()
        await browser.sign_in(name)
        return await browser.open_page()

    async def operator(self) -> Browser:
        browser = await self.browser()
        assert (await browser.take_role(self.hub.keys.operator_token)).status_code == 200
        return browser

    async def dial(self, token: str | None = None) -> ClientConnection:
        """A cell's connection that has not registered yet."""
        bearer = f"Bearer {self.hub.keys.cell_token if token is None else token}"
        address = self.base.replace("http", "ws", 1) + "/api/cell"
        return await self._stack.enter_async_context(
            connect(address, additional_headers={"Authorization": bearer}, max_size=2**20)
        )

    async def cell(
        self, cell_id: str = "home", epoch: int = 0, running_turn: str | None = None, latched: bool = False
    ) -> Cell:
        """A registered cell that has sent its first status."""
        cell = Cell(await self.dial(), cell_id)
        await cell.send(register_of(cell_id, epoch, running_turn))
        welcome = await cell.next(Registered)
        assert welcome.ticket_key == self.hub.keys.ticket_public_pem
        await cell.send(status_of(running_turn, latched))
        return cell

    def count(self, name: str, **labels: str) -> float:
        """The present value of one of the hub's metrics."""
        return self.hub.metrics.registry.get_sample_value(name, labels) or 0.0


async def until(condition: Callable[[], Awaitable[bool] | bool], patience_s: float = PATIENCE_S) -> None:
    """Waits until a condition holds."""
    async with asyncio.timeout(patience_s):
        while True:
            holds = condition()
            if not isinstance(holds, bool):
                holds = await holds
            if holds:
                return
            await asyncio.sleep(0.01)


@asynccontextmanager
async def serving(
    config: HubConfig, keys: Secrets, rates: dict[str, Rate], clocks: Clocks
) -> AsyncIterator[Meeting]:
    """A hub served by uvicorn in this loop."""
    listener = socket.socket()
    listener.bind((config.host, 0))
    base = f"http://{config.host}:{listener.getsockname()[1]}"
    config = msgspec.structs.replace(config, origins=(base, "https://arcade.example"))

    def fail() -> None:
        raise AssertionError("background work ended")

    async with running(config, keys, clocks, fail, rates) as hub:
        server = make_server(hub)
        task = asyncio.create_task(server.serve(sockets=[listener]))
        await until(lambda: server.started)
        try:
            async with AsyncExitStack() as clients:
                yield Meeting(hub, base, clients)
        finally:
            server.should_exit = True
            await task


@pytest.fixture(autouse=True)
def logs_of_this_test() -> Iterator[None]:
    """A test that sets up the log of a process leaves the next one its own."""
    yield
    structlog.reset_defaults()


@pytest.fixture
def config(tmp_path: Path) -> HubConfig:
    """Settings of a hub in a folder of its own."""
    return HubConfig(
        database=str(tmp_path / "hub" / "hub.sqlite3"),
        episodes_dir=str(tmp_path / "episodes"),
        secrets_dir=str(tmp_path / "secrets"),
        origins=("http://127.0.0.1:1",),
        client_dir=str(tmp_path / "client"),
    )


@pytest.fixture
def keys(config: HubConfig) -> Secrets:
    """The secrets of that hub."""
    return ensure_secrets(Path(config.secrets_dir))


@pytest.fixture
def serve(config: HubConfig, keys: Secrets) -> Callable[..., object]:
    """Starts a hub on the settings; call again after leaving it for a restart."""

    def start(rates: dict[str, Rate] = GENEROUS, clocks: Clocks | None = None, **changes: object):
        return serving(msgspec.structs.replace(config, **changes), keys, rates, clocks or Clocks())

    return start


@pytest.fixture
def make() -> SimpleNamespace:
    """Messages to send, and ways to wait."""
    return SimpleNamespace(
        register=register_of,
        status=status_of,
        result=result_of,
        until=until,
        jpeg=JPEG,
        sdp=SDP,
        puzzle=PUZZLE,
    )


@pytest.fixture
async def place(serve: Callable[..., object]) -> AsyncIterator[Meeting]:
    """A running hub."""
    async with serve() as served:
        yield served
