"""Plants one defect in one good turn and asks the validator, in any process."""

import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np

from planted.defects import DEFECTS, Defect
from planted.taping import taped, write
from planted.turns import Plan, Turn, good_turn, varied
from teleop.episodes.validation.evidence import Finding
from teleop.episodes.validation.files import validate_files

NAMES = tuple(defect.name for defect in DEFECTS)
BY_NAME = {defect.name: defect for defect in DEFECTS}
IN_A_SET = {"swapped", "duplicate"}
BASE_ARMS = ("so101", "koch_v1_1", "so100", "omx_f")


def base(seed: int) -> Plan:
    """The good turn that a defect is planted in: varied, but of an arm with six joints and two cameras."""
    plan = varied(1000 + seed)
    return replace(
        plan, arm=BASE_ARMS[seed % len(BASE_ARMS)], cameras=("overview", "wrist"), seconds=4.5 + seed % 4,
        vigour=max(plan.vigour, 0.6),
    )  # fmt: skip


def planted(defect: Defect, turn: Turn, seed: int, folder: Path) -> Path:
    """The file of a turn with a defect in it."""
    chance = np.random.default_rng((17, seed, NAMES.index(defect.name)))
    changed = defect.turn(turn, chance) if defect.turn else turn
    episode = taped(changed)
    if defect.episode:
        episode = defect.episode(episode, chance)
    path = write(episode, folder, f"planted-{defect.name}-{seed}")
    if defect.data:
        path.write_bytes(defect.data(path.read_bytes(), chance))
    return path


def findings(name: str, seed: int, folder: Path) -> tuple[Finding, ...]:
    """What the validator finds in a turn with this defect, among peers where the defect needs some."""
    defect, plan = BY_NAME[name], base(seed)
    path = planted(defect, good_turn(plan), seed, folder)
    peers = []
    if defect.rules & IN_A_SET:
        plans = [plan, *(replace(plan, seed=plan.seed + more) for more in (500, 600))]
        peers = [write(taped(good_turn(one)), folder, f"peer-{name}-{seed}-{one.seed}") for one in plans]
    reports = validate_files([*peers, path])
    return reports[-1].findings


def trial(task: tuple[str, int, str]) -> list[str]:
    """The named rules that found the defect (name, seed, folder); empty when it was missed."""
    name, seed, folder = task
    with tempfile.TemporaryDirectory(dir=folder) as own:
        found = findings(name, seed, Path(own))
    return sorted({one.rule for one in found} & BY_NAME[name].rules)


def clean_findings(task: tuple[int, str]) -> list[str]:
    """What the validator says of a good turn (seed, folder), which is all false."""
    seed, folder = task
    with tempfile.TemporaryDirectory(dir=folder) as own:
        path = write(taped(good_turn(varied(seed))), Path(own))
        return [f"{one.rule} {one.place} {one.value}" for one in validate_files([path])[0].findings]
