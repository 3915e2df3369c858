"""The one table of what takes episodes out of an export: format to eraser."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from teleop.lineage import lerobot_dataset, rejoining
from teleop.lineage.layout_parts import TAKERS
from teleop.lineage.plan import Found


@dataclass(frozen=True, slots=True)
class Eraser:
    """How a format forgets; both raise DatasetRefused and OSError.

    `holds` tells which of some episodes a folder has. `write_without` writes a new folder without them, all
    on disk when it returns, and gives what the receipt says of the others.
    """

    holds: Callable[[Path, Collection[str]], Found]
    write_without: Callable[[Path, Collection[str], Path], str]


def _lerobot(root: Path, episode_ids: Collection[str], out: Path) -> str:
    lerobot_dataset.write_without(root, episode_ids, out)
    return "the packets and values of the others were copied as they were"


ERASERS: dict[str, Eraser] = {
    "lerobot": Eraser(lerobot_dataset.holds, _lerobot),
    **{kind: Eraser(rejoining.holds, partial(rejoining.write_without, kind)) for kind in TAKERS},
}
