"""The suite of planted defects against the rules: without pictures in memory, with them by a sample."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from planted.defects import DEFECTS, Defect
from planted.taping import shown, taped, with_pictures, write
from planted.trial import BY_NAME
from planted.turns import Plan, Turn, good_turn, with_header
from typer.testing import CliRunner

from robot_bridge.arms.load import load_arm
from teleop.episodes.commands import app
from teleop.episodes.loading import Episode
from teleop.episodes.validation.evidence import Evidence, Finding
from teleop.episodes.validation.files import evidence_of, validate_files
from teleop.episodes.validation.sets import Print, compared
from teleop.episodes.validation.validator import validate

PLAN = Plan(seed=3, seconds=4.0, pauses=True)
SEEN_BY_PICTURES = {
    "dark", "frozen", "cut", "picture_lag", "undecodable", "picture_notes", "picture_size", "swapped",
    "duplicate", "file",
}  # fmt: skip
BLIND = [one for one in DEFECTS if one.turn and not one.rules & SEEN_BY_PICTURES]
SAMPLE = (
    "frozen_camera", "black_camera", "cameras_swapped_midway", "off_by_one_pictures", "damaged_pictures",
    "pictures_of_another_size", "late_video_with_false_stamps",
)  # fmt: skip


@pytest.fixture(scope="module")
def turn() -> Turn:
    return good_turn(PLAN)


@pytest.fixture(scope="module")
def episode(turn: Turn) -> Episode:
    return taped(turn)


def without_pictures(turn: Turn) -> tuple[Finding, ...]:
    """Findings of the rules that need no decoder."""
    from planted.turns import Shots

    from teleop.episodes.arrays import Pictures
    from teleop.episodes.validation.evidence import Watched

    def noted(camera: str, shots: Shots) -> Pictures:
        flags = np.arange(len(shots.pictures)) % 60 == 0
        times = (shots.frame_id, shots.capture_ns, shots.encoded_ns)
        return Pictures(camera, *times, flags, (), shots.encoded_ns)

    pictures = {camera: noted(camera, shots) for camera, shots in turn.shots.items()}
    empty = np.zeros((0, 2, 2), dtype=np.uint8)
    watched = {
        camera: Watched(empty, np.zeros(0, dtype=np.int64), (), noted.keyframe, None)
        for camera, noted in pictures.items()
    }
    return validate(Evidence(shown(turn, pictures), watched, load_arm(turn.header.arm)))


def test_the_suite_is_large_and_its_names_are_unique() -> None:
    assert len(DEFECTS) == len(BY_NAME) >= 40


def test_a_good_turn_has_no_finding(episode: Episode) -> None:
    assert validate(evidence_of(episode)) == ()


@pytest.mark.parametrize("defect", BLIND, ids=lambda one: one.name)
def test_a_defect_of_the_log_is_found(defect: Defect, turn: Turn) -> None:
    assert defect.turn is not None
    found = without_pictures(defect.turn(turn, np.random.default_rng(5)))
    assert {one.rule for one in found} & defect.rules
    assert all(one.place and one.text for one in found)


@pytest.mark.parametrize("name", SAMPLE)
def test_a_defect_of_the_pictures_is_found(name: str, turn: Turn, episode: Episode) -> None:
    defect, chance = BY_NAME[name], np.random.default_rng(5)
    changed = taped(defect.turn(turn, chance)) if defect.turn else episode
    if defect.episode:
        changed = defect.episode(changed, chance)
    assert {one.rule for one in validate(evidence_of(changed))} & defect.rules


def test_finding_names_place_and_value(turn: Turn) -> None:
    found = without_pictures(BY_NAME["a_servo_at_full_load"].turn(turn, np.random.default_rng(5)))
    assert [(one.rule, one.place.split(",")[0]) for one in found] == [("saturated", "joint shoulder_lift")]
    assert found[0].value > 0.9 > found[0].bound


def test_an_unknown_arm_is_judged_by_what_fits_any(turn: Turn) -> None:
    strange = with_header(turn, arm="one-of-a-kind")
    evidence = evidence_of(taped(strange))
    assert evidence.model is None
    assert validate(evidence) == ()


def test_files_are_compared_with_each_other_and_with_their_checksums(turn: Turn, tmp_path: Path) -> None:
    bare = with_pictures(taped(turn), "wrist", annex_b=(), **_nothing())
    first = write(bare, tmp_path)
    twin = taped(with_header(turn, episode_id="again"))
    again = write(with_pictures(twin, "wrist", annex_b=(), **_nothing()), tmp_path)
    cut = tmp_path / "cut.mcap"
    cut.write_bytes(first.read_bytes()[:3000])
    first.with_name("ep-3.mcap.sha256").write_text("0" * 64)
    reports = validate_files([first, again, cut])
    rules = [sorted(one.rule for one in report.findings) for report in reports]
    assert rules == [["file", "no_pictures"], ["duplicate", "no_pictures"], ["file", "file"]]
    assert [report.episode_id for report in reports] == ["ep-3", "again", "cut"]


def _nothing() -> dict[str, np.ndarray]:
    none = np.zeros(0, dtype=np.int64)
    return {
        "encode_begun_ns": none,
        "frame_id": none,
        "capture_ns": none,
        "encoded_ns": none,
        "keyframe": none.astype(np.bool_),
    }


def changed(turn: Turn, **values: object) -> Turn:
    return replace(turn, observations=replace(turn.observations, **values))


@pytest.mark.parametrize("name", ["not_a_number", "action_not_a_number"])
def test_what_is_not_a_number_is_found_in_memory(name: str, turn: Turn) -> None:
    defect = BY_NAME[name]
    assert defect.turn is not None
    assert "not_a_number" in {
        one.rule for one in without_pictures(defect.turn(turn, np.random.default_rng(1)))
    }


def test_no_number_anywhere_is_no_pose(turn: Turn) -> None:
    found = without_pictures(changed(turn, end_effector=np.full_like(turn.observations.end_effector, np.nan)))
    assert [one.rule for one in found] == ["pose"]


def test_a_joint_a_little_beside_its_goal_is_found(turn: Turn) -> None:
    applied = turn.actions.applied_rad.copy()
    applied[:, 0] += 0.12
    found = without_pictures(replace(turn, actions=replace(turn.actions, applied_rad=applied)))
    assert [(one.rule, one.place) for one in found] == [("following", "joint shoulder_pan")]


def test_an_arm_that_nobody_drove_is_not_asked_to_follow(turn: Turn) -> None:
    count = len(turn.actions.t_ns)
    idle = changed(turn, mode=("idle",) * count)
    assert without_pictures(idle) == ()
    empty = BY_NAME["inputs_missing"].turn(idle, np.random.default_rng(0))
    done = replace(turn.actions, sequence=np.zeros(count, dtype=np.int64))
    assert without_pictures(replace(empty, actions=done)) == ()
    brief = tuple("play" if 60 <= row < 175 else "idle" for row in range(count))
    assert without_pictures(changed(turn, mode=brief)) == ()


def test_pictures_alone_are_judged_too(turn: Turn) -> None:
    alone = BY_NAME["no_observation"].turn(turn, np.random.default_rng(0))
    assert {one.rule for one in validate(evidence_of(taped(alone)))} == {"empty"}


def seen_as(episode_id: str, views: dict[str, int], cell: str = "home") -> Print:
    """A print whose views are drawn from a seed."""
    drawn = {name: np.random.default_rng(seed).normal(size=50) for name, seed in views.items()}
    return Print(episode_id, cell, episode_id, drawn)


def test_swapped_cameras_are_found_among_peers_of_the_same_cell() -> None:
    usual = {"overview": 1, "wrist": 2}
    peers = [seen_as("a", usual), seen_as("b", usual), seen_as("c", usual | {"side": 3})]
    odd = seen_as("odd", {"overview": 2, "wrist": 1, "new": 1})
    found = compared([*peers, odd])
    assert [(one.rule, one.place) for one in found["odd"]] == [
        ("swapped", "camera overview"),
        ("swapped", "camera wrist"),
    ]
    assert not found["a"] and not found["c"]
    elsewhere = compared([*peers, seen_as("odd", {"overview": 2, "wrist": 1}, "another cell")])
    assert not any(elsewhere.values())
    lone = [seen_as(name, {"overview": 1}) for name in "abc"]
    assert not any(compared(lone).values())


def test_a_blank_view_is_like_no_other() -> None:
    blank = Print("d", "home", "d", {"overview": np.zeros(50), "wrist": np.zeros(50)})
    usual = {"overview": 1, "wrist": 2}
    assert not compared([seen_as("a", usual), seen_as("b", usual), blank])["d"]


def test_commands_say_what_was_found(turn: Turn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "160")
    path = write(with_pictures(taped(turn), "wrist", annex_b=(), **_nothing()), tmp_path)
    run = CliRunner()
    answer = run.invoke(app, ["validate", "--dir", str(tmp_path), "--workers", "2"])
    assert answer.exit_code == 1
    assert "no_pictures" in answer.stdout and "0 of 1 episodes have no finding." in answer.stdout
    lines = run.invoke(app, ["validate", str(path), "--json"]).stdout.splitlines()
    assert [json.loads(line)["rule"] for line in lines] == ["no_pictures"]
    named = run.invoke(app, ["validate", "ep-3", "--dir", str(tmp_path), "--json"]).stdout.splitlines()
    assert named == lines
    nothing = run.invoke(app, ["validate", "--dir", str(tmp_path / "empty")])
    assert (nothing.exit_code, nothing.stdout) == (0, "0 of 0 episodes have no finding.\n")


@pytest.mark.system
def test_any_number_of_workers_finds_the_same(turn: Turn, tmp_path: Path) -> None:
    bare = with_pictures(taped(turn), "wrist", annex_b=(), **_nothing())
    paths = [write(bare, tmp_path), tmp_path / "absent.mcap"]
    assert validate_files(paths, 2) == validate_files(paths, 1)
