"""A link with privileges: two network namespaces that know only each other, through two TUN devices.

    async with tun_link(there, back) as link:
        await asyncio.create_subprocess_exec(*link.near.prefix, "python", ...)   # is 10.77.0.1
        await asyncio.create_subprocess_exec(*link.far.prefix, "python", ...)    # is 10.77.0.2

Needs root, `ip` and /dev/net/tun; `missing()` says in words what is not there. The devices end with the
process that holds them; names of namespaces that a killed process left behind are removed by the next one.
"""

import asyncio
import fcntl
import os
import shutil
import struct
import subprocess
from collections.abc import AsyncIterator, Callable
from contextlib import ExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from link.course import Course
from link.direction import Direction

TUN_DEVICE = Path("/dev/net/tun")
NAMESPACES = Path("/run/netns")
PREFIX = "armcade-link"
MTU = 1_500
MAX_PACKET_BYTES = 65_536
# linux/if_tun.h: TUNSETIFF is _IOW('T', 202, int); IFF_TUN without a packet-information header.
_TUNSETIFF = 0x400454CA
_IFF_TUN, _IFF_NO_PI = 0x0001, 0x1000


@dataclass(frozen=True, slots=True)
class End:
    """One end of the link: its namespace, and its address there."""

    namespace: str
    address: str

    @property
    def prefix(self) -> tuple[str, ...]:
        """What to put before a command so that it runs at this end."""
        return ("ip", "netns", "exec", self.namespace)


@dataclass(frozen=True, slots=True)
class TunLink:
    """A link that is up; `there` leads from the near end to the far one."""

    near: End
    far: End
    there: Direction
    back: Direction


def missing() -> str | None:
    """Why no TUN link can be made here, in words; None when one can."""
    if os.geteuid() != 0:
        return "a TUN link between namespaces needs root"
    if shutil.which("ip") is None:
        return "a TUN link between namespaces needs the program `ip` (package iproute2)"
    if not TUN_DEVICE.exists():
        return f"a TUN link between namespaces needs {TUN_DEVICE}"
    try:
        _run("ip", "netns", "add", _name("try"))
    except OSError as error:
        return f"this machine lets nobody make network namespaces: {error}"
    _run("ip", "netns", "del", _name("try"))
    return None


@asynccontextmanager
async def tun_link(there: Course, back: Course, seed: int = 1) -> AsyncIterator[TunLink]:
    """A link until the block ends; raises OSError with what `ip` said when it cannot be made."""
    _remove_left_behind()
    near, far = End(_name("near"), "10.77.0.1"), End(_name("far"), "10.77.0.2")
    made = TunLink(near, far, Direction(there, seed), Direction(back, seed + 1))
    with ExitStack() as stack:
        stack.callback(made.there.close)
        stack.callback(made.back.close)
        near_fd, far_fd = _end(stack, near, far), _end(stack, far, near)
        _follow(stack, near_fd, far_fd, made.there)
        _follow(stack, far_fd, near_fd, made.back)
        yield made


def _end(stack: ExitStack, end: End, other: End) -> int:
    """Makes one namespace with a TUN device in it; answers the device's file."""
    _run("ip", "netns", "add", end.namespace)
    stack.callback(_run, "ip", "netns", "del", end.namespace)
    file = os.open(TUN_DEVICE, os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)
    stack.callback(os.close, file)
    request = struct.pack("16sH22x", b"armlink%d", _IFF_TUN | _IFF_NO_PI)
    device = fcntl.ioctl(file, _TUNSETIFF, request)[:16].rstrip(b"\0").decode()
    _run("ip", "link", "set", device, "netns", end.namespace)
    inside = ("ip", "-n", end.namespace)
    _run(*inside, "link", "set", "lo", "up")
    _run(*inside, "addr", "add", end.address, "peer", other.address, "dev", device)
    _run(*inside, "link", "set", device, "mtu", str(MTU), "up")
    # Browsers offer only addresses that lead somewhere; what is for neither end is dropped at the other one.
    _run(*inside, "route", "add", "default", "dev", device)
    return file


def _follow(stack: ExitStack, source: int, sink: int, direction: Direction) -> None:
    """Carries packets of one device to the other."""
    loop = asyncio.get_running_loop()
    loop.add_reader(source, _carry, source, direction, _writer(sink))
    stack.callback(loop.remove_reader, source)


def _carry(source: int, direction: Direction, write: Callable[[bytes], None]) -> None:
    with suppress(BlockingIOError):
        while True:
            direction.send(os.read(source, MAX_PACKET_BYTES), write)


def _writer(sink: int) -> Callable[[bytes], None]:
    """Writes, or loses the packet as a network does when a device is full."""

    def write(packet: bytes) -> None:
        with suppress(OSError):
            os.write(sink, packet)

    return write


def _name(end: str) -> str:
    return f"{PREFIX}-{os.getpid()}-{end}"


def _remove_left_behind() -> None:
    for left in NAMESPACES.glob(f"{PREFIX}-*"):
        if not Path("/proc", left.name.split("-")[2]).exists():
            _run("ip", "netns", "del", left.name)


def _run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise OSError(f"{' '.join(command)}: {done.stderr.strip()}")
