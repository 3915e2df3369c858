"""The camera process: takes the newest scene, renders every camera, publishes the pictures.

A process of its own, so that rendering never holds up the physics or an answer on the servo bus.
It ends when the physics process goes.
"""

import os
import signal
import socket
import time
from collections.abc import Sequence
from pathlib import Path

import cv2

from robot_bridge.wire.frames import FrameRing
from sim_fallback.camera.link import CameraReport, Restage, receive_for_camera, send
from sim_fallback.camera.pinhole import CAMERAS
from sim_fallback.camera.renderer import Renderer
from sim_fallback.camera.stage import Moment, Stage, moment
from sim_fallback.layout import EMPTY_LAYOUT
from sim_fallback.scene import Scene

NICENESS = 1
"""Pictures give way to physics, bus and bridge on a machine with too little to give."""
_WAIT_S = 0.5
_REPORT_S = 1.0


class CameraProcess:
    """All cameras of the cell, and the rings that they write."""

    def __init__(self, end: socket.socket, rings: Sequence[tuple[str, str]], seed: int) -> None:
        """Creates the rings of these (camera, ring name) pairs."""
        self._end, self._seed = end, seed
        self._stage = Stage(EMPTY_LAYOUT, seed)
        self._moment: Moment | None = None
        self._cameras = [
            (Renderer(CAMERAS[name], self._stage, seed), _ring(name, ring)) for name, ring in rings
        ]
        self._pictures = self._skipped = self._skipped_before = self._behind = 0
        self._render_s = 0.0
        self._reported = time.monotonic()

    def run(self) -> None:
        """Works until the other side goes."""
        try:
            while True:
                scene = self._newest()
                if scene is not None:
                    self._publish(scene)
                self._report()
        except EOFError:
            return

    def close(self) -> None:
        """Removes the rings."""
        for _, ring in self._cameras:
            ring.close()

    def _newest(self) -> Scene | None:
        """Waits for a scene and takes the newest that is there."""
        scene: Scene | None = None
        wait_s = _WAIT_S
        while (message := receive_for_camera(self._end, wait_s)) is not None:
            if isinstance(message, Restage):
                self._restage(message)
            else:
                self._skipped += scene is not None
                scene, wait_s = message, 0.0
        return scene

    def _restage(self, message: Restage) -> None:
        self._stage, self._moment = Stage(message.layout, self._seed), None
        for renderer, _ in self._cameras:
            renderer.restage(self._stage)

    def _publish(self, scene: Scene) -> None:
        if len(scene.pieces) != self._stage.pieces:
            return  # from before the newest layout
        begun = time.monotonic()
        self._moment = now = moment(self._stage, scene, self._moment)
        for renderer, ring in self._due():
            frame_id = ring.newest + 1
            ring.write(frame_id, scene.capture_ns, renderer.picture(now, frame_id))
            self._pictures += 1
        self._render_s += time.monotonic() - begun

    def _due(self) -> list[tuple[Renderer, FrameRing]]:
        """All cameras; on a machine too slow for them only the first, and the rest every third time."""
        behind, self._skipped_before = self._skipped > self._skipped_before, self._skipped
        self._behind = self._behind + 1 if behind else 0
        return self._cameras if self._behind % 3 == 0 else self._cameras[:1]

    def _report(self) -> None:
        now = time.monotonic()
        if now - self._reported >= _REPORT_S:
            self._reported = now
            send(self._end, CameraReport(self._pictures, self._skipped, self._render_s, time.process_time()))


def _ring(camera: str, name: str) -> FrameRing:
    calibration = CAMERAS[camera]
    return FrameRing.create(name, calibration.width, calibration.height, os.getpid())


def main(arguments: Sequence[str]) -> int:
    """`fd seed camera=ring ...`: started by the physics process only."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, _leave)
    cv2.setNumThreads(1)
    os.nice(NICENESS)
    rings = [(pair.split("=", 1)[0], pair.split("=", 1)[1]) for pair in arguments[2:]]
    end = socket.socket(fileno=int(arguments[0]))
    process = CameraProcess(end, rings, int(arguments[1]))
    try:
        process.run()
    finally:
        process.close()
    return 0


def _leave(signal_number: int, frame: object) -> None:
    raise SystemExit(0)


def rings_left_behind(names: Sequence[str]) -> None:
    """Removes rings whose camera process was killed."""
    for name in names:
        path = Path("/dev/shm") / name
        path.unlink(missing_ok=True)
