"""After a gap in the messages motion resumes without a jump: no limit is passed, no old ghost rushed to."""

import pytest
from arm_judge import Judge
from hypothesis import example, given, settings
from hypothesis import strategies as st
from lone_controller import PERIOD_NS
from played_arm import PlayedArm

from robot_bridge.arms import load_arm
from teleop.cell.playout import SILENCE_NS

MODEL = load_arm("so101")
GHOST_M_S = 0.15
OVER = 1.1  # what a jerk-limited motion takes to come back onto its way
HELD_TICKS = SILENCE_NS // PERIOD_NS - 1  # so many messages missing are a silence that holds
BEGUN_TICKS, AFTER_TICKS = 30, 90
LETS_GO_NS = 500_000_000
STANDS_M = 1e-3


def driven(
    way_ticks: int, gap_ticks: int, speed_m_s: float, let_go_after: int
) -> tuple[PlayedArm, list[float]]:
    """A player who drives, is cut off, lets go meanwhile and drives on; every tick is judged.

    Also answers where the arm was from its hold until the player drove it again, along the ghost's way.
    """
    played, judge = PlayedArm(MODEL, way_ticks, speed_m_s), Judge("so101", PERIOD_NS / 1e9)
    begun, waiting = 2 * way_ticks + BEGUN_TICKS, list[float]()
    shown = anew = False
    for number in range(begun + gap_ticks + AFTER_TICKS):
        played.dark = begun <= number < begun + gap_ticks
        if number == begun + let_go_after:
            played.let_go(LETS_GO_NS)
        played.tick()
        motion = played.arm.motion
        playing = played.arm.playing
        assert judge.broken(motion.positions_rad, motion.velocities_rad_s, playing=playing) == []
        shown |= number > begun and played.page.shown.mode == "hold"
        anew |= shown and played.page.drives(played.arm.now_ns)
        stands = played.told.mode == "hold" and motion.at_rest
        if number > begun and (waiting or stands) and not anew:
            waiting.append(played.told.applied_pose.y_m)
    return played, waiting


@settings(max_examples=8, deadline=None)
@given(st.integers(0, 20), st.integers(5, 80), st.floats(-GHOST_M_S, GHOST_M_S), st.integers(0, 80))
@example(5, 30, GHOST_M_S, 80)
@example(15, 30, GHOST_M_S, 25)
@example(5, 8, GHOST_M_S, 80)
def test_after_a_gap_no_limit_is_passed_and_no_old_ghost_is_gone_to(
    way_ticks, gap_ticks, speed_m_s, let_go_after
):
    played, waiting = driven(way_ticks, gap_ticks, speed_m_s, let_go_after)
    fastest = max(played.speeds_m_s)
    assert bool(waiting) == (gap_ticks >= HELD_TICKS)
    if waiting:
        assert max(waiting) - min(waiting) < STANDS_M
        assert fastest <= abs(speed_m_s) * OVER + 1e-3, "the ghost begins anew where the arm is"
    assert fastest <= MODEL.tool_speed_m_s
    assert played.told.mode == "play"


@pytest.mark.parametrize("gap_ticks", [4, 40])
def test_after_a_gap_the_arm_follows_again(gap_ticks):
    played, _ = driven(3, gap_ticks, 0.1, gap_ticks)
    ghost, arm = played.page.ghost, played.told.applied_pose
    assert played.page.drives(played.arm.now_ns)
    assert abs(ghost.y_m - arm.y_m) < 0.1 * 0.15
