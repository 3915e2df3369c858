"""A camera's thread: encodes only what is wanted, starts episodes with a keyframe, survives its writer."""

import time

import av
import numpy as np
import pytest
from cell_neighbours import until

from robot_bridge.wire.frames import Frame
from teleop.cell.broadcast import thumbnail
from teleop.cell.cameras import STALE_NS, Camera
from teleop.cell.quality import Quality
from teleop.metrics import CellMetrics


@pytest.fixture
async def watched(synthetic_camera):
    source = synthetic_camera()
    camera = Camera("overview", source.name, CellMetrics())
    pictures = []
    camera.listen(pictures.append)
    camera.start()
    await until(lambda: camera.newest, "first picture")
    yield camera, source, pictures
    await camera.close()


async def test_nothing_is_encoded_for_nobody(watched):
    camera, _, pictures = watched
    seen = camera.newest.frame_id
    await until(lambda: camera.newest.frame_id > seen + 5, "more pictures")
    assert pictures == [] and camera.fresh(time.monotonic_ns())
    assert not camera.fresh(time.monotonic_ns() + 2 * STALE_NS)


async def test_a_watcher_gets_decodable_pictures_of_the_ring(watched):
    camera, source, pictures = watched
    camera.stream.subscribe()
    await until(lambda: len(pictures) >= 5, "encoded pictures")
    assert pictures[0].keyframe and not pictures[1].keyframe
    assert all(source.captures[one.frame_id] == one.capture_ns for one in pictures)
    decoder = av.CodecContext.create("h264", "r")
    frames = [frame for one in pictures[:5] for frame in decoder.decode(av.Packet(one.data))]
    frames += decoder.decode(None)
    assert len(frames) == 5 and (frames[0].width, frames[0].height) == (160, 120)


async def test_an_episode_begins_with_a_keyframe_at_once(watched):
    camera, _, pictures = watched
    camera.stream.subscribe()
    await until(lambda: len(pictures) >= 3, "encoded pictures")
    count = len(pictures)
    camera.begin_recording()
    await until(lambda: any(one.keyframe for one in pictures[count:]), "keyframe")
    assert any(one.keyframe for one in pictures[count : count + 3])


async def test_viewers_get_smaller_and_fewer_pictures_while_an_episode_gets_all_of_them(watched):
    camera, _, pictures = watched
    camera.quality = Quality(quarters=2, every=2, share=0.5)
    camera.stream.subscribe()
    camera.stream.subscribe("vp8")
    camera.begin_recording()
    await until(lambda: sum(one.recorded for one in pictures) >= 8, "recorded pictures")
    live, recorded = [one for one in pictures if one.live], [one for one in pictures if one.recorded]
    assert {one.codec for one in live} == {"h264", "vp8"} and {one.codec for one in recorded} == {"h264"}
    assert len(recorded) >= 2 * sum(one.codec == "h264" for one in live) - 1
    ids = [one.frame_id for one in live if one.codec == "vp8"]
    assert all(b - a >= 2 for a, b in zip(ids, ids[1:], strict=False))
    assert live[0].keyframe and recorded[0].keyframe


async def test_a_wish_for_a_keyframe_outlasts_pictures_that_viewers_do_not_get(watched):
    camera, _, pictures = watched
    camera.quality = Quality(quarters=4, every=2, share=0.5)
    camera.stream.subscribe()
    await until(lambda: len(pictures) >= 2, "encoded pictures")
    for _ in range(2):
        count = len(pictures)
        camera.stream.want_keyframe()
        await until(lambda count=count: any(one.keyframe for one in pictures[count:]), "keyframe")


async def test_a_camera_that_is_held_makes_only_wanted_keyframes_and_goes_on_without_one(
    watched,
):
    camera, _, pictures = watched
    camera.quality = Quality(quarters=4, every=1, share=0.5)
    camera.stream.subscribe()
    await until(lambda: len(pictures) >= 2, "encoded pictures")
    camera.held = True
    seen = camera.newest.frame_id
    await until(lambda: camera.newest.frame_id > seen + 2, "what was on its way")
    count, seen = len(pictures), camera.newest.frame_id
    await until(lambda: camera.newest.frame_id > seen + 5, "more captures")
    assert len(pictures) == count
    camera.stream.want_keyframe()
    await until(lambda: len(pictures) > count, "keyframe")
    assert pictures[count].keyframe
    camera.held = False
    await until(lambda: len(pictures) > count + 3, "pictures")
    assert not any(one.keyframe for one in pictures[count + 1 :])


async def test_a_camera_that_stops_is_stale_and_comes_back(watched):
    camera, source, _ = watched
    source.pause()
    await until(lambda: not camera.fresh(time.monotonic_ns()), "stale")
    source.resume()
    await until(lambda: camera.fresh(time.monotonic_ns()), "fresh again")


async def test_a_ring_that_is_not_there_yet_is_waited_for():
    camera = Camera("overview", "armcade-test-no-such-ring", CellMetrics())
    camera.start()
    assert camera.newest is None and not camera.fresh(0)
    await camera.close()


def test_a_thumbnail_is_a_small_jpeg():
    grey = np.full(640 * 480 * 3 // 2, 128, np.uint8).tobytes()
    jpeg = thumbnail(Frame(1, 0, grey), 640, 480).jpeg
    assert jpeg[:2] == b"\xff\xd8" and len(jpeg) < 20_000
