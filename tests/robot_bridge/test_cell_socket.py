"""The bridge's socket on a real file system: who may write, who hears, what is too big."""

import socket
import stat
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from robot_bridge.cell_socket import LISTENER_NS, CellSocket
from robot_bridge.inbox import Malformed
from robot_bridge.wire.commands import Heartbeat, Stop
from robot_bridge.wire.state import Notice

HELLO = msgspec.msgpack.encode(Heartbeat(1, 1))
NOTICE = Notice(1, "old_lease", 3)


@pytest.fixture
def bridge(tmp_path: Path) -> Iterator[CellSocket]:
    made = CellSocket(tmp_path / "bridge.sock")
    yield made
    made.close()


@pytest.fixture
def cells(tmp_path: Path) -> Iterator[list[socket.socket]]:
    """Five bound sockets, connected to the bridge's path by the tests."""
    made = []
    for number in range(5):
        one = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        one.bind(str(tmp_path / f"cell{number}.sock"))
        one.setblocking(False)
        made.append(one)
    yield made
    for one in made:
        one.close()


def say(tmp_path: Path, sender: socket.socket, data: bytes) -> None:
    sender.sendto(data, str(tmp_path / "bridge.sock"))


def hears(one: socket.socket) -> bool:
    try:
        return bool(one.recv(4096))
    except BlockingIOError:
        return False


def test_only_the_owner_may_write_to_it(tmp_path: Path, bridge: CellSocket) -> None:
    assert stat.S_IMODE((tmp_path / "bridge.sock").stat().st_mode) == 0o600


def test_a_dead_bridges_socket_is_replaced_but_a_file_is_not(tmp_path: Path) -> None:
    path = tmp_path / "bridge.sock"
    left = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    left.bind(str(path))
    left.close()
    CellSocket(path).close()
    path.write_text("mine")
    with pytest.raises(OSError, match="in use"):
        CellSocket(path)
    assert path.read_text() == "mine"


def test_all_datagrams_come_out_in_order(
    tmp_path: Path, bridge: CellSocket, cells: list[socket.socket]
) -> None:
    for data in (HELLO, msgspec.msgpack.encode(Stop(1, "s", "")), b"junk", b"x" * 2000):
        say(tmp_path, cells[0], data)
    found = bridge.drain(0)
    assert found == (Heartbeat(1, 1), Stop(1, "s", ""), Malformed("malformed"), Malformed("oversized")) or (
        found[:2] == (Heartbeat(1, 1), Stop(1, "s", ""))
        and all(isinstance(one, Malformed) for one in found[2:])
    )
    assert bridge.received == 4 and bridge.drain(0) == ()


def test_only_living_listeners_hear_and_at_most_four(
    tmp_path: Path, bridge: CellSocket, cells: list[socket.socket]
) -> None:
    bridge.send((NOTICE,), 0)
    for one in cells:
        say(tmp_path, one, HELLO)
    bridge.drain(0)
    bridge.send((NOTICE,), LISTENER_NS)
    assert [hears(one) for one in cells] == [True] * 4 + [False]
    bridge.send((NOTICE,), LISTENER_NS + 1)
    assert not any(hears(one) for one in cells)


def test_a_datagram_that_is_no_heartbeat_makes_no_listener(
    tmp_path: Path, bridge: CellSocket, cells: list[socket.socket]
) -> None:
    say(tmp_path, cells[0], b"junk")
    nameless = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    say(tmp_path, nameless, HELLO)
    nameless.close()
    bridge.drain(0)
    bridge.send((NOTICE,), 0)
    assert not hears(cells[0]) and bridge.unsent == 0


def test_a_listener_that_reads_nothing_misses_out_and_a_gone_one_is_forgotten(
    tmp_path: Path, bridge: CellSocket, cells: list[socket.socket]
) -> None:
    for one in cells[:2]:
        say(tmp_path, one, HELLO)
    bridge.drain(0)
    cells[1].close()
    bridge.send((NOTICE,), 0)
    assert bridge.unsent == 1
    while bridge.unsent < 2:
        bridge.send((NOTICE,), 0)
    assert hears(cells[0])
