"""The hand-written protobuf: read back by ourselves and by Google's library."""

import pytest
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from hypothesis import given
from hypothesis import strategies as st

from teleop.episodes import foxglove

names = st.text(alphabet="abcdefgh_0123456789", min_size=1, max_size=64)
moments = st.integers(0, 2**62)


def google_message() -> type:
    """The message class that Google's library builds from our descriptor."""
    pool = descriptor_pool.DescriptorPool()
    for file in descriptor_pb2.FileDescriptorSet.FromString(foxglove.descriptor_set()).file:
        pool.Add(file)
    return message_factory.GetMessageClass(pool.FindMessageTypeByName(foxglove.SCHEMA_NAME))


@given(names, moments, st.binary(max_size=500))
def test_what_is_written_is_read(camera: str, capture_ns: int, annex_b: bytes) -> None:
    assert foxglove.decode_video(foxglove.encode_video(camera, capture_ns, annex_b)) == (
        camera,
        capture_ns,
        annex_b,
    )


def test_google_reads_what_we_write() -> None:
    message = google_message().FromString(foxglove.encode_video("wrist", 12_000_000_345, b"\0\0\0\1abc" * 99))
    assert (message.frame_id, message.format, message.data) == ("wrist", "h264", b"\0\0\0\1abc" * 99)
    assert (message.timestamp.seconds, message.timestamp.nanos) == (12, 345)


def test_we_read_what_google_writes() -> None:
    message = google_message()(frame_id="wrist", format="h264", data=b"xyz")
    message.timestamp.seconds, message.timestamp.nanos = 7, 8
    assert foxglove.decode_video(message.SerializeToString()) == ("wrist", 7_000_000_008, b"xyz")


def test_a_message_without_time_is_at_zero() -> None:
    assert foxglove.decode_video(b"") == ("", 0, b"")


@pytest.mark.parametrize(
    "damaged",
    [
        b"\x1a\xff",  # length cut off
        b"\x1a\x05abc",  # fewer bytes than announced
        b"\xff" * 12,  # number without end
        b"\x1d\x00\x00\x00\x00",  # a wire type that the message has not
        b"\x18\x05",  # a number where the picture belongs
        b"\x0a\x02\x0a\x00",  # time stamp whose seconds are bytes
    ],
)
def test_damage_is_refused(damaged: bytes) -> None:
    with pytest.raises(ValueError, match="compressed video"):
        foxglove.decode_video(damaged)
