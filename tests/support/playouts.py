"""Ways in which a cell could play out what a player sends, to be compared with "the newest wins".

Each knows the page's time stamps and when messages came, as a cell does. The least time on the way among the
last two seconds' messages counts as the link's own delay; what a message took beyond that is its lateness.
"""

from collections import deque
from typing import Protocol

from ghost_path import SEND_S, Said, between
from msgspec.structs import replace

from robot_bridge.wire.commands import PoseTarget

KEPT = round(2.0 / SEND_S)
SEND_NS = round(SEND_S * 1e9)
_SLEW = 0.2  # an adaptive buffer plays at most so much faster or slower than the player moved


class Playout(Protocol):
    """What the arm is sent when."""

    def hear(self, said: Said, now_ns: int) -> None:
        """Takes a message that has just come."""
        ...

    def target(self, now_ns: int) -> PoseTarget | None:
        """Where the arm shall be sent now; None before the first message."""
        ...


class Newest:
    """The newest message, as it is."""

    def __init__(self) -> None:
        self.newest: Said | None = None

    def hear(self, said: Said, now_ns: int) -> None:
        """Keeps the newest."""
        if self.newest is None or said.sequence > self.newest.sequence:
            self.newest = said

    def target(self, now_ns: int) -> PoseTarget | None:
        """Its pose."""
        return None if self.newest is None else self.newest.pose


class _Stamped(Newest):
    """Also knows how late messages have been."""

    def __init__(self) -> None:
        super().__init__()
        self.ways_ns: deque[int] = deque(maxlen=KEPT)

    def hear(self, said: Said, now_ns: int) -> None:
        """Keeps the newest, and how long each took."""
        super().hear(said, now_ns)
        self.ways_ns.append(now_ns - said.sent_ns)


class Ahead(_Stamped):
    """The newest pose, moved on by its velocity over lateness and, if it `ages`, age; at most `most_ns`."""

    def __init__(self, most_ns: int, *, ages: bool = True) -> None:
        super().__init__()
        self._most_ns, self._ages = most_ns, ages
        self._came_ns = 0

    def hear(self, said: Said, now_ns: int) -> None:
        """Keeps when it came as well."""
        super().hear(said, now_ns)
        self._came_ns = now_ns

    def target(self, now_ns: int) -> PoseTarget | None:
        """Where the ghost would be by now if it kept its velocity."""
        if self.newest is None:
            return None
        until_ns = now_ns if self._ages else self._came_ns
        missing_ns = until_ns - min(self.ways_ns) - self.newest.sent_ns
        seconds = min(self._most_ns, max(0, missing_ns)) / 1e9
        pose, velocity = self.newest.pose, self.newest.velocity
        return replace(
            pose,
            x_m=pose.x_m + velocity.x_m_s * seconds,
            y_m=pose.y_m + velocity.y_m_s * seconds,
            z_m=pose.z_m + velocity.z_m_s * seconds,
        )


class Buffered(_Stamped):
    """The ghost as it was a fixed time ago beyond the link's own delay, between the messages around that."""

    def __init__(self, by_ns: int) -> None:
        super().__init__()
        self.by_ns = float(by_ns)
        self._kept: deque[Said] = deque(maxlen=KEPT)

    def hear(self, said: Said, now_ns: int) -> None:
        """Keeps the last two seconds in the order of sending."""
        super().hear(said, now_ns)
        if not self._kept or said.sequence > self._kept[-1].sequence:
            self._kept.append(said)

    def target(self, now_ns: int) -> PoseTarget | None:
        """The pose for now; the newest one when that is overdue."""
        if not self._kept:
            return None
        return between(list(self._kept), now_ns - min(self.ways_ns) - self.by_ns)


class Adaptive(Buffered):
    """A buffer as long as this share of the last messages needed, and a period more for the next one."""

    def __init__(self, share: float) -> None:
        super().__init__(SEND_NS)
        self._share = share
        self._asked_ns: int | None = None

    def target(self, now_ns: int) -> PoseTarget | None:
        """The pose for now; the buffer's length changes slowly."""
        if self.ways_ns:
            ways = sorted(self.ways_ns)
            late_ns = ways[min(len(ways) - 1, int(self._share * len(ways)))] - ways[0]
            most = _SLEW * (now_ns - (now_ns if self._asked_ns is None else self._asked_ns))
            self.by_ns += min(most, max(-most, late_ns + SEND_NS - self.by_ns))
        self._asked_ns = now_ns
        return super().target(now_ns)
