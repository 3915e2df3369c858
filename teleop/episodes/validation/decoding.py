"""Decodes an episode's pictures to small grey ones, in which the rules look for what a person would see."""

import av
import numpy as np
from av.error import FFmpegError
from av.video.frame import VideoFrame

from teleop.episodes.arrays import Flags, Pictures
from teleop.episodes.validation.evidence import Thumbs, Watched

THUMB = (36, 48)
_IDR = 5


def watched(pictures: Pictures) -> Watched:
    """What a decoder that stumbles over every mistake makes of one camera's pictures."""
    codec = av.VideoCodecContext.create("h264", "r")
    codec.thread_count = 1
    codec.options = {"err_detect": "explode+bitstream+buffer+crccheck", "flags": "low_delay"}
    thumbs: list[Thumbs] = []
    rows: list[int] = []
    broken: list[int] = []
    size: tuple[int, int] | None = None
    for row, annex_b in enumerate(pictures.annex_b):
        frame = _decoded(codec, annex_b)
        if frame is None:
            broken.append(row)
            continue
        size = (frame.width, frame.height)
        thumbs.append(thumb(frame))
        rows.append(row)
    whole = np.array(thumbs, dtype=np.uint8).reshape(len(thumbs), *THUMB)
    starts: Flags = np.array([_starts(one) for one in pictures.annex_b], dtype=np.bool_)
    return Watched(whole, np.array(rows, dtype=np.int64), tuple(broken), starts, size)


def _decoded(codec: av.VideoCodecContext, annex_b: bytes) -> VideoFrame | None:
    try:
        frames = codec.decode(av.Packet(annex_b))
    except FFmpegError:
        return None
    return frames[0] if frames and not frames[0].is_corrupt else None


def thumb(frame: VideoFrame) -> Thumbs:
    """A frame's brightness, averaged over blocks; every size gives the same small one."""
    plane = frame.planes[0]
    grey = np.frombuffer(memoryview(plane), dtype=np.uint8).reshape(-1, plane.line_size)[
        : frame.height, : frame.width
    ]
    lines = np.linspace(0, frame.height, THUMB[0] + 1).astype(np.int64)
    columns = np.linspace(0, frame.width, THUMB[1] + 1).astype(np.int64)
    sums = np.add.reduceat(np.add.reduceat(grey, lines[:-1], axis=0, dtype=np.uint32), columns[:-1], axis=1)
    areas = np.outer(np.diff(lines), np.diff(columns))
    mean: Thumbs = (sums // areas).astype(np.uint8)
    return mean


def _starts(annex_b: bytes) -> bool:
    """Whether an access unit holds an IDR slice (H.264, table 7-1: NAL unit type 5)."""
    at = annex_b.find(b"\x00\x00\x01")
    while at >= 0 and at + 3 < len(annex_b):
        kind = annex_b[at + 3] & 31
        if kind in (1, _IDR):
            return kind == _IDR
        at = annex_b.find(b"\x00\x00\x01", at + 3)
    return False
