"""The hub's table of its configuration file, checked field by field."""

import difflib
import tomllib
from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta

from teleop.hub.access import is_origin

Text = Annotated[str, Meta(min_length=1, max_length=4096)]


class ConfigRefused(Exception):
    """The configuration cannot be used; the message says which key and why."""


class HubConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Table `[hub]`: where the hub listens, keeps its data, and which pages may talk to it.

    `origins` are the addresses people open the pages at; an empty `client_dir` means the built client
    inside the package.
    """

    database: Text
    episodes_dir: Text
    secrets_dir: Text
    origins: Annotated[tuple[Text, ...], Meta(min_length=1, max_length=32)]
    host: Text = "127.0.0.1"
    port: Annotated[int, Meta(ge=0, le=65535)] = 8000
    client_dir: str = ""


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
    return config
