"""A cell's recording without the rest of the cell: turn after turn at a real cell's rates, on an event loop.

python tests/support/recording_cell.py <folder> <seconds a turn>
Two cameras of 33 pictures of 8 kB, 100 ticks and 60 inputs a second: 327 messages. What is handed to the
recorder is told in `witness`, a mapped file that outlives this process, one row for each turn.
"""

import asyncio
import itertools
import mmap
import random
import struct
import sys
import time
from collections.abc import Callable
from pathlib import Path

import msgspec
from cell_neighbours import POSE, BridgeDouble, lease

from game.puzzle import load_puzzles
from robot_bridge.arms import load_arm
from robot_bridge.wire.frames import CameraCalibration
from robot_bridge.wire.state import ArmState
from teleop.cell import texts
from teleop.cell.arm_view import view_of
from teleop.cell.config import ArmTable, CameraTable, CellConfig, CellTable
from teleop.cell.episode_maker import make_episode
from teleop.cell.provenance import Provenance
from teleop.cell.recorder import Recorder, SentSetpoints
from teleop.cell.streams import EncodedPicture
from teleop.episodes.format import Header, Input, Verdict
from teleop.metrics import CellMetrics

TICK_S, PICTURE_EVERY, PICTURE_BYTES = 0.01, 3, 8_000
CAMERAS = ("overview", "wrist")
ROW = struct.Struct("<QQ?7x")
"""Ticks handed over, when the last of them was, and whether the journal was finished."""
MAX_TURNS = 1_000
Watch = Callable[[Callable[[], None]], None]


def provenance_in() -> Provenance:
    """What a cell with two cameras says of itself."""
    facing = (1.0,) + (0.0,) * 8
    calibrations = tuple(
        CameraCalibration(1, name, 640, 480, 600.0, 600.0, 320.0, 240.0, facing, (0.0,) * 3)
        for name in CAMERAS
    )
    cell = CellTable("test", "Test", "测试", "ws://x", "t", "b", "e", "s", "sim", "assisted", ("tower",))
    tables = tuple(CameraTable(name, "r", "c", name == "overview") for name in CAMERAS)
    config = CellConfig(cell, tables, ArmTable("so101", "c"), "a" * 64)
    return Provenance(config, "b" * 64, "armcade", view_of(load_arm("so101")), calibrations)


def header_maker() -> Callable[[int], Header]:
    """Headers by the turn's number."""
    origin = provenance_in()
    puzzle = load_puzzles()["tower"]
    return lambda turn: origin.header(lease(turn), puzzle, time.monotonic_ns(), time.time_ns())


def verdict() -> Verdict:
    """Some verdict of now."""
    return Verdict(time.monotonic_ns(), False, texts.TIME_UP, 0, 0, 1.0, 0, "1")


def an_input(now_ns: int, sequence: int) -> Input:
    """What a page sends sixty times a second."""
    return Input(
        now_ns, sequence, now_ns // 1000, -7, 900_000, "keyboard", True, True, POSE, "overview", 1, 0, 0
    )


class Load:
    """What happens in a cell while a turn is played; `watch` hands over a tick of it, and may measure."""

    def __init__(self, recorder: Recorder, state: ArmState, watch: Watch) -> None:
        self._recorder, self._state, self._watch = recorder, state, watch
        noise = random.Random(7)
        self._pictures = [noise.randbytes(PICTURE_BYTES) for _ in range(30)]

    def tick(self, number: int, now_ns: int) -> None:
        """One hundredth of a second of a turn."""
        state = msgspec.structs.replace(self._state, now_ns=now_ns, tick=number)
        heard = an_input(now_ns, number + 1) if number % 5 in (0, 2, 4) else None
        seen = self._picture(number, now_ns) if number % PICTURE_EVERY == 0 else None
        self._watch(lambda: self._hand_over(state, heard, seen))

    def _hand_over(self, state: ArmState, heard: Input | None, seen: EncodedPicture | None) -> None:
        self._recorder.take_state(state)
        if heard is not None:
            self._recorder.take_input(heard)
        if seen is not None:
            for camera in CAMERAS:
                self._recorder.take_picture(camera, seen)

    def _picture(self, number: int, now_ns: int) -> EncodedPicture:
        data = self._pictures[number % len(self._pictures)]
        return EncodedPicture(number + 1, now_ns, now_ns, number == 0, number, data)


def recorder_in(folder: Path) -> tuple[Recorder, ArmState]:
    """A recorder into `folder`/episodes, and a state of an arm."""
    bridge = BridgeDouble(folder / "bridge.sock")
    state = bridge.state()
    bridge.close()
    return Recorder(folder / "episodes", SentSetpoints(), CellMetrics(), lambda: None), state


async def turns(folder: Path, seconds: float) -> None:
    """Plays turns until it is killed."""
    recorder, state = recorder_in(folder)
    load, header = Load(recorder, state, lambda piece: piece()), header_maker()
    making: set[asyncio.Task[object]] = set()
    with (folder / "witness").open("w+b") as file:
        file.truncate(MAX_TURNS * ROW.size)
        witness = mmap.mmap(file.fileno(), 0)
        for turn in itertools.count(1):
            recorder.begin(header(turn))
            told = 0
            for number in range(round(seconds / TICK_S)):
                told = time.monotonic_ns()
                load.tick(number, told)
                ROW.pack_into(witness, turn * ROW.size, number + 1, told, False)
                await asyncio.sleep(TICK_S)
            journal = await recorder.finish(verdict())
            assert journal is not None
            ROW.pack_into(witness, turn * ROW.size, round(seconds / TICK_S), told, True)
            making.add(asyncio.create_task(make_episode(journal)))


if __name__ == "__main__":
    asyncio.run(turns(Path(sys.argv[1]), float(sys.argv[2])))
