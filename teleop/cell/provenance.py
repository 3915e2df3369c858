"""Where an episode comes from: everything its header says, gathered once when the cell starts."""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path

from game.puzzle import Puzzle
from game.referee import REFEREE_VERSION
from game.scoring import SCORING_VERSION
from robot_bridge.wire.frames import CameraCalibration
from teleop.cell.arm_view import ArmView
from teleop.cell.config import CellConfig
from teleop.cell.puzzle_info import bilingual
from teleop.episodes.format import FORMAT_VERSION, Header
from teleop.episodes.judging import puzzle_sha256
from teleop.wire.hub_to_cell import Lease

__all__ = ["Provenance", "file_sha256", "puzzle_sha256", "software_version"]


def software_version() -> str:
    """Name and version of this software as installed."""
    try:
        return f"armcade {metadata.version('armcade')}"
    except metadata.PackageNotFoundError:
        return "armcade (not installed)"


def file_sha256(path: Path) -> str:
    """SHA-256 of a file, empty when there is none."""
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except FileNotFoundError:
        return ""


@dataclass(frozen=True, slots=True)
class Provenance:
    """What all episodes of this run of the cell have in common."""

    config: CellConfig
    calibration_sha256: str
    software: str
    view: ArmView
    cameras: tuple[CameraCalibration, ...]

    @property
    def cell_id(self) -> str:
        """This cell."""
        return self.config.cell.id

    def header(self, lease: Lease, puzzle: Puzzle, now_ns: int, utc_ns: int) -> Header:
        """The header of an episode that begins now."""
        began = datetime.fromtimestamp(utc_ns / 1e9, UTC).strftime("%Y%m%dT%H%M%S")
        return Header(
            format_version=FORMAT_VERSION,
            episode_id=f"{began}-{lease.turn_id}"[:64],
            turn_id=lease.turn_id,
            cell_id=self.cell_id,
            source=self.config.cell.source,
            grasp_model=self.config.cell.grasp_model,
            software=self.software,
            cell_config_sha256=self.config.sha256,
            calibration_sha256=self.calibration_sha256,
            arm=self.view.name,
            joint_names=self.view.joint_names,
            cameras=self.cameras,
            puzzle_id=puzzle.id,
            puzzle_version=puzzle.version,
            puzzle_title=bilingual(puzzle.title),
            prompt=bilingual(puzzle.prompt),
            language=lease.language,
            pseudonym=lease.pseudonym,
            consent=lease.consent,
            referee_version=REFEREE_VERSION,
            started_utc_ns=utc_ns,
            started_ns=now_ns,
            puzzle_sha256=puzzle_sha256(puzzle),
            scoring_version=SCORING_VERSION,
        )
