"""Which picture a browser means by an RTP time stamp.

Pure. A sender adds one random constant to every media time; once one packet has shown the
constant, each later time stamp names its picture exactly. The browser itself may report the
picture before the one on its canvas, hence the stated error of one frame (measured: 2 of 741).
"""

from collections import OrderedDict
from dataclasses import dataclass

from teleop.cell.rtp import TIMESTAMP_MODULUS

SEEN_ERROR_FRAMES = 1
KEPT_FRAMES = 512


@dataclass(frozen=True, slots=True)
class SeenPicture:
    """A picture by its id and the moment it was captured."""

    frame_id: int
    capture_ns: int


class FrameMap:
    """The last pictures of one camera by media time; shared by all who watch it."""

    def __init__(self, kept: int = KEPT_FRAMES) -> None:
        """Remembers `kept` pictures (512 at 30 a second are 17 s)."""
        self._kept = kept
        self._by_time: OrderedDict[int, SeenPicture] = OrderedDict()

    def add(self, pts: int, picture: SeenPicture) -> None:
        """Remembers a picture sent with media time `pts` (90 kHz)."""
        self._by_time[pts % TIMESTAMP_MODULUS] = picture
        if len(self._by_time) > self._kept:
            self._by_time.popitem(last=False)

    def find(self, rtp_timestamp: int, rtp_origin: int) -> SeenPicture | None:
        """The picture with this time stamp for a sender whose constant is `rtp_origin`; None if unknown."""
        return self._by_time.get((rtp_timestamp - rtp_origin) % TIMESTAMP_MODULUS)
