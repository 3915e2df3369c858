"""The port over a real pseudo-terminal: bytes, waiting, and every way of going away."""

import contextlib
import os
import socket
import time
import tty
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from robot_bridge.buses.serial_port import Dialling, PortLost, SerialPort, candidate_ports


@dataclass
class Line:
    """Both ends of a pseudo-terminal, and the port that has one of them open."""

    master: int
    port: SerialPort


@pytest.fixture
def line() -> Iterator[Line]:
    master, slave = os.openpty()
    tty.setraw(slave)
    path = os.ttyname(slave)
    port = SerialPort(path, 1_000_000)
    os.close(slave)
    yield Line(master, port)
    port.close()
    with contextlib.suppress(OSError):
        os.close(master)


def soon() -> int:
    return time.monotonic_ns() + 500_000_000


def test_bytes_go_both_ways(line: Line) -> None:
    line.port.write(b"ping")
    assert os.read(line.master, 10) == b"ping"
    os.write(line.master, b"pong")
    assert line.port.read(soon()) == b"pong"


def test_waiting_ends_at_its_time(line: Line) -> None:
    assert line.port.read(time.monotonic_ns() - 1) == b""
    assert line.port.read(time.monotonic_ns() + 2_000_000) == b""


def test_what_came_before_is_thrown_away(line: Line) -> None:
    os.write(line.master, b"late" * 300)
    line.port.flush_input()
    os.write(line.master, b"new")
    assert line.port.read(soon()) == b"new"


def test_an_unplugged_port_is_lost_whatever_is_asked_of_it(line: Line) -> None:
    os.close(line.master)
    with pytest.raises(PortLost):
        line.port.read(soon())
    with pytest.raises(PortLost):
        line.port.write(b"x")
    with pytest.raises(PortLost):
        line.port.flush_input()


def test_a_port_that_takes_nothing_is_lost(line: Line) -> None:
    with pytest.raises(PortLost, match="no more"):
        for _ in range(100):
            line.port.write(b"x" * 4096)


def test_a_closed_descriptor_is_lost(line: Line) -> None:
    line.port.close()
    with pytest.raises(PortLost):
        line.port.flush_input()


def test_a_port_that_is_not_there_is_lost(tmp_path: Path) -> None:
    with pytest.raises(PortLost, match="none"):
        SerialPort(str(tmp_path / "none"), 1_000_000)


def test_a_file_that_is_no_port_is_lost(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(PortLost):
        SerialPort(str(tmp_path / "file"), 1_000_000)


@pytest.fixture
def far() -> Iterator[tuple[socket.socket, SerialPort]]:
    """The far end of a connection, and the port that is its near end."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = SerialPort(f"socket://127.0.0.1:{server.getsockname()[1]}", 1_000_000)
        end, _ = server.accept()
        with end:
            yield end, port
        port.close()


def test_a_socket_is_a_port_too(far: tuple[socket.socket, SerialPort]) -> None:
    end, port = far
    port.write(b"ping")
    assert end.recv(10) == b"ping"
    end.sendall(b"old")
    while not port.read(soon()):
        pass
    end.sendall(b"more")
    time.sleep(0.05)
    port.flush_input()
    assert port.read(time.monotonic_ns()) == b""
    end.sendall(b"pong")
    assert port.read(soon()) == b"pong"


def test_a_connection_that_is_closed_or_half_closed_is_lost(far: tuple[socket.socket, SerialPort]) -> None:
    end, port = far
    end.shutdown(socket.SHUT_WR)
    with pytest.raises(PortLost, match="at its end"):
        port.read(soon())
    with pytest.raises(PortLost):
        port.flush_input()


def dialled(path: str) -> SerialPort:
    """The port once it is dialled; raises PortLost, or TimeoutError after five seconds."""
    dialling, ends_ns = Dialling(path, 1_000_000), time.monotonic_ns() + 5_000_000_000
    while time.monotonic_ns() < ends_ns:
        port = dialling.port()
        if port is not None:
            return port
    raise TimeoutError(path)


def test_a_socket_is_dialled_beside_the_loop() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        dialled(f"socket://127.0.0.1:{server.getsockname()[1]}").close()
    with pytest.raises(PortLost):
        dialled("socket://127.0.0.1:1")


def test_each_device_is_a_candidate_once_under_its_most_telling_name(tmp_path: Path) -> None:
    by_id = tmp_path / "dev/serial/by-id"
    by_id.mkdir(parents=True)
    for name in ("ttyACM0", "ttyUSB0"):
        (tmp_path / "dev" / name).touch()
    (by_id / "usb-arm").symlink_to(tmp_path / "dev/ttyUSB0")
    found = candidate_ports(tmp_path)
    assert found == (str(by_id / "usb-arm"), str(tmp_path / "dev/ttyACM0"))
