"""Runs the hub: `python -m teleop.hub --config hub.toml`."""

import argparse
import asyncio
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

import structlog
import uvicorn

from teleop.hub.clocks import Clocks
from teleop.hub.config import ConfigRefused, HubConfig, read_config, read_turn_server
from teleop.hub.hub import running
from teleop.hub.logs import configure_logs
from teleop.hub.secret_files import Secrets, SecretsRefused, ensure_secrets
from teleop.hub.server import make_server

log = structlog.get_logger("teleop.hub")


def main(argv: Sequence[str] | None = None) -> int:
    """Runs the hub until SIGTERM or SIGINT; 0 after a clean stop, 1 after a failure, 2 for bad settings."""
    parser = argparse.ArgumentParser(prog="python -m teleop.hub", description=__doc__)
    parser.add_argument("--config", type=Path, required=True, help="TOML file with a table [hub]")
    parser.add_argument("--log-level", choices=("DEBUG", "INFO", "WARNING", "ERROR"), default="INFO")
    arguments = parser.parse_args(argv)
    configure_logs(arguments.log_level, people_watch=sys.stderr.isatty())
    try:
        config = read_config(arguments.config)
        read_turn_server(config)
        keys = ensure_secrets(Path(config.secrets_dir))
    except (ConfigRefused, SecretsRefused, OSError) as error:
        print(error, file=sys.stderr)
        return 2
    return asyncio.run(serve(config, keys))


async def serve(config: HubConfig, keys: Secrets) -> int:
    """Serves until a signal asks to stop, or the hub's background work fails."""
    broken = False
    asked = False
    server: uvicorn.Server | None = None

    def stop(*_: object) -> None:
        nonlocal asked
        asked = True
        if server is not None:
            server.should_exit = True

    def fail() -> None:
        nonlocal broken
        broken = True
        stop()

    # uvicorn raises the signal again after its own shutdown: it must not end the process there
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    async with running(config, keys, Clocks(), fail) as hub:
        server = make_server(hub)
        server.should_exit = asked
        log.info("hub starts", host=config.host, port=config.port, origins=config.origins)
        await server.serve()
    log.info("hub stopped", broken=broken)
    return 1 if broken or not server.started else 0


if __name__ == "__main__":
    raise SystemExit(main())
