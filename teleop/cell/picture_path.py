"""The way of one camera's pictures to one browser. With peer.py the only file that knows aiortc.

A sender's transport is replaced by one that reads and completes each RTP packet (time stamp origin,
playout delay) and lets repairs follow it; its RTCP passes an ear that hears requests for keyframes and
what the browser says about the link.
"""

import asyncio
import secrets
import time
from collections.abc import Callable
from dataclasses import replace

import av
from aiortc import RTCCertificate, RTCDtlsTransport, RTCRtpSender, clock
from aiortc.codecs import h264, vpx
from aiortc.mediastreams import MediaStreamError, MediaStreamTrack
from aiortc.rtcdtlstransport import RtpSender
from aiortc.rtcrtpparameters import RTCRtpSendParameters
from aiortc.rtp import (
    RTCP_PSFB_APP,
    RTCP_PSFB_FIR,
    RTCP_PSFB_PLI,
    RTCP_RTPFB_NACK,
    AnyRtcpPacket,
    RtcpPsfbPacket,
    RtcpReceiverInfo,
    RtcpRrPacket,
    RtcpRtpfbPacket,
    RtcpSrPacket,
    unpack_remb_fci,
)
from aiortc.stats import RTCStatsReport
from av.stream import Stream

from teleop.cell import repairs, resending
from teleop.cell.encoder import TIME_BASE
from teleop.cell.feedback import (
    Feedback,
    Heard,
    Report,
    digest,
    forget_lost,
    sent_report,
    take_nack,
    take_remb,
    take_report,
)
from teleop.cell.quality import Codec
from teleop.cell.redundancy import Redundancy, step, wire_factor
from teleop.cell.repairs import Sent, Ways
from teleop.cell.rtp import (
    PLAYOUT_DELAY_URI,
    SEND_TIME_URI,
    TIMESTAMP_MODULUS,
    RtpStamp,
    ntp_time,
    read_stamp,
    retransmitted_sequence,
    send_time,
    sender_report_time,
    with_no_playout_delay,
)
from teleop.cell.streams import EncodedPicture, PictureStream, Subscription

_AT_ONCE = 8
# IPv4, UDP and the authentication tag of SRTP.
_OVERHEAD_BYTES = 20 + 8 + 10
# Parity is longer than what it covers; aiortc's SRTP takes up to 1,356 bytes, and paths may take less.
_PAYLOAD_BYTES = 1_200

h264.PACKET_MAX = vpx.PACKET_MAX = _PAYLOAD_BYTES


def _ntp_now() -> int:
    return ntp_time(time.time_ns())


# aiortc's own takes a tenth of all that a packet costs.
clock.current_ntp_time = _ntp_now


class PictureTrack(MediaStreamTrack):
    """A stream's pictures as a track of packets that are encoded already.

    It subscribes when it is first asked for one, for then the connection is up: earlier ones are of no use.
    """

    kind = "video"

    def __init__(self, stream: PictureStream) -> None:
        """Nothing is received before the first `recv`; set the `codec` before that."""
        super().__init__()
        self.codec: Codec = "h264"
        self.last: EncodedPicture | None = None
        self._stream = stream
        self._subscription: Subscription | None = None
        self._paused = False

    async def recv(self) -> "av.Packet[Stream]":
        """The next picture."""
        if self.readyState != "live":
            raise MediaStreamError
        if self._subscription is None:
            self._subscription = self._stream.subscribe(self.codec)
            self._subscription.pause(self._paused)
        picture = await self._subscription.next()
        packet = av.Packet(picture.data)
        packet.pts = packet.dts = picture.pts
        packet.time_base = TIME_BASE
        self.last = picture
        return packet

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


class _RtcpEar:
    """Hears what a browser says about its pictures on its way to the sender."""

    def __init__(self, sender: RtpSender, want_keyframe: Callable[[], None]) -> None:
        self._ssrc = sender._ssrc
        self._sender = sender
        self._want_keyframe = want_keyframe
        self.blocked = False
        self.heard = Heard()
        self.redundancy = Redundancy()

    async def _handle_rtcp_packet(self, packet: AnyRtcpPacket) -> None:
        now_ns = time.monotonic_ns()
        if isinstance(packet, RtcpPsfbPacket):
            self._hear_about_pictures(packet, now_ns)
        elif isinstance(packet, RtcpRtpfbPacket) and packet.fmt == RTCP_RTPFB_NACK:
            self.heard = take_nack(self.heard, packet.lost, now_ns)
        elif isinstance(packet, RtcpRrPacket | RtcpSrPacket):
            self._hear_reports(packet.reports, now_ns)
        await self._sender._handle_rtcp_packet(packet)

    def _hear_about_pictures(self, packet: RtcpPsfbPacket, now_ns: int) -> None:
        if packet.fmt in (RTCP_PSFB_FIR, RTCP_PSFB_PLI):
            self._want_keyframe()
        elif packet.fmt == RTCP_PSFB_APP:
            try:
                bit_s, _ = unpack_remb_fci(packet.fci)
            except ValueError:
                return
            self.heard = take_remb(self.heard, bit_s, now_ns)

    def _hear_reports(self, reports: list[RtcpReceiverInfo], now_ns: int) -> None:
        for one in reports:
            if one.ssrc == self._ssrc:
                report = Report(one.fraction_lost, one.packets_lost, one.highest_sequence, one.lsr, one.dlsr)
                self.heard = take_report(self.heard, report, now_ns)
                if not self.blocked:
                    self.redundancy = step(self.redundancy, digest(self.heard, now_ns), now_ns)


class PictureTransport(RTCDtlsTransport):
    """A sender's view of the shared transport: completes RTP packets, and repairs follow them."""

    def __init__(
        self,
        sender: RTCRtpSender,
        track: PictureTrack,
        want_keyframe: Callable[[], None],
        parity_payload_type: int | None,
    ) -> None:
        """`parity_payload_type` is the one that the browser offered, if it did."""
        super().__init__(sender.transport.transport, [RTCCertificate.generateCertificate()])
        self._inner = sender.transport
        self._track = track
        self._want_keyframe = want_keyframe
        self._retransmission_ssrc = sender._rtx_ssrc
        self._ear: _RtcpEar | None = None
        self._delay_id = 0
        self._sent = Sent(retransmissions=secrets.randbits(15), parities=secrets.randbits(15))
        self._resending = resending.Resending()
        self.rtp_origin: int | None = None
        self.sent_bytes = 0
        self.on_sent: Callable[[EncodedPicture, int], None] = _nobody_hears
        parity = None if parity_payload_type is None else (parity_payload_type, secrets.randbits(32))
        self.ways = Ways(sender._ssrc, parity=parity)

    @property
    def wire_factor(self) -> float:
        """How many bits go out now for each bit of the pictures."""
        if self._ear is None:
            return 1.0
        return wire_factor(self._ear.redundancy.plan, self.ways.parity is not None)

    def hold_back(self, blocked: bool) -> None:
        """Sends nothing again of what was sent until now, as a keyframe follows; no repairs while blocked."""
        if self._ear is not None:
            self._ear.blocked = blocked
        self._resending = resending.paused(self._resending)

    def forget_lost(self) -> None:
        """Begins the count of what the link loses anew."""
        if self._ear is not None:
            self._ear.heard = forget_lost(self._ear.heard)

    def feedback(self, now_ns: int) -> Feedback:
        """What the browser says about the link."""
        return Feedback() if self._ear is None else digest(self._ear.heard, now_ns)

    def _register_rtp_sender(self, sender: RtpSender, parameters: RTCRtpSendParameters) -> None:
        ids = {found.uri: found.id for found in parameters.headerExtensions}
        self._delay_id = ids.get(PLAYOUT_DELAY_URI, 0)
        codec = parameters.codecs[0].payloadType
        again = [
            found
            for one in parameters.codecs
            if one.parameters.get("apt") == codec and (found := one.payloadType) is not None
        ]
        self.ways = replace(
            self.ways,
            retransmission=(again[0], self._retransmission_ssrc) if again else None,
            send_time_id=ids.get(SEND_TIME_URI, 0),
        )
        self._ear = _RtcpEar(sender, self._want_keyframe)
        self._inner._register_rtp_sender(self._ear, parameters)

    def _unregister_rtp_sender(self, sender: RtpSender) -> None:
        self._inner._unregister_rtp_sender(self._ear or sender)

    async def _send_rtp(self, data: bytes) -> None:
        stamp = read_stamp(data)
        if stamp is None:
            named = sender_report_time(data)
            if named is not None and self._ear is not None:
                self._ear.heard = sent_report(self._ear.heard, named, time.monotonic_ns())
            await self._put(data)
            return
        data = with_no_playout_delay(data, self._delay_id)
        if stamp.ssrc != self.ways.ssrc or self._ear is None:
            await self._resend(data)
            return
        if self.rtp_origin is None:
            pts = 0 if self._track.last is None else self._track.last.pts
            self.rtp_origin = (stamp.timestamp - pts) % TIMESTAMP_MODULUS
        self._resending = resending.sent(self._resending, stamp.sequence, len(data))
        await self._put(data)
        if stamp.ends_picture and self._track.last is not None:
            self.on_sent(self._track.last, time.monotonic_ns())
        if self._ear.blocked or self._ear.redundancy.level == 0:
            self._sent = repairs.nothing(self._sent)
        else:
            await self._send_repairs(data, stamp, self._ear.redundancy)

    async def _resend(self, data: bytes) -> None:
        """Sends a retransmission that aiortc made, if it may pass."""
        self._resending, passes = resending.again(self._resending, retransmitted_sequence(data), len(data))
        if passes:
            self._sent, data = repairs.retransmitted(self._sent, data, self.ways, send_time(time.time()))
            await self._put(data)

    async def _send_repairs(self, data: bytes, stamp: RtpStamp, redundancy: Redundancy) -> None:
        now = send_time(time.time())
        self._sent, following = repairs.after(self._sent, data, stamp, redundancy.plan, self.ways, now)
        for number, repair in enumerate(following):
            if number % _AT_ONCE == _AT_ONCE - 1:
                await asyncio.sleep(0)
            await self._put(repair)

    async def _put(self, data: bytes) -> None:
        self.sent_bytes += len(data) + _OVERHEAD_BYTES
        await self._inner._send_rtp(data)

    def _get_stats(self) -> RTCStatsReport:
        return self._inner._get_stats()


def _nobody_hears(picture: EncodedPicture, now_ns: int) -> None:
    """Hears that a picture was sent, before anybody listens."""
