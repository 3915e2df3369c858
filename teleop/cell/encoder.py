"""Picture encoders, H.264 and VP8 behind one interface: I420 in, one packet per picture and no delay."""

from fractions import Fraction
from typing import Literal, Protocol

import av
import numpy as np
from av.video.frame import PictureType, VideoFrame
from av.video.reformatter import Interpolation, VideoReformatter

from robot_bridge.wire.frames import Frame
from teleop.cell.quality import FRAMES_PER_SECOND, Codec, Size
from teleop.cell.rtp import CLOCK_RATE_HZ

TIME_BASE = Fraction(1, CLOCK_RATE_HZ)
PIXEL_FORMAT: Literal["yuv420p"] = "yuv420p"
KEYFRAME_AFTER_PICTURES = 10 * FRAMES_PER_SECOND
MAX_BUFFER_BITS = 400_000
# x264 never exceeds the rate that it was opened with; with twice what is asked it may rise at no cost. How
# large its first keyframe becomes follows from that too: twice is a tenth of a second of what is asked.
ROOM_TO_RISE = 2
BUFFERS_A_SECOND = 20
LEAST_ROOM_BIT_S = 300_000
# libvpx takes no new rate while it runs: a new encoder costs a keyframe, so small changes are let go.
VP8_RATE_STEP = 1.15


class PictureEncoder(Protocol):
    """Encodes one camera's pictures; used by one thread at a time."""

    def encode(self, frame: Frame, pts: int, keyframe: bool) -> tuple[bytes, bool]:
        """One picture with media time `pts`, and whether it became a keyframe; raises FFmpegError."""
        ...

    def set_rate(self, bit_s: int, pictures_s: int) -> None:
        """Bits and pictures a second from the next picture on."""
        ...


class H264Encoder:
    """x264 ultrafast, zerolatency, constrained baseline level 3.1 (what every browser decodes)."""

    def __init__(
        self,
        source: Size,
        size: Size,
        bit_s: int,
        pictures_s: int = FRAMES_PER_SECOND,
        changing: bool = False,
    ) -> None:
        """Opens the encoder; the pictures come in `source` size and go out in `size`.

        `changing` is for a link whose rate changes: small bursts, and room to rise.
        """
        self._scaler = _Scaler(source, size)
        self._size, self._changing = size, changing
        self._codec, self._most_bit_s = self._open(_as_if_at_full_rate(bit_s, pictures_s))

    def encode(self, frame: Frame, pts: int, keyframe: bool) -> tuple[bytes, bool]:
        """One access unit as Annex B, and whether it is a keyframe; raises av.error.FFmpegError."""
        packets = self._codec.encode(self._scaler.picture(frame, pts, keyframe))
        return b"".join(bytes(packet) for packet in packets), any(packet.is_keyframe for packet in packets)

    def set_rate(self, bit_s: int, pictures_s: int) -> None:
        """Bits and pictures a second from the next picture on; a rise beyond its room costs a keyframe."""
        wanted = _as_if_at_full_rate(bit_s, pictures_s)
        if wanted <= self._most_bit_s:
            self._codec.bit_rate = wanted
        else:
            self._codec, self._most_bit_s = self._open(wanted)

    def _open(self, bit_s: int) -> tuple[av.VideoCodecContext, int]:
        """An encoder at this rate, and the most that it can be asked for."""
        most = max(LEAST_ROOM_BIT_S, ROOM_TO_RISE * bit_s) if self._changing else bit_s
        buffer_bits = most // BUFFERS_A_SECOND if self._changing else bit_s // 3
        codec = _opened("libx264", self._size, most)
        codec.options = {
            "preset": "ultrafast",
            "tune": "zerolatency",
            "profile": "baseline",
            "level": "3.1",
            # Both must be options of the codec: without them a change of rate is ignored. They must begin at
            # the most: an encoder that begins below its `maxrate` keeps its rate for ever.
            "maxrate": str(most),
            "bufsize": str(min(MAX_BUFFER_BITS, buffer_bits)),
            "x264-params": "threads=1:sliced-threads=0:repeat-headers=1:scenecut=0",
        }
        codec.open()
        codec.bit_rate = bit_s
        return codec, most


class Vp8Encoder:
    """libvpx for live pictures, for browsers that offer no H.264."""

    def __init__(self, source: Size, size: Size, bit_s: int, pictures_s: int = FRAMES_PER_SECOND) -> None:
        """Opens the encoder; the pictures come in `source` size and go out in `size`."""
        self._scaler = _Scaler(source, size)
        self._size = size
        self._bit_s = _as_if_at_full_rate(bit_s, pictures_s)
        self._codec = self._open()

    def encode(self, frame: Frame, pts: int, keyframe: bool) -> tuple[bytes, bool]:
        """One frame, and whether it is a keyframe; raises av.error.FFmpegError."""
        packets = self._codec.encode(self._scaler.picture(frame, pts, keyframe))
        return b"".join(bytes(packet) for packet in packets), any(packet.is_keyframe for packet in packets)

    def set_rate(self, bit_s: int, pictures_s: int) -> None:
        """Bits and pictures a second; a change by less than 15 % is let go, another costs a keyframe."""
        wanted = _as_if_at_full_rate(bit_s, pictures_s)
        if not 1 / VP8_RATE_STEP < wanted / self._bit_s < VP8_RATE_STEP:
            self._bit_s = wanted
            self._codec = self._open()

    def _open(self) -> av.VideoCodecContext:
        codec = _opened("libvpx", self._size, self._bit_s)
        codec.qmin, codec.qmax = 4, 56
        codec.thread_count = 1
        codec.options = {
            "deadline": "realtime",
            "cpu-used": "-6",
            "lag-in-frames": "0",
            "minrate": str(self._bit_s),
            "maxrate": str(self._bit_s),
            "bufsize": str(min(MAX_BUFFER_BITS, self._bit_s // 3)),
            "max-intra-rate": "900",
            "static-thresh": "1",
        }
        return codec


class _Scaler:
    """Makes the pictures that an encoder takes, smaller than they came where that is asked."""

    def __init__(self, source: Size, size: Size) -> None:
        self._shape = (source.height * 3 // 2, source.width)
        self._size = None if source == size else size
        self._reformatter = VideoReformatter()

    def picture(self, frame: Frame, pts: int, keyframe: bool) -> VideoFrame:
        pixels = np.frombuffer(frame.i420, dtype=np.uint8).reshape(self._shape)
        picture = VideoFrame.from_ndarray(pixels, format=PIXEL_FORMAT)
        if self._size is not None:
            picture = self._reformatter.reformat(
                picture,
                self._size.width,
                self._size.height,
                PIXEL_FORMAT,
                interpolation=Interpolation.FAST_BILINEAR,
            )
        picture.pts, picture.time_base = pts, TIME_BASE
        picture.pict_type = PictureType.I if keyframe else PictureType.NONE
        return picture


def open_encoder(
    codec: Codec, source: Size, size: Size, bit_s: int, pictures_s: int, changing: bool = False
) -> PictureEncoder:
    """An encoder for one codec; its first picture is a keyframe. `changing` is for viewers' links."""
    if codec == "vp8":
        return Vp8Encoder(source, size, bit_s, pictures_s)
    return H264Encoder(source, size, bit_s, pictures_s, changing)


def _opened(name: Literal["libx264", "libvpx"], size: Size, bit_s: int) -> av.VideoCodecContext:
    codec = av.VideoCodecContext.create(name, "w")
    codec.width, codec.height = size.width, size.height
    codec.pix_fmt = PIXEL_FORMAT
    codec.time_base = TIME_BASE
    codec.framerate = Fraction(FRAMES_PER_SECOND, 1)
    codec.bit_rate = bit_s
    codec.gop_size = KEYFRAME_AFTER_PICTURES
    return codec


def _as_if_at_full_rate(bit_s: int, pictures_s: int) -> int:
    """What to ask of an encoder that counts pictures, not seconds: as many bits for each of them."""
    return bit_s * FRAMES_PER_SECOND // pictures_s
