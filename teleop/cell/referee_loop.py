"""The referee at work: looks at pictures a few times a second, beside the event loop."""

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import structlog

from game import referee
from game.puzzle import Puzzle
from game.rules import PieceSighting
from robot_bridge.wire.frames import CameraCalibration
from teleop.cell.cameras import Camera
from teleop.cell.vision import Vision
from teleop.episodes.format import SeenPiece, Sighting
from teleop.metrics import CellMetrics
from teleop.urgency import give_way
from teleop.wire.player_out import PieceSeen, RefereeNews

LOOK_S = 0.1
NEWS_S = 0.2
PICTURE_WAIT_S = 10.0
POLL_S = 0.02
_log = structlog.get_logger()


class RefereeLoop:
    """Judges one turn at a time.

    `on_sighting` hears of each picture that is judged, before `on_effect` what that made happen; `on_news`
    hears what to show.
    """

    def __init__(self, camera: Camera, metrics: CellMetrics) -> None:
        """Looks through this camera."""
        self.on_sighting: Callable[[Sighting], None] = _ignore
        self.on_effect: Callable[[referee.Effect], None] = _ignore
        self.on_news: Callable[[RefereeNews], None] = _ignore
        self._camera, self._metrics = camera, metrics
        self._state: referee.RefereeState | None = None
        self._vision: Vision | None = None
        self._looked_at = 0
        self._news_ns = 0
        self._executor = ThreadPoolExecutor(1, thread_name_prefix="referee", initializer=give_way)

    @property
    def moves(self) -> int:
        """How many moves the turn took so far."""
        return 0 if self._state is None else self._state.moves

    def sightings(self) -> tuple[PieceSighting, ...] | None:
        """Where every piece was last seen; None outside of a turn."""
        if self._state is None:
            return None
        return tuple(view.sighting for view in referee.views(self._state, time.monotonic_ns()))

    def begin(self, puzzle: Puzzle, calibration: CameraCalibration, now_ns: int) -> None:
        """Begins to judge a turn whose pieces were just laid out."""
        self._vision = Vision(calibration, puzzle.pieces)
        self._state = referee.start(puzzle, now_ns)

    async def picture_since(self, since_ns: int) -> bool:
        """Waits up to 10 s for a picture captured after `since_ns`; whether one came."""
        for _ in range(round(PICTURE_WAIT_S / POLL_S)):
            newest = self._camera.newest
            if newest is not None and newest.capture_ns > since_ns:
                return True
            await asyncio.sleep(POLL_S)
        return False

    def end(self) -> None:
        """Stops judging."""
        self._state = self._vision = None

    def news(self, now_ns: int) -> RefereeNews | None:
        """What the referee knows, for pages; None outside of a turn."""
        state = self._state
        if state is None:
            return None
        return RefereeNews(
            version=1,
            capture_ns=state.newest_ns,
            pieces=tuple(_seen(view) for view in referee.views(state, now_ns)),
            filled=referee.filled(state),
            wanted=referee.wanted(state),
            moves=state.moves,
            elapsed_s=max(0.0, referee.elapsed_s(state, now_ns)),
        )

    async def run(self) -> None:
        """Looks ten times a second until cancelled."""
        try:
            while True:
                if self._state is not None and self._vision is not None:
                    await self._look(self._vision)
                    self._spread_news()
                await asyncio.sleep(LOOK_S)
        finally:
            self._executor.shutdown(wait=False, cancel_futures=True)

    async def _look(self, vision: Vision) -> None:
        frame = self._camera.newest
        event: referee.Event = referee.Tick()
        if frame is not None and frame.frame_id != self._looked_at:
            self._looked_at = frame.frame_id
            begun_s = time.perf_counter()
            loop = asyncio.get_running_loop()
            try:
                event = await loop.run_in_executor(self._executor, vision.look, frame.i420, frame.capture_ns)
            except ValueError as error:
                _log.error("referee_cannot_look", error=str(error))
            self._metrics.referee_seconds.observe(time.perf_counter() - begun_s)
        if self._state is None or vision is not self._vision:
            return
        now_ns = time.monotonic_ns()
        if isinstance(event, referee.Sighting) and not self._state.over:
            self.on_sighting(_recorded(self._camera.name, self._looked_at, event, now_ns))
        self._state, effects = referee.step(self._state, event, now_ns)
        for effect in effects:
            self._news_ns = 0
            self.on_effect(effect)

    def _spread_news(self) -> None:
        now_ns = time.monotonic_ns()
        news = self.news(now_ns)
        if news is not None and now_ns - self._news_ns >= NEWS_S * 1e9:
            self._news_ns = now_ns
            self.on_news(news)


def _recorded(camera: str, frame_id: int, seen: referee.Sighting, now_ns: int) -> Sighting:
    pieces = (
        SeenPiece(one.piece, one.x_m, one.y_m, one.z_m, one.yaw_rad, one.reprojection_px)
        for one in seen.pieces
    )
    return Sighting(now_ns, camera, frame_id, seen.capture_ns, tuple(pieces))


def _seen(view: referee.PieceView) -> PieceSeen:
    at = view.sighting
    return PieceSeen(at.piece, at.x_m, at.y_m, at.z_m, at.yaw_rad, view.slot, view.placed)


def _ignore(news: object) -> None:
    """Hears news before the cell is wired up."""
