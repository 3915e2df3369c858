"""An arm behind a rosbridge server: the protocol's server side and one controller, as a process.

    rosbridge_arm.py PORT ROS TOPIC JOINT=POSITION...

It follows rosbridge_suite, the servers of ROS 1 and 2, and where these are lenient it is strict: types must
be named as its ROS names them and fields that a message does not have are refused. Like them it writes what
it refuses into its own log and tells the client nothing; `complain 1` lets it send statuses, as
ros2-web-bridge does. Of the protocol it lacks services, actions, fragments and compressions, which the bridge
never asks for. Incoming texts wait in an unbounded queue of their own, as they do there; `stall MS` stops the
work on that queue while the WebSocket itself goes on answering pings, `freeze` of the process stops both.
Orders come by standard input, a line of JSON answers each.
"""

import asyncio
import json
import sys
import time
from collections import deque
from dataclasses import dataclass, field
from typing import Any, Literal, cast

from ros_definitions import Definitions
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed

STALE_S = 0.1
STATES = "/joint_states"
# Which fields an operation may have, and of what kind; the real servers pass over any others.
FIELDS: dict[str, dict[str, type]] = {
    "advertise": {"topic": str, "type": str, "latch": bool, "queue_size": int, "qos": dict},
    "unadvertise": {"topic": str},
    "publish": {"topic": str, "latch": bool, "msg": dict},
    "subscribe": {
        "topic": str,
        "type": str,
        "throttle_rate": int,
        "queue_length": int,
        "compression": str,
        "qos": dict,
    },
    "unsubscribe": {"topic": str},
}


QOS: dict[str, tuple[str, ...]] = {
    "history": ("keep_last", "keep_all"),
    "reliability": ("reliable", "best_effort", "best_available"),
    "durability": ("transient_local", "volatile", "best_available"),
}


@dataclass(eq=False)
class Subscription:
    """What one client wants of a topic, by the ids of its wishes: (throttle in s, queue length)."""

    outgoing: "asyncio.Queue[str]"
    wishes: dict[str | None, tuple[float, int]] = field(default_factory=dict)
    waiting: deque[str] = field(default_factory=deque)
    sent_at: float = float("-inf")

    def deliver(self, text: str) -> None:
        """Sends now, or later if the client wants it slower and with a queue, or never."""
        throttle_s = min(throttle for throttle, _ in self.wishes.values())
        length = min(length for _, length in self.wishes.values())
        now = time.monotonic()
        if not self.waiting and now - self.sent_at >= throttle_s:
            self.sent_at = now
            self.outgoing.put_nowait(text)
        elif length > 0:
            if not self.waiting:
                due_s = self.sent_at + throttle_s - now
                asyncio.get_running_loop().call_later(due_s, self._flush, throttle_s)
            self.waiting.append(text)
            while len(self.waiting) > length:
                self.waiting.popleft()

    def _flush(self, throttle_s: float) -> None:
        if not self.wishes or not self.waiting:
            return
        self.sent_at = time.monotonic()
        self.outgoing.put_nowait(self.waiting.popleft())
        if self.waiting:
            asyncio.get_running_loop().call_later(throttle_s, self._flush, throttle_s)


@dataclass(eq=False)
class Client:
    """One connection: what it listens to, what it said it would publish, and what waits for it."""

    connection: ServerConnection
    listening: dict[str, Subscription] = field(default_factory=dict)
    offered: dict[str, dict[str | None, None]] = field(default_factory=dict)
    outgoing: "asyncio.Queue[str]" = field(default_factory=asyncio.Queue)


class Server:
    """The server and the arm behind it."""

    def __init__(self, ros: Literal[1, 2], topic: str, joints: dict[str, float]) -> None:
        """Nothing moves until a command comes."""
        self.definitions = Definitions(ros)
        self.ros = ros
        self.topic = topic
        self.joints = joints
        self.types = {STATES: "sensor_msgs/JointState" if ros == 1 else "sensor_msgs/msg/JointState"}
        self.mute = ""
        self.quiet = self.complaining = False
        self.clients: set[Client] = set()
        self.stalled_until = self.read_at = 0.0
        self.connections: list[float] = []
        self.forget()

    def forget(self) -> None:
        """Counts deliveries anew."""
        self.delivered = self.stale = self.expired = 0
        self.oldest_s = 0.0
        self.last: dict[str, Any] = {}
        self.refusals: list[str] = []

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
                self.refusals.append(str(error))
                if self.complaining:
                    complaint = {"op": "status", "level": "error", "msg": str(error)}
                    client.outgoing.put_nowait(json.dumps(complaint))

    def _understand(self, client: Client, message: dict[str, Any], read_at: float) -> None:
        """Carries out one operation; raises KeyError or ValueError for what a server refuses."""
        op = message["op"]
        _check(op, message)
        self.read_at = read_at
        carry_out = {
            "advertise": self._advertise,
            "unadvertise": self._unadvertise,
            "publish": self._publish,
            "subscribe": self._subscribe,
            "unsubscribe": self._unsubscribe,
        }
        carry_out[op](client, message)

    def _advertise(self, client: Client, message: dict[str, Any]) -> None:
        self._establish(message["topic"], message["type"])
        client.offered.setdefault(message["topic"], {})[message.get("id")] = None

    def _unadvertise(self, client: Client, message: dict[str, Any]) -> None:
        _withdraw(client.offered.get(message["topic"], {}), message.get("id"))

    def _publish(self, client: Client, message: dict[str, Any]) -> None:
        """Passes it on; who has not advertised is taken to have done so where the topic's type is known."""
        topic = message["topic"]
        whole = self.definitions.fill(self.types[topic], message["msg"])
        client.offered.setdefault(topic, {})[message.get("id")] = None
        if topic == self.topic:
            self._deliver(whole, self.read_at)
        self._echo(topic, whole)

    def _subscribe(self, client: Client, message: dict[str, Any]) -> None:
        topic = message["topic"]
        if "type" in message:
            self._establish(topic, message["type"])
        elif topic not in self.types:
            raise ValueError(f"topic {topic} is not established, and no type was given")
        if message.get("compression", "none") != "none":
            raise ValueError("this server compresses nothing")
        wanted = client.listening.setdefault(topic, Subscription(client.outgoing))
        pace = (message.get("throttle_rate", 0) / 1e3, message.get("queue_length", 0))
        wanted.wishes[message.get("id")] = pace

    def _unsubscribe(self, client: Client, message: dict[str, Any]) -> None:
        topic = message["topic"]
        if topic in client.listening:
            _withdraw(client.listening[topic].wishes, message.get("id"))
            if not client.listening[topic].wishes:
                del client.listening[topic]

    def _establish(self, topic: str, name: str) -> None:
        """Refuses a type that does not exist or is not the topic's own."""
        self.definitions.empty(name)
        if self.types.setdefault(topic, name) != name:
            raise ValueError(f"tried to establish {topic} with type {name}, but it is {self.types[topic]}")

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
        elif "velocities" in message:
            for name, speed in zip(message["joint_names"], message["velocities"], strict=True):
                self.joints[name] += speed * message["duration"]
        self.broadcast()

    def _lasts_s(self, message: dict[str, Any]) -> float:
        """How long after its stamp a controller takes it: until a trajectory ends, a Servo 100 ms."""
        points = message.get("points")
        return self.definitions.stamp_ns(points[-1]["time_from_start"]) / 1e9 if points else STALE_S

    def _echo(self, topic: str, message: dict[str, Any]) -> None:
        text = json.dumps({"op": "publish", "topic": topic, "msg": message})
        for client in self.clients:
            if topic in client.listening:
                client.listening[topic].deliver(text)

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
        match order:
            case "stall":
                self.stalled_until = time.monotonic() + int(words[0]) / 1e3
            case "mute":
                self.mute = "" if words[0] == "-" else words[0]
            case "quiet":
                self.quiet = words[0] == "1"
            case "complain":
                self.complaining = words[0] == "1"
            case "place":
                self.joints[words[0]] = float(words[1])
            case "hangup":
                self._hang_up()
            case _:
                return self._report(order == "report")
        return {}

    def _hang_up(self) -> None:
        for client in tuple(self.clients):
            client.connection.transport.abort()

    def _report(self, forget: bool) -> dict[str, Any]:
        """How things stand, counted since `report` was last asked for."""
        told = self._told()
        if forget:
            self.forget()
        return told

    def _told(self) -> dict[str, Any]:
        return {
            "delivered": self.delivered,
            "stale": self.stale,
            "expired": self.expired,
            "oldest_ms": self.oldest_s * 1e3,
            "positions": list(self.joints.values()),
            "last": self.last,
            "refusals": self.refusals,
            "connections": self.connections,
            "clients": len(self.clients),
        }


def _check(op: str, message: dict[str, Any]) -> None:
    """Raises ValueError for an operation that does not exist and for a field of the wrong kind."""
    if op not in FIELDS:
        raise ValueError(f"unknown operation {op}")
    for name, kind in FIELDS[op].items():
        if name in message and not isinstance(message[name], kind):
            raise ValueError(f"{op}: {name} is not a {kind.__name__}")
    for name, value in message.get("qos", {}).items():
        if value not in QOS.get(name, (value,)) or (name not in QOS and not isinstance(value, int | float)):
            raise ValueError(f"{op}: {value!r} is no {name}")


def _withdraw(wishes: dict[str | None, Any], wish: str | None) -> None:
    """Takes one wish back, or all where none is named."""
    if wish is None:
        wishes.clear()
    wishes.pop(wish, None)


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
