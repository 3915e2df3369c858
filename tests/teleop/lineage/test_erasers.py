"""Every format forgets: what is left is what an export of the others alone would have been."""

import shutil
from functools import partial
from pathlib import Path
from typing import Any

import h5py
import msgspec
import numpy as np
import pytest
from saved_subtasks import save, segments

from teleop.episodes.exporting.contract import Format
from teleop.episodes.exporting.work import How, export_episodes
from teleop.episodes.formats import FORMATS
from teleop.episodes.layouts.rerun_files import RerunFiles
from teleop.lineage.dataset_tables import DatasetRefused
from teleop.lineage.erasers import ERASERS
from teleop.lineage.erasure import erase
from teleop.lineage.exports import note_report
from teleop.lineage.holdings import holdings_of
from teleop.lineage.layout_parts import TAKERS
from teleop.lineage.ledger import read_ledger
from teleop.lineage.plan import intent_of
from teleop.lineage.records import WITHDRAWN

FPS = 30
KINDS = tuple(TAKERS)
HDF5 = "demonstrations.hdf5"
SUMS = {"SHA256SUMS", "croissant.json"}


@pytest.fixture(scope="module")
def exports(original: Any, tmp_path_factory: Any) -> Path:
    """The four turns in every layout."""
    folder = tmp_path_factory.mktemp("exports")
    for kind in KINDS:
        export_episodes(sorted(original.episodes.glob("*.mcap")), folder / kind, form_of(kind))
    return folder


def form_of(kind: str) -> Format:
    """The format; Rerun's writer is played by `cp`, which a file of an episode's own is enough for."""
    if kind != "rerun":
        return FORMATS[kind].make(FPS)
    return RerunFiles(FPS, command=str(Path(__file__).with_name("copying_converter.sh")))


def content(root: Path) -> dict[str, bytes]:
    return {str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def values(file: Path) -> dict[str, Any]:
    """Every array and attribute of an HDF5 file."""
    found: dict[str, Any] = {}

    def keep(name: str, one: Any) -> None:
        found.update({f"{name}@{key}": np.asarray(value).tobytes() for key, value in one.attrs.items()})
        if hasattr(one, "shape"):
            found[name] = (one.dtype.str, one.shape, one[()].tobytes())

    with h5py.File(file) as opened:
        opened.visititems(keep)
    return found


def test_one_table_names_them_all() -> None:
    assert set(ERASERS) == set(FORMATS), "a format that people can choose must be able to forget"


def test_a_withdrawal_reaches_every_format(original: Any, key: Any, tmp_path: Path) -> None:
    place = original.copy(tmp_path)
    paths = sorted(place.episodes.glob("*.mcap"))
    others = [one for one in paths if one.stem in ("ep-1", "ep-3")]
    for path, label in zip(paths, ("reach", "grasp", "carry"), strict=False):
        save(path, ("a", segments((0, label), length_ms=100), False))
    for kind in KINDS:
        form = form_of(kind)
        how = How(note=partial(note_report, place.episodes, kind=kind))
        export_episodes(paths, tmp_path / kind, form, how)
        export_episodes(others, tmp_path / "fresh" / kind, form)
    theirs = holdings_of(place.episodes, "ann").parts
    receipt = erase(
        place.episodes, intent_of("ann", WITHDRAWN, 9, theirs, read_ledger(place.episodes)), key
    ).statement
    told = {Path(one.path).name: one for one in receipt.exports}
    assert {name: (one.fate, one.kept) for name, one in told.items()} == dict.fromkeys(
        ("out", *KINDS), ("rewritten", 2)
    )
    assert "every value of the others was compared" in told["robomimic"].note
    for kind in KINDS:
        left, fresh = content(tmp_path / kind), content(tmp_path / "fresh" / kind)
        document = msgspec.json.decode(left["prov.json"])
        assert len(document["used"]) == 2
        assert not any(b"ep-0" in one or b"ep-2" in one or b'"ann"' in one for one in left.values()), kind
        assert left.keys() == fresh.keys()
        unlike = {name for name, data in left.items() if data != fresh[name]}
        assert unlike <= ({HDF5, *SUMS} if kind == "robomimic" else set()), kind
    assert values(tmp_path / "robomimic" / HDF5) == values(tmp_path / "fresh" / "robomimic" / HDF5)


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_not_understood_is_left_to_hands(kind: str, exports: Path, tmp_path: Path) -> None:
    root = tmp_path / kind
    shutil.copytree(exports / kind, root)
    eraser = ERASERS[kind]
    assert eraser.holds(root, ["ep-2", "ep-9"]).wanted == ("ep-2",)
    (root / "notes.txt").write_text("ep-1 was good")
    with pytest.raises(DatasetRefused, match=r"notes\.txt names episode ep-1"):
        eraser.write_without(root, ["ep-1"], tmp_path / "noted")
    with pytest.raises(DatasetRefused, match="no episode would be left"):
        eraser.write_without(root, [f"ep-{at}" for at in range(4)], tmp_path / "none")
    (root / "card.json").write_text("{}")
    with pytest.raises(DatasetRefused):
        eraser.holds(root, ["ep-2"])
    (root / "card.json").unlink()
    with pytest.raises(DatasetRefused, match=r"no card\.json"):
        eraser.write_without(root, ["ep-2"], tmp_path / "other")


def test_a_list_that_does_not_fit_is_refused(exports: Path, tmp_path: Path) -> None:
    for kind in ("zarr", "rlds"):
        root = tmp_path / kind
        shutil.copytree(exports / kind, root)
        lines = (root / "episodes.jsonl").read_bytes().splitlines(keepends=True)
        (root / "episodes.jsonl").write_bytes(b"".join(lines[1:]))
        with pytest.raises(DatasetRefused, match="its list"):
            ERASERS[kind].write_without(root, ["ep-2"], tmp_path / f"new-{kind}")
    shard = next((tmp_path / "rlds/armcade/1.0.0").glob("*.tfrecord-*"))
    shard.write_bytes(shard.read_bytes()[:-9])
    with pytest.raises(DatasetRefused, match="is cut off"):
        ERASERS["rlds"].write_without(tmp_path / "rlds", ["ep-2"], tmp_path / "cut")


def test_the_others_actions_are_scaled_to_those_that_stay_and_the_receipt_says_so(
    exports: Path, tmp_path: Path
) -> None:
    note = ERASERS["robomimic"].write_without(exports / "robomimic", ["ep-3"], tmp_path / "new")
    with (
        h5py.File(tmp_path / "new/demonstrations.hdf5") as new,
        h5py.File(exports / "robomimic/demonstrations.hdf5") as old,
    ):
        exact = "data/demo_1/action_dict/joint_position"
        assert new[exact][()].tobytes() == old[exact][()].tobytes()
        same = new["data/demo_1/actions"][()].tobytes() == old["data/demo_1/actions"][()].tobytes()
    assert same != ("`actions`" in note)
