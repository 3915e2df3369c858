"""One H.264 encoder for one camera: I420 in, Annex B out, one packet per picture and no delay."""

from fractions import Fraction
from typing import Literal

import av
import numpy as np
from av.video.frame import PictureType

from robot_bridge.wire.frames import Frame
from teleop.cell.rtp import CLOCK_RATE_HZ

TIME_BASE = Fraction(1, CLOCK_RATE_HZ)
FRAMES_PER_SECOND = 30
PIXEL_FORMAT: Literal["yuv420p"] = "yuv420p"


def bit_rate_for(width: int, height: int) -> int:
    """Bits a second for a picture size: about 0.13 bit a pixel, as measured to look clean here."""
    return max(300_000, int(width * height * FRAMES_PER_SECOND * 0.13))


class PictureEncoder:
    """x264 ultrafast, zerolatency, constrained baseline level 3.1 (what every browser decodes)."""

    def __init__(self, width: int, height: int) -> None:
        """Opens the encoder for one picture size."""
        self._shape = (height * 3 // 2, width)
        self._codec = av.VideoCodecContext.create("libx264", "w")
        self._codec.width, self._codec.height = width, height
        self._codec.pix_fmt = PIXEL_FORMAT
        self._codec.time_base = TIME_BASE
        self._codec.framerate = Fraction(FRAMES_PER_SECOND, 1)
        self._codec.bit_rate = bit_rate_for(width, height)
        self._codec.gop_size = FRAMES_PER_SECOND * 10
        self._codec.options = {
            "preset": "ultrafast",
            "tune": "zerolatency",
            "profile": "baseline",
            "level": "3.1",
            "x264-params": "threads=1:sliced-threads=0:repeat-headers=1:scenecut=0:vbv-bufsize=400",
        }

    def encode(self, frame: Frame, pts: int, keyframe: bool) -> bytes:
        """Encodes one picture with media time `pts`; raises av.error.FFmpegError when x264 refuses it."""
        pixels = np.frombuffer(frame.i420, dtype=np.uint8).reshape(self._shape)
        picture = av.VideoFrame.from_ndarray(pixels, format=PIXEL_FORMAT)
        picture.pts, picture.time_base = pts, TIME_BASE
        picture.pict_type = PictureType.I if keyframe else PictureType.NONE
        return b"".join(bytes(packet) for packet in self._codec.encode(picture))
