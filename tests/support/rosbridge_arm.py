"""An arm behind a rosbridge server: the protocol's server side and one controller, as a process.

    rosbridge_arm.py PORT ROS TOPIC JOINT=POSITION...

It is as strict as the real servers: types must be named as its ROS names them, fields that a message does
not have are refused with a status, what nobody advertised or subscribed to is not passed on. Incoming
texts wait in an unbounded queue of their own, as they do there; `stall MS` stops the work on that queue
while the WebSocket itself goes on answering pings, `freeze` of the process stops both.
Orders come by standard input, a line of JSON answers each.
"""

import asyncio
import json
import sys
import time
from dataclasses import dataclass, field
from typing import Any, Literal, cast

from ros_definitions import Definitions
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed

STALE_S = 0.1
STATES = "/joint_states"


@dataclass(eq=False)
class Client:
    """One connection: what it listens to, what it said it would publish, and what waits for it."""

    connection: ServerConnection
    listening: set[str] = field(default_factory=set)
    offered: dict[str, str] = field(default_factory=dict)
    outgoing: "asyncio.Queue[str]" = field(default_factory=asyncio.Queue)


class Server:
    """The server and the arm behind it."""

    def __init__(self, ros: Literal[1, 2], topic: str, joints: dict[str, float]) -> None:
        """Nothing moves until a command comes."""
        self.definitions = Definitions(ros)
        self.ros = ros
        self.topic = topic
        self.joints = joints
        self.mute = ""
        self.quiet = False
        self.clients: set[Client] = set()
        self.stalled_until = 0.0
        self.connections: list[float] = []
        self.forget()

    def forget(self) -> None:
        """Counts deliveries anew."""
        self.delivered = self.stale = self.expired = 0
        self.oldest_s = 0.0
        self.last: dict[str, Any] = {}

    async def handle(self, connection: ServerConnection) -> None:
        """One client's connection: reader, worker on what was read, and writer."""
        client = Client(connection)
        self.clients.add(client)
        self.connections.append(time.monotonic())
        incoming: asyncio.Queue[tuple[float, str | bytes]] = asyncio.Queue()
        tasks = [asyncio.create_task(self._work(client, incoming)), asyncio.create_task(_write(client))]
        try:
            async for text in connection:
                incoming.put_nowait((time.monotonic(), text))
        except ConnectionClosed:
            pass
        finally:
            self.clients.discard(client)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _work(self, client: Client, incoming: "asyncio.Queue[tuple[float, str | bytes]]") -> None:
        while True:
            read_at, text = await incoming.get()
            await asyncio.sleep(max(0.0, self.stalled_until - time.monotonic()))
            try:
                self._understand(client, json.loads(text), read_at)
            except (KeyError, ValueError) as error:
                client.outgoing.put_nowait(json.dumps({"op": "status", "level": "error", "msg": str(error)}))

    def _understand(self, client: Client, message: dict[str, Any], read_at: float) -> None:
        match message["op"]:
            case "subscribe":
                self._expect(message, {STATES: "sensor_msgs/JointState"})
                client.listening.add(message["topic"])
            case "advertise":
                self.definitions.empty(message["type"])
                client.offered[message["topic"]] = message["type"]
            case "publish":
                whole = self.definitions.fill(client.offered[message["topic"]], message["msg"])
                if message["topic"] == self.topic:
                    self._deliver(whole, read_at)
                self._echo(message["topic"], whole)
            case other:
                raise ValueError(f"unknown operation {other}")

    def _expect(self, message: dict[str, Any], types: dict[str, str]) -> None:
        """Refuses a type that is not the topic's own."""
        self.definitions.empty(message["type"])
        package, name = types.get(message["topic"], message["type"]).split("/")[0], message["type"]
        if name.split("/")[0] != package:
            raise ValueError(f"{message['topic']} is not a {name}")

    def _deliver(self, message: dict[str, Any], read_at: float) -> None:
        """An ideal controller: the joints are at once where the first point says."""
        age_s = time.monotonic() - read_at
        header = message.get("header")
        stamp_s = 0.0 if header is None else self.definitions.stamp_ns(header["stamp"]) / 1e9
        if stamp_s > 0.0:
            age_s = time.time() - stamp_s
        self.delivered += 1
        self.stale += age_s > STALE_S
        self.oldest_s = max(self.oldest_s, age_s)
        self.last = message
        if stamp_s > 0.0 and time.time() > stamp_s + self._lasts_s(message):
            self.expired += 1
        elif "points" in message:
            pairs = zip(message["joint_names"], message["points"][0]["positions"], strict=True)
            self.joints.update(pairs)
        elif "data" in message:
            self.joints = dict(zip(self.joints, message["data"], strict=True))
        self.broadcast()

    def _lasts_s(self, message: dict[str, Any]) -> float:
        """How long after its stamp a trajectory ends; such a controller refuses one that ended before now."""
        points = message.get("points")
        return self.definitions.stamp_ns(points[-1]["time_from_start"]) / 1e9 if points else 1e9

    def _echo(self, topic: str, message: dict[str, Any]) -> None:
        text = json.dumps({"op": "publish", "topic": topic, "msg": message})
        for client in self.clients:
            if topic in client.listening:
                client.outgoing.put_nowait(text)

    def broadcast(self) -> None:
        """Tells of the joints from the last to the first: nothing promises an order."""
        if self.quiet:
            return
        now_ns = time.time_ns()
        seconds, rest = ("secs", "nsecs") if self.ros == 1 else ("sec", "nanosec")
        named = [(name, at) for name, at in reversed(self.joints.items()) if name != self.mute]
        message = {
            "header": {"stamp": {seconds: now_ns // 10**9, rest: now_ns % 10**9}, "frame_id": ""},
            "name": [name for name, _ in named],
            "position": [at for _, at in named],
            "velocity": [0.0] * len(named),
            "effort": [None] * len(named),
        }
        self._echo(STATES, message)

    def obey(self, line: str) -> dict[str, Any]:
        """Carries out one order."""
        order, *words = line.split()
        answer: dict[str, Any] = {}
        match order:
            case "stall":
                self.stalled_until = time.monotonic() + int(words[0]) / 1e3
            case "mute":
                self.mute = "" if words[0] == "-" else words[0]
            case "quiet":
                self.quiet = words[0] == "1"
            case "place":
                self.joints[words[0]] = float(words[1])
            case "hangup":
                for client in tuple(self.clients):
                    client.connection.transport.abort()
            case _:
                answer = self._report()
        return answer

    def _report(self) -> dict[str, Any]:
        told = {
            "delivered": self.delivered,
            "stale": self.stale,
            "expired": self.expired,
            "oldest_ms": self.oldest_s * 1e3,
            "positions": list(self.joints.values()),
            "last": self.last,
            "connections": self.connections,
            "clients": len(self.clients),
        }
        self.forget()
        return told


async def _write(client: Client) -> None:
    while True:
        text = await client.outgoing.get()
        try:
            await client.connection.send(text)
        except ConnectionClosed:
            return


async def main(port: int, ros: Literal[1, 2], topic: str, joints: dict[str, float]) -> None:
    """Serves until standard input ends."""
    server = Server(ros, topic, joints)
    orders = asyncio.StreamReader()
    events = asyncio.get_running_loop()
    await events.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(orders), sys.stdin)
    async with serve(
        server.handle, "127.0.0.1", port, compression=None, ping_interval=None, close_timeout=0.2
    ):
        print("{}", flush=True)
        beat = asyncio.create_task(_beat(server))
        while line := await orders.readline():
            print(json.dumps(server.obey(line.decode())), flush=True)
        beat.cancel()


async def _beat(server: Server) -> None:
    while True:
        server.broadcast()
        await asyncio.sleep(0.01)


if __name__ == "__main__":
    places = dict(text.split("=") for text in sys.argv[4:])
    which = cast(Literal[1, 2], int(sys.argv[2]))
    asyncio.run(main(int(sys.argv[1]), which, sys.argv[3], {name: float(at) for name, at in places.items()}))
