"""The shared video files of a dataset: one camera's episodes in a row, at an exactly constant rate."""

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.container import OutputContainer
from av.video.codeccontext import VideoCodecContext
from av.video.frame import PictureType
from av.video.stream import VideoStream

from teleop.episodes.arrays import Integers, Pictures
from teleop.episodes.exporting.pictures import PicturesDamaged, shown
from teleop.episodes.exporting.signature import Camera
from teleop.episodes.statistics import PictureStats, Stats

FILE_LIMIT_BYTES = 200 * 1_000_000
FILES_PER_CHUNK = 1000
TICKS_PER_PICTURE = 512
STATISTICS_PICTURES = 100
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
    """One camera's pictures of an episode, one a row, and their statistics."""

    pictures: tuple[EncodedPicture, ...]
    stats: Stats


def encoded(
    pictures: Pictures, newest: Integers, camera: Camera, fps: int, on_row: Callable[[], None]
) -> EncodedEpisode:
    """Re-encodes an episode so that row i shows picture `newest[i]`; raises PicturesDamaged.

    Each episode has an encoder of its own: its first row is an IDR frame, so that it can be cut out
    by copying packets, and its bytes do not depend on its neighbours.
    """
    stats, packets = PictureStats(), list[EncodedPicture]()
    every = max(1, len(newest) // STATISTICS_PICTURES)
    encoder = _encoder(camera, fps)
    for row, frame in enumerate(shown(pictures, newest, camera)):
        if row % every == 0:
            rgb = np.asarray(frame.to_ndarray(format="rgb24"), dtype=np.uint8)
            stats.add(rgb[::2, ::2])
        frame.pts, frame.time_base = row * TICKS_PER_PICTURE, _time_base(fps)
        frame.pict_type = PictureType.NONE
        packets += _copied(encoder.encode(frame))
        on_row()
    packets += _copied(encoder.encode(None))
    if len(packets) != len(newest):
        raise PicturesDamaged(f"{len(packets)} of {len(newest)} rows of camera {camera.name} were encoded")
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


def _encoder(camera: Camera, fps: int) -> VideoCodecContext:
    encoder = VideoCodecContext.create("libx264", "w")
    encoder.width, encoder.height = camera.width, camera.height
    encoder.pix_fmt = "yuv420p"
    encoder.time_base = _time_base(fps)
    encoder.framerate = Fraction(fps)
    encoder.options = {"preset": "veryfast", "crf": "23", "x264-params": _X264}
    return encoder
