"""Every column of an export has a meaning, and a place in its format."""

from teleop.episodes.card.columns import PLACED_BY_LEROBOT, column_in, described_columns
from teleop.episodes.card.notes import Notes
from teleop.episodes.card.summary import Summary
from teleop.episodes.lerobot_v3.features import frame_features


def test_all_columns_are_described(summary: Summary) -> None:
    columns = described_columns(summary.signature)
    names = [feature.name for feature in frame_features(summary.signature)]
    assert [one.name for one in columns] == [name for name in names if name not in PLACED_BY_LEROBOT]
    assert [one.name for one in columns if not one.meaning] == []


def test_a_column_stands_at_its_place(summary: Summary) -> None:
    columns = {one.name: one for one in described_columns(summary.signature)}
    notes = Notes("", "", places={"action": "act"}, elsewhere="x/{name}", whole_ns=True)
    assert column_in(notes, columns["action"]).name == "act"
    assert column_in(notes, columns["playing"]).name == "x/playing"
    moved = column_in(notes, columns["capture_time.wrist"])
    assert (moved.name, moved.dtype, moved.unit) == ("x/capture_time.wrist_ns", "int64", "ns")
    kept = column_in(Notes("", ""), columns["capture_time.wrist"])
    assert kept == columns["capture_time.wrist"]
