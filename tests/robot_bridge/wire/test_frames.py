"""The frame ring: whole pictures only, and readers that notice when the writer goes."""

import multiprocessing
import os
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from multiprocessing import shared_memory
from pathlib import Path

import msgspec
import pytest

from robot_bridge.wire.frames import CameraCalibration, FrameRing, read_calibration, write_calibration

WIDTH, HEIGHT = 64, 48
BYTES = WIDTH * HEIGHT * 3 // 2


@pytest.fixture
def name() -> str:
    return f"armcade-test-{uuid.uuid4().hex[:12]}"


@pytest.fixture
def ring(name: str) -> Iterator[FrameRing]:
    ring = FrameRing.create(name, WIDTH, HEIGHT, os.getpid(), slots=3)
    yield ring
    ring.close()


def picture(value: int) -> bytes:
    return bytes((value % 256,)) * BYTES


def test_nothing_written_yet(ring: FrameRing) -> None:
    assert ring.newest == 0
    assert ring.read(0) is None
    assert ring.read(1) is None


def test_a_reader_gets_what_was_written(ring: FrameRing, name: str) -> None:
    reader = FrameRing.attach(name)
    ring.write(1, 123_456_789_012, picture(7))
    frame = reader.read(reader.newest)
    assert frame is not None
    assert (frame.frame_id, frame.capture_ns, frame.i420) == (1, 123_456_789_012, picture(7))
    assert (reader.width, reader.height, reader.slots, reader.writer_pid) == (WIDTH, HEIGHT, 3, os.getpid())
    reader.close()


def test_old_pictures_are_gone(ring: FrameRing) -> None:
    for frame_id in range(1, 6):
        ring.write(frame_id, frame_id, picture(frame_id))
    assert [ring.read(frame_id) is not None for frame_id in range(1, 7)] == [
        *(False, False, True, True, True, False)
    ]


@pytest.mark.parametrize("frame_id", [0, 2, 3])
def test_ids_rise_by_one(ring: FrameRing, frame_id: int) -> None:
    with pytest.raises(ValueError, match="does not follow"):
        ring.write(frame_id, 1, picture(1))


def test_a_picture_of_the_wrong_size_is_refused(ring: FrameRing) -> None:
    with pytest.raises(ValueError, match="bytes"):
        ring.write(1, 1, picture(1)[:-1])
    assert ring.newest == 0


def test_a_slot_that_is_being_written_is_not_read(ring: FrameRing, name: str) -> None:
    ring.write(1, 1, picture(1))
    memory = shared_memory.SharedMemory(name)
    words = memory.buf.cast("Q")
    start = 8 + 1 * (4 + BYTES // 8)
    assert words[start + 1] == 1
    words[start] |= 1
    assert ring.read(1) is None
    words.release()
    memory.close()


def test_a_name_without_memory_counts_as_not_there_yet(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def empty(name: str) -> shared_memory.SharedMemory:
        raise ValueError("cannot mmap an empty file")

    monkeypatch.setattr(shared_memory, "SharedMemory", empty)
    with pytest.raises(FileNotFoundError, match="being created"):
        FrameRing.attach(name)


def test_closed_memory_is_no_ring(name: str) -> None:
    memory = shared_memory.SharedMemory(name, create=True, size=4096)
    memory.close()
    with pytest.raises(ValueError, match="closed"):
        FrameRing(memory, owner=False)
    memory.unlink()


@pytest.mark.parametrize("size", [8, 4096])
def test_foreign_memory_under_the_name_is_replaced(name: str, size: int) -> None:
    foreign = shared_memory.SharedMemory(name, create=True, size=size)
    ring = FrameRing.create(name, WIDTH, HEIGHT, os.getpid())
    assert not ring.ended
    ring.close()
    foreign.close()


def test_there_is_no_ring(name: str) -> None:
    with pytest.raises(FileNotFoundError):
        FrameRing.attach(name)


@pytest.mark.parametrize("size", [8, 4096])
def test_memory_without_a_header_counts_as_not_there_yet(name: str, size: int) -> None:
    memory = shared_memory.SharedMemory(name, create=True, size=size)
    try:
        with pytest.raises(FileNotFoundError):
            FrameRing.attach(name)
    finally:
        memory.close()
        memory.unlink()


@pytest.mark.parametrize("words", [(0x1234, 8, 64, 48), (0x0000000246_4D5241, 8, 4096, 4096)])
def test_memory_that_is_no_ring_is_refused(name: str, words: tuple[int, ...]) -> None:
    memory = shared_memory.SharedMemory(name, create=True, size=4096)
    view = memory.buf.cast("Q")
    for at, word in enumerate(words):
        view[at] = word
    view.release()
    try:
        with pytest.raises(ValueError, match="not a frame ring"):
            FrameRing.attach(name)
    finally:
        memory.close()
        memory.unlink()


def test_a_reader_notices_that_the_writer_closed(name: str) -> None:
    writer = FrameRing.create(name, WIDTH, HEIGHT, os.getpid())
    reader = FrameRing.attach(name)
    assert not reader.ended
    writer.close()
    assert reader.ended
    reader.close()


def test_a_reader_notices_that_the_writer_was_replaced(name: str) -> None:
    left = FrameRing.create(name, WIDTH, HEIGHT, os.getpid())  # not closed, as after kill -9
    old = FrameRing.attach(name)
    old_pid_lives = not old.ended
    fresh = FrameRing.create(name, 32, 32, os.getpid())
    again = FrameRing.attach(name)
    assert old_pid_lives
    assert old.ended
    assert (again.width, again.ended) == (32, False)
    left.close()
    FrameRing.attach(name).close()  # the replaced writer's end took nothing away
    for one in (old, again, fresh):
        one.close()


def test_a_dead_process_is_no_writer(name: str) -> None:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    ring = FrameRing.create(name, WIDTH, HEIGHT, gone.pid)
    assert ring.ended
    with pytest.raises(FileNotFoundError, match="gone"):
        FrameRing.attach(name)
    ring.close()


def test_a_foreign_process_that_we_may_not_signal_lives(
    ring: FrameRing, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(pid: int, signal: int) -> None:
        raise PermissionError

    monkeypatch.setattr(os, "kill", refuse)
    assert not ring.ended


def write_until_killed(name: str) -> None:
    ring = FrameRing.create(name, WIDTH, HEIGHT, os.getpid(), slots=2)
    frame_id = 0
    while True:
        frame_id += 1
        ring.write(frame_id, frame_id * 10, picture(frame_id))


@pytest.mark.system
def test_a_concurrent_reader_never_sees_a_torn_picture(name: str) -> None:
    writer = multiprocessing.get_context("spawn").Process(target=write_until_killed, args=(name,))
    writer.start()
    reader = attach_soon(name)
    seen: set[int] = set()
    torn = 0
    while len(seen) < 2000:
        frame = reader.read(reader.newest)
        if frame is not None:
            seen.add(frame.frame_id)
            torn += frame.i420 != picture(frame.frame_id) or frame.capture_ns != frame.frame_id * 10
    writer.kill()
    writer.join()
    assert reader.ended
    reader.close()
    assert torn == 0
    FrameRing.create(name, WIDTH, HEIGHT, os.getpid()).close()  # takes the dead writer's memory away


def attach_soon(name: str) -> FrameRing:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        try:
            return FrameRing.attach(name)
        except FileNotFoundError:
            time.sleep(0.01)
    raise AssertionError("the writer never came")


def test_a_calibration_file_comes_back(tmp_path: Path) -> None:
    calibration = CameraCalibration(
        version=1,
        camera="overview",
        width=640,
        height=480,
        fx=600.0,
        fy=600.0,
        cx=319.5,
        cy=239.5,
        rotation=(1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0),
        translation_m=(0.0, 0.0, 0.5),
        mount="gripper",
    )
    write_calibration(tmp_path / "c.json", calibration)
    assert read_calibration(tmp_path / "c.json") == calibration


def test_a_calibration_with_an_unknown_key_is_refused(tmp_path: Path) -> None:
    (tmp_path / "c.json").write_text('{"version": 1, "zoom": 2}')
    with pytest.raises(msgspec.ValidationError):
        read_calibration(tmp_path / "c.json")
