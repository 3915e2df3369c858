"""The way of one camera's pictures to one browser.

A sender's transport is replaced by one that makes the packets itself and lets repairs follow them: aiortc's
sender would make each picture's packets anew for every viewer, at twice the cost. With peer.py, the track and
the ear this is all that knows aiortc.
"""

import asyncio
import secrets
import time
from collections.abc import Callable
from dataclasses import replace

from aiortc import RTCCertificate, RTCDtlsTransport, RTCRtpSender
from aiortc.rtcdtlstransport import RtpSender
from aiortc.rtcrtpparameters import RTCRtpSendParameters
from aiortc.stats import RTCStatsReport

from teleop.cell import repairs, resending
from teleop.cell.feedback import Feedback, digest, forget_lost, sent_report
from teleop.cell.picture_track import PictureTrack
from teleop.cell.redundancy import Redundancy, wire_factor
from teleop.cell.repairs import Sent, Ways
from teleop.cell.rtcp_ear import RtcpEar
from teleop.cell.rtp import (
    MID_URI,
    NO_PLAYOUT_DELAY,
    PLAYOUT_DELAY_URI,
    SEND_TIME_URI,
    TIMESTAMP_MODULUS,
    ntp_time,
    send_time,
    sender_report_time,
)
from teleop.cell.rtp_source import SEQUENCES, Count, Extension, counted, header, source, with_sender_info
from teleop.cell.streams import EncodedPicture

_AT_ONCE = 8
# IPv4, UDP and the authentication tag of SRTP.
_OVERHEAD_BYTES = 20 + 8 + 10


class PictureTransport(RTCDtlsTransport):
    """A sender's view of the shared transport: sends the pictures, and what repairs them."""

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
        self._ear: RtcpEar | None = None
        self._source = source(0, sender._ssrc, 0, ())
        self._sequence, self._count = secrets.randbits(15), Count()
        self._recent: dict[int, tuple[int, bytes, bytes]] = {}
        self._sent = Sent(retransmissions=secrets.randbits(15), parities=secrets.randbits(15))
        self._resending = resending.Resending()
        self._origin = secrets.randbits(32)
        self.rtp_origin: int | None = None
        self.sent_bytes = 0
        self.on_sent: Callable[[EncodedPicture, int], None] = _nobody_hears
        parity = None if parity_payload_type is None else (parity_payload_type, secrets.randbits(32))
        self.ways = Ways(sender._ssrc, parity=parity)
        track.sending = self._run

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
            self._ear.heard = forget_lost(self._ear.heard, time.monotonic_ns())

    @property
    def reached_ns(self) -> int | None:
        """When the browser last said that more of the pictures' packets had come."""
        return None if self._ear is None else self._ear.heard.reached_ns

    def feedback(self, now_ns: int) -> Feedback:
        """What the browser says about the link."""
        return Feedback() if self._ear is None else digest(self._ear.heard, now_ns)

    def _register_rtp_sender(self, sender: RtpSender, parameters: RTCRtpSendParameters) -> None:
        ids = {found.uri: found.id for found in parameters.headerExtensions}
        codec = parameters.codecs[0].payloadType
        again = [
            found
            for one in parameters.codecs
            if one.parameters.get("apt") == codec and (found := one.payloadType) is not None
        ]
        send_time_id = ids.get(SEND_TIME_URI, 0)
        self.ways = replace(
            self.ways,
            retransmission=(again[0], self._retransmission_ssrc) if again else None,
            send_time_id=send_time_id,
        )
        extensions = (
            Extension(ids.get(MID_URI, 0) if parameters.muxId else 0, parameters.muxId.encode()),
            Extension(ids.get(PLAYOUT_DELAY_URI, 0), NO_PLAYOUT_DELAY),
        )
        self._source = source(codec or 0, self.ways.ssrc, send_time_id, extensions)
        self._ear = RtcpEar(self.ways.ssrc, self._want_keyframe, self._resend)
        self._inner._register_rtp_sender(self._ear, parameters)

    def _unregister_rtp_sender(self, sender: RtpSender) -> None:
        self._inner._unregister_rtp_sender(self._ear or sender)

    async def _send_rtp(self, data: bytes) -> None:
        """Sends the sender's reports; it sends nothing else."""
        if sender_report_time(data) is not None and self._ear is not None:
            data = with_sender_info(data, self._count)
            named = sender_report_time(data) or 0
            self._ear.heard = sent_report(self._ear.heard, named, time.monotonic_ns())
        await self._put(data)

    async def _run(self) -> None:
        while True:
            picture, payloads = await self._track.next()
            if payloads:
                await self._send(picture, payloads)
                self.on_sent(picture, time.monotonic_ns())

    async def _send(self, picture: EncodedPicture, payloads: tuple[bytes, ...]) -> None:
        self.rtp_origin = self._origin
        timestamp = (self._origin + picture.pts) % TIMESTAMP_MODULUS
        left_s, left_bytes, last = send_time(time.time()), self.sent_bytes, len(payloads) - 1
        for place, payload in enumerate(payloads):
            ends = place == last
            head = header(self._source, self._sequence, timestamp, left_s, ends_picture=ends)
            self._recent[self._sequence % resending.RECENT] = self._sequence, head, payload
            self._sequence = (self._sequence + 1) % SEQUENCES
            await self._put(head + payload)
            if self._ear is not None and (self._ear.blocked or self._ear.redundancy.level == 0):
                self._sent = repairs.nothing(self._sent)
            elif self._ear is not None:
                await self._send_repairs(head + payload, self._ear.redundancy, left_s, ends)
        newest = (self._sequence - 1) % SEQUENCES
        self._resending = resending.sent(self._resending, newest, last + 1, self.sent_bytes - left_bytes)
        self._count = counted(
            self._count, ntp_time(time.time_ns()), timestamp, last + 1, sum(map(len, payloads))
        )

    async def _resend(self, sequence: int) -> None:
        """Sends a packet that the browser misses again, if it may pass."""
        kept, head, payload = self._recent.get(sequence % resending.RECENT, (None, b"", b""))
        if kept != sequence:
            return
        packet = head + payload
        self._resending, passes = resending.again(self._resending, sequence, len(packet))
        if passes:
            self._sent, data = repairs.again(self._sent, packet, self.ways, send_time(time.time()))
            await self._put(data)

    async def _send_repairs(self, data: bytes, redundancy: Redundancy, left_s: bytes, ends: bool) -> None:
        self._sent, following = repairs.after(
            self._sent, data, redundancy.plan, self.ways, left_s, ends_picture=ends
        )
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
