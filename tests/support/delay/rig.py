"""Person, page, link, cell, bridge, servos and camera in one simulated time: no clock, no port, no thread.

The bridge ticks every 10 ms; between its ticks things happen in the order of their times: frames of the page
(60 a second), pictures (30 a second), arm state (60 a second), and whatever comes out of the link.
"""

import heapq
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, Protocol

from link import law
from link.course import Conditions, steady
from lock_step import TICK_NS

from delay.cell import EPOCH, Cell, GatedCell, NaiveCell, Wish, state_for_page
from delay.page import Frame, Pad, Page, Shown
from robot_bridge.arms import load_arm
from robot_bridge.wire.commands import Command, PoseTarget, Reset
from robot_bridge.wire.state import ArmState
from sim_fallback.camera.pinhole import CAMERAS
from teleop.cell.arm_view import view_of
from teleop.wire.player_in import Ping, SeenFrame
from teleop.wire.player_out import State

Driving = Literal["ghost", "no_ghost", "naive"]
Point = tuple[float, float, float]
SO101 = load_arm("so101")
CAMERA = "overview"
FRAME_HZ, PICTURE_HZ, STATE_HZ = 60, 30, 60
PING_EVERY_NS = 200_000_000
ENCODE_NS = 6_400_000
"""Encoding, packets and sending: 5.4 + 0.5 + 0.5 ms measured at 1280x720."""
DECODE_NS = 1_300_000
"""From receiving to presentation, measured in Chromium; the wait for the screen's refresh comes on top."""
REPEAT_NS = 20_000_000
"""Forward redundancy: what carries a picture is sent again after this time."""
CONTROL_BYTES, STATE_BYTES, PICTURE_BYTES, PING_BYTES = 300, 500, 8_000, 60
RESET_TICK = 10
_NS = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Terms:
    """How the player drives, and the link both ways: round trip, even jitter either way, loss each way."""

    driving: Driving = "ghost"
    round_trip_s: float = 0.0
    jitter_s: float = 0.0
    loss: float = 0.0

    @property
    def acquainted_s(self) -> float:
        """When page, cell and bridge know each other: the clock measured, the arm following, and shown so."""
        return 0.7 + 2.5 * self.round_trip_s + 2.0 * self.jitter_s

    @property
    def one_way(self) -> Conditions:
        """The law's conditions of each direction."""
        return Conditions(delay_s=self.round_trip_s / 2, jitter_s=self.jitter_s / 2, loss=self.loss)


@dataclass(frozen=True, slots=True)
class Screen:
    """What the player's eyes meet: arm and pieces of a late picture, the last frame's ghost and its mark."""

    arm: PoseTarget
    ghost: PoseTarget | None
    arrived: bool
    pieces: tuple[Point, ...]
    running: bool


@dataclass(frozen=True, slots=True)
class Hands:
    """What the player's hands do in a frame."""

    keys: tuple[str, ...] = ()
    pad: Pad | None = None
    gripper: bool = False

    @property
    def moving(self) -> bool:
        """Whether they ask for motion."""
        return bool(self.keys) or (self.pad is not None and any(self.pad.axes))


class Ticking(Protocol):
    """The bridge and what it drives."""

    def tick(self, *commands: Command) -> ArmState:
        """One period, and what the bridge says of it."""
        ...


class Player(Protocol):
    """Who looks and drives."""

    def act(self, screen: Screen, now_s: float) -> Hands:
        """The hands of this frame, from what has been on the screen since the frame before."""
        ...


class Rig:
    """One player's turn; `run` lets time pass, and the logs tell of it."""

    def __init__(
        self,
        bridge: Ticking,
        terms: Terms,
        page: Page,
        seed: int,
        pieces: Callable[[], tuple[Point, ...]] = tuple,
    ) -> None:
        """The page is opened anew; `pieces` answers where the pieces truly are."""
        view = view_of(SO101)
        page.open(EPOCH, view, CAMERAS[CAMERA])
        self.arm: ArmState | None = None
        self.arm_log: list[tuple[float, PoseTarget]] = []
        self.ghost_log: list[tuple[float, PoseTarget]] = []
        self.player: Player | None = None
        self._bridge, self.terms, self._page, self._pieces = bridge, terms, page, pieces
        self._captures: dict[int, int] = {}
        self._cell: Cell = NaiveCell() if terms.driving == "naive" else GatedCell(view, self._captures)
        self._wires = {
            name: law.begin(steady(terms.one_way), seed * 8 + number, 0)
            for number, name in enumerate(("control", "state", "video"))
        }
        self._due: list[tuple[int, int, Callable[[int], None]]] = []
        self._count = 0
        self._state: State | None = None
        self._state_ns = 0
        self._pong = (0, 0)
        self._picture = (0, 0)
        self._taken: dict[int, tuple[PoseTarget, tuple[Point, ...]]] = {}
        self._screen: Screen | None = None
        self._ticks = 0
        self._every(FRAME_HZ, 0, self._frame)
        self._every(_NS // PING_EVERY_NS, 0, self._ping)

    @property
    def now_s(self) -> float:
        """Simulated seconds since the page was opened."""
        return self._ticks * TICK_NS / _NS

    def run(self, done: Callable[[], bool], at_most_s: float) -> bool:
        """Ticks until it is done, or for so long; answers whether it is done."""
        until = self._ticks + round(at_most_s * _NS / TICK_NS)
        while self._ticks < until:
            if done():
                return True
            self._tick()
        return done()

    def _tick(self) -> None:
        self._ticks += 1
        now_ns = self._ticks * TICK_NS
        while self._due and self._due[0][0] <= now_ns:
            at_ns, _, what = heapq.heappop(self._due)
            what(at_ns)
        if self._ticks % 2 == 0:
            self._cell.tick(now_ns)
        commands = self._cell.take()
        first = (Reset(1, "boot-1"),) if self._ticks == RESET_TICK else ()
        self.arm = self._bridge.tick(*first, *commands)
        self.arm_log.append((self.now_s, self.arm.measured_pose))
        self._cell.see(self.arm, now_ns)
        if _passed(PICTURE_HZ, now_ns):
            self._capture(self.arm, now_ns)
        if _passed(STATE_HZ, now_ns):
            state = state_for_page(self.arm)
            self._send("state", STATE_BYTES, now_ns, lambda _: self._hear_state(state))

    def _every(self, hz: int, number: int, what: Callable[[int], None]) -> None:
        def once(now_ns: int) -> None:
            self._every(hz, number + 1, what)
            what(now_ns)

        self._at(number * _NS // hz, once)

    def _at(self, at_ns: int, what: Callable[[int], None]) -> None:
        self._count += 1
        heapq.heappush(self._due, (at_ns, self._count, what))

    def _send(self, wire: str, size: int, now_ns: int, what: Callable[[int], None]) -> bool:
        self._wires[wire], fate = law.step(self._wires[wire], size, now_ns)
        for out_ns in fate.out_ns:
            self._at(out_ns, what)
        return fate.lost is None

    def _capture(self, arm: ArmState, now_ns: int) -> None:
        number = len(self._captures) + 1
        self._captures[number] = now_ns
        self._taken[number] = (arm.measured_pose, self._pieces())

        def send(at_ns: int) -> None:
            self._send("video", PICTURE_BYTES, at_ns, lambda out_ns: self._decode(number, out_ns))

        self._at(now_ns + ENCODE_NS, send)
        self._at(now_ns + ENCODE_NS + REPEAT_NS, send)

    def _decode(self, number: int, now_ns: int) -> None:
        def ready(at_ns: int) -> None:
            if number > self._picture[0]:
                self._picture = (number, at_ns)

        self._at(now_ns + DECODE_NS, ready)

    def _hear_state(self, state: State) -> None:
        if state.now_ns > self._state_ns:
            self._state, self._state_ns = state, state.now_ns

    def _ping(self, now_ns: int) -> None:
        answered_ns, arrived_ns = self._pong
        ping = Ping(1, now_ns // 1000, answered_ns, arrived_ns // 1000)

        def at_cell(cell_ns: int) -> None:
            pong = self._cell.ping(ping, cell_ns)
            self._send("state", PING_BYTES, cell_ns, lambda back_ns: self._hear_pong(pong.cell_ns, back_ns))

        self._send("control", PING_BYTES, now_ns, at_cell)

    def _hear_pong(self, answered_ns: int, now_ns: int) -> None:
        if answered_ns > self._pong[0]:
            self._pong = (answered_ns, now_ns)

    def _frame(self, now_ns: int) -> None:
        """Reads the hands, lets the page draw and send; what it draws meets the eyes in the next frame."""
        hands = Hands()
        if self.player is not None and self._screen is not None:
            hands = self.player.act(self._screen, now_ns / _NS)
        number, shown_ns = self._picture
        seen = SeenFrame(CAMERA, number, number, number, shown_ns // 1000, number) if number else None
        go = self._screen is None or not self._screen.running
        frame = Frame(now_ns / 1e6, hands.keys, hands.pad, hands.gripper, go, self._state, seen)
        shown = self._page.frame(frame)
        self._state = None
        self._draw(shown, number, now_ns)
        if shown.control is None:
            return
        message = shown.control
        if self.terms.driving == "naive":
            wish = Wish(message.sequence, shown.wished, message.pose.gripper)
            self._send("control", CONTROL_BYTES, now_ns, lambda at_ns: self._cell.hear(wish, at_ns))
        else:
            self._send("control", CONTROL_BYTES, now_ns, lambda at_ns: self._cell.hear(message, at_ns))

    def _draw(self, shown: Shown, number: int, now_ns: int) -> None:
        if shown.ghost is not None:
            self.ghost_log.append((now_ns / _NS, shown.ghost))
        if number == 0:
            return
        arm, pieces = self._taken[number]
        ghost = shown.ghost if self.terms.driving == "ghost" else None
        self._screen = Screen(arm, ghost, ghost is not None and shown.arrived, pieces, shown.running)


def _passed(hz: int, now_ns: int) -> bool:
    """Whether the tick that ends now has passed a multiple of the period."""
    return now_ns * hz // _NS != (now_ns - TICK_NS) * hz // _NS
