"""Which picture a browser means by an RTP time stamp, and how wrong that may be.

Pure. A sender adds one random constant to every media time; once one packet has shown the
constant, each later time stamp names its picture exactly. Whether that picture was the one on the
screen only the page can tell: it names the oldest and the newest that it may have been.
"""

from collections import OrderedDict
from dataclasses import dataclass

from teleop.cell.rtp import TIMESTAMP_MODULUS
from teleop.wire.player_in import SeenFrame

KEPT_FRAMES = 512


@dataclass(frozen=True, slots=True)
class SeenPicture:
    """A picture by its id and the moment it was captured."""

    frame_id: int
    capture_ns: int


@dataclass(frozen=True, slots=True)
class Sighting:
    """The picture that a page names; the one on the screen is at most so many pictures and ns away."""

    picture: SeenPicture
    error_frames: int
    error_ns: int


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

    def sight(self, seen: SeenFrame, rtp_origin: int) -> Sighting | None:
        """What a page says of its screen, in pictures; None if the named one is unknown.

        A bound that the page cannot name, or that is unknown here, is the oldest or the newest picture kept.
        """
        named = self.find(seen.rtp_timestamp, rtp_origin)
        if named is None:
            return None
        oldest = self.find(seen.oldest_rtp, rtp_origin) or next(iter(self._by_time.values()))
        newest = None if seen.newest_rtp is None else self.find(seen.newest_rtp, rtp_origin)
        newest = newest or next(reversed(self._by_time.values()))
        return Sighting(
            named,
            max(0, named.frame_id - oldest.frame_id, newest.frame_id - named.frame_id),
            max(0, named.capture_ns - oldest.capture_ns, newest.capture_ns - named.capture_ns),
        )
