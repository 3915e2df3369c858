"""A camera's thread: encodes only what is wanted, starts episodes with a keyframe, survives its writer."""

import time

import av
import numpy as np
import pytest
from cell_neighbours import until

from robot_bridge.wire.frames import Frame
from teleop.cell.broadcast import thumbnail
from teleop.cell.cameras import STALE_NS, Camera
from teleop.cell.encoder import PictureEncoder, bit_rate_for
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
    frames = [frame for one in pictures[:5] for frame in decoder.decode(av.Packet(one.annex_b))]
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


def test_the_encoder_gives_one_packet_per_picture_with_headers_in_keyframes():
    encoder, grey = PictureEncoder(160, 120), np.full(160 * 120 * 3 // 2, 128, np.uint8).tobytes()
    packets = [encoder.encode(Frame(i, 0, grey), i * 3000, i == 2) for i in range(4)]
    assert all(packets) and packets[2][:5] == b"\0\0\0\1\x67" and packets[3][:5] != b"\0\0\0\1\x67"
    assert bit_rate_for(640, 480) > bit_rate_for(16, 16) == 300_000


def test_a_thumbnail_is_a_small_jpeg():
    grey = np.full(640 * 480 * 3 // 2, 128, np.uint8).tobytes()
    jpeg = thumbnail(Frame(1, 0, grey), 640, 480).jpeg
    assert jpeg[:2] == b"\xff\xd8" and len(jpeg) < 20_000
