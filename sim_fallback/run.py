"""`run`: the physics process, in real time: bus, physics, staging socket, metrics, camera process."""

import contextlib
import gc
import signal
import sys
import time
from pathlib import Path

import structlog

from robot_bridge.arms import load_arm, nominal_calibration, read_calibration, write_calibration
from robot_bridge.toml_table import InvalidTable
from robot_bridge.wire import frames
from sim_fallback.camera.pinhole import CAMERAS
from sim_fallback.cameras import Cameras
from sim_fallback.config import Config, read_config
from sim_fallback.coupling import Coupling, servo_specs
from sim_fallback.metrics import Metrics
from sim_fallback.pacing import Pace
from sim_fallback.planned_faults import PlannedFaults
from sim_fallback.realtime import become_punctual
from sim_fallback.servo_bus import PtyBus, ServoChain
from sim_fallback.staging import Staging
from sim_fallback.staging_server import StagingServer
from sim_fallback.staging_wire import Answer, InjectFaults
from sim_fallback.world.world import STEP_HZ, STEP_S, World

PICTURE_EVERY = STEP_HZ // 30
CATCH_UP_NS = 25_000_000
SWITCH_INTERVAL_S = 0.0005
_log = structlog.get_logger("sim")


class Simulation:
    """The running simulation; everything that must be given back is given back by `close`."""

    def __init__(self, config: Config) -> None:
        """Builds the world and opens bus, socket and metrics; raises InvalidTable or OSError."""
        model = load_arm(config.arm)
        path = Path(config.sim.calibration)
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            write_calibration(path, model, nominal_calibration(model))
        calibration = read_calibration(path, model)
        _write_camera_calibrations(config)
        self.metrics = Metrics()
        self._coupling = Coupling(model, calibration)
        self._steps = 0
        self._second = (time.monotonic_ns(), 0)
        self.stopping = False
        with contextlib.ExitStack() as stack:
            self._world = World(model)
            stack.callback(self._world.close)
            self._staging = Staging(self._world)
            self._cameras = Cameras(config.cameras, config.sim.seed)
            stack.callback(self._cameras.close)
            self.metrics_port = self.metrics.serve(config.sim.metrics_port)
            self._server = StagingServer(Path(config.sim.socket))
            stack.callback(self._server.close)
            chain = ServoChain(servo_specs(calibration))
            chain.sense(self._coupling.sensed(self._world.readings()), STEP_S)
            self._bus = PtyBus(chain, Path(config.sim.bus))
            stack.callback(self._bus.close)
            self._bus.start()
            self._faults = PlannedFaults(self._bus)
            self.metrics.goal_changed.set_function(lambda: self._bus.goal_changed_ns / 1e9)
            self._given = stack.pop_all()

    def run(self) -> None:
        """Steps in real time until `stopping`."""
        step_ns = round(STEP_S * 1e9)
        pace = Pace(time.monotonic_ns(), step_ns, CATCH_UP_NS)
        while not self.stopping:
            time.sleep(pace.wait_s(time.monotonic_ns()))
            begun_ns = time.monotonic_ns()
            self.metrics.late_seconds.observe(max(0, begun_ns - pace.deadline_ns) / 1e9)
            self._step(begun_ns)
            ended_ns = time.monotonic_ns()
            self.metrics.step_seconds.observe((ended_ns - begun_ns) / 1e9)
            pace, lost_ns = pace.after_step(ended_ns)
            if lost_ns:
                self.metrics.lost_seconds.inc(lost_ns / 1e9)

    def close(self) -> None:
        """Takes the bus, the socket, the cameras and the physics away."""
        self._given.close()

    def _step(self, now_ns: int) -> None:
        for fault in self._faults.step(STEP_S):
            _log.warning("fault_injected", fault=str(fault))
        self._world.step(self._coupling.motors(self._bus.drive(STEP_S)))
        self._bus.sense(self._coupling.sensed(self._world.readings()), STEP_S)
        self._steps += 1
        if self._steps % PICTURE_EVERY == 0:
            self._cameras.show(self._world.scene(now_ns), self._world.layout)
        self._stage()
        if self._steps % STEP_HZ == 0:
            self._count(now_ns)

    def _stage(self) -> None:
        was_busy = self._staging.busy
        self._staging.step()
        if was_busy and not self._staging.busy:
            self.metrics.arrangements.labels(outcome="ended").inc()
        if not self._staging.busy and (waiting := self._server.next()) is not None:
            request, answer = waiting
            if isinstance(request, InjectFaults):
                self._faults.begin(request.plan)
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
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    sys.setswitchinterval(SWITCH_INTERVAL_S)
    try:
        simulation = Simulation(read_config(config_path))
    except (InvalidTable, OSError) as error:
        sys.stderr.write(f"sim: {error}\n")
        return 1

    def stop(signal_number: int, frame: object) -> None:
        simulation.stopping = True

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    gc.collect()
    gc.freeze()
    punctual = become_punctual()
    _log.info("sim_runs", metrics_port=simulation.metrics_port, realtime=punctual)
    if not punctual:
        _log.warning("not_realtime", advice="a busy machine may make the servos miss answers; run as root")
    try:
        simulation.run()
    finally:
        simulation.close()
    return 0
