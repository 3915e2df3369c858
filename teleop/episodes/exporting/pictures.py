"""The pictures of an episode, decoded: one after the other, or one for each row."""

from collections.abc import Iterator

import av
import numpy as np
from av.error import FFmpegError
from av.video.codeccontext import VideoCodecContext
from av.video.frame import VideoFrame

from teleop.episodes.arrays import Flags, Integers, Pictures
from teleop.episodes.exporting.signature import Camera


class PicturesDamaged(ValueError):
    """Recorded pictures cannot all be decoded; the text says which."""


def decoded(pictures: Pictures, camera: Camera) -> Iterator[VideoFrame]:
    """Decodes pictures one by one, the first being a key frame; raises PicturesDamaged."""
    return picked(pictures, np.arange(len(pictures.annex_b)), camera)


def shown(pictures: Pictures, newest: Integers, camera: Camera) -> Iterator[VideoFrame]:
    """For each row its picture, `newest` being the row's index into `pictures`; raises PicturesDamaged.

    A frame may come several times: copy it before changing its pixels.
    """
    wanted, rows = np.unique(newest, return_counts=True)
    for frame, times in zip(picked(pictures, wanted, camera), rows.tolist(), strict=True):
        for _ in range(times):
            yield frame


def picked(pictures: Pictures, wanted: Integers, camera: Camera) -> Iterator[VideoFrame]:
    """The frames of these pictures, whose numbers must rise; raises PicturesDamaged.

    Each has its number as `pts`. Only what they need is decoded: from the last key frame on.
    """
    numbers, sent = set(wanted.tolist()), needed(pictures.keyframe, wanted)
    decoder = VideoCodecContext.create("h264", "r")
    decoder.thread_count = 1
    count = 0
    try:
        for number in (*sent, None):
            packet = None if number is None else av.Packet(pictures.annex_b[number])
            if packet is not None and number is not None:
                packet.pts = packet.dts = number
            for frame in decoder.decode(packet):
                if count < len(sent):
                    _check(frame, camera, sent[count])
                count += 1
                if frame.pts in numbers:
                    yield frame
    except FFmpegError as error:
        number = sent[min(count, len(sent) - 1)]
        raise PicturesDamaged(
            f"picture {number} of camera {camera.name} cannot be decoded: {error}"
        ) from error
    if count != len(sent):
        raise PicturesDamaged(f"{len(sent) - count} pictures of camera {camera.name} cannot be decoded")


def needed(keyframe: Flags, wanted: Integers) -> list[int]:
    """All pictures that must be decoded for these: each with those since its last key frame."""
    keys = np.flatnonzero(keyframe)
    first = keys[np.maximum(np.searchsorted(keys, wanted, side="right") - 1, 0)] if len(keys) else wanted
    sent: list[int] = []
    for start, number in zip(first.tolist(), wanted.tolist(), strict=True):
        sent += range(max(start, sent[-1] + 1 if sent else 0), number + 1)
    return sent


def _check(frame: VideoFrame, camera: Camera, number: int) -> None:
    if (frame.width, frame.height) != (camera.width, camera.height):
        raise PicturesDamaged(
            f"picture {number} of camera {camera.name} is {frame.width}x{frame.height}, "
            f"its calibration says {camera.width}x{camera.height}"
        )
    if frame.is_corrupt or frame.pts != number:
        raise PicturesDamaged(f"picture {number} of camera {camera.name} is damaged")
