"""The wire to the camera process: one MessagePack message per packet of a Unix seqpacket socket."""

import select
import socket

import msgspec

from sim_fallback.layout import Layout
from sim_fallback.scene import Scene

MAX_PACKET_BYTES = 96 * 1024


class Restage(msgspec.Struct, frozen=True, array_like=True, tag="restage"):
    """A new layout: the scenes that follow have its pieces."""

    layout: Layout


class CameraReport(msgspec.Struct, frozen=True, array_like=True, tag="report"):
    """Once a second from the camera process: pictures, scenes it was too slow for, and processor time."""

    pictures: int
    skipped: int
    render_s: float
    cpu_s: float


ToCamera = Restage | Scene
_encoder = msgspec.msgpack.Encoder()
_to_camera = msgspec.msgpack.Decoder(ToCamera)
_report = msgspec.msgpack.Decoder(CameraReport)


def send(end: socket.socket, message: ToCamera | CameraReport) -> bool:
    """Sends without waiting; False when the other side is too far behind or gone."""
    try:
        end.send(_encoder.encode(message), socket.MSG_DONTWAIT)
    except (BlockingIOError, BrokenPipeError, ConnectionResetError):
        return False
    return True


def receive_report(end: socket.socket) -> CameraReport | None:
    """The next report, if one has come."""
    try:
        data = end.recv(MAX_PACKET_BYTES, socket.MSG_DONTWAIT)
    except (BlockingIOError, ConnectionResetError):
        return None
    return _report.decode(data) if data else None


def receive_for_camera(end: socket.socket, wait_s: float) -> ToCamera | None:
    """The next message; None when none comes within `wait_s`.

    Raises EOFError when the other side has gone.
    """
    if not select.select([end], [], [], wait_s)[0]:
        return None
    try:
        data = end.recv(MAX_PACKET_BYTES)
    except ConnectionResetError as error:
        raise EOFError from error
    if not data:
        raise EOFError
    message: ToCamera = _to_camera.decode(data)
    return message
