"""An arm and cameras whose truth is known, recorded by the cell's own parts while everything comes late.

A camera draws the moment of its exposure into each picture; the arm's angle is a straight line in time, so
that each says when it was. Exposures come irregularly, of each camera at its own moments, pictures reach the
ring and states reach the cell after delays that jitter, and the page's clock is another one, known by pings
over a link that jitters both ways.
"""

import asyncio
import heapq
import os
import random
import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from multiprocessing import resource_tracker
from pathlib import Path

import av
import episode_headers
import numpy as np
import numpy.typing as npt

from robot_bridge.wire.commands import PoseTarget
from robot_bridge.wire.frames import FrameRing
from robot_bridge.wire.state import ArmState, JointState
from teleop import clock
from teleop.cell.cameras import Camera
from teleop.cell.episode_maker import make_episode
from teleop.cell.recorder import Recorder, SentSetpoints
from teleop.episodes.arrays import Pictures
from teleop.episodes.exporting.rows import aligned, columns, decodable, in_time_order
from teleop.episodes.format import Header, Input
from teleop.episodes.loading import open_episode
from teleop.episodes.resampling import resample
from teleop.metrics import CellMetrics

WIDTH, HEIGHT, BITS, UNIT_NS = 192, 96, 24, 100_000
JOINTS = ("pan", "lift", "gripper")
RAD_S = 0.05
PAGE_AHEAD_NS = 123_456_789_000
HOME = PoseTarget(0.2, 0.0, 0.1, -1.5, 0.0, 0.5)
Errors = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Delays:
    """What is injected, in s: the time between exposures, and delays; each evenly between its two bounds."""

    exposure: tuple[float, float] = (0.023, 0.043)
    picture: tuple[float, float] = (0.004, 0.060)
    sample: tuple[float, float] = (0.0, 0.008)
    state: tuple[float, float] = (0.0, 0.030)
    link: tuple[float, float] = (0.010, 0.060)


def drawn(moment_ns: int) -> bytes:
    """An I420 picture that shows a moment in units of 0.1 ms, modulo 28 minutes, as 2 rows of 12 bars."""
    picture = np.full((HEIGHT * 3 // 2, WIDTH), 128, dtype=np.uint8)
    number, across = moment_ns // UNIT_NS % (1 << BITS), BITS // 2
    for bit in range(BITS):
        row, column = divmod(bit, across)
        top, left = row * HEIGHT // 2, column * WIDTH // across
        bright = 220 if number >> bit & 1 else 30
        picture[top : top + HEIGHT // 2, left : left + WIDTH // across] = bright
    return picture.tobytes()


def read_moment(grey: npt.NDArray[np.uint8], near_ns: int) -> int:
    """The moment that a picture shows, the one nearest to `near_ns`."""
    across = BITS // 2
    cells = grey.reshape(2, HEIGHT // 2, across, WIDTH // across).mean(axis=(1, 3)).reshape(-1)
    number = sum(1 << bit for bit in range(BITS) if cells[bit] > 125)
    wraps = round((near_ns // UNIT_NS - number) / (1 << BITS))
    return (number + (wraps << BITS)) * UNIT_NS


class LateCamera(threading.Thread):
    """Exposes irregularly and writes each picture to its ring only after a delay, in order."""

    def __init__(self, delays: Delays, seed: int) -> None:
        super().__init__(daemon=True)
        self.ring_name = f"armcade-truth-{uuid.uuid4().hex[:12]}"
        self._ring = FrameRing.create(self.ring_name, WIDTH, HEIGHT, os.getpid())
        self._delays, self._random = delays, random.Random(seed)
        self._ending = threading.Event()

    def run(self) -> None:
        """Until `close`."""
        waiting: list[tuple[int, int, bytes]] = []
        ready_ns = expose_ns = time.monotonic_ns()
        written = 0
        while not self._ending.is_set():
            now_ns = time.monotonic_ns()
            if now_ns >= expose_ns:
                ready_ns = max(ready_ns + 1, now_ns + self._drawn(self._delays.picture))
                waiting.append((ready_ns, now_ns, drawn(now_ns)))
                expose_ns = now_ns + self._drawn(self._delays.exposure)
            while waiting and waiting[0][0] <= time.monotonic_ns():
                _, capture_ns, i420 = waiting.pop(0)
                written += 1
                self._ring.write(written, capture_ns, i420)
            due_ns = min([expose_ns, *(one[0] for one in waiting[:1])])
            self._ending.wait(max(0, due_ns - time.monotonic_ns()) / 1e9)

    def close(self) -> None:
        """Ends the thread and its ring."""
        self._ending.set()
        self.join()
        resource_tracker.register(f"/{self.ring_name}", "shared_memory")
        self._ring.close()

    def _drawn(self, bounds: tuple[float, float]) -> int:
        return round(self._random.uniform(*bounds) * 1e9)


class Rig:
    """Records so many seconds of it."""

    def __init__(
        self, folder: Path, delays: Delays, seed: int = 7, cameras: tuple[str, ...] = ("overview",)
    ) -> None:
        self.delays, self._random = delays, random.Random(seed)
        self._metrics = CellMetrics()
        self._recorder = Recorder(folder, SentSetpoints(), self._metrics, self._begin_pictures)
        self._sources = [LateCamera(delays, seed + number) for number in range(len(cameras))]
        self._cameras = {
            name: Camera(name, source.ring_name, self._metrics)
            for name, source in zip(cameras, self._sources, strict=True)
        }
        self._page = clock.ClockState()
        self._late: list[tuple[int, int, Callable[[int], None]]] = []
        self._number = self._told = 0
        self.began_ns = 0

    async def record(self, seconds: float) -> Path:
        """The episode's file."""
        for name, camera in self._cameras.items():
            camera.listen(partial(self._recorder.take_picture, name))
        for part in (*self._sources, *self._cameras.values()):
            part.start()
        self.began_ns = time.monotonic_ns()
        assert self._recorder.begin(header(self.began_ns, tuple(self._cameras)))
        try:
            await self._play(self.began_ns + round(seconds * 1e9))
        finally:
            for camera in self._cameras.values():
                await camera.close()
            for source in self._sources:
                source.close()
        journal = await self._recorder.finish(None)
        assert journal is not None and await make_episode(journal) is not None
        return journal.with_suffix(".mcap")

    async def _play(self, ends_ns: int) -> None:
        tick_ns = ping_ns = time.monotonic_ns()
        while (now_ns := time.monotonic_ns()) < ends_ns:
            if now_ns >= tick_ns:
                tick_ns = now_ns + 10_000_000
                self._tick(now_ns)
            if now_ns >= ping_ns:
                ping_ns = now_ns + 50_000_000
                self._ping(now_ns)
            while self._late and self._late[0][0] <= time.monotonic_ns():
                heapq.heappop(self._late)[2](time.monotonic_ns())
            await asyncio.sleep(0.002)

    def _tick(self, sampled_ns: int) -> None:
        told_ns = sampled_ns + self._drawn(self.delays.sample)
        self._number += 1
        state = arm_state(self._number, told_ns, sampled_ns, self.began_ns)
        self._later(
            told_ns + self._drawn(self.delays.state), lambda _now_ns: self._recorder.take_state(state)
        )
        made_ns = sampled_ns + PAGE_AHEAD_NS
        number = self._number
        self._later(
            sampled_ns + self._drawn(self.delays.link), lambda now_ns: self._hear(number, made_ns, now_ns)
        )

    def _ping(self, sent_ns: int) -> None:
        there_ns = sent_ns + PAGE_AHEAD_NS
        back_ns = self._drawn(self.delays.link)

        def answered(now_ns: int) -> None:
            self._page = clock.on_ping(self._page, there_ns, now_ns, None)
            heard = (now_ns, now_ns + back_ns + PAGE_AHEAD_NS)
            self._later(now_ns + back_ns + self._drawn(self.delays.link), lambda at: told(at, heard))

        def told(now_ns: int, heard: tuple[int, int]) -> None:
            self._page = clock.on_ping(self._page, now_ns + PAGE_AHEAD_NS, now_ns, heard)

        self._later(sent_ns + self._drawn(self.delays.link), answered)

    def _hear(self, number: int, made_ns: int, now_ns: int) -> None:
        known = clock.estimate(self._page, now_ns)
        if known is not None:
            self._recorder.take_input(
                Input(
                    t_ns=now_ns,
                    sequence=number,
                    client_us=made_ns // 1000,
                    offset_ns=known.offset_ns,
                    offset_error_ns=known.error_ns,
                    device="keyboard",
                    hold_to_run=True,
                    stick=True,
                    pose=HOME,
                    seen_camera=None,
                    seen_frame_id=None,
                    seen_error_frames=None,
                    echo_ns=made_ns - PAGE_AHEAD_NS,
                )
            )

    def _later(self, at_ns: int, do: Callable[[int], None]) -> None:
        self._told += 1
        heapq.heappush(self._late, (at_ns, self._told, do))

    def _drawn(self, bounds: tuple[float, float]) -> int:
        return round(self._random.uniform(*bounds) * 1e9)

    def _begin_pictures(self) -> None:
        for camera in self._cameras.values():
            camera.begin_recording()


def arm_state(tick: int, told_ns: int, sampled_ns: int, began_ns: int) -> ArmState:
    """An arm whose angle is the moment of its sample."""
    angle = RAD_S * (sampled_ns - began_ns) / 1e9
    joint = JointState(angle, RAD_S, 0.0, 30.0, 7.4, 0, told_ns - sampled_ns)
    return ArmState(
        1, tick, told_ns, "play", "none", None, 0, 1, 0, (joint,) * len(JOINTS), None, (angle,) * len(JOINTS),
        HOME, HOME, (), 1.0, True,
    )  # fmt: skip


def header(now_ns: int, names: tuple[str, ...]) -> Header:
    """The header of such an episode."""
    cameras = tuple(episode_headers.calibration(name, (WIDTH, HEIGHT), 150.0) for name in names)
    return episode_headers.header(
        "truth-1", joint_names=JOINTS, cameras=cameras, started_utc_ns=time.time_ns(), started_ns=now_ns
    )


@dataclass(frozen=True)
class Alignment:
    """How far what an episode says is from the truth, in ms, one number a row or message.

    `row_moment` is an exported row's picture against its `observation.state`, `row_own` against the state
    that the export gives for this camera's picture.
    """

    state: Errors
    page: Errors
    capture: dict[str, Errors]
    row_by_arrival: dict[str, Errors]
    row_plain: dict[str, Errors]
    row_moment: dict[str, Errors]
    row_own: dict[str, Errors]


def alignment(path: Path, began_ns: int, fps: int = 30) -> Alignment:
    """Compares an episode's rows and times with what was drawn into its pictures and angles."""
    episode = open_episode(path)
    seen, inputs = episode.observations, episode.inputs
    truth_ns = {name: shown_moments(shown) for name, shown in episode.pictures.items()}
    ordered = in_time_order(episode)
    pictures = {name: decodable(shown) for name, shown in episode.pictures.items()}
    rows = aligned(ordered, pictures, fps)
    exported = columns(ordered, pictures, rows, fps)

    def off_ms(camera: str, at: npt.NDArray[np.intp], angles: npt.NDArray[np.floating]) -> Errors:
        told_ns = began_ns + angles.astype(np.float64) / RAD_S * 1e9
        return np.asarray(np.abs(truth_ns[camera][at] - told_ns) / 1e6, dtype=np.float64)

    def newest(camera: str, times_ns: npt.NDArray[np.int64]) -> Errors:
        found = resample({"state": seen.t_ns, "picture": times_ns}, int(seen.t_ns[-1]), fps).newest
        return off_ms(camera, found["picture"], seen.positions_rad[found["state"], 0])

    def as_exported(camera: str, column: str) -> Errors:
        undecodable = len(truth_ns[camera]) - len(pictures[camera].capture_ns)
        return off_ms(camera, undecodable + rows.newest[camera], exported[column][:, 0])

    sampled_ns = seen.t_ns - seen.sample_age_ns[:, 0]
    shown = episode.pictures
    return Alignment(
        state=np.abs(sampled_ns - began_ns - seen.positions_rad[:, 0] / RAD_S * 1e9) / 1e6,
        page=np.abs(inputs.client_us * 1000 + inputs.offset_ns - inputs.echo_ns) / 1e6,
        capture={name: np.abs(one.capture_ns - truth_ns[name]) / 1e6 for name, one in shown.items()},
        row_by_arrival={name: newest(name, one.encoded_ns) for name, one in shown.items()},
        row_plain={name: newest(name, one.capture_ns) for name, one in shown.items()},
        row_moment={name: as_exported(name, "observation.state") for name in shown},
        row_own={
            name: as_exported(name, "observation.state" if len(shown) == 1 else f"state_at.{name}")
            for name in shown
        },
    )


def shown_moments(shown: Pictures) -> npt.NDArray[np.int64]:
    """What the pictures of a camera show, decoded."""
    decoder = av.CodecContext.create("h264", "r")
    frames = [frame for data in shown.annex_b for frame in decoder.decode(av.Packet(data))]
    frames += decoder.decode(None)
    assert len(frames) == len(shown.annex_b)
    found = [
        read_moment(np.asarray(frame.to_ndarray(format="gray"), dtype=np.uint8), near)
        for frame, near in zip(frames, shown.capture_ns.tolist(), strict=True)
    ]
    return np.array(found, dtype=np.int64)
