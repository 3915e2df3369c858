"""One WebRTC connection. With picture_path.py, its track and its ear all that knows aiortc.

The browser offers receive-only video lines and two data channels; we answer. Pictures arrive
encoded, and only their way is ours. What aiortc does not offer is added around it, not inside.
"""

import asyncio
import struct
from collections.abc import Callable, Sequence
from functools import partial
from typing import Literal, Protocol

from aiortc import (
    RTCBundlePolicy,
    RTCConfiguration,
    RTCDataChannel,
    RTCIceServer,
    RTCPeerConnection,
    RTCRtpHeaderExtensionParameters,
    RTCRtpSender,
    RTCRtpTransceiver,
    RTCSessionDescription,
)
from aiortc.codecs import HEADER_EXTENSIONS
from aiortc.exceptions import InternalError, InvalidAccessError, InvalidStateError, OperationError

from teleop.cell import flexfec
from teleop.cell.bit_rate import Signs, read
from teleop.cell.feedback import Feedback
from teleop.cell.frame_map import Sighting
from teleop.cell.ice_guard import IceGuard
from teleop.cell.picture_path import PictureTransport
from teleop.cell.picture_track import PictureTrack
from teleop.cell.rtp import PLAYOUT_DELAY_URI
from teleop.cell.sdp import OfferRefused, clean_offer
from teleop.cell.streams import EncodedPicture, PictureStream
from teleop.wire.browser_out import IceServer
from teleop.wire.player_in import SeenFrame

Channel = Literal["control", "events"]
# A STUN or TURN server that does not answer costs 5 s; the connection must still come up without it.
ANSWER_TIMEOUT_S = 8.0
CLOSE_TIMEOUT_S = 3.0
MAX_CONTROL_BACKLOG_BYTES = 4_096
MAX_EVENTS_BACKLOG_BYTES = 262_144
# Sixty states a second are some 30 kB/s: at 500 ms round trip 15 kB are on their way, and twice that is
# enough. aiortc's window begins at 3.6 kB, falls to 1.2 kB when one packet comes late, and grows only while
# it is full: over an ocean states would wait for room in it.
WINDOW_BYTES = 32_768
_OUR_PLAYOUT_DELAY_ID = 12
_AIORTC_REFUSALS = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    InternalError,
    InvalidAccessError,
    InvalidStateError,
    LookupError,
    OperationError,
    OSError,
    RuntimeError,
    TypeError,
    ValueError,
    struct.error,
)

HEADER_EXTENSIONS["video"].append(
    RTCRtpHeaderExtensionParameters(id=_OUR_PLAYOUT_DELAY_ID, uri=PLAYOUT_DELAY_URI)
)


class PeerListener(Protocol):
    """What a connection tells its owner; none of these may raise."""

    def on_message(self, channel: Channel, data: bytes | str) -> None:
        """A data-channel message, not yet decoded."""
        ...

    def on_connected(self) -> None:
        """Both data channels are open."""
        ...

    def on_gone(self) -> None:
        """The connection failed or was closed by the other side."""
        ...

    def on_stranger(self) -> None:
        """A datagram from an address that ICE never validated was thrown away."""
        ...


class Peer:
    """A browser's connection: sends the cameras' streams, carries the two data channels."""

    def __init__(
        self, streams: Sequence[PictureStream], listener: PeerListener, ice_servers: Sequence[IceServer] = ()
    ) -> None:
        """`streams` in track order; without `ice_servers` only the machine's own addresses are offered."""
        self._streams = tuple(streams)
        self._listener = listener
        self.on_sent: Callable[[str, EncodedPicture, int], None] | None = None
        self._channels: dict[str, RTCDataChannel] = {}
        self._transports: dict[str, PictureTransport] = {}
        self._tracks: list[PictureTrack] = []
        self._paused = self._blocked = False
        self._guard: IceGuard | None = None
        servers = [
            RTCIceServer(list(one.urls), one.username or None, one.credential or None) for one in ice_servers
        ]
        self._connection = RTCPeerConnection(
            RTCConfiguration(iceServers=servers, bundlePolicy=RTCBundlePolicy.MAX_BUNDLE)
        )
        self._connection.add_listener("datachannel", self._on_channel)
        self._connection.add_listener("connectionstatechange", self._on_state)

    async def answer(self, offer: str) -> str:
        """Answers an offer with SDP; raises OfferRefused, after which the peer must be closed."""
        cleaned = clean_offer(offer, len(self._streams))
        try:
            async with asyncio.timeout(ANSWER_TIMEOUT_S):
                await self._negotiate(cleaned)
        except TimeoutError:
            raise OfferRefused("timeout") from None
        except _AIORTC_REFUSALS as error:
            raise OfferRefused(f"unusable: {type(error).__name__}") from error
        ways = {
            one.ways.ssrc: one.ways.parity for one in self._transports.values() if one.ways.parity is not None
        }
        return flexfec.with_parity(self._connection.localDescription.sdp, ways)

    def send(self, channel: Channel, data: bytes) -> bool:
        """Sends a message; False when the channel is not open or too much waits in it already."""
        found = self._channels.get(channel)
        if found is None or found.readyState != "open":
            return False
        limit = MAX_CONTROL_BACKLOG_BYTES if channel == "control" else MAX_EVENTS_BACKLOG_BYTES
        if found.bufferedAmount > limit:
            return False
        association = found.transport
        association._cwnd = max(association._cwnd, WINDOW_BYTES)
        found.send(data)
        return True

    @property
    def rtp_origins(self) -> tuple[int | None, ...]:
        """For each track the RTP time stamp of media time 0; None until its first picture was sent."""
        return tuple(transport.rtp_origin for transport in self._transports.values())

    def sight(self, seen: SeenFrame) -> Sighting | None:
        """The picture that this browser names by its RTP time stamp; None if we never sent it."""
        transport = self._transports.get(seen.camera)
        if transport is None or transport.rtp_origin is None:
            return None
        stream = next(stream for stream in self._streams if stream.camera == seen.camera)
        return stream.frames.sight(seen, transport.rtp_origin)

    def feedback(self, camera: str, now_ns: int) -> Feedback:
        """What this viewer's browser says about the link that the camera's pictures take."""
        transport = self._transports.get(camera)
        return Feedback() if transport is None else transport.feedback(now_ns)

    def wire_factor(self, camera: str) -> float:
        """How many bits go out now for each bit of the camera's pictures."""
        transport = self._transports.get(camera)
        return 1.0 if transport is None else transport.wire_factor

    @property
    def reached_ns(self) -> int | None:
        """When the browser last said that more pictures had come, of any camera; None before it did."""
        told = [one.reached_ns for one in self._transports.values() if one.reached_ns is not None]
        return max(told, default=None)

    def silent(self, now_ns: int) -> bool:
        """Whether a connected browser gave no sign of life for 700 ms; call often: it also asks for one."""
        return self._guard is not None and self._guard.silent(now_ns)

    @property
    def sent_bytes(self) -> int:
        """All that left for pictures since this connection began, repairs and headers included."""
        return sum(transport.sent_bytes for transport in self._transports.values())

    def signs(self, now_ns: int) -> Signs | None:
        """What the link shows; None while the connection is not up."""
        if self._guard is None or self._connection.connectionState != "connected":
            return None
        ways = self._transports.values()
        factor = max((one.wire_factor for one in ways), default=1.0)
        return read(self._guard.pulse, [one.feedback(now_ns) for one in ways], factor, now_ns)

    def pause(self, paused: bool) -> None:
        """Sends no pictures while paused; the first one after that is a keyframe."""
        self._paused = paused
        self._pause_tracks()

    def hold_back(self, blocked: bool) -> None:
        """Sends no pictures while the link's queue is full of them; the first after that is a keyframe."""
        self._blocked = blocked
        self._pause_tracks()

        for transport in self._transports.values():
            transport.hold_back(blocked)

    def forget_lost(self) -> None:
        """Takes what was lost until now as lost in a queue that was too long: no reason for more repairs."""
        for transport in self._transports.values():
            transport.forget_lost()

    def glimpse(self) -> None:
        """Sends one picture of each camera though it is held back."""
        for track in self._tracks:
            track.glimpse()

    def attend(self, closely: bool) -> None:
        """Asks for signs of life as often as a player's link needs, or as a watcher's."""
        if self._guard is not None:
            self._guard.closely = closely

    async def close(self) -> None:
        """Closes the connection; nothing is heard from it afterwards."""
        self._connection.remove_all_listeners()
        try:
            async with asyncio.timeout(CLOSE_TIMEOUT_S):
                await self._connection.close()
        except TimeoutError:
            pass
        for transceiver in self._connection.getTransceivers():
            if transceiver.sender.track is not None:
                transceiver.sender.track.stop()

    async def _negotiate(self, offer: str) -> None:
        videos = [self._add_video(stream) for stream in self._streams[: offer.count("\nm=video ")]]
        await self._connection.setRemoteDescription(RTCSessionDescription(offer, "offer"))
        for (stream, transceiver, track), parity in zip(videos, flexfec.offered(offer), strict=True):
            track.codec = "h264" if transceiver._codecs[0].mimeType == "video/H264" else "vp8"
            transport = PictureTransport(transceiver.sender, track, stream.want_keyframe, parity)
            transport.on_sent = partial(self._sent, stream.camera)
            transceiver.sender.setTransport(transport)
            self._transports[stream.camera] = transport
        await self._connection.setLocalDescription()
        if self._connection.sctp is not None:
            ice = self._connection.sctp.transport.transport
            self._guard = IceGuard(ice._connection, self._listener.on_stranger)

    def _add_video(self, stream: PictureStream) -> tuple[PictureStream, RTCRtpTransceiver, PictureTrack]:
        track = PictureTrack(stream)
        self._tracks.append(track)
        transceiver = self._connection.addTransceiver(track, direction="sendonly")
        codecs = RTCRtpSender.getCapabilities("video").codecs
        h264 = [codec for codec in codecs if codec.mimeType == "video/H264"]
        h264.sort(key=lambda codec: codec.parameters.get("profile-level-id") != "42e01f")
        others = [codec for codec in codecs if codec.mimeType in ("video/VP8", "video/rtx")]
        transceiver.setCodecPreferences(h264 + others)
        return stream, transceiver, track

    def _sent(self, camera: str, picture: EncodedPicture, now_ns: int) -> None:
        if self.on_sent is not None:
            self.on_sent(camera, picture, now_ns)

    def _pause_tracks(self) -> None:
        for track in self._tracks:
            track.pause(self._paused or self._blocked)

    def _on_channel(self, channel: RTCDataChannel) -> None:
        unreliable = not channel.ordered and channel.maxRetransmits == 0
        reliable = channel.ordered and channel.maxRetransmits is None and channel.maxPacketLifeTime is None
        if channel.label == "control" and unreliable and "control" not in self._channels:
            channel.add_listener("message", lambda data: self._listener.on_message("control", data))
        elif channel.label == "events" and reliable and "events" not in self._channels:
            channel.add_listener("message", lambda data: self._listener.on_message("events", data))
        else:
            channel.close()
            return
        self._channels[channel.label] = channel
        if len(self._channels) == 2:
            self._listener.on_connected()

    def _on_state(self) -> None:
        if self._connection.connectionState in ("failed", "closed"):
            self._listener.on_gone()
