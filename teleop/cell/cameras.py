"""One camera: reads its ring in a thread of its own, encodes for all who need pictures, hands them on."""

import asyncio
import threading
import time
from collections.abc import Callable

import structlog
from av.error import FFmpegError

from robot_bridge.wire.frames import Frame, FrameRing
from teleop.cell.camera_encoders import CameraEncoders
from teleop.cell.keyframes import KeyframeState, next_picture, want
from teleop.cell.quality import FULL, Encoding, Quality, Size, encodings
from teleop.cell.rtp import media_time
from teleop.cell.streams import EncodedPicture, PictureStream
from teleop.metrics import CellMetrics
from teleop.urgency import give_way

STALE_NS = 500_000_000
REATTACH_AFTER_NS = 1_000_000_000
POLL_S = 0.002
RETRY_S = 0.1
WAKE_BEFORE_NS = 3_000_000
_log = structlog.get_logger()


class Camera:
    """A ring's reader and encoder. Everything but the thread runs on the event loop."""

    def __init__(self, name: str, ring: str, metrics: CellMetrics) -> None:
        """Nothing is read before `start`; while `held`, viewers get only keyframes that somebody wants."""
        self.name = name
        self.newest: Frame | None = None
        self.size = (0, 0)
        self.stream = PictureStream(name, self._want_keyframe)
        self.recording = False
        self.quality: Quality = FULL
        self.held = False
        self._ring_name = ring
        self._metrics = metrics
        self._on_picture: list[Callable[[EncodedPicture], None]] = []
        self._keyframes = KeyframeState()
        self._keyframe_at_once = False
        self._keyframe_lock = threading.Lock()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"camera-{name}", daemon=True)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._encoders = CameraEncoders()
        self._encoded = 0
        self._period_ns = 33_000_000

    def start(self) -> None:
        """Starts the thread; call on the event loop."""
        self._loop = asyncio.get_running_loop()
        self._thread.start()

    async def close(self) -> None:
        """Stops the thread."""
        self._stopping.set()
        if self._thread.is_alive():
            await asyncio.to_thread(self._thread.join)

    def fresh(self, now_ns: int) -> bool:
        """Whether the newest picture was captured within the last 500 ms."""
        return self.newest is not None and now_ns - self.newest.capture_ns <= STALE_NS

    def listen(self, on_picture: Callable[[EncodedPicture], None]) -> None:
        """Calls `on_picture` on the event loop for each encoded picture, whoever it is for."""
        self._on_picture.append(on_picture)

    def begin_recording(self) -> None:
        """Encodes from now on even if nobody watches; the next picture is a keyframe."""
        with self._keyframe_lock:
            self._keyframe_at_once = True
        self.recording = True

    def _want_keyframe(self) -> None:
        with self._keyframe_lock:
            self._keyframes = want(self._keyframes)

    def _run(self) -> None:
        give_way()
        while not self._stopping.is_set():
            try:
                ring = FrameRing.attach(self._ring_name)
            except (FileNotFoundError, ValueError):
                self._stopping.wait(RETRY_S)
                continue
            self.size = (ring.width, ring.height)
            try:
                self._follow(ring)
            finally:
                ring.close()

    def _follow(self, ring: FrameRing) -> None:
        newest = 0
        last_seen_ns = time.monotonic_ns()
        while not self._stopping.is_set():
            frame = ring.read(ring.newest) if ring.newest != newest else None
            if frame is not None:
                newest, last_seen_ns = frame.frame_id, time.monotonic_ns()
                self._take(frame, ring)
                self._sleep_until_next(frame)
            elif time.monotonic_ns() - last_seen_ns > REATTACH_AFTER_NS:
                return
            else:
                time.sleep(POLL_S)

    def _sleep_until_next(self, frame: Frame) -> None:
        rest_ns = frame.capture_ns + self._period_ns - WAKE_BEFORE_NS - time.monotonic_ns()
        if 0 < rest_ns < self._period_ns:
            time.sleep(rest_ns / 1e9)

    def _take(self, frame: Frame, ring: FrameRing) -> None:
        before, self.newest = self.newest, frame
        self._metrics.frames.labels(camera=self.name).inc()
        if before is not None:
            if frame.capture_ns <= before.capture_ns:
                return
            if frame.frame_id == before.frame_id + 1:
                step = min(frame.capture_ns - before.capture_ns, 100_000_000)
                self._period_ns += (step - self._period_ns) // 8
        source, quality = Size(ring.width, ring.height), self.quality
        wanted = encodings(source, quality, self.stream.codecs, self.recording)
        self._encoders.keep(wanted)
        if wanted:
            self._encoded += 1
            skipped = self._encoded % quality.every != 0
            keyframe = self._next_keyframe(time.monotonic_ns(), skipped)
            skipped = skipped or (self.held and not keyframe)
            for one in wanted:
                if one.recorded or not skipped:
                    self._encode(frame, source, one, keyframe)

    def _encode(self, frame: Frame, source: Size, wanted: Encoding, keyframe: bool) -> None:
        begun_ns, pts = time.monotonic_ns(), media_time(frame.capture_ns)
        try:
            data, keyframe = self._encoders.encode(wanted, source, frame, pts, keyframe)
        except FFmpegError:
            _log.warning("encoder_failed", camera=self.name, use=wanted.use)
            self._metrics.encoder_failures.labels(camera=self.name).inc()
            self._encoders.forget(wanted.use)
            return
        encoded_ns = time.monotonic_ns()
        self._metrics.encode_seconds.labels(camera=self.name).observe((encoded_ns - begun_ns) / 1e9)
        picture = EncodedPicture(
            frame.frame_id,
            frame.capture_ns,
            encoded_ns,
            keyframe,
            pts,
            data,
            wanted.codec,
            wanted.live,
            wanted.recorded,
            begun_ns,
            wanted.size,
        )
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._deliver, picture)

    def _next_keyframe(self, now_ns: int, skipped: bool) -> bool:
        with self._keyframe_lock:
            at_once, self._keyframe_at_once = self._keyframe_at_once, False
            if skipped and not at_once:
                return False  # viewers do not get this picture: what they want stays wanted
            self._keyframes, keyframe = next_picture(self._keyframes, now_ns, at_once)
        return keyframe

    def _deliver(self, picture: EncodedPicture) -> None:
        if picture.live:
            self.stream.publish(picture)
        for on_picture in self._on_picture:
            on_picture(picture)
