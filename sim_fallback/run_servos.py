"""`servos`: an arm's servos and nothing else, in real time: bus, faults, socket, metrics; for every arm."""

import contextlib
from pathlib import Path

from robot_bridge.arms import load_arm
from sim_fallback.bare_arm import BareArm
from sim_fallback.config import Config
from sim_fallback.metrics import Metrics
from sim_fallback.pacing import STEP_S
from sim_fallback.process import serve
from sim_fallback.servos import Servos
from sim_fallback.staging_server import StagingServer
from sim_fallback.staging_wire import Answer, Arrange, AskTruth, InjectFaults, Request


class BareSimulation:
    """A bare arm behind its servos; everything that must be given back is given back by `close`."""

    def __init__(self, config: Config) -> None:
        """Opens bus, socket and metrics, with the arm at rest; raises what `serve` tells."""
        model = load_arm(config.arm)
        self.metrics = Metrics()
        self._arm = BareArm(model.rest_rad)
        with contextlib.ExitStack() as stack:
            self.metrics_port = self.metrics.serve(config.sim.metrics_port)
            self._server = StagingServer(Path(config.sim.socket))
            stack.callback(self._server.close)
            self._servos = Servos(config.sim, model, self._arm.readings(), self.metrics)
            stack.callback(self._servos.close)
            self._given = stack.pop_all()

    def step(self, now_ns: int) -> None:
        """Advances everything by one step."""
        self._arm.step(self._servos.motors(STEP_S), STEP_S)
        self._servos.sense(self._arm.readings(), STEP_S, now_ns)
        if (waiting := self._server.next()) is not None:
            request, answer = waiting
            answer.set_result(self._answer(request))

    def close(self) -> None:
        """Takes the bus and the socket away."""
        self._given.close()

    def _answer(self, request: Request) -> Answer:
        match request:
            case InjectFaults(plan=plan):
                self._servos.faults.begin(plan)
                return Answer(True)
            case AskTruth():
                angles = tuple(reading.position_rad for reading in self._arm.readings())
                return Answer(True, joints_rad=angles)
            case Arrange():
                return Answer(False, "a bare arm has no table to lay pieces on")


def main(config_path: Path) -> int:
    """Runs until SIGTERM or SIGINT; returns 1 with a sentence when it cannot start."""
    return serve(config_path, BareSimulation)
