"""Which commands are on their way through a rosbridge server: one a controller, until its echo is back.

Theory of operation. Nothing that was written to a socket can be called back, and a server may keep what it
has read in a queue without end while its socket goes on answering pings. So the bridge also listens to its
own command topics: the server hears there what it has passed on, and echoes it. Only then the next command
leaves, the newest by then. Whatever stalls, socket, network, queue or host, holds one command, no backlog.
"""

from dataclasses import dataclass, replace

OVERDUE_NS = 500_000_000


@dataclass(frozen=True, slots=True)
class Flights:
    """When the command on its way left, for each controller; None where none is on its way."""

    left_ns: tuple[int | None, ...]


def start(controllers: int) -> Flights:
    """Nothing on its way."""
    return Flights((None,) * controllers)


def free(flights: Flights, controller: int) -> bool:
    """Whether this controller's next command may leave."""
    return flights.left_ns[controller] is None


def leave(flights: Flights, controller: int, now_ns: int) -> Flights:
    """One command has left."""
    return _with(flights, controller, now_ns)


def land(flights: Flights, controller: int) -> Flights:
    """Its echo has come."""
    return _with(flights, controller, None)


def overdue(flights: Flights, now_ns: int) -> bool:
    """Whether a command has been on its way for so long that the line is worth nothing."""
    return any(left is not None and now_ns - left > OVERDUE_NS for left in flights.left_ns)


def _with(flights: Flights, controller: int, left_ns: int | None) -> Flights:
    before, after = flights.left_ns[:controller], flights.left_ns[controller + 1 :]
    return replace(flights, left_ns=(*before, left_ns, *after))
