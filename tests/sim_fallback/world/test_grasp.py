"""The grasp's state machine: what starts a hold, what ends it, and what a leaving piece does."""

from hypothesis import given
from hypothesis import strategies as st

from sim_fallback.world.grasp import OPENED_RAD, Collide, GraspState, Hold, LetGo, Touch, step

FREE = GraspState()
HELD = GraspState("held", 2, 0.24)
LEAVING = GraspState("leaving", 2, 0.24)


def touch(between=None, clear=False, jaw_rad=0.24, shutting=True, motor_on=True):
    return Touch(between, clear, jaw_rad, shutting, motor_on)


def test_a_piece_between_shutting_jaws_is_held():
    assert step(FREE, touch(between=2)) == (HELD, (Hold(2),))


def test_a_piece_between_resting_jaws_is_not():
    assert step(FREE, touch(between=2, shutting=False)) == (FREE, ())


def test_nothing_between_the_jaws():
    assert step(FREE, touch()) == (FREE, ())


def test_the_hold_lasts_while_the_jaw_stays():
    assert step(HELD, touch(between=2, jaw_rad=0.24 + OPENED_RAD)) == (HELD, ())


def test_an_opening_jaw_lets_go():
    assert step(HELD, touch(jaw_rad=0.241 + OPENED_RAD, shutting=False)) == (LEAVING, (LetGo(2),))


def test_a_jaw_without_torque_lets_go():
    assert step(HELD, touch(motor_on=False, shutting=False)) == (LEAVING, (LetGo(2),))


def test_a_leaving_piece_stays_apart_until_it_is_clear():
    assert step(LEAVING, touch(shutting=False)) == (LEAVING, ())
    assert step(LEAVING, touch(clear=True, shutting=False)) == (FREE, (Collide(2),))


def test_a_leaving_piece_can_be_caught_again():
    assert step(LEAVING, touch(between=2, jaw_rad=0.3)) == (GraspState("held", 2, 0.3), (Hold(2),))


@given(
    st.lists(
        st.builds(
            Touch,
            between=st.none() | st.integers(0, 2),
            clear=st.booleans(),
            jaw_rad=st.floats(-0.2, 1.7),
            shutting=st.booleans(),
            motor_on=st.booleans(),
        ),
        max_size=30,
    )
)
def test_every_hold_is_let_go_before_it_collides_again(touches):
    state, held = FREE, None
    for one in touches:
        state, effects = step(state, one)
        for effect in effects:
            match effect:
                case Hold(piece):
                    assert held is None
                    held = piece
                case LetGo(piece):
                    assert held == piece
                    held = None
                case Collide(piece):
                    assert held is None
    assert (state.phase == "held") == (held is not None)
