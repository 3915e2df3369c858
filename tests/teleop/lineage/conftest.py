"""Three contributors, four turns, one data set; made once, copied for each test."""

import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from synthetic_turns import recorded

from teleop.episodes.export_lerobot import export
from teleop.lineage.exports import note_export
from teleop.lineage.ledger import lineage_dir
from teleop.lineage.records import Part

TURNS = (("ep-0", "ann"), ("ep-1", "bo"), ("ep-2", "ann"), ("ep-3", "cy"))

PARTS = tuple(Part(name, "a" * 64, who) for name, who in TURNS)


@dataclass(frozen=True)
class Place:
    """A folder of episodes, and a data set of all of them that the ledger knows."""

    episodes: Path
    dataset: Path

    def copy(self, to: Path) -> "Place":
        """The same elsewhere, with a ledger of its own."""
        fresh = Place(to / "episodes", to / "out")
        shutil.copytree(self.episodes, fresh.episodes, ignore=shutil.ignore_patterns("lineage"))
        shutil.copytree(self.dataset, fresh.dataset)
        note(fresh)
        return fresh


def note(place: Place) -> None:
    """Notes the data set in the ledger."""
    note_export(place.episodes, place.dataset, "lerobot", PARTS, 5)


@pytest.fixture(scope="session")
def original(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """Made once and never changed."""
    root = tmp_path_factory.mktemp("lineage")
    place = Place(root / "episodes", root / "out")
    paths = [
        recorded(place.episodes, who, episode_id=name, seconds=0.3 + 0.1 * at)
        for at, (name, who) in enumerate(TURNS)
    ]
    export(paths, place.dataset)
    return place


@pytest.fixture
def place(original: Place, tmp_path: Path) -> Place:
    """A copy that a test may change."""
    return original.copy(tmp_path)


@pytest.fixture(scope="session")
def key() -> Ed25519PrivateKey:
    """A signing key."""
    return Ed25519PrivateKey.generate()


@pytest.fixture
def ledger_file(place: Place) -> Path:
    """The ledger of the place."""
    return lineage_dir(place.episodes) / "ledger.jsonl"
