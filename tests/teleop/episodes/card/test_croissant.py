"""Croissant metadata: files with hashes, records with types, and what the responsible-AI part wants."""

from dataclasses import replace

from teleop.episodes.card.croissant import CROISSANT, RAI, File, croissant
from teleop.episodes.card.summary import Summary

FILES = [File("set/0.0", 5, "0" * 64), File("episodes.jsonl", 7, "1" * 64), File("LICENSE", 1, "2" * 64)]


def test_files_have_sizes_and_hashes(summary: Summary) -> None:
    found = croissant(summary, FILES, {"episode_id": "ep-0", "moves": 4})
    assert found["conformsTo"] == [CROISSANT, RAI]
    assert found["license"] == "CC-BY-4.0"
    distribution = found["distribution"]
    assert isinstance(distribution, list)
    assert [one["@id"] for one in distribution] == ["set/0.0", "episodes.jsonl", "LICENSE"]
    assert distribution[1]["sha256"] == "1" * 64
    assert distribution[1]["encodingFormat"] == "application/jsonlines"
    assert distribution[2]["encodingFormat"] == "application/octet-stream"
    assert distribution[0]["contentSize"] == "5 B"


def test_a_folder_of_many_files_is_described_as_one(summary: Summary) -> None:
    notes = replace(summary.notes, whole=("set",))
    found = croissant(replace(summary, notes=notes), FILES, {"episode_id": "ep-0"})
    distribution = found["distribution"]
    assert isinstance(distribution, list)
    assert [one["@id"] for one in distribution] == ["episodes.jsonl", "LICENSE", "set-files"]
    assert distribution[-1]["includes"] == "set/**"


def test_records_have_types(summary: Summary) -> None:
    notes = replace(summary.notes, parquet="data/*.parquet")
    found = croissant(replace(summary, notes=notes), FILES, {"episode_id": "e", "moves": 4, "solved": True})
    records = found["recordSet"]
    assert isinstance(records, list)
    episodes, rows = records
    types = {one["@id"]: one["dataType"] for one in episodes["field"]}
    assert types == {
        "episodes/episode_id": "sc:Text",
        "episodes/moves": "sc:Integer",
        "episodes/solved": "sc:Boolean",
    }
    fields = {one["@id"]: one for one in rows["field"]}
    assert fields["rows/action"]["repeated"] is True
    assert "repeated" not in fields["rows/timestamp"]
    assert fields["rows/joint_velocity"]["description"] == "joint speeds at that moment (rad/s)"


def test_the_responsible_part_says_what_is_missing_and_who_consented(summary: Summary) -> None:
    found = croissant(summary, FILES, {"episode_id": "ep-0"})
    assert found["rai:dataCollectionMissingData"] == "Not exported: a|b.mcap: it has no\nverdict."
    assert found["rai:dataCollectionTimeFrame"] == ["2025-10-09", "2025-10-11"]
    assert "2026-01 (en)" in str(found["rai:personalSensitiveInformation"])
    nothing = croissant(replace(summary, excluded=(), licence=""), FILES, {"episode_id": "ep-0"})
    assert "isAccessibleForFree" not in nothing
    assert nothing["rai:dataCollectionMissingData"] == "Not exported: nothing."
    assert "None was stated" in str(nothing["license"])
