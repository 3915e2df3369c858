"""The arm's emulated servos on their port, with faults, between the bridge and whatever they turn."""

from collections.abc import Sequence
from pathlib import Path
from random import Random

import structlog

from robot_bridge.arms import ArmModel, nominal_calibration, read_calibration, write_calibration
from sim_fallback.config import SimConfig
from sim_fallback.coupling import Coupling, servo_chain
from sim_fallback.joints import JointReading, Motor
from sim_fallback.metrics import Metrics
from sim_fallback.planned_faults import PlannedFaults
from sim_fallback.servo_bus import FaultedChain, PtyBus

_MOVING_RAD_S = 0.02
_log = structlog.get_logger("sim")


class Servos:
    """One arm's servos; whoever turns the joints asks for motors and tells readings, each step."""

    def __init__(
        self, config: SimConfig, model: ArmModel, readings: Sequence[JointReading], metrics: Metrics
    ) -> None:
        """Powers them up where the joints are and opens the port; raises InvalidTable or UnknownServo.

        A calibration file that is not there is written first, as of an arm assembled without error.
        """
        path = Path(config.calibration)
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            write_calibration(path, model, nominal_calibration(model))
        calibration = read_calibration(path, model)
        self._coupling = Coupling(model, calibration)
        chain = servo_chain(model, calibration)
        chain.sense(self._coupling.sensed(readings), 0.0)
        self._bus = PtyBus(FaultedChain(chain, Random(config.seed)), Path(config.bus))
        self._bus.start()
        self.faults = PlannedFaults(self._bus)
        self._moved_ns = 0
        metrics.goal_changed.set_function(lambda: self._bus.goal_changed_ns / 1e9)
        metrics.joint_moved.set_function(lambda: self._moved_ns / 1e9)

    def motors(self, dt_s: float) -> tuple[Motor, ...]:
        """What the motors do during the next step."""
        for fault in self.faults.step(dt_s):
            _log.warning("fault_injected", fault=str(fault))
        return self._coupling.motors(self._bus.drive(dt_s))

    def sense(self, readings: Sequence[JointReading], dt_s: float, now_ns: int) -> None:
        """Takes how the joints are after the step."""
        if any(abs(reading.velocity_rad_s) > _MOVING_RAD_S for reading in readings):
            self._moved_ns = now_ns
        self._bus.sense(self._coupling.sensed(readings), dt_s)

    def close(self) -> None:
        """Takes the port away."""
        self._bus.close()
