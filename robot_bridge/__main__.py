"""Starts the bridge: `python -m robot_bridge --config cell.toml`."""

import argparse
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from types import FrameType

from robot_bridge.config import read_config
from robot_bridge.log import Log
from robot_bridge.loop import Bridge
from robot_bridge.toml_table import InvalidTable


def main(argv: Sequence[str] | None = None) -> int:
    """Runs until SIGTERM or SIGINT; 2 for a wrong configuration, 1 when the socket cannot be bound."""
    parser = argparse.ArgumentParser(prog="robot_bridge", description="The only process that moves the arm.")
    parser.add_argument("--config", type=Path, required=True, help="the cell's TOML file; [bridge] is read")
    arguments = parser.parse_args(argv)
    ended: list[int] = []

    def end(number: int, frame: FrameType | None) -> None:
        ended.append(number)

    log = Log()
    try:
        bridge = Bridge(read_config(arguments.config), log)
    except (InvalidTable, OSError) as error:
        log.close()
        print(f"bridge: {error}", file=sys.stderr)
        return 2 if isinstance(error, InvalidTable) else 1
    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    bridge.run(lambda: bool(ended))
    log.say("ended", signal=ended[0])
    log.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
