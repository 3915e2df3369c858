"""The referee's loop: looks at a live ring, tells what it sees, and waits for pictures."""

import asyncio
import time

import pytest
from cell_neighbours import until

from game.puzzle import load_puzzles
from robot_bridge.wire.frames import CameraCalibration
from teleop.cell import referee_loop
from teleop.cell.cameras import Camera
from teleop.cell.referee_loop import RefereeLoop
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
