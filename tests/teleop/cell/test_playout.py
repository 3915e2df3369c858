"""What is sent to the bridge: newest wins, nothing without fresh messages, no leap to an old ghost."""

from dataclasses import replace

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from game import moves
from game.puzzle import load_puzzles
from game.route import Pose
from game.rules import PieceSighting
from robot_bridge.arms import load_arm
from robot_bridge.wire.commands import JointTarget, PoseTarget
from robot_bridge.wire.state import ArmState, JointState
from teleop.cell import playout
from teleop.cell.arm_view import view_of
from teleop.wire.player_in import Control, PoseVelocity

MS = 1_000_000
VIEW = view_of(load_arm("so101"))
REST = PoseTarget(0.2, 0.0, 0.12, -1.5, 0.0, 0.5)
GHOST = PoseTarget(0.21, 0.01, 0.12, -1.5, 0.0, 0.5)
FAR = PoseTarget(0.3, 0.1, 0.05, -1.5, 0.0, 0.5)
READY = VIEW.ready_rad


def arm(mode="play", epoch=1, applied=REST, joints=READY, **fields) -> ArmState:
    state = ArmState(
        version=1,
        tick=1,
        now_ns=0,
        mode=mode,
        cause="none",
        stop_id=None,
        stop_generation=0,
        lease_epoch=epoch,
        applied_sequence=0,
        joints=tuple(JointState(q, 0.0, 0.0, 30.0, 7.4, 0, 0) for q in joints),
        requested_rad=None,
        applied_rad=tuple(joints),
        measured_pose=applied,
        applied_pose=applied,
        limits=(),
        speed_scale=1.0,
        bus_ok=True,
    )
    return msgspec.structs.replace(state, **fields)


def control(sequence=1, pose=GHOST, stick=False) -> Control:
    return Control(
        version=1,
        lease_epoch=1,
        sequence=sequence,
        client_us=0,
        echo_ns=0,
        hold_to_run=True,
        stick=stick,
        device="keyboard",
        pose=pose,
        velocity=PoseVelocity(0.0, 0.0, 0.0, 0.0, 0.0),
        seen=None,
    )


def heard(sequence=1, pose=GHOST, stick=False, scale=1.0) -> playout.Heard:
    return playout.Heard(control(sequence, pose, stick), scale)


def said(sequence, pose, stick, echo_ns) -> playout.Heard:
    """A message whose page had shown the state of that time."""
    return playout.Heard(msgspec.structs.replace(control(sequence, pose, stick), echo_ns=echo_ns), 1.0)


def plan() -> moves.MovePlan:
    puzzle = load_puzzles()["tower"]
    seen = [
        PieceSighting(place.piece, puzzle.slot(place.slot).x_m, puzzle.slot(place.slot).y_m, 0.015, 0.0, 0.1)
        for place in puzzle.start
    ]
    made = moves.plan_move(puzzle, seen, "red", "near_middle", Pose(0.2, 0.0, 0.12, -1.5, 0.0))
    assert isinstance(made, moves.MovePlan)
    return made


def run(*steps: tuple[int, playout.Event], state: playout.PlayoutState | None = None):
    state, all_effects = state or playout.PlayoutState(VIEW), []
    for at_ms, event in steps:
        state, effects = playout.step(state, event, at_ms * MS)
        all_effects += effects
    return state, all_effects


def driving(**fields) -> playout.PlayoutState:
    """A state in which the player drives by hand, joined, at 0 ms."""
    state, _ = run(
        (0, playout.ArmTold(arm("hold"))), (0, playout.Allow("hand", 1)), (0, playout.ArmTold(arm()))
    )
    return replace(state, joined=True, **fields)


def kinds(effects) -> list[str]:
    return [type(effect).__name__ for effect in effects]


def test_the_first_neutral_message_enables_and_steering_does_not():
    state, _ = run((0, playout.ArmTold(arm("idle"))), (0, playout.Allow("hand", 1)))
    assert run((1, heard(stick=True)), state=state)[1] == []
    assert run((1, heard()), state=state)[1] == [playout.SendEnable()]


def test_enable_is_not_asked_for_in_every_message():
    state, effects = run(
        (0, playout.ArmTold(arm("hold"))),
        (0, playout.Allow("hand", 1)),
        (1, heard(1)),
        (17, heard(2)),
        (102, heard(3)),
    )
    assert kinds(effects) == ["SendEnable", "SendEnable"]


@pytest.mark.parametrize("mode", ["latched"])
def test_a_latched_arm_is_never_enabled(mode):
    assert run((0, playout.ArmTold(arm(mode))), (0, playout.Allow("hand", 1)), (1, heard()))[1] == []


def test_nothing_is_enabled_without_a_turn_or_an_arm():
    assert run((0, playout.ArmTold(arm("idle"))), (1, heard()))[1] == []
    assert run((0, playout.Allow("hand", 1)), (1, heard()))[1] == []


def test_an_arm_that_follows_another_lease_does_not_follow_us():
    state, _ = run((0, playout.ArmTold(arm(epoch=7))), (0, playout.Allow("hand", 1)))
    assert run((1, heard()), state=state)[1] == [playout.SendEnable()]


def test_the_ghost_is_sent_with_a_deadline_from_its_arrival():
    _, effects = run((5, heard(9, scale=0.4)), state=driving())
    assert effects == [playout.SendSetpoint(GHOST, 0.4, 105 * MS, 9, "player")]


def test_a_far_ghost_is_not_followed_until_it_meets_the_arm():
    state, _ = run(
        (0, playout.ArmTold(arm("hold"))), (0, playout.Allow("hand", 1)), (0, playout.ArmTold(arm()))
    )
    state, first = run((1, heard(1, FAR)), state=state)
    assert isinstance(first[0].target, JointTarget) and first[0].source == "assist"
    assert first[0].target.positions_rad == READY[:-1]
    state, second = run((2, heard(2, GHOST)), (3, heard(3, FAR)), state=state)
    assert [effect.target for effect in second] == [GHOST, FAR]


@pytest.mark.parametrize("stick", [False, True])
def test_after_a_hold_a_ghost_counts_once_its_page_has_shown_the_arm_following(stick):
    state, _ = run((700, playout.ArmTold(arm("hold"))), (800, playout.ArmTold(arm())), state=driving())
    old = [(at, said(at, GHOST, stick, echo_ns=800 * MS - 1)) for at in (801, 1100, 1400)]
    state, effects = run(*old, state=state)
    assert [effect.source for effect in effects] == ["assist"] * 3
    assert effects[0].target.positions_rad == READY[:-1]
    state, effects = run((1401, said(1401, GHOST, stick, echo_ns=800 * MS)), state=state)
    assert [effect.target for effect in effects] == [GHOST]


def test_steering_counts_from_when_the_page_has_shown_the_arm_following():
    state, _ = run((0, playout.ArmTold(arm("hold"))), (800, playout.ArmTold(arm())), state=driving())
    state, _ = run((801, said(1, FAR, True, echo_ns=0)), state=state)
    state, effects = run(
        (1000, said(2, FAR, True, echo_ns=800 * MS)),
        (1499, said(3, FAR, True, echo_ns=800 * MS)),
        state=state,
    )
    assert FAR not in [effect.target for effect in effects]
    _, effects = run((1500, said(4, FAR, True, echo_ns=800 * MS)), state=state)
    assert [effect.target for effect in effects] == [FAR]


@pytest.mark.parametrize(
    "pose",
    [
        PoseTarget(0.2, 0.0, 0.19, -1.5, 0.0, 0.5),
        PoseTarget(0.2, 0.0, 0.12, -0.8, 0.0, 0.5),
        PoseTarget(0.2, 0.0, 0.12, -1.5, 0.7, 0.5),
        PoseTarget(0.2, 0.0, 0.12, -1.5, 0.0, 1.0),
    ],
)
def test_near_means_place_turn_and_gripper(pose):
    assert not playout.near(pose, REST) and playout.near(GHOST, REST)


def test_half_a_second_of_steering_takes_over_a_far_ghost():
    state = replace(driving(), joined=False)
    state, effects = run(
        (0, heard(1, FAR, stick=True)),
        (300, heard(2, FAR, stick=False)),
        (400, heard(3, FAR, stick=True)),
        (899, heard(4, FAR, stick=True)),
        state=state,
    )
    assert FAR not in [effect.target for effect in effects]
    _, effects = run((900, heard(5, FAR, stick=True)), state=state)
    assert [effect.target for effect in effects] == [FAR]


def test_without_a_known_rest_nothing_is_sent_until_the_ghost_meets_the_arm():
    state = replace(driving(), joined=False, rest=None)
    assert run((1, heard(1, FAR)), state=state)[1] == []


def test_silence_holds_once_and_regains_by_neutral():
    state, effects = run(
        (0, heard(1)), (99, playout.Tick()), (100, playout.Tick()), (120, playout.Tick()), state=driving()
    )
    assert kinds(effects) == ["SendSetpoint", "SendHold"]
    assert effects[-1] == playout.SendHold("link_lost")
    _, again = run((201, playout.Tick()), state=state)
    assert again == [playout.SendHold("link_lost")]
    state, _ = run((210, playout.ArmTold(arm("hold"))), state=state)
    assert run((211, playout.Tick()), (212, heard(2, stick=True)), state=state)[1] == []
    assert run((212, heard(2)), state=state)[1] == [playout.SendEnable()]


def test_a_denied_message_holds_and_ends_a_move():
    state, _ = run((0, heard(1)), (1, playout.BeginMove(4, plan())), state=driving())
    _, effects = run((2, playout.Denied("stale_picture")), state=state)
    assert kinds(effects) == ["TellMove", "SendHold"] and effects[0].status == "cancelled"
    assert run((2, playout.Denied("hold_to_run_lost")))[1] == []


def test_the_ready_pose_is_approached_while_messages_come_and_told_once():
    far = tuple(q + 0.5 for q in READY)
    state, _ = run(
        (0, playout.ArmTold(arm("hold"))),
        (0, playout.Allow("ready", 1)),
        (0, playout.ArmTold(arm(joints=far))),
    )
    state, effects = run((1, heard(1, FAR, stick=True)), (2, playout.Tick()), state=state)
    assert effects == [playout.SendSetpoint(VIEW.ready, playout.READY_SPEED, 101 * MS, 1, "assist")]
    state, effects = run((3, playout.ArmTold(arm())), (4, playout.Tick()), (5, playout.Tick()), state=state)
    assert kinds(effects) == ["SendSetpoint", "ReadyReached", "SendSetpoint"]
    unseen, _ = run(
        (6, playout.ArmTold(msgspec.structs.replace(arm(), joints=()))), state=replace(state, was_ready=False)
    )
    assert kinds(run((7, playout.Tick()), state=unseen)[1]) == ["SendSetpoint"]


def test_a_move_sends_waypoints_and_ignores_the_resting_ghost():
    state, started = run((0, heard(1)), (1, playout.BeginMove(4, plan())), state=driving())
    assert kinds(started) == ["SendSetpoint", "TellMove"] and started[1].status == "started"
    state, effects = run((2, heard(2, FAR)), (20, playout.Tick()), state=state)
    assert kinds(effects) == ["SendSetpoint"] and effects[0].source == "assist"
    assert isinstance(effects[0].target, PoseTarget) and effects[0].deadline_ns == 102 * MS
    assert state.move_id == 4


@pytest.mark.parametrize(
    "event",
    [
        heard(3, stick=True),
        playout.CancelMove(),
        playout.Allow("nothing", 1),
        playout.ArmTold(arm("latched")),
    ],
)
def test_steering_cancelling_and_stopping_end_a_move(event):
    state, _ = run((0, heard(1)), (1, playout.BeginMove(4, plan())), state=driving())
    state, effects = run((2, event), state=state)
    assert effects[0].status == "cancelled" and effects[0].move_id == 4
    assert state.plan is None and not any(
        kind == "SendSetpoint" for kind in kinds(run((3, playout.Tick()), state=state)[1])
    )


def paused_at(ms: int) -> playout.PlayoutState:
    """A move that ran for two seconds and was held at this moment."""
    state, _ = run((0, heard(1)), (1, playout.BeginMove(4, plan())), state=driving())
    state, _ = run(
        *[(at, one) for at in range(2, ms, 20) for one in (heard(at), playout.Tick())], state=state
    )
    state, effects = run((ms, playout.ArmTold(arm("hold"))), state=state)
    assert effects == [] and state.plan is not None
    return state


@pytest.mark.parametrize("told_twice", [False, True])
def test_a_brief_hold_pauses_a_move_that_then_goes_on_from_where_the_arm_was_held(told_twice):
    state, held_at = paused_at(2000), PoseTarget(0.22, 0.03, 0.1, -1.4, 0.1, 0.5)
    if told_twice:
        state, _ = run((2400, playout.ArmTold(arm("hold"))), state=state)
    state, effects = run((2900, heard(9)), state=state)
    assert effects == [playout.SendEnable()], "a pause asks for nothing but to be let go on"
    state, effects = run(
        (2950, playout.ArmTold(arm(applied=held_at))), (2951, heard(10)), (2952, playout.Tick()), state=state
    )
    (first,) = effects
    assert first.target == msgspec.structs.replace(held_at, gripper=0.5) and state.move_id == 4
    _, (second,) = run((2972, heard(11)), (2972, playout.Tick()), state=state)
    leap_m = max(abs(second.target.z_m - held_at.z_m), abs(second.target.x_m - held_at.x_m))
    assert 0.0 < leap_m < 0.004


def test_a_hold_of_more_than_a_second_ends_the_move():
    state, effects = run((3000, playout.Tick()), (3001, playout.Tick()), state=paused_at(2000))
    assert [effect.status for effect in effects] == ["cancelled"] and state.plan is None


def test_a_gap_in_the_messages_pauses_a_move_and_is_no_leap():
    state, _ = run((0, heard(1)), (1, playout.BeginMove(4, plan())), (2, playout.Tick()), state=driving())
    state, effects = run((150, playout.Tick()), state=state)
    assert effects == [playout.SendHold("link_lost")] and state.plan is not None
    _, effects = run((700, heard(2)), (701, playout.Tick()), state=state)
    assert effects[-1].target == msgspec.structs.replace(REST, gripper=0.5)


def test_a_move_paused_before_its_first_step_still_looks_whether_the_gripper_is_free():
    state, _ = run((0, heard(1)), (1, playout.BeginMove(4, plan())), state=driving())
    state, _ = run((2, playout.ArmTold(arm("hold"))), (30, playout.ArmTold(arm())), state=state)
    assert state.plan is not None and state.plan.since_ns is None
    holding = tuple(JointState(q, 0.0, 0.3, 30.0, 7.4, 0, 0) for q in READY)
    gripping = arm(applied=msgspec.structs.replace(REST, gripper=0.3), joints=READY)
    _, effects = run(
        (40, playout.ArmTold(msgspec.structs.replace(gripping, joints=holding))),
        (41, heard(2)),
        (42, playout.Tick()),
        state=state,
    )
    assert effects[-1].status == "failed"


def test_a_move_waits_while_joints_are_not_measured():
    state, _ = run((0, heard(1)), (1, playout.BeginMove(4, plan())), state=driving())
    state = replace(state, arm=msgspec.structs.replace(arm(), joints=()))
    assert run((2, playout.Tick()), state=state)[1] == []


def test_a_move_that_fails_says_why():
    state, _ = run((0, heard(1)), (1, playout.BeginMove(4, plan())), state=driving())
    state, _ = run((2, playout.Tick()), state=state)
    state, effects = run((60_000, heard(2)), (60_001, playout.Tick()), state=state)
    assert effects[-1].status == "failed" and effects[-1].reason.en and effects[-1].reason.zh
    assert state.plan is None


def test_a_move_that_is_done_leaves_the_arm_where_it_is():
    finished = replace(plan(), outcome=moves.Done())
    state, _ = run((0, heard(1)), (1, playout.BeginMove(4, finished)), state=driving())
    state, effects = run((2, playout.Tick()), state=state)
    assert effects[-1].status == "done"
    _, after = run((3, heard(2, FAR)), state=state)
    assert isinstance(after[0].target, JointTarget)


def test_a_failed_plan_without_waypoint_sends_nothing_more():
    state, effects = run((0, playout.CancelMove()), state=driving())
    assert effects == [] and state.plan is None


def test_moves_begin_only_while_driving_with_fresh_messages():
    state, _ = run((0, heard(1)), state=driving())
    assert playout.playing(state, 50 * MS)
    assert not playout.playing(state, 100 * MS)
    assert not playout.playing(replace(state, allowed="ready"), 50 * MS)
    assert not playout.playing(replace(state, arm=arm("hold")), 50 * MS)


def test_a_new_lease_forgets_the_old_player_s_messages():
    state, _ = run((0, heard(1)), (1, playout.Allow("hand", 2)), state=driving())
    assert state.heard is None and not playout.playing(state, 2 * MS)


EVENTS = st.one_of(
    st.builds(heard, st.integers(0, 99), st.sampled_from([GHOST, FAR]), st.booleans(), st.floats(0, 1)),
    st.sampled_from(
        [
            playout.Denied("hold_to_run_lost"),
            playout.Tick(),
            playout.CancelMove(),
            playout.Allow("hand", 1),
            playout.Allow("ready", 1),
            playout.Allow("nothing", 1),
            playout.BeginMove(1, plan()),
            playout.ArmTold(arm()),
            playout.ArmTold(arm("hold")),
            playout.ArmTold(arm("latched")),
        ]
    ),
)


@settings(max_examples=200)
@given(st.lists(st.tuples(EVENTS, st.integers(0, 120)), max_size=50))
def test_no_goal_is_sent_but_within_100_ms_of_an_admitted_message_to_a_following_arm(history):
    state, now_ms, last_heard_ms, mode = playout.PlayoutState(VIEW), 0, None, None
    for event, later_ms in history:
        now_ms += later_ms
        if isinstance(event, playout.Heard):
            last_heard_ms = now_ms
        elif isinstance(event, playout.Denied):
            last_heard_ms = None
        elif isinstance(event, playout.ArmTold):
            mode = event.arm.mode
        state, effects = playout.step(state, event, now_ms * MS)
        for effect in effects:
            if isinstance(effect, playout.SendSetpoint):
                assert last_heard_ms is not None and mode == "play" and state.allowed != "nothing"
                assert effect.deadline_ns == (last_heard_ms + 100) * MS > now_ms * MS
                assert 0 <= effect.speed_scale <= 1
            assert not (isinstance(effect, playout.SendEnable) and mode == "latched")
