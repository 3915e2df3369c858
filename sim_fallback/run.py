"""`run`: the physics process, in real time: bus, physics, staging socket, metrics, camera process."""

import contextlib
import time
from pathlib import Path

from robot_bridge.arms import load_arm
from robot_bridge.toml_table import InvalidTable
from robot_bridge.wire import frames
from sim_fallback.camera.pinhole import CAMERAS
from sim_fallback.cameras import Cameras
from sim_fallback.config import Config
from sim_fallback.metrics import Metrics
from sim_fallback.pacing import STEP_HZ, STEP_S
from sim_fallback.process import serve
from sim_fallback.servos import Servos
from sim_fallback.staging import Staging
from sim_fallback.staging_server import StagingServer
from sim_fallback.staging_wire import Answer, InjectFaults
from sim_fallback.world.description import BODIES
from sim_fallback.world.world import World

PICTURE_EVERY = STEP_HZ // 30


class Simulation:
    """The running simulation; everything that must be given back is given back by `close`."""

    def __init__(self, config: Config) -> None:
        """Builds the world and opens bus, socket and metrics; raises what `serve` tells."""
        model = load_arm(config.arm)
        if not {joint.child for joint in model.joints} <= set(BODIES):
            raise InvalidTable(
                f"the {model.name} has no body in the physics; `python -m sim_fallback servos` runs it bare"
            )
        _write_camera_calibrations(config)
        self.metrics = Metrics()
        self._steps = 0
        self._second = (time.monotonic_ns(), 0)
        with contextlib.ExitStack() as stack:
            self._world = World(model)
            stack.callback(self._world.close)
            self._staging = Staging(self._world)
            self._cameras = Cameras(config.cameras, config.sim.seed)
            stack.callback(self._cameras.close)
            self.metrics_port = self.metrics.serve(config.sim.metrics_port)
            self._server = StagingServer(Path(config.sim.socket))
            stack.callback(self._server.close)
            self._servos = Servos(config.sim, model, self._world.readings(), self.metrics)
            stack.callback(self._servos.close)
            self._given = stack.pop_all()

    def step(self, now_ns: int) -> None:
        """Advances everything by one physics step."""
        self._world.step(self._servos.motors(STEP_S))
        self._servos.sense(self._world.readings(), STEP_S, now_ns)
        self._steps += 1
        if self._steps % PICTURE_EVERY == 0:
            self._cameras.show(self._world.scene(now_ns), self._world.layout)
        self._stage()
        if self._steps % STEP_HZ == 0:
            self._count(now_ns)

    def close(self) -> None:
        """Takes the bus, the socket, the cameras and the physics away."""
        self._given.close()

    def _stage(self) -> None:
        was_busy = self._staging.busy
        self._staging.step()
        if was_busy and not self._staging.busy:
            self.metrics.arrangements.labels(outcome="ended").inc()
        if not self._staging.busy and (waiting := self._server.next()) is not None:
            request, answer = waiting
            if isinstance(request, InjectFaults):
                self._servos.faults.begin(request.plan)
                answer.set_result(Answer(True))
            else:
                self._staging.begin(request, answer)

    def _count(self, now_ns: int) -> None:
        since_ns, steps = self._second
        self.metrics.realtime_factor.set((self._steps - steps) * STEP_S * 1e9 / max(1, now_ns - since_ns))
        self._second = (now_ns, self._steps)
        self.metrics.camera_starts.set(self._cameras.starts)
        report = self._cameras.report()
        if report is not None:
            self.metrics.pictures.set(report.pictures)
            self.metrics.skipped.set(report.skipped + self._cameras.dropped)
            self.metrics.render_seconds.set(report.render_s)
            self.metrics.camera_cpu_seconds.set(report.cpu_s)


def _write_camera_calibrations(config: Config) -> None:
    for camera in config.cameras:
        if camera.name not in CAMERAS:
            known = ", ".join(CAMERAS)
            raise InvalidTable(f"the simulated cell has no camera {camera.name!r}; it has: {known}")
        path = Path(camera.calibration)
        path.parent.mkdir(parents=True, exist_ok=True)
        frames.write_calibration(path, CAMERAS[camera.name])


def main(config_path: Path) -> int:
    """Runs until SIGTERM or SIGINT; returns 1 with a sentence when it cannot start."""
    return serve(config_path, Simulation)
