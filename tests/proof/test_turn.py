"""Scripted turns in the simulated cell: sound episodes of the cell's own messages, judged by the referee."""

from pathlib import Path

from proof.datasets import FPS, scenes_of
from proof.player import Skill
from proof.turn import Plan, play

from teleop.episodes.exporting.choice import choose
from teleop.episodes.loading import open_episode
from teleop.episodes.validation.files import validate_files


def test_a_steady_player_solves_it_and_the_episode_is_sound(tmp_path: Path) -> None:
    played = play(Plan(4, "good"), tmp_path)
    path = tmp_path / played.file
    assert played.solved
    (report,) = validate_files([path], 1)
    assert report.findings == ()
    kinds = [one.kind for one in open_episode(path).events if one.kind != "sighting"]
    assert [kind for kind in kinds if kind in ("grasp", "release", "retry")] == ["grasp", "release"]
    assert kinds.index("grasp") < kinds.index("release") < kinds.index("piece_placed")
    chosen = choose(path, FPS)
    scenes = scenes_of(chosen)
    assert {len(values) for values in scenes.values()} == {len(chosen.rows.t_ns)}


def test_one_who_drops_the_cube_and_takes_it_again_leaves_a_retry(tmp_path: Path) -> None:
    played = play(Plan(0, "good"), tmp_path, Skill(0.17, failure="recovers"))
    assert played.solved
    told = [one for one in open_episode(tmp_path / played.file).events if one.kind != "sighting"]
    hands = [(one.kind, one.data.get("lifted"), one.data.get("reason")) for one in told]
    assert [one for one in hands if one[0] in ("grasp", "release", "retry", "piece_dropped")] == [
        ("grasp", None, None),
        ("release", True, None),
        ("piece_dropped", None, None),
        ("grasp", None, None),
        ("retry", None, "piece_dropped"),
        ("release", True, None),
    ]
