"""Hears what a browser says about its pictures: what it misses, what it lost, what it can take."""

import time
from collections.abc import Awaitable, Callable

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

from teleop.cell.feedback import Heard, Report, digest, take_nack, take_remb, take_report
from teleop.cell.redundancy import Redundancy, step


class RtcpEar:
    """Stands where aiortc would hand RTCP to a sender; `blocked` while the link's queue is full."""

    def __init__(
        self, ssrc: int, want_keyframe: Callable[[], None], resend: Callable[[int], Awaitable[None]]
    ) -> None:
        """`resend` is told the number of each packet that the browser misses."""
        self._ssrc = ssrc
        self._want_keyframe, self._resend = want_keyframe, resend
        self.blocked = False
        self.heard = Heard()
        self.redundancy = Redundancy()

    async def _handle_rtcp_packet(self, packet: AnyRtcpPacket) -> None:
        now_ns = time.monotonic_ns()
        if isinstance(packet, RtcpPsfbPacket):
            self._hear_about_pictures(packet, now_ns)
        elif isinstance(packet, RtcpRtpfbPacket) and packet.fmt == RTCP_RTPFB_NACK:
            self.heard = take_nack(self.heard, packet.lost, now_ns)
            for sequence in packet.lost:
                await self._resend(sequence)
        elif isinstance(packet, RtcpRrPacket | RtcpSrPacket):
            self._hear_reports(packet.reports, now_ns)

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
