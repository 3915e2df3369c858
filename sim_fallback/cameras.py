"""The physics process's hold on its camera process: started, fed, watched, and started again."""

import contextlib
import socket
import subprocess
import sys
from collections.abc import Sequence

from sim_fallback.camera.link import CameraReport, Restage, receive_report, send
from sim_fallback.camera.process import rings_left_behind
from sim_fallback.config import CameraConfig
from sim_fallback.layout import Layout
from sim_fallback.scene import Scene

RESTART_NS = 1_000_000_000
_END_S = 3.0


class Cameras:
    """One child process that renders all cameras."""

    def __init__(self, cameras: Sequence[CameraConfig], seed: int) -> None:
        """Prepares the child; it starts with the first scene."""
        self._cameras, self._seed = tuple(cameras), seed
        self._child: subprocess.Popen[bytes] | None = None
        self._end: socket.socket | None = None
        self._staged: Layout | None = None
        self._retry_ns = 0
        self.starts = 0
        self.dropped = 0

    def show(self, scene: Scene, layout: Layout) -> None:
        """Hands over a scene of this layout; never waits, drops it when the child is behind."""
        if not self._cameras or not self._running(scene.capture_ns):
            return
        end = self._end
        if end is None:
            return
        if self._staged is not layout:
            if not send(end, Restage(layout)):
                return
            self._staged = layout
        self.dropped += not send(end, scene)

    def report(self) -> CameraReport | None:
        """The child's newest report."""
        newest = None
        while self._end is not None and (report := receive_report(self._end)) is not None:
            newest = report
        return newest

    def close(self) -> None:
        """Ends the child and leaves no ring behind."""
        if self._end is not None:
            self._end.close()
            self._end = None
        if self._child is not None:
            try:
                self._child.wait(_END_S)
            except subprocess.TimeoutExpired:
                self._child.kill()
                self._child.wait()
            self._child = None
        rings_left_behind([camera.ring for camera in self._cameras])

    def _running(self, now_ns: int) -> bool:
        """Whether the child runs; starts it when it does not, at most once a second."""
        if self._child is not None and self._child.poll() is None:
            return True
        if now_ns < self._retry_ns:
            return False
        self._retry_ns = now_ns + RESTART_NS
        self._start()
        return True

    def _start(self) -> None:
        if self._end is not None:
            with contextlib.suppress(OSError):
                self._end.close()
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        pairs = [f"{camera.name}={camera.ring}" for camera in self._cameras]
        self._child = subprocess.Popen(
            [sys.executable, "-m", "sim_fallback.camera", str(theirs.fileno()), str(self._seed), *pairs],
            pass_fds=(theirs.fileno(),),
            stdin=subprocess.DEVNULL,
        )
        theirs.close()
        self._end, self._staged = ours, None
        self.starts += 1
