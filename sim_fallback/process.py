"""What both simulations are as a process: built from the cell's file, run in real time until SIGTERM."""

import gc
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import structlog

from robot_bridge.toml_table import InvalidTable
from sim_fallback.config import Config, read_config
from sim_fallback.coupling import UnknownServo
from sim_fallback.metrics import Metrics
from sim_fallback.pacing import STEP_S, Pace
from sim_fallback.realtime import become_punctual

CATCH_UP_NS = 25_000_000
SWITCH_INTERVAL_S = 0.0005
_log = structlog.get_logger("sim")


class Running(Protocol):
    """One simulation that has begun."""

    metrics: Metrics
    metrics_port: int

    def step(self, now_ns: int) -> None:
        """Advances everything by `STEP_S`."""
        ...

    def close(self) -> None:
        """Gives everything back."""
        ...


def serve(config_path: Path, build: Callable[[Config], Running]) -> int:
    """Runs until SIGTERM or SIGINT; returns 1 with a sentence when it cannot start."""
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    sys.setswitchinterval(SWITCH_INTERVAL_S)
    try:
        simulation = build(read_config(config_path))
    except (InvalidTable, UnknownServo, OSError) as error:
        sys.stderr.write(f"sim: {error}\n")
        return 1
    ended: list[int] = []

    def stop(signal_number: int, frame: object) -> None:
        ended.append(signal_number)

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    gc.collect()
    gc.freeze()
    punctual = become_punctual()
    _log.info("sim_runs", metrics_port=simulation.metrics_port, realtime=punctual)
    if not punctual:
        _log.warning("not_realtime", advice="a busy machine may make the servos miss answers; run as root")
    try:
        _run(simulation, ended)
    finally:
        simulation.close()
    return 0


def _run(simulation: Running, ended: list[int]) -> None:
    """Steps in real time until a signal has come."""
    metrics = simulation.metrics
    pace = Pace(time.monotonic_ns(), round(STEP_S * 1e9), CATCH_UP_NS)
    while not ended:
        time.sleep(pace.wait_s(time.monotonic_ns()))
        begun_ns = time.monotonic_ns()
        metrics.late_seconds.observe(max(0, begun_ns - pace.deadline_ns) / 1e9)
        simulation.step(begun_ns)
        ended_ns = time.monotonic_ns()
        metrics.step_seconds.observe((ended_ns - begun_ns) / 1e9)
        pace, lost_ns = pace.after_step(ended_ns)
        if lost_ns:
            metrics.lost_seconds.inc(lost_ns / 1e9)
