"""The pictures of an episode, decoded: one after the other, or one for each row."""

from collections.abc import Iterator

import av
import numpy as np
from av.error import FFmpegError
from av.video.codeccontext import VideoCodecContext
from av.video.frame import VideoFrame

from teleop.episodes.arrays import Integers, Pictures
from teleop.episodes.exporting.signature import Camera


class PicturesDamaged(ValueError):
    """Recorded pictures cannot all be decoded; the text says which."""


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


def shown(pictures: Pictures, newest: Integers, camera: Camera) -> Iterator[VideoFrame]:
    """For each row its picture, `newest` being the row's index into `pictures`; raises PicturesDamaged.

    All pictures are decoded, also those that no row shows. A frame may come several times: copy it
    before changing its pixels.
    """
    rows_of_picture = np.bincount(newest)
    for number, frame in enumerate(decoded(pictures, camera)):
        for _ in range(rows_of_picture[number] if number < len(rows_of_picture) else 0):
            yield frame


def _check(frame: VideoFrame, camera: Camera, count: int) -> None:
    if (frame.width, frame.height) != (camera.width, camera.height):
        raise PicturesDamaged(
            f"picture {count} of camera {camera.name} is {frame.width}x{frame.height}, "
            f"its calibration says {camera.width}x{camera.height}"
        )
    if frame.is_corrupt or frame.pts != count:
        raise PicturesDamaged(f"picture {count} of camera {camera.name} is damaged")
