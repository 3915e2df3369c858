"""Staging in the physics loop: done when the pieces lie still in place, refused with a sentence otherwise."""

from concurrent.futures import Future

import pytest

from sim_fallback.joints import JointReading
from sim_fallback.layout import EMPTY_LAYOUT
from sim_fallback.scene import PieceTruth
from sim_fallback.staging import GIVE_UP_STEPS, SETTLE_STEPS, Staging
from sim_fallback.staging_wire import Answer, Arrange, AskTruth


class FakeWorld:
    """A table whose pieces do what the test says."""

    def __init__(self):
        self.layout = EMPTY_LAYOUT
        self.refusal, self.still, self.fallen = "", True, False

    def arrange(self, layout):
        self.layout = layout
        return self.refusal

    def settled(self):
        return self.still

    def truth(self):
        drop = 0.03 if self.fallen else 0.0
        return tuple(
            PieceTruth(one.id, (one.x_m, one.y_m, one.z_m - drop), (0.0, 0.0, 0.0, 1.0), False)
            for one in self.layout.pieces
        )

    def readings(self):
        return (JointReading(0.5, 0.0, 0.0),)


@pytest.fixture
def world():
    return FakeWorld()


def begun(world, layout):
    staging, answer = Staging(world), Future()
    staging.begin(Arrange(version=1, layout=layout), answer)
    return staging, answer


def test_done_once_the_pieces_lie_still(world, layout):
    staging, answer = begun(world, layout)
    for _ in range(SETTLE_STEPS - 1):
        staging.step()
    assert staging.busy and not answer.done()
    staging.step()
    assert answer.result(0) == Answer(True)
    assert not staging.busy
    staging.step()


def test_pieces_that_never_rest(world, layout):
    world.still = False
    staging, answer = begun(world, layout)
    for _ in range(GIVE_UP_STEPS):
        staging.step()
    assert answer.result(0) == Answer(False, "the pieces do not come to rest")


def test_a_piece_that_fell(world, layout):
    world.fallen = True
    staging, answer = begun(world, layout)
    for _ in range(SETTLE_STEPS):
        staging.step()
    assert answer.result(0).reason == "piece red did not stay where it was put"


def test_an_arm_in_the_way(world, layout):
    world.refusal = "the arm is in the way of piece red"
    staging, answer = begun(world, layout)
    assert answer.result(0) == Answer(False, world.refusal)
    assert not staging.busy


def test_the_truth_is_told_at_once(world, layout):
    world.layout = layout
    staging, answer = Staging(world), Future()
    staging.begin(AskTruth(version=1), answer)
    told = answer.result(0)
    assert [piece.id for piece in told.pieces] == ["red", "green", "blue"]
    assert told.joints_rad == (0.5,)
