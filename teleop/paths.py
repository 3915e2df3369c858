"""Where Armcade keeps its files on this machine."""

import os
from pathlib import Path


def home() -> Path:
    """The folder of everything that is kept: ARMCADE_HOME, else ~/.local/share/armcade."""
    named = os.environ.get("ARMCADE_HOME")
    return Path(named) if named else Path.home() / ".local" / "share" / "armcade"


def episodes_dir() -> Path:
    """The folder of the demonstration episodes."""
    return home() / "episodes"
