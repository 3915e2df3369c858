"""One WebRTC connection. The only file that knows aiortc.

The browser offers receive-only video lines and two data channels; we answer. Pictures arrive
encoded, so aiortc only packetises. What aiortc does not offer is added around it, not inside:
a sender's transport is replaced by one that reads and completes each RTP packet (time stamp
origin, playout delay), and its RTCP passes an ear that hears requests for keyframes.
"""

import asyncio
import struct
from collections.abc import Callable, Sequence
from typing import Literal, Protocol

import av
from aiortc import (
    RTCBundlePolicy,
    RTCCertificate,
    RTCConfiguration,
    RTCDataChannel,
    RTCDtlsTransport,
    RTCIceServer,
    RTCPeerConnection,
    RTCRtpHeaderExtensionParameters,
    RTCRtpSender,
    RTCRtpTransceiver,
    RTCSessionDescription,
)
from aiortc.codecs import HEADER_EXTENSIONS
from aiortc.exceptions import InternalError, InvalidAccessError, InvalidStateError, OperationError
from aiortc.mediastreams import MediaStreamError, MediaStreamTrack
from aiortc.rtcdtlstransport import RtpSender
from aiortc.rtcrtpparameters import RTCRtpSendParameters
from aiortc.rtp import RTCP_PSFB_FIR, RTCP_PSFB_PLI, AnyRtcpPacket, RtcpPsfbPacket
from aiortc.stats import RTCStatsReport
from av.stream import Stream

from teleop.cell.encoder import TIME_BASE
from teleop.cell.frame_map import SeenPicture
from teleop.cell.ice_guard import IceGuard
from teleop.cell.rtp import PLAYOUT_DELAY_URI, TIMESTAMP_MODULUS, read_stamp, with_no_playout_delay
from teleop.cell.sdp import OfferRefused, clean_offer
from teleop.cell.streams import PictureStream, Subscription
from teleop.wire.browser_out import IceServer

Channel = Literal["control", "events"]
# A STUN or TURN server that does not answer costs 5 s; the connection must still come up without it.
ANSWER_TIMEOUT_S = 8.0
CLOSE_TIMEOUT_S = 3.0
MAX_CONTROL_BACKLOG_BYTES = 4_096
MAX_EVENTS_BACKLOG_BYTES = 262_144
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


class _PictureTrack(MediaStreamTrack):
    kind = "video"

    def __init__(self, subscription: Subscription) -> None:
        super().__init__()
        self._subscription = subscription
        self.last_pts: int | None = None

    async def recv(self) -> "av.Packet[Stream]":
        if self.readyState != "live":
            raise MediaStreamError
        picture = await self._subscription.next()
        packet = av.Packet(picture.annex_b)
        packet.pts = packet.dts = picture.pts
        packet.time_base = TIME_BASE
        self.last_pts = picture.pts
        return packet

    def stop(self) -> None:
        self._subscription.close()
        super().stop()


class _RtcpEar:
    """Hears requests for keyframes on their way to the sender."""

    def __init__(self, sender: RtpSender, want_keyframe: Callable[[], None]) -> None:
        self._ssrc = sender._ssrc
        self._sender = sender
        self._want_keyframe = want_keyframe

    async def _handle_rtcp_packet(self, packet: AnyRtcpPacket) -> None:
        if isinstance(packet, RtcpPsfbPacket) and packet.fmt in (RTCP_PSFB_FIR, RTCP_PSFB_PLI):
            self._want_keyframe()
        await self._sender._handle_rtcp_packet(packet)


class _PictureTransport(RTCDtlsTransport):
    """A sender's view of the shared transport: completes RTP packets and learns the time stamp origin."""

    def __init__(self, inner: RTCDtlsTransport, track: _PictureTrack, stream: PictureStream) -> None:
        super().__init__(inner.transport, [RTCCertificate.generateCertificate()])
        self._inner = inner
        self._track = track
        self._want_keyframe = stream.want_keyframe
        self._ear: _RtcpEar | None = None
        self._delay_id = 0
        self.rtp_origin: int | None = None

    def _register_rtp_sender(self, sender: RtpSender, parameters: RTCRtpSendParameters) -> None:
        ids = [found.id for found in parameters.headerExtensions if found.uri == PLAYOUT_DELAY_URI]
        self._delay_id = ids[0] if ids else 0
        self._ear = _RtcpEar(sender, self._want_keyframe)
        self._inner._register_rtp_sender(self._ear, parameters)

    def _unregister_rtp_sender(self, sender: RtpSender) -> None:
        self._inner._unregister_rtp_sender(self._ear or sender)

    async def _send_rtp(self, data: bytes) -> None:
        stamp = read_stamp(data)
        if stamp is not None:
            data = with_no_playout_delay(data, self._delay_id)
            if self.rtp_origin is None and self._ear is not None and stamp.ssrc == self._ear._ssrc:
                self.rtp_origin = (stamp.timestamp - (self._track.last_pts or 0)) % TIMESTAMP_MODULUS
        await self._inner._send_rtp(data)

    def _get_stats(self) -> RTCStatsReport:
        return self._inner._get_stats()


class Peer:
    """A browser's connection: sends the cameras' streams, carries the two data channels."""

    def __init__(
        self, streams: Sequence[PictureStream], listener: PeerListener, ice_servers: Sequence[IceServer] = ()
    ) -> None:
        """`streams` in track order; without `ice_servers` only the machine's own addresses are offered."""
        self._streams = tuple(streams)
        self._listener = listener
        self._channels: dict[str, RTCDataChannel] = {}
        self._transports: dict[str, _PictureTransport] = {}
        self._subscriptions: list[Subscription] = []
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
        return self._connection.localDescription.sdp

    def send(self, channel: Channel, data: bytes) -> bool:
        """Sends a message; False when the channel is not open or too much waits in it already."""
        found = self._channels.get(channel)
        if found is None or found.readyState != "open":
            return False
        limit = MAX_CONTROL_BACKLOG_BYTES if channel == "control" else MAX_EVENTS_BACKLOG_BYTES
        if found.bufferedAmount > limit:
            return False
        found.send(data)
        return True

    @property
    def rtp_origins(self) -> tuple[int | None, ...]:
        """For each track the RTP time stamp of media time 0; None until its first picture was sent."""
        return tuple(transport.rtp_origin for transport in self._transports.values())

    def seen_picture(self, camera: str, rtp_timestamp: int) -> SeenPicture | None:
        """The picture that this browser names by its RTP time stamp; None if we never sent it."""
        transport = self._transports.get(camera)
        if transport is None or transport.rtp_origin is None:
            return None
        stream = next(stream for stream in self._streams if stream.camera == camera)
        return stream.frames.find(rtp_timestamp, transport.rtp_origin)

    def silent(self, now_ns: int) -> bool:
        """Whether a connected browser gave no sign of life for 700 ms; call often: it also asks for one."""
        return self._guard is not None and self._guard.silent(now_ns)

    def pause(self, paused: bool) -> None:
        """Sends no pictures while paused; the first one after that is a keyframe."""
        for subscription in self._subscriptions:
            subscription.pause(paused)

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
        for stream, transceiver, track in videos:
            sender = transceiver.sender
            transport = _PictureTransport(sender.transport, track, stream)
            sender.setTransport(transport)
            self._transports[stream.camera] = transport
        await self._connection.setLocalDescription()
        if self._connection.sctp is not None:
            ice = self._connection.sctp.transport.transport
            self._guard = IceGuard(ice._connection, self._listener.on_stranger)

    def _add_video(self, stream: PictureStream) -> tuple[PictureStream, RTCRtpTransceiver, _PictureTrack]:
        self._subscriptions.append(stream.subscribe())
        track = _PictureTrack(self._subscriptions[-1])
        transceiver = self._connection.addTransceiver(track, direction="sendonly")
        codecs = RTCRtpSender.getCapabilities("video").codecs
        h264 = [codec for codec in codecs if codec.mimeType == "video/H264"]
        h264.sort(key=lambda codec: codec.parameters.get("profile-level-id") != "42e01f")
        transceiver.setCodecPreferences(h264 + [codec for codec in codecs if codec.mimeType == "video/rtx"])
        return stream, transceiver, track

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
