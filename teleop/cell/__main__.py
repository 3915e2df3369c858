"""`python -m teleop.cell --config cell.toml`: the process at the arm."""

import argparse
import asyncio
import logging
import sys
from collections.abc import Sequence
from pathlib import Path

import msgspec
import structlog

from robot_bridge.toml_table import InvalidTable
from robot_bridge.wire.frames import CameraCalibration
from teleop.cell.config import CellConfig, read_config
from teleop.cell.process import Cell, wait_for_calibrations
from teleop.urgency import hurry


def main(argv: Sequence[str] | None = None) -> int:
    """Runs a cell until SIGTERM; the exit code is 2 for a configuration that cannot be."""
    parser = argparse.ArgumentParser("python -m teleop.cell", description=__doc__)
    parser.add_argument("--config", type=Path, required=True, help="cell.toml")
    options = parser.parse_args(argv)
    _log_to_stderr()
    try:
        config = read_config(options.config)
        if not hurry():
            structlog.get_logger().warning("no_priority", advice="give the cell's user CAP_SYS_NICE")
        asyncio.run(_run(config, wait_for_calibrations(config)))
    except (InvalidTable, OSError, msgspec.MsgspecError) as error:
        structlog.get_logger().error("cell_cannot_run", error=str(error))
        return 2
    return 0


async def _run(config: CellConfig, calibrations: tuple[CameraCalibration, ...]) -> None:
    await Cell(config, calibrations).run()


def _log_to_stderr() -> None:
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING)
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer()
            if not sys.stderr.isatty()
            else structlog.dev.ConsoleRenderer(),
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )


if __name__ == "__main__":
    sys.exit(main())
