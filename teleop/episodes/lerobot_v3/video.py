"""The shared video files of a dataset: one camera's episodes in a row, at an exactly constant rate."""

import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.container import OutputContainer
from av.video.codeccontext import VideoCodecContext
from av.video.frame import PictureType, VideoFrame
from av.video.stream import VideoStream

from teleop.episodes.arrays import Flags, Integers, Pictures
from teleop.episodes.exporting.pictures import PicturesDamaged, picked
from teleop.episodes.exporting.signature import Camera
from teleop.episodes.lerobot_v3.limits import Limits
from teleop.episodes.lerobot_v3.splicing import runs
from teleop.episodes.statistics import PictureStats, Stats

TICKS_PER_PICTURE = 512
STATISTICS_LEAST, STATISTICS_MOST, STATISTICS_STEP = 20, 100, 30  # pictures an episode; one in so many rows
STATISTICS_SIDE = 150  # pictures twice as large or larger are thinned to about this side
NEAR_KEY = 8
TABLE_BYTES = 32  # what the tables of an mp4 take for a picture, and more
_X264 = "threads=1:lookahead-threads=1:rc-lookahead=0:bframes=0:keyint=2:min-keyint=1:scenecut=0"


@dataclass(frozen=True, slots=True)
class Span:
    """Where an episode's pictures lie: file, and from when to when in it, in seconds."""

    chunk_index: int
    file_index: int
    from_s: float
    to_s: float


@dataclass(frozen=True, slots=True)
class EncodedPicture:
    """One row's picture as H.264 Annex B."""

    annex_b: bytes
    keyframe: bool


@dataclass(frozen=True, slots=True)
class EncodedEpisode:
    """One camera's pictures of an episode, one a row; their statistics; how many are packets as recorded."""

    pictures: tuple[EncodedPicture, ...]
    stats: Stats
    copied: int


def spliced(
    pictures: Pictures,
    newest: Integers,
    copied: Flags,
    camera: Camera,
    fps: int,
    on_row: Callable[[], None],
) -> EncodedEpisode:
    """An episode's video in which row i shows picture `newest[i]`; raises PicturesDamaged.

    Recorded packets are taken where `copied` says so, the rows between them are encoded anew, each run by
    an encoder of its own. The first row is always a key frame, so that an episode can be cut out by
    copying packets, and its bytes do not depend on its neighbours. Statistics are of recorded pictures.
    """
    sampled = _sampled(pictures, newest)
    frames = picked(pictures, np.union1d(sampled, newest[~copied]), camera)
    stats, ahead = _Sampling(frames, sampled), 0
    found: list[EncodedPicture] = []
    for first, end in (*runs(copied), (len(newest), len(newest))):
        for number in newest[ahead:first].tolist():
            found.append(EncodedPicture(pictures.annex_b[number], bool(pictures.keyframe[number])))
            on_row()
        if end > first:
            found += _encoded(stats.rows(newest[first:end]), camera, fps, on_row)
        ahead = end
    stats.finish()
    if len(found) != len(newest):
        raise PicturesDamaged(f"{len(found)} of {len(newest)} rows of camera {camera.name} were encoded")
    return EncodedEpisode(tuple(found), stats.result(), int(copied.sum()))


def _sampled(pictures: Pictures, newest: Integers) -> Integers:
    """Evenly spread pictures for statistics; a key frame close before one stands in: it decodes alone."""
    count = min(max(len(newest) // STATISTICS_STEP, STATISTICS_LEAST), STATISTICS_MOST)
    wanted = newest[:: max(1, -(-len(newest) // count))]
    keys = np.flatnonzero(pictures.keyframe)
    last = keys[np.maximum(np.searchsorted(keys, wanted, side="right") - 1, 0)] if len(keys) else wanted
    near = (last <= wanted) & (wanted - last < NEAR_KEY)
    return np.unique(np.where(near, last, wanted))


class _Sampling:
    """Hands on decoded frames as they are asked for, and counts the sampled ones on their way."""

    def __init__(self, frames: Iterator[VideoFrame], sampled: Integers) -> None:
        self._frames, self._sampled = frames, set(sampled.tolist())
        self._stats = PictureStats()
        self._last: VideoFrame | None = None

    def rows(self, newest: Integers) -> Iterator[VideoFrame]:
        """The frame of each row, in their order."""
        for number in newest.tolist():
            while self._last is None or self._last.pts != number:
                self._last = self._next()
            yield self._last

    def finish(self) -> None:
        """Reads all that is left."""
        for frame in self._frames:
            self._count(frame)

    def result(self) -> Stats:
        """The statistics of the sampled pictures."""
        return self._stats.result()

    def _next(self) -> VideoFrame:
        frame = next(self._frames)
        self._count(frame)
        return frame

    def _count(self, frame: VideoFrame) -> None:
        if frame.pts in self._sampled:
            rgb = np.asarray(frame.to_ndarray(format="rgb24"), dtype=np.uint8)
            side = max(frame.width, frame.height) // STATISTICS_SIDE
            step = side if side >= 2 else 1
            self._stats.add(rgb[::step, ::step])


def _encoded(
    frames: Iterator[VideoFrame], camera: Camera, fps: int, on_row: Callable[[], None]
) -> list[EncodedPicture]:
    encoder = _encoder(camera, fps)
    packets: list[EncodedPicture] = []
    for row, frame in enumerate(frames):
        number = frame.pts
        frame.pts, frame.time_base = row * TICKS_PER_PICTURE, _time_base(fps)
        frame.pict_type = PictureType.NONE
        packets += _copied(encoder.encode(frame))
        frame.pts = number
        on_row()
    return packets + _copied(encoder.encode(None))


class VideoTrack:
    """Appends the episodes of one camera to video files of limited size."""

    def __init__(self, root: Path, camera: Camera, fps: int, limits: Limits) -> None:
        """Prepares a track below `root/videos`; files are opened when pictures come."""
        self._folder = root / "videos" / camera.key
        self._fps, self._limits = fps, limits
        self._file = -1
        self._mp4: OutputContainer | None = None
        self._stream: VideoStream | None = None
        self._rows = self._bytes = 0

    def append(self, episode: EncodedEpisode) -> Span:
        """Adds an episode behind those that are there, in a new file when this one is full."""
        added = sum(len(picture.annex_b) + TABLE_BYTES for picture in episode.pictures)
        if self._mp4 is None or self._bytes + added > self._limits.video_bytes:
            self.close()
            self._file += 1
        first_row = self._rows
        for picture in episode.pictures:
            self._write(picture)
        chunk, file = self._limits.place(self._file)
        return Span(chunk, file, first_row / self._fps, self._rows / self._fps)

    def close(self) -> None:
        """Finishes the open file, if any."""
        if self._mp4 is not None:
            self._mp4.close()
        self._mp4 = self._stream = None
        self._rows = self._bytes = 0

    def _write(self, picture: EncodedPicture) -> None:
        mp4, stream = self._opened(picture.annex_b)
        packet = av.Packet(picture.annex_b)
        packet.stream = stream
        packet.time_base = _time_base(self._fps)
        packet.pts = packet.dts = self._rows * TICKS_PER_PICTURE
        packet.duration = TICKS_PER_PICTURE
        packet.is_keyframe = picture.keyframe
        mp4.mux(packet)
        self._rows += 1
        self._bytes += len(picture.annex_b) + TABLE_BYTES

    def _opened(self, annex_b: bytes) -> tuple[OutputContainer, VideoStream]:
        if self._mp4 is None or self._stream is None:
            chunk, file = self._limits.place(self._file)
            path = self._folder / f"chunk-{chunk:03d}" / f"file-{file:03d}.mp4"
            path.parent.mkdir(parents=True, exist_ok=True)
            options = {"movflags": "+faststart", "fflags": "+bitexact"}
            self._mp4 = av.open(path, "w", format="mp4", options=options)
            with av.open(io.BytesIO(annex_b), "r", format="h264") as template:
                self._stream = self._mp4.add_stream_from_template(template.streams.video[0])
            self._stream.time_base = _time_base(self._fps)
        return self._mp4, self._stream


def _time_base(fps: int) -> Fraction:
    return Fraction(1, fps * TICKS_PER_PICTURE)


def _copied(packets: Sequence["av.Packet[VideoStream]"]) -> list[EncodedPicture]:
    return [EncodedPicture(bytes(packet), packet.is_keyframe) for packet in packets]


def _encoder(camera: Camera, fps: int) -> VideoCodecContext:
    encoder = VideoCodecContext.create("libx264", "w")
    encoder.width, encoder.height = camera.width, camera.height
    encoder.pix_fmt = "yuv420p"
    encoder.time_base = _time_base(fps)
    encoder.framerate = Fraction(fps)
    encoder.options = {"preset": "ultrafast", "crf": "20", "x264-params": _X264}
    return encoder
