"""The port over a real pseudo-terminal: bytes, waiting, and every way of going away."""

import contextlib
import os
import time
import tty
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from robot_bridge.buses.serial_port import PortLost, SerialPort


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
