"""One connected browser: its connection, who it proved to be, its clock, and its allowance of messages."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal, Protocol

import msgspec

from teleop.cell import token_bucket
from teleop.cell.frame_map import Sighting
from teleop.cell.peer import Channel
from teleop.clock import ClockState, estimate, on_ping
from teleop.metrics import CellMetrics
from teleop.tickets import Ticket
from teleop.wire.player_in import MAX_MESSAGE_BYTES, ControlIn, EventIn, Hello, Ping, SeenFrame
from teleop.wire.player_out import EventOut, Pong

# Rate and burst of messages per channel; apart, so that a flood of controls never keeps a stop waiting.
ALLOWANCE: dict[Channel, tuple[float, float]] = {"control": (150.0, 150.0), "events": (20.0, 60.0)}
Role = Literal["player", "viewer", "operator"]
_CONTROL = msgspec.msgpack.Decoder(ControlIn)
_EVENTS = msgspec.msgpack.Decoder(EventIn)
_ENCODER = msgspec.msgpack.Encoder()


class Connection(Protocol):
    """What a visitor needs of its WebRTC connection."""

    def send(self, channel: Channel, data: bytes) -> bool:
        """Sends a message; False when it could not be taken."""
        ...

    @property
    def rtp_origins(self) -> tuple[int | None, ...]:
        """For each track the RTP time stamp of media time 0."""
        ...

    @property
    def reached_ns(self) -> int | None:
        """When this browser last said that more pictures had come; None before it did."""
        ...

    def sight(self, seen: SeenFrame) -> Sighting | None:
        """The picture that this browser names, and how wrong that may be."""
        ...


@dataclass(slots=True)
class Visitor:
    """Everything about one browser.

    `subject` is whom the hub named with the offer; `heard_ns` is its last sign of life on the control
    channel; `away` says that neither that nor its network has shown one for 700 ms.
    """

    session: str
    since_ns: int
    buckets: dict[Channel, token_bucket.TokenBucket]
    connection: Connection | None = None
    ticket: Ticket | None = None
    subject: str = ""
    connected: bool = False
    away: bool = False
    heard_ns: int = 0
    greeted_ns: int | None = None
    clock: ClockState = field(default_factory=ClockState)

    @property
    def reached_ns(self) -> int | None:
        """When pictures surely came: as its connection says, or when that was made; None without one."""
        return None if self.connection is None else self.connection.reached_ns or self.greeted_ns

    @property
    def role(self) -> Role | None:
        """What the ticket proved; None before Hello."""
        return None if self.ticket is None else self.ticket.role

    def tell(self, message: EventOut) -> bool:
        """Sends reliable news."""
        return self.connection is not None and self.connection.send("events", _ENCODER.encode(message))

    def show(self, message: bytes) -> bool:
        """Sends an encoded message that may be lost."""
        return self.connection is not None and self.connection.send("control", message)


def new_visitor(session: str, now_ns: int, subject: str = "") -> Visitor:
    """A visitor who has not said anything yet."""
    buckets: dict[Channel, token_bucket.TokenBucket] = {
        channel: token_bucket.full(*allowance, now_ns) for channel, allowance in ALLOWANCE.items()
    }
    return Visitor(session, now_ns, buckets, subject=subject, heard_ns=now_ns)


class Ear:
    """Reads what visitors send: size and rate first, then form; refusals are counted, never raised."""

    def __init__(self, metrics: CellMetrics, take: Callable[[Visitor, ControlIn | EventIn], None]) -> None:
        """`take` gets every well-formed message except pings, which are answered here."""
        self._metrics = metrics
        self._take = take

    def hear(self, visitor: Visitor, channel: Channel, data: bytes | str, now_ns: int) -> None:
        """Takes one raw message of a data channel."""
        reason = self._refusal(visitor, channel, data, now_ns)
        if reason is not None or isinstance(data, str):
            self._metrics.refusals.labels(wire=channel, reason=reason).inc()
            return
        try:
            message = (_CONTROL if channel == "control" else _EVENTS).decode(data)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, OverflowError):
            self._metrics.refusals.labels(wire=channel, reason="malformed").inc()
            return
        if channel == "control":
            visitor.heard_ns = now_ns
        if isinstance(message, Ping):
            self._answer(visitor, message, now_ns)
        elif visitor.ticket is None and not isinstance(message, Hello):
            self._metrics.refusals.labels(wire=channel, reason="before_hello").inc()
        else:
            self._take(visitor, message)

    def _refusal(self, visitor: Visitor, channel: Channel, data: bytes | str, now_ns: int) -> str | None:
        visitor.buckets[channel], passes = token_bucket.take(visitor.buckets[channel], now_ns)
        if not passes:
            return "too_many"
        if isinstance(data, str):
            return "not_binary"
        return "too_large" if len(data) > MAX_MESSAGE_BYTES else None

    def _answer(self, visitor: Visitor, ping: Ping, now_ns: int) -> None:
        seen = None if ping.pong_cell_ns == 0 else (ping.pong_cell_ns, ping.pong_received_us * 1000)
        steps = visitor.clock.steps
        visitor.clock = on_ping(visitor.clock, ping.client_us * 1000, now_ns, seen, ping.restarts)
        self._metrics.clock_steps.inc(visitor.clock.steps - steps)
        known = estimate(visitor.clock, now_ns)
        if known is not None and visitor.role == "player":
            self._metrics.clock_error.set(known.error_ns / 1e9)
        pong = Pong(
            version=1,
            client_us=ping.client_us,
            cell_ns=now_ns,
            offset_ns=None if known is None else known.offset_ns,
            error_ns=None if known is None else known.error_ns,
            round_trip_ns=None if known is None else known.round_trip_ns,
            rtp_origins=() if visitor.connection is None else visitor.connection.rtp_origins,
        )
        visitor.show(_ENCODER.encode(pong))
