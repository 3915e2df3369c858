"""Runs the hub: `python -m teleop.hub --config hub.toml`."""

import argparse
import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path

import structlog
import uvicorn

from teleop.hub.app import build_app
from teleop.hub.clocks import Clocks
from teleop.hub.config import ConfigRefused, HubConfig, read_config
from teleop.hub.hub import running
from teleop.hub.logs import configure_logs
from teleop.hub.secret_files import Secrets, SecretsRefused, ensure_secrets
from teleop.wire.cell_to_hub import MAX_CELL_MESSAGE_BYTES

FAREWELL_S = 3
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
        keys = ensure_secrets(Path(config.secrets_dir))
    except (ConfigRefused, SecretsRefused, OSError) as error:
        print(error, file=sys.stderr)
        return 2
    return asyncio.run(serve(config, keys))


async def serve(config: HubConfig, keys: Secrets) -> int:
    """Serves until a signal asks to stop, or the hub's background work fails."""
    broken = False

    def fail() -> None:
        nonlocal broken
        broken = server.should_exit = True

    async with running(config, keys, Clocks(), fail) as hub:
        server = uvicorn.Server(
            uvicorn.Config(
                build_app(hub),
                host=config.host,
                port=config.port,
                ws="websockets-sansio",
                ws_max_size=MAX_CELL_MESSAGE_BYTES,
                ws_per_message_deflate=False,
                ws_ping_interval=10.0,
                ws_ping_timeout=10.0,
                h11_max_incomplete_event_size=16 * 1024,
                lifespan="off",
                proxy_headers=False,
                server_header=False,
                access_log=False,
                log_config=None,
                timeout_graceful_shutdown=FAREWELL_S,
            )
        )
        log.info("hub starts", host=config.host, port=config.port, origins=config.origins)
        await server.serve()
    log.info("hub stopped", broken=broken)
    return 1 if broken or not server.started else 0


if __name__ == "__main__":
    raise SystemExit(main())
