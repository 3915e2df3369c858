"""An episode's recorded pictures as an MP4 that a page plays: packets copied, nothing re-encoded."""

import io
import tempfile
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.container import OutputContainer
from av.error import FFmpegError
from av.video.stream import VideoStream

from teleop.episodes.arrays import Integers, Pictures
from teleop.episodes.damage import EpisodeUnreadable
from teleop.episodes.loading import open_pictures

TIME_BASE = Fraction(1, 90_000)
DEFAULT_DURATION_S = 1 / 30


def video_mp4(path: Path, camera: str) -> bytes:
    """One camera of an episode as MP4 bytes, index first; raises EpisodeUnreadable.

    Video time 0 is the header's start, as in the plots; each picture stands at its capture time.
    The first picture is shown from 0 on, since players treat late starts differently.
    """
    with tempfile.TemporaryDirectory(prefix="armcade-video-") as folder:
        out = Path(folder) / "video.mp4"
        write_video_mp4(path, camera, out)
        return out.read_bytes()


def write_video_mp4(path: Path, camera: str, out: Path) -> None:
    """Writes what `video_mp4` returns to a file; raises EpisodeUnreadable when nothing can be shown."""
    header, pictures = open_pictures(path, camera)
    first = first_keyframe(pictures)
    if first is None:
        raise EpisodeUnreadable(
            path, f"holds no decodable picture of camera {camera!r}", "The camera was missing in this turn."
        )
    ticks = _ticks(pictures.capture_ns[first:] - header.started_ns)
    durations = _durations(ticks)
    try:
        with (
            av.open(io.BytesIO(pictures.annex_b[first]), "r", format="h264") as template,
            av.open(out, "w", format="mp4", options={"movflags": "+faststart", "fflags": "+bitexact"}) as mp4,
        ):
            stream = mp4.add_stream_from_template(template.streams.video[0])
            stream.time_base = TIME_BASE
            for offset, (tick, duration) in enumerate(zip(ticks, durations, strict=True)):
                _copy(mp4, stream, pictures, first + offset, (tick, duration))
    except (FFmpegError, IndexError) as error:
        raise EpisodeUnreadable(
            path, f"the pictures of camera {camera!r} are damaged ({error})", "Try the other camera."
        ) from error


def first_keyframe(pictures: Pictures) -> int | None:
    """Index of the first picture that a decoder can start with; None without one."""
    found = np.flatnonzero(pictures.keyframe)
    return int(found[0]) if len(found) else None


def _ticks(since_start_ns: Integers) -> list[int]:
    """Rising times of pictures in ticks of 1/90000 s, the first 0."""
    ticks: list[int] = []
    for since_ns in since_start_ns.tolist():
        wanted = round(since_ns * TIME_BASE.denominator / 1_000_000_000)
        ticks.append(max(wanted, ticks[-1] + 1) if ticks else 0)
    return ticks


def _durations(ticks: list[int]) -> list[int]:
    gaps = [later - earlier for earlier, later in zip(ticks, ticks[1:], strict=False)]
    typical = round(float(np.median(gaps))) if gaps else round(DEFAULT_DURATION_S * TIME_BASE.denominator)
    return [*gaps, typical]


def _copy(
    mp4: OutputContainer, stream: VideoStream, pictures: Pictures, index: int, at: tuple[int, int]
) -> None:
    packet = av.Packet(pictures.annex_b[index])
    packet.stream = stream
    packet.time_base = TIME_BASE
    packet.pts = packet.dts = at[0]
    packet.duration = at[1]
    packet.is_keyframe = bool(pictures.keyframe[index])
    mp4.mux(packet)
