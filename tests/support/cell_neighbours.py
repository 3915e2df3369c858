"""Stand-ins for the cell's neighbours on their real wires: a bridge on its socket, a hub on its WebSocket."""

import asyncio
import contextlib
import socket
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed

from robot_bridge.arms import load_arm
from robot_bridge.wire.commands import (
    Command,
    Enable,
    Heartbeat,
    Hold,
    JointTarget,
    PoseTarget,
    Reset,
    Rest,
    Setpoint,
    Stop,
)
from robot_bridge.wire.state import ArmPosture, ArmState, Cause, JointState, Mode, Upward
from teleop.tickets import Ticket, sign
from teleop.wire.cell_to_hub import FromCell, Register
from teleop.wire.hub_to_cell import Consent, Lease, Registered, ToCell

MODEL = load_arm("so101")
POSE = PoseTarget(0.2, 0.0, 0.12, -1.5, 0.0, 0.5)
TOKEN = "cell-token-for-tests-0123456789"


class BridgeDouble:
    """Obeys commands as the real bridge does, without physics: the arm is where it was last sent."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.commands: list[Command] = []
        self.mode: Mode = "idle"
        self.cause: Cause = "none"
        self.stop_id: str | None = None
        self.generation = 0
        self.posture: ArmPosture = "held"
        self.epoch = 0
        self.sequence = 0
        self.pose, self.joints = POSE, MODEL.rest_rad
        self._tick = 0
        self._peers: dict[str, float] = {}
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.setblocking(False)
        path.unlink(missing_ok=True)
        self._socket.bind(str(path))
        self._decoder = msgspec.msgpack.Decoder(Command)

    def of(self, kind: type[msgspec.Struct]) -> list[Command]:
        """The commands of one kind, in order."""
        return [command for command in self.commands if isinstance(command, kind)]

    async def run(self) -> None:
        """Takes commands and sends state 50 times a second until cancelled."""
        while True:
            with contextlib.suppress(BlockingIOError):
                while True:
                    data, sender = self._socket.recvfrom(4096)
                    self._obey(self._decoder.decode(data), sender)
            self.send(self.state())
            await asyncio.sleep(0.02)

    def send(self, message: Upward | bytes) -> None:
        """Sends upward to everyone who lately sent a heartbeat."""
        data = message if isinstance(message, bytes) else msgspec.msgpack.encode(message)
        for peer, seen_s in self._peers.items():
            if time.monotonic() - seen_s < 1:
                with contextlib.suppress(OSError):
                    self._socket.sendto(data, peer)

    def state(self) -> ArmState:
        """The arm as it stands."""
        self._tick += 1
        return ArmState(
            version=1,
            tick=self._tick,
            now_ns=time.monotonic_ns(),
            mode=self.mode,
            cause=self.cause,
            stop_id=self.stop_id,
            stop_generation=self.generation,
            lease_epoch=self.epoch,
            applied_sequence=self.sequence,
            joints=tuple(JointState(q, 0.0, 0.0, 30.0, 7.4, 0, 0) for q in self.joints),
            requested_rad=tuple(self.joints),
            applied_rad=tuple(self.joints),
            measured_pose=self.pose,
            applied_pose=self.pose,
            limits=(),
            speed_scale=1.0,
            bus_ok=True,
            posture=self.posture,
        )

    def close(self) -> None:
        self._socket.close()
        self.path.unlink(missing_ok=True)

    def _obey(self, command: Command, sender: str) -> None:
        self.commands.append(command)
        match command:
            case Heartbeat():
                self._peers[sender] = time.monotonic()
            case Enable() if self.mode in ("idle", "hold"):
                self.mode, self.cause, self.epoch = "play", "none", command.lease_epoch
            case Hold() if self.mode == "play":
                self.mode, self.cause = "hold", command.reason
            case Stop():
                self.mode, self.cause, self.stop_id = "latched", "stop_pressed", command.stop_id
                self.generation += 1
            case Reset() if command.stop_id == self.stop_id:
                self.mode, self.cause, self.stop_id = "idle", "none", None
            case Rest() if command.stop_generation == self.generation and self.mode != "play":
                self.posture = "resting"
            case Setpoint() if self.mode == "play" and command.lease_epoch == self.epoch:
                self._follow(command)

    def _follow(self, setpoint: Setpoint) -> None:
        self.sequence = setpoint.sequence
        if isinstance(setpoint.target, JointTarget):
            self.joints = (*setpoint.target.positions_rad, self.joints[-1])
        else:
            self.pose = setpoint.target


class HubDouble:
    """A hub that registers one cell, hands out leases and tickets, and keeps what the cell sends."""

    def __init__(self) -> None:
        key = Ed25519PrivateKey.generate()
        self.private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
        self.public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
        self.port = 0
        self.registers: list[Register] = []
        self.headers: list[str | None] = []
        self.received: list[FromCell] = []
        self._link: ServerConnection | None = None
        self._server: Server | None = None
        self._decoder = msgspec.msgpack.Decoder(FromCell)

    @asynccontextmanager
    async def serving(self, port: int = 0) -> AsyncIterator["HubDouble"]:
        """Serves until the block ends; the same port can be used again."""
        async with serve(self._take, "127.0.0.1", port, compression=None) as server:
            self._server = server
            self.port = next(iter(server.sockets)).getsockname()[1]
            yield self

    async def drop(self) -> None:
        """Goes away: closes the link and refuses new ones until served again."""
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()

    async def tell(self, message: ToCell | bytes) -> None:
        """Sends to the registered cell."""
        assert self._link is not None
        await self._link.send(message if isinstance(message, bytes) else msgspec.msgpack.encode(message))

    def of(self, kind: type[msgspec.Struct]) -> list[FromCell]:
        """What the cell sent of one kind, in order."""
        return [message for message in self.received if isinstance(message, kind)]

    def ticket(
        self, role: str = "player", epoch: int | None = 1, cell: str = "test", valid_s: int = 60
    ) -> str:
        """A signed ticket; `epoch` matters to players only."""
        player = role == "player"
        claims = Ticket(
            role=role,
            cell_id=cell,
            subject="ada",
            turn_id=f"turn-{epoch}" if player else None,
            epoch=epoch if player else None,
            expires_utc_s=int(time.time()) + valid_s,
        )
        return sign(self.private, claims)

    async def _take(self, link: ServerConnection) -> None:
        self.headers.append(None if link.request is None else link.request.headers.get("Authorization"))
        with contextlib.suppress(ConnectionClosed):
            async for data in link:
                await self._hear(link, self._decoder.decode(data))

    async def _hear(self, link: ServerConnection, message: FromCell) -> None:
        if isinstance(message, Register):
            self.registers.append(message)
            self._link = link
            await self.tell(Registered(version=1, hub="test-hub", ticket_key=self.public))
        else:
            self.received.append(message)


def lease(epoch: int = 1, puzzle: str = "tower", duration_s: float = 60.0) -> Lease:
    """A lease of a turn named after its epoch."""
    consent = Consent("consent-1", "v1", "0" * 64, "en", 0)
    return Lease(1, f"turn-{epoch}", epoch, "ada", puzzle, 1, "en", duration_s, consent)


async def until(condition, what: str, timeout_s: float = 15.0) -> None:
    """Waits for a condition; fails naming what was waited for."""
    deadline_s = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < deadline_s, f"waited {timeout_s} s for: {what}"
        await asyncio.sleep(0.01)
