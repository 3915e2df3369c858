"""One camera's pictures as a track that a sender can be given, cut into packets once for all viewers."""

from collections.abc import Awaitable, Callable
from weakref import WeakKeyDictionary

import av
from aiortc.codecs import h264, vpx
from aiortc.mediastreams import MediaStreamError, MediaStreamTrack
from av.stream import Stream

from teleop.cell.encoder import TIME_BASE
from teleop.cell.quality import Codec
from teleop.cell.streams import MAX_BACKLOG, EncodedPicture, PictureStream, Subscription

# Parity is longer than what it covers; aiortc's SRTP takes up to 1,356 bytes, and paths may take less.
_PAYLOAD_BYTES = 1_200
_PICTURES_KEPT = MAX_BACKLOG + 2
"""One viewer may be so many pictures behind another."""

h264.PACKET_MAX = vpx.PACKET_MAX = _PAYLOAD_BYTES


class PictureTrack(MediaStreamTrack):
    """A stream's pictures, for a sender that is told to send a track.

    It subscribes when the sender asks for a first packet, for then the connection is up: earlier ones are of
    no use. The sender is given none: from then on pictures go past it, as it would make every packet of every
    viewer anew.
    """

    kind = "video"

    def __init__(self, stream: PictureStream) -> None:
        """Nothing is received before the first `next`; set `codec` and `sending` before that."""
        super().__init__()
        self.codec: Codec = "h264"
        self.sending: Callable[[], Awaitable[None]] = _nothing_to_do
        self._stream = stream
        self._subscription: Subscription | None = None
        self._paused = False

    async def recv(self) -> "av.Packet[Stream]":
        """Sends pictures until it is cancelled."""
        await self.sending()
        raise MediaStreamError

    async def next(self) -> tuple[EncodedPicture, tuple[bytes, ...]]:
        """The next picture and its packets' payloads; raises MediaStreamError once the track has ended."""
        if self.readyState != "live":
            raise MediaStreamError
        if self._subscription is None:
            self._subscription = self._stream.subscribe(self.codec)
            self._subscription.pause(self._paused)
        picture = await self._subscription.next()
        return picture, _payloads_of(self._stream).of(picture)

    def pause(self, paused: bool) -> None:
        """Receives nothing while paused, and begins anew with a keyframe after that."""
        self._paused = paused
        if self._subscription is not None:
            self._subscription.pause(paused)

    def glimpse(self) -> None:
        """Receives one keyframe although it is paused."""
        if self._subscription is not None:
            self._subscription.glimpse()

    def stop(self) -> None:
        """Ends the track and its subscription."""
        if self._subscription is not None:
            self._subscription.close()
        super().stop()


class _Payloads:
    """A stream's pictures cut into packets' payloads, once for all who watch."""

    def __init__(self) -> None:
        self._cutters: dict[Codec, h264.H264Encoder | vpx.Vp8Encoder] = {
            "h264": h264.H264Encoder(),
            "vp8": vpx.Vp8Encoder(),
        }
        self._kept: dict[tuple[Codec, int], tuple[bytes, ...]] = {}

    def of(self, picture: EncodedPicture) -> tuple[bytes, ...]:
        key = (picture.codec, picture.pts)
        found = self._kept.get(key)
        if found is None:
            packet = av.Packet(picture.data)
            packet.pts = packet.dts = picture.pts
            packet.time_base = TIME_BASE
            found = self._kept[key] = tuple(self._cutters[picture.codec].pack(packet)[0])
            if len(self._kept) > _PICTURES_KEPT:
                del self._kept[next(iter(self._kept))]
        return found


_payloads: WeakKeyDictionary[PictureStream, _Payloads] = WeakKeyDictionary()


def _payloads_of(stream: PictureStream) -> _Payloads:
    if stream not in _payloads:
        _payloads[stream] = _Payloads()
    return _payloads[stream]


async def _nothing_to_do() -> None:
    """Sends nothing, as there is no connection yet."""
