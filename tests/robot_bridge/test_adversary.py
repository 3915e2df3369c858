"""No setpoint, however hostile, makes any arm's command pass a limit; tests/bench/limits.py sends more.

A million setpoints over all arms, in bursts as they come out of the socket: the bridge reads and judges every
one of them, and the newest valid one of a tick drives.
"""

import msgspec
import pytest
from adversary import ARMS, Adversary
from arm_judge import Judge

from robot_bridge.arms import ArmModel, load_arm
from robot_bridge.kinematics import damped

BURSTS = 83_500
SINGLE = 300


@pytest.mark.parametrize("seed", [7, 8])
@pytest.mark.parametrize("arm", ARMS)
def test_no_setpoint_makes_a_command_pass_a_limit(arm: str, seed: int) -> None:
    adversary = Adversary(arm, seed)
    adversary.run(BURSTS)
    adversary.run(SINGLE, (1,))
    assert adversary.violations == {} and adversary.setpoints == BURSTS + SINGLE
    assert adversary.ticks > SINGLE + BURSTS / 512
    assert adversary.travelled_rad > 0.2
    assert adversary.refused > adversary.setpoints / 50


def test_a_million_setpoints_are_sent_in_all() -> None:
    assert 2 * len(ARMS) * (BURSTS + SINGLE) >= 1_000_000


def test_no_target_costs_a_tick_more_than_six_steps_of_the_solver(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a tick costs is bounded by counts: three steps for the aim, three for the step toward it."""
    taken, whole = [0], damped.go_on

    def counted(model: ArmModel, search: damped.Search, steps: int) -> tuple[damped.Search, int]:
        gone_on, left = whole(model, search, steps)
        taken[-1] += steps - left
        return gone_on, left

    def clock() -> float:
        taken.append(0)
        return 0.0

    monkeypatch.setattr(damped, "go_on", counted)
    Adversary("widowx_250", 7).timed(150, clock, hostile=True)
    assert 3 < max(taken) <= 6 and sum(taken) > 300


@pytest.mark.parametrize(
    ("loosened", "broken"),
    [
        ("velocity_rad_s", "velocity"),
        ("acceleration_rad_s2", "acceleration"),
        ("jerk_rad_s3", "jerk"),
    ],
)
def test_a_bridge_that_moves_by_other_bounds_than_the_file_says_is_found_out(
    monkeypatch: pytest.MonkeyPatch, loosened: str, broken: str
) -> None:
    def loose(arm: str) -> ArmModel:
        model = load_arm(arm)
        wider = tuple(1.3 * bound for bound in getattr(model.motion, loosened))
        return msgspec.structs.replace(
            model, motion=msgspec.structs.replace(model.motion, **{loosened: wider})
        )

    monkeypatch.setattr("adversary.load_arm", loose)
    adversary = Adversary("so101", 7)
    adversary.run(1_500, (1, 2))
    assert broken in adversary.violations


def judged(*steps: tuple[float, float], playing: bool = True) -> set[str]:
    """What the judge says of an SO-101 whose pan takes these angles and speeds, tick by tick."""
    judge = Judge("so101", 0.01)
    ready = Adversary("so101", 1).model.ready_rad
    found: set[str] = set()
    for angle, speed in steps:
        found |= set(judge.broken((angle, *ready[1:]), (speed, *(0.0,) * 5), playing=playing))
    return found


@pytest.mark.parametrize(
    ("steps", "broken"),
    [
        ([(0.0, 0.0)] * 4, set()),
        ([(0.0, 0.0), (0.0, 1.51)], {"velocity", "acceleration"}),
        ([(0.0, 1.0), (0.0, 1.13)], {"acceleration"}),
        ([(0.0, 1.0), (0.0, 1.0), (0.0, 1.03)], {"jerk"}),
        ([(0.0, 0.0), (0.0, 0.0), (0.0, 0.0), (0.0003, 0.0)], {"jerk"}),
        ([(0.0, 0.0), (0.04, 0.0)], {"velocity", "tool speed"}),
        ([(1.9, 0.0)], {"position", "workspace"}),
        ([(float("nan"), 0.0)], {"no number"}),
        ([(0.0, float("inf"))], {"no number"}),
    ],
)
def test_the_judge_sees_what_is_broken(steps: list[tuple[float, float]], broken: set[str]) -> None:
    assert judged(*steps) == broken


def test_the_judge_allows_a_stop_what_it_does_not_allow_play() -> None:
    quick = [(0.0, 1.0), (0.0, 1.0), (0.0, 1.2)]
    assert judged(*quick) == {"acceleration", "jerk"} and judged(*quick, playing=False) == set()


def test_the_judge_sees_too_many_joints_the_table_and_a_box() -> None:
    ready = Adversary("so101", 1).model.ready_rad
    assert Judge("so101", 0.01).broken((*ready, 0.0), (0.0,) * 7, playing=True) == ["arity"]
    down = (0.0, 0.6, 0.9, 0.4, 0.0, 0.4)
    assert "table" in Judge("so101", 0.01).broken(down, (0.0,) * 6, playing=True)
    around = ((-0.5, 0.5), (-0.5, 0.5), (-0.5, 0.5))
    assert Judge("so101", 0.01, [around]).broken(ready, (0.0,) * 6, playing=True) == ["keep_out"]
