"""The referee's loop: looks at a live ring, tells what it sees, and waits for pictures."""

import asyncio
import time

import pytest
from cell_neighbours import until

from game.puzzle import load_puzzles
from game.referee import Effect, GoalReached, Sighting
from game.rules import PieceSighting
from game.table import resting_z_m
from robot_bridge.wire.frames import CameraCalibration
from teleop.cell import referee_loop
from teleop.cell.cameras import Camera
from teleop.cell.referee_loop import RefereeLoop
from teleop.episodes.judging import judgement
from teleop.metrics import CellMetrics

LOOKING_DOWN = (0.0, -1.0, 0.0, -1.0, 0.0, 0.0, 0.0, 0.0, -1.0)
CALIBRATION = CameraCalibration(
    1, "overview", 160, 120, 150.0, 150.0, 80.0, 60.0, LOOKING_DOWN, (0.0, 0.2, 0.6)
)
TOWER = load_puzzles()["tower"]


@pytest.fixture
async def judging(synthetic_camera):
    source = synthetic_camera()
    camera = Camera("overview", source.name, CellMetrics())
    camera.start()
    loop = RefereeLoop(camera, CellMetrics())
    task = asyncio.create_task(loop.run())
    yield loop, source
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    await camera.close()


async def test_news_of_a_turn_come_until_it_ends(judging):
    loop, _ = judging
    news, effects = [], []
    loop.on_news, loop.on_effect = news.append, effects.append
    assert loop.sightings() is None and loop.news(0) is None and loop.moves == 0
    loop.begin(TOWER, CALIBRATION, time.monotonic_ns())
    await until(lambda: len(news) >= 2, "news")
    assert (news[0].filled, news[0].wanted, news[0].moves) == (0, 3, 0)
    assert {one.piece for one in loop.sightings()} == {"red", "yellow", "blue"}
    loop.end()
    assert loop.sightings() is None and effects == []


class Eye:
    """Sees every piece where the goal wants it."""

    def __init__(self, *_: object) -> None: ...

    def look(self, _: bytes, capture_ns: int) -> Sighting:
        return Sighting(
            capture_ns,
            tuple(
                PieceSighting(
                    one.piece,
                    TOWER.slot(one.slot).x_m,
                    TOWER.slot(one.slot).y_m,
                    resting_z_m(TOWER, one, TOWER.goal),
                    0.1,
                    0.2,
                )
                for one in TOWER.goal
            ),
        )


async def test_what_was_judged_is_told_and_judged_again_comes_out_the_same(judging, monkeypatch):
    loop, _ = judging
    monkeypatch.setattr(referee_loop, "Vision", Eye)
    told, reached = [], []

    def hear(effect: Effect) -> None:
        if isinstance(effect, GoalReached):
            reached.append((effect, loop.moves, len(told)))

    loop.on_sighting, loop.on_effect = told.append, hear
    begun_ns = time.monotonic_ns()
    loop.begin(TOWER, CALIBRATION, begun_ns)
    await until(lambda: reached, "the goal")
    await asyncio.sleep(2 * referee_loop.LOOK_S)
    ((effect, moves, count),) = reached
    assert len(told) == count, "after the end nothing is judged"
    assert all(begun_ns < one.capture_ns <= one.t_ns and one.camera == "overview" for one in told)
    assert sorted({one.frame_id for one in told}) == [one.frame_id for one in told]
    again = judgement(TOWER, begun_ns, told)
    assert (again.solved, again.time_s, again.moves) == (True, effect.time_s, moves)
    assert not judgement(TOWER, begun_ns, told[:-1]).solved, "each of them counts"


async def test_the_time_limit_is_an_effect(judging):
    loop, _ = judging
    effects = []
    loop.on_effect = effects.append
    long_ago_ns = time.monotonic_ns() - round((TOWER.time_limit_s + 1) * 1e9)
    loop.begin(TOWER, CALIBRATION, long_ago_ns)
    await until(lambda: effects, "time up")
    assert type(effects[0]).__name__ == "TimeUp"


async def test_pictures_are_waited_for(judging, monkeypatch):
    loop, source = judging
    assert await loop.picture_since(time.monotonic_ns())
    source.pause()
    monkeypatch.setattr(referee_loop, "PICTURE_WAIT_S", 0.1)
    assert not await loop.picture_since(time.monotonic_ns() + 10**9)
