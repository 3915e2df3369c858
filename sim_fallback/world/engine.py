"""Says whether the physics engine is there, with a clear word where it is not."""

import importlib.util
import sys


class SimulatedCellUnavailable(RuntimeError):
    """The physics engine is not installed in this environment."""


def advice(version: tuple[int, int]) -> str:
    """What to tell a person whose environment has no pybullet."""
    running = f"{version[0]}.{version[1]}"
    if version >= (3, 12):
        return (
            "The simulated cell needs Python 3.10 or 3.11, because its physics engine (pybullet) is "
            f"published for those only; this is Python {running}. Make an environment with Python 3.11 "
            "and install armcade[sim] there, or set up a cell with a real arm."
        )
    return "The simulated cell needs its physics engine: install armcade[sim] (it adds pybullet)."


def require(module: str = "pybullet") -> None:
    """Raises SimulatedCellUnavailable, saying what to do, when the engine cannot be imported."""
    if importlib.util.find_spec(module) is None:
        raise SimulatedCellUnavailable(advice(sys.version_info[:2]))
