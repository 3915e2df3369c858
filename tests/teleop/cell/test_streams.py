"""Everyone gets the same pictures, from a keyframe on, and nobody gets old ones."""

import asyncio

from teleop.cell.frame_map import SeenPicture
from teleop.cell.streams import MAX_BACKLOG, EncodedPicture, PictureStream


def picture(number: int, keyframe: bool = False) -> EncodedPicture:
    return EncodedPicture(number, number * 33, number * 33 + 5, keyframe, number * 3000, b"x")


class Counted:
    def __init__(self) -> None:
        self.keyframes_wanted = 0
        self.stream = PictureStream("overview", self._want)

    def _want(self) -> None:
        self.keyframes_wanted += 1


async def test_a_late_joiner_begins_with_a_keyframe():
    counted = Counted()
    first = counted.stream.subscribe()
    counted.stream.publish(picture(1, keyframe=True))
    second = counted.stream.subscribe()
    assert counted.keyframes_wanted == 2
    counted.stream.publish(picture(2))
    counted.stream.publish(picture(3, keyframe=True))
    assert [(await first.next()).frame_id for _ in range(3)] == [1, 2, 3]
    assert (await second.next()).frame_id == 3


async def test_who_falls_behind_loses_the_old_and_begins_anew():
    counted = Counted()
    slow = counted.stream.subscribe()
    counted.stream.publish(picture(1, keyframe=True))
    for number in range(2, MAX_BACKLOG + 4):
        counted.stream.publish(picture(number))
    assert counted.keyframes_wanted == 2
    counted.stream.publish(picture(50, keyframe=True))
    assert (await slow.next()).frame_id == 50


async def test_who_is_away_gets_nothing_and_begins_anew_afterwards():
    counted = Counted()
    away = counted.stream.subscribe()
    counted.stream.publish(picture(1, keyframe=True))
    away.pause(True)
    assert not counted.stream.watched
    counted.stream.publish(picture(2))
    away.pause(False)
    away.pause(False)
    assert counted.keyframes_wanted == 2 and counted.stream.watched
    counted.stream.publish(picture(3))
    counted.stream.publish(picture(4, keyframe=True))
    assert [(await away.next()).frame_id for _ in range(2)] == [1, 4]


async def test_who_is_away_may_still_glimpse_one_keyframe():
    counted = Counted()
    away = counted.stream.subscribe()
    away.glimpse()
    counted.stream.publish(picture(1, keyframe=True))
    away.pause(True)
    away.glimpse()
    assert counted.keyframes_wanted == 3 and counted.stream.watched
    counted.stream.publish(picture(2))
    counted.stream.publish(picture(3, keyframe=True))
    assert not counted.stream.watched
    counted.stream.publish(picture(4, keyframe=True))
    away.pause(False)
    counted.stream.publish(picture(5, keyframe=True))
    assert [(await away.next()).frame_id for _ in range(3)] == [1, 3, 5]


async def test_a_receiver_waits_for_the_next_picture():
    counted = Counted()
    subscription = counted.stream.subscribe()
    waiting = asyncio.create_task(subscription.next())
    await asyncio.sleep(0)
    counted.stream.publish(picture(1, keyframe=True))
    assert (await waiting).frame_id == 1


def test_pictures_are_remembered_by_media_time_and_watchers_counted():
    counted = Counted()
    assert not counted.stream.watched
    subscription = counted.stream.subscribe()
    assert counted.stream.watched
    counted.stream.publish(picture(4, keyframe=True))
    assert counted.stream.frames.find(12_000, 0) == SeenPicture(4, 132)
    subscription.close()
    subscription.close()
    assert not counted.stream.watched


async def test_everyone_gets_the_codec_that_they_decode():
    counted = Counted()
    modern, old = counted.stream.subscribe(), counted.stream.subscribe("vp8")
    assert counted.stream.codecs == {"h264", "vp8"}
    counted.stream.publish(picture(1, keyframe=True))
    counted.stream.publish(EncodedPicture(2, 66, 71, True, 6000, b"y", "vp8"))
    assert [(await one.next()).frame_id for one in (modern, old)] == [1, 2]
    old.pause(True)
    assert counted.stream.codecs == {"h264"}
