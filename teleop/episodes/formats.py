"""The table of export formats: name, what it is, and how its settings become a format."""

from collections.abc import Callable
from dataclasses import dataclass

from teleop.episodes.export_lerobot import LeRobot
from teleop.episodes.exporting.contract import Format


@dataclass(frozen=True, slots=True)
class Offered:
    """A format that people can choose; `make` gets the rows a second."""

    title: str
    make: Callable[[int], Format]


FORMATS: dict[str, Offered] = {
    "lerobot": Offered("LeRobotDataset v3.0", LeRobot),
}
