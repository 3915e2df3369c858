"""The table of export formats: name, what it is, and how its settings become a format."""

from collections.abc import Callable
from dataclasses import dataclass

from teleop.episodes.export_lerobot import LeRobot
from teleop.episodes.exporting.contract import Format
from teleop.episodes.layouts.aloha import Aloha
from teleop.episodes.layouts.mcap_files import McapFiles
from teleop.episodes.layouts.replay_buffer import ReplayBuffer
from teleop.episodes.layouts.rerun_files import RerunFiles
from teleop.episodes.layouts.rlds import Rlds
from teleop.episodes.layouts.robomimic import Robomimic


@dataclass(frozen=True, slots=True)
class Offered:
    """A format that people can choose; `make` gets the rows a second, and may raise ExportRefused."""

    title: str
    make: Callable[[int], Format]


FORMATS: dict[str, Offered] = {
    "lerobot": Offered("LeRobotDataset v3.0", LeRobot),
    "robomimic": Offered("robomimic's HDF5, with filter keys", Robomimic),
    "aloha": Offered("ALOHA's and ACT's HDF5, one file an episode", Aloha),
    "zarr": Offered("Diffusion Policy's and UMI's replay buffer", ReplayBuffer),
    "zarr-zip": Offered("the same in one zip file", lambda fps: ReplayBuffer(fps, zipped=True)),
    "mcap": Offered("the episodes' own files", McapFiles),
    "rerun": Offered("recordings for Rerun's viewer", RerunFiles),
    "rlds": Offered("RLDS, as TensorFlow Datasets keeps it", Rlds),
}
