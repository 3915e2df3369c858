"""Follows the links of all who watch, and sets how good the cameras' pictures are."""

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Protocol

from teleop.cell.bit_rate import Link, Shown, Signs, doubted, share_of_full, show, step, top_bit_s
from teleop.cell.cameras import Camera
from teleop.cell.quality import Quality, Size, bit_rate_for
from teleop.metrics import CellMetrics

# A watcher's link is looked at every fifth time: forty of them must cost less than the pictures.
WATCHERS_TURN = 5
METER_NS = 500_000_000
# After a stall of our own, answers may have come that nobody has read yet.
STALLED_NS = 70_000_000


class Viewer(Protocol):
    """What this needs of a viewer's connection."""

    @property
    def sent_bytes(self) -> int:
        """All that was sent to it for pictures, repairs included, since it began."""
        ...

    def signs(self, now_ns: int) -> Signs | None:
        """What its link shows; None while it is not up. `sent_bit_s` is filled in here."""
        ...

    def hold_back(self, blocked: bool) -> None:
        """Sends no pictures while the link's queue is full of them."""
        ...

    def forget_lost(self) -> None:
        """Takes what was lost until now as lost in a queue that was too long: no reason for more repairs."""
        ...

    def glimpse(self) -> None:
        """Sends one picture though it is held back."""
        ...

    def attend(self, closely: bool) -> None:
        """Looks at its link as often as a player's needs, or as a watcher's."""
        ...


@dataclass(slots=True)
class _Watched:
    """One viewer's link and the bytes that it was sent lately."""

    link: Link = field(default_factory=Link)
    sent: deque[tuple[int, int]] = field(default_factory=deque)
    wire_factor: float = 1.0
    signs: Signs | None = None

    def sent_bit_s(self, sent_bytes: int, now_ns: int) -> float:
        self.sent.append((now_ns, sent_bytes))
        while len(self.sent) > 2 and now_ns - self.sent[1][0] >= METER_NS:
            self.sent.popleft()
        (then_ns, before), (last_ns, after) = self.sent[0], self.sent[-1]
        return 8e9 * (after - before) / (last_ns - then_ns) if last_ns > then_ns else 0.0


class RateControl:
    """One for a cell: its cameras are encoded for all viewers together."""

    def __init__(self, cameras: Sequence[Camera], metrics: CellMetrics) -> None:
        """Full quality until a link shows that it cannot carry it."""
        self._cameras, self._metrics = tuple(cameras), metrics
        self._watched: dict[Viewer, _Watched] = {}
        self._shown = Shown()
        self._ticks = 0
        self._ticked_ns: int | None = None
        metrics.picture_share.set(1.0)

    @property
    def quality(self) -> Quality:
        """What viewers are shown now."""
        return self._shown.quality

    def look_at(self, viewer: Viewer) -> tuple[Link, Signs | None]:
        """What a viewer's link may be sent, and what it showed last; nothing known of a new one."""
        watched = self._watched.get(viewer) or _Watched()
        return watched.link, watched.signs

    def tick(self, viewers: Sequence[tuple[bool, Viewer]], now_ns: int) -> None:
        """Looks at each viewer (and whether it drives) and sets the quality; fifty times a second."""
        seen = [camera for camera in self._cameras if camera.newest]
        full_bit_s = float(sum(bit_rate_for(Size(*camera.size)) for camera in seen))
        if not full_bit_s:
            return
        stalled = self._ticked_ns is not None and now_ns - self._ticked_ns > STALLED_NS
        self._ticks, self._ticked_ns = self._ticks + 1, now_ns
        if stalled:
            return
        self._watched = {viewer: self._watched.get(viewer) or _Watched() for _, viewer in viewers}
        rates, held = [], False
        for drives, viewer in viewers:
            watched = self._watched[viewer]
            viewer.attend(drives)
            if drives or watched.link.now_ns is None or self._ticks % WATCHERS_TURN == 0:
                self._follow(viewer, watched, partial(top_bit_s, full_bit_s, len(seen)), now_ns)
            held = held or (drives and doubted(watched.link, now_ns))
            if watched.link.now_ns is not None:
                rates.append((drives, watched.link.bit_s / watched.wire_factor))
        for camera in self._cameras:
            camera.held = held
        self._show(share_of_full(rates, full_bit_s), now_ns)

    def _follow(
        self, viewer: Viewer, watched: _Watched, top_bit_s: Callable[[float], float], now_ns: int
    ) -> None:
        signs = viewer.signs(now_ns)
        if signs is None:
            return
        before = watched.link
        signs = replace(signs, sent_bit_s=watched.sent_bit_s(viewer.sent_bytes, now_ns))
        watched.wire_factor, watched.signs = signs.wire_factor, signs
        watched.link = step(before, signs, top_bit_s(signs.wire_factor), now_ns)
        if watched.link.fell_ns != before.fell_ns:
            viewer.forget_lost()
        if watched.link.blocked != before.blocked:
            viewer.hold_back(watched.link.blocked)
            self._metrics.links_blocked.inc(watched.link.blocked)
        elif watched.link.glimpse_ns != before.glimpse_ns:
            viewer.glimpse()

    def _show(self, share: float, now_ns: int) -> None:
        shown = show(self._shown, share, now_ns)
        if shown is not self._shown:
            self._shown = shown
            self._metrics.picture_share.set(shown.quality.share)
            for camera in self._cameras:
                camera.quality = shown.quality
