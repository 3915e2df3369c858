"""The shared video files of a dataset: one camera's episodes in a row, at an exactly constant rate."""

import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.container import OutputContainer
from av.error import FFmpegError
from av.video.codeccontext import VideoCodecContext
from av.video.frame import PictureType, VideoFrame
from av.video.stream import VideoStream

from teleop.episodes.arrays import Integers, Pictures
from teleop.episodes.lerobot_v3.features import Camera
from teleop.episodes.statistics import PictureStats, Stats

FILE_LIMIT_BYTES = 200 * 1_000_000
FILES_PER_CHUNK = 1000
TICKS_PER_PICTURE = 512
STATISTICS_PICTURES = 100
_X264 = "threads=1:lookahead-threads=1:rc-lookahead=0:bframes=0:keyint=2:min-keyint=1:scenecut=0"


class PicturesDamaged(ValueError):
    """Recorded pictures cannot all be decoded; the text says which."""


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
    """One camera's pictures of an episode, one a row, and their statistics."""

    pictures: tuple[EncodedPicture, ...]
    stats: Stats


def decoded(pictures: Pictures, camera: Camera) -> Iterator[VideoFrame]:
    """Decodes pictures one by one, the first being a key frame; raises PicturesDamaged."""
    decoder = VideoCodecContext.create("h264", "r")
    decoder.thread_count = 1
    count = 0
    try:
        for at, annex_b in enumerate((*pictures.annex_b, None)):
            packet = None if annex_b is None else av.Packet(annex_b)
            if packet is not None:
                packet.pts = packet.dts = at
            for frame in decoder.decode(packet):
                _check(frame, camera, count)
                count += 1
                yield frame
    except FFmpegError as error:
        raise PicturesDamaged(
            f"picture {count} of camera {camera.name} cannot be decoded: {error}"
        ) from error
    if count != len(pictures.annex_b):
        missing = len(pictures.annex_b) - count
        raise PicturesDamaged(f"{missing} pictures of camera {camera.name} cannot be decoded")


def _check(frame: VideoFrame, camera: Camera, count: int) -> None:
    if (frame.width, frame.height) != (camera.width, camera.height):
        raise PicturesDamaged(
            f"picture {count} of camera {camera.name} is {frame.width}x{frame.height}, "
            f"its calibration says {camera.width}x{camera.height}"
        )
    if frame.is_corrupt or frame.pts != count:
        raise PicturesDamaged(f"picture {count} of camera {camera.name} is damaged")


def encoded(
    pictures: Pictures, shown: Integers, camera: Camera, fps: int, on_row: Callable[[], None]
) -> EncodedEpisode:
    """Re-encodes an episode so that row i shows picture `shown[i]`; raises PicturesDamaged.

    Each episode has an encoder of its own: its first row is an IDR frame, so that it can be cut out
    by copying packets, and its bytes do not depend on its neighbours.
    """
    stats, packets = PictureStats(), list[EncodedPicture]()
    every = max(1, len(shown) // STATISTICS_PICTURES)
    encoder = _encoder(camera, fps)
    for row, frame in enumerate(_rows_of(decoded(pictures, camera), shown)):
        if row % every == 0:
            rgb = np.asarray(frame.to_ndarray(format="rgb24"), dtype=np.uint8)
            stats.add(rgb[::2, ::2])
        frame.pts, frame.time_base = row * TICKS_PER_PICTURE, _time_base(fps)
        frame.pict_type = PictureType.NONE
        packets += _copied(encoder.encode(frame))
        on_row()
    packets += _copied(encoder.encode(None))
    if len(packets) != len(shown):
        raise PicturesDamaged(f"{len(packets)} of {len(shown)} rows of camera {camera.name} were encoded")
    return EncodedEpisode(tuple(packets), stats.result())


class VideoTrack:
    """Appends the episodes of one camera to video files of limited size."""

    def __init__(self, root: Path, camera: Camera, fps: int) -> None:
        """Prepares a track below `root/videos`; files are opened when pictures come."""
        self._folder = root / "videos" / camera.key
        self._fps = fps
        self._file = -1
        self._mp4: OutputContainer | None = None
        self._stream: VideoStream | None = None
        self._rows = self._bytes = 0

    def append(self, episode: EncodedEpisode) -> Span:
        """Adds an episode behind those that are there, in a new file when this one is full."""
        if self._mp4 is None or self._bytes >= FILE_LIMIT_BYTES:
            self.close()
            self._file += 1
        first_row = self._rows
        for picture in episode.pictures:
            self._write(picture)
        chunk, file = divmod(self._file, FILES_PER_CHUNK)
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
        self._bytes += len(picture.annex_b)

    def _opened(self, annex_b: bytes) -> tuple[OutputContainer, VideoStream]:
        if self._mp4 is None or self._stream is None:
            chunk, file = divmod(self._file, FILES_PER_CHUNK)
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


def _rows_of(frames: Iterator[VideoFrame], shown: Integers) -> Iterator[VideoFrame]:
    rows_of_picture = np.bincount(shown)
    for number, frame in enumerate(frames):
        for _ in range(rows_of_picture[number] if number < len(rows_of_picture) else 0):
            yield frame


def _encoder(camera: Camera, fps: int) -> VideoCodecContext:
    encoder = VideoCodecContext.create("libx264", "w")
    encoder.width, encoder.height = camera.width, camera.height
    encoder.pix_fmt = "yuv420p"
    encoder.time_base = _time_base(fps)
    encoder.framerate = Fraction(fps)
    encoder.options = {"preset": "veryfast", "crf": "23", "x264-params": _X264}
    return encoder
