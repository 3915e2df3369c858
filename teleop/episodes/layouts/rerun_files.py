"""Recordings for Rerun's viewer: curves, pictures and notes of an episode, laid out to be looked at."""

import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
import numpy as np

from teleop.episodes.arrays import Pictures
from teleop.episodes.card.notes import Notes
from teleop.episodes.exporting.choice import Chosen, LeftOut
from teleop.episodes.exporting.contract import Excluded, OnPicture, Part
from teleop.episodes.exporting.work import FPS, ExportRefused
from teleop.episodes.layouts.fields import EXCLUDED, write_segments
from teleop.episodes.layouts.rerun_streams import about, curves_of
from teleop.episodes.lerobot_v3.tables import write_json

PART, STREAMS = "episode.rrd", "streams"
WRITER = Path(__file__).with_name("rerun_writer.py")
NOTES = Notes(
    title="recordings for Rerun's viewer, one each; rows and columns are what other formats make of them",
    tags=("rerun",),
    loading="rerun EPISODE.rrd  # in a shell, with rerun-sdk",
    limits=(
        "Nothing is resampled, and no range of a selection cut out. Pictures are video streams, joints, "
        "tool, loads and limits curves, events and sub-tasks text; all else is in the MCAP file only.",
        "Rerun numbers what it writes by the clock: the same episode gives other bytes each time.",
    ),
)


def interpreter() -> str:
    """This Python, where it has Rerun's library; raises ExportRefused without it."""
    if importlib.util.find_spec("rerun") is None:
        raise ExportRefused(
            "Rerun needs the library rerun-sdk, which is missing: pip install 'armcade[rerun]'"
        )
    return sys.executable


@dataclass(frozen=True, slots=True)
class RerunFiles:
    """Files named by their episodes' ids, written by the Python `command`.

    Making one raises ExportRefused without Rerun's library.
    """

    fps: int = FPS
    version: int = 3
    command: str = field(default_factory=interpreter)

    @property
    def notes(self) -> Notes:
        """What its card says of the format."""
        return NOTES

    def write_part(self, chosen: Chosen, folder: Path, on_picture: OnPicture) -> None:
        """Writes the recording; raises LeftOut with what the writer says when it cannot."""
        streams = folder / STREAMS
        write_streams(streams, chosen)
        done = subprocess.run(
            [self.command, "-P", str(WRITER), str(streams), str(folder / PART)],
            capture_output=True,
            text=True,
            check=False,
        )
        shutil.rmtree(streams)
        if done.returncode:
            raise LeftOut(f"Rerun cannot show it: {done.stderr.strip()[-500:]}")

    def join(self, parts: Sequence[Part], excluded: Sequence[Excluded], root: Path) -> None:
        """Gives each file its episode's name."""
        for part in parts:
            os.link(part.folder / PART, root / f"{part.facts.header.episode_id}.rrd")
        write_segments(root, [part.facts for part in parts])
        write_json(root / EXCLUDED, excluded)


def write_streams(folder: Path, chosen: Chosen) -> None:
    """Writes what `rerun_writer.py` reads; raises OSError."""
    folder.mkdir()
    curves = curves_of(chosen.episode)
    told = about(chosen, curves)
    (folder / "about.json").write_bytes(msgspec.json.encode(told))
    arrays = {one.name: one.values for one in curves} | {f"{one.name}@": one.t_ns for one in curves}
    np.savez(folder / "curves.npz", allow_pickle=False, **arrays)
    for camera in told.cameras:
        _write_pictures(folder, chosen.pictures[camera], chosen.episode.header.started_ns)


def _write_pictures(folder: Path, shown: Pictures, started_ns: int) -> None:
    (folder / f"{shown.camera}.h264").write_bytes(b"".join(shown.annex_b))
    ends = np.cumsum([len(one) for one in shown.annex_b], dtype=np.int64)
    since_ns, place = shown.capture_ns - started_ns, folder / f"{shown.camera}.npz"
    np.savez(place, allow_pickle=False, ends=ends, t_ns=since_ns, keyframe=shown.keyframe)
