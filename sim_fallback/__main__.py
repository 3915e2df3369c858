"""`python -m sim_fallback run | servos | arrange | truth | fault`; each imports only what it needs."""

import argparse
import importlib
import sys
from collections.abc import Sequence
from pathlib import Path

from sim_fallback.world.engine import SimulatedCellUnavailable, require


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m sim_fallback", description="The simulated cell.")
    commands = parser.add_subparsers(dest="command", required=True)
    run = commands.add_parser("run", help="run the simulated cell until SIGTERM")
    run.add_argument("--config", type=Path, required=True, help="the cell's TOML file")
    servos = commands.add_parser("servos", help="run any arm's servos alone, without physics or cameras")
    servos.add_argument("--config", type=Path, required=True, help="the cell's TOML file")
    arrange = commands.add_parser("arrange", help="lay the pieces out; returns when they lie there")
    arrange.add_argument("--socket", type=Path, required=True, help="the simulation's socket")
    arrange.add_argument("layout", type=Path, help="layout file (JSON)")
    truth = commands.add_parser("truth", help="print the true poses (tests only)")
    truth.add_argument("--socket", type=Path, required=True, help="the simulation's socket")
    fault = commands.add_parser("fault", help="make the servo bus fail; without words, list what can fail")
    fault.add_argument("--socket", type=Path, required=True, help="the simulation's socket")
    fault.add_argument("--plan", type=Path, help="faults with their times (JSON), in place of words")
    fault.add_argument("words", nargs="*", help="a kind of fault and its name=value words")
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one command; returns its exit code."""
    arguments = _parser().parse_args(argv)
    if arguments.command == "run":
        try:
            require()
        except SimulatedCellUnavailable as missing:
            sys.stderr.write(f"{missing}\n")
            return 1
        run: int = importlib.import_module("sim_fallback.run").main(arguments.config)
        return run
    if arguments.command == "servos":
        alone: int = importlib.import_module("sim_fallback.run_servos").main(arguments.config)
        return alone
    client = importlib.import_module("sim_fallback.staging_client")
    match arguments.command:
        case "arrange":
            done: int = client.arrange(arguments.socket, arguments.layout)
        case "fault":
            done = client.fault(arguments.socket, arguments.words, arguments.plan)
        case _:
            done = client.truth(arguments.socket)
    return done


if __name__ == "__main__":
    sys.exit(main())
