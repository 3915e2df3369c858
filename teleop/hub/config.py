"""The hub's table of its configuration file, checked field by field."""

import difflib
import tomllib
from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta

from teleop.hub.access import is_origin
from teleop.hub.turn_credentials import TurnServer
from teleop.lineage.consent_record import UNSTATED, Controller

MIN_TURN_SECRET_CHARS = 16
Text = Annotated[str, Meta(min_length=1, max_length=4096)]
TurnUrl = Annotated[
    str, Meta(pattern=r"^turns?:[A-Za-z0-9.-]+(:\d{1,5})?(\?transport=(udp|tcp))?$", max_length=400)
]


class ConfigRefused(Exception):
    """The configuration cannot be used; the message says which key and why."""


class HubConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Table `[hub]`: where the hub listens, keeps its data, and which pages may talk to it.

    `origins` are the addresses people open the pages at; an empty `client_dir` means the built client
    inside the package. `turn_urls` name a TURN server for people whose network lets nothing else through,
    and `turn_secret_file` holds the secret that it shares with us (coturn's `static-auth-secret`).
    `retention_file` holds the rules by which episodes are erased in time; without it all are kept.
    `controller`, a table of its own, says in consent records who answers for the data.
    `exports_dir` is where exports that researchers ask for lie; empty means `exports` beside the episodes.
    """

    database: Text
    episodes_dir: Text
    secrets_dir: Text
    origins: Annotated[tuple[Text, ...], Meta(min_length=1, max_length=32)]
    host: Text = "127.0.0.1"
    port: Annotated[int, Meta(ge=0, le=65535)] = 8000
    client_dir: str = ""
    turn_urls: Annotated[tuple[TurnUrl, ...], Meta(max_length=4)] = ()
    turn_secret_file: str = ""
    retention_file: str = ""
    exports_dir: str = ""
    turn_lifetime_s: Annotated[int, Meta(ge=60, le=3600)] = 600
    controller: Controller = UNSTATED


def read_config(path: Path) -> HubConfig:
    """Reads the `[hub]` table of a TOML file; raises ConfigRefused with a sentence."""
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigRefused(f"{path}: {error}") from error
    return parse_config(tables, str(path))


def parse_config(tables: dict[str, object], source: str) -> HubConfig:
    """The `[hub]` table as a HubConfig; other tables are other processes' business."""
    table = tables.get("hub")
    if not isinstance(table, dict):
        raise ConfigRefused(f"{source}: no table [hub]")
    table = table | {name: tables[name] for name in ("controller",) if name in tables}
    known = HubConfig.__struct_fields__
    for key in table:
        if key not in known:
            near = difflib.get_close_matches(str(key), known, n=1)
            hint = f"; did you mean {near[0]!r}?" if near else ""
            raise ConfigRefused(f"{source}: unknown key {key!r} in [hub]{hint}")
    try:
        config = msgspec.convert(table, HubConfig)
    except msgspec.ValidationError as error:
        raise ConfigRefused(f"{source}: [hub] {error}") from error
    for origin in config.origins:
        if not is_origin(origin):
            raise ConfigRefused(
                f"{source}: {origin!r} in [hub] origins is no origin like http://127.0.0.1:8000"
            )
    if bool(config.turn_urls) != bool(config.turn_secret_file):
        raise ConfigRefused(f"{source}: [hub] turn_urls and turn_secret_file go together")
    return config


def read_turn_server(config: HubConfig) -> TurnServer | None:
    """The TURN server and its secret, None when there is none; raises ConfigRefused with a sentence."""
    if not config.turn_urls:
        return None
    try:
        secret = Path(config.turn_secret_file).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigRefused(f"[hub] turn_secret_file: {error}") from error
    if len(secret) < MIN_TURN_SECRET_CHARS:
        raise ConfigRefused(
            f"{config.turn_secret_file} holds no secret of {MIN_TURN_SECRET_CHARS} characters"
        )
    return TurnServer(config.turn_urls, secret, config.turn_lifetime_s)
