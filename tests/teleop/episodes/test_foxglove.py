"""The hand-written protobuf: read back by ourselves and by Google's library."""

from typing import Any

import pytest
from foxglove_schemas_protobuf import JointState_pb2, JointStates_pb2
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from hypothesis import given
from hypothesis import strategies as st

from teleop.episodes import foxglove

names = st.text(alphabet="abcdefgh_0123456789", min_size=1, max_size=64)
moments = st.integers(0, 2**62)


def google_message(name: str = foxglove.SCHEMA_NAME) -> type:
    """The message class that Google's library builds from our descriptor."""
    described = (
        foxglove.video_descriptors() if name == foxglove.SCHEMA_NAME else foxglove.joints_descriptors()
    )
    pool = descriptor_pool.DescriptorPool()
    for file in descriptor_pb2.FileDescriptorSet.FromString(described).file:
        pool.Add(file)
    return message_factory.GetMessageClass(pool.FindMessageTypeByName(name))


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


values = st.floats(allow_nan=False, width=64)
joints = st.lists(st.tuples(names, values, values), max_size=8)


@given(joints, moments, st.booleans())
def test_google_reads_the_joints_that_we_write(
    told: list[tuple[str, float, float]], t_ns: int, with_velocities: bool
) -> None:
    encoder = foxglove.JointStatesEncoder([name for name, _, _ in told], with_velocities)
    data = encoder.encode(t_ns, [one for _, one, _ in told], [one for _, _, one in told])
    for kind in (google_message(foxglove.JOINTS_NAME), JointStates_pb2.JointStates):
        message: Any = kind.FromString(data)
        assert message.timestamp.seconds * 10**9 + message.timestamp.nanos == t_ns
        assert [(one.name, one.position) for one in message.joints] == [one[:2] for one in told]
        assert all(one.HasField("velocity") == with_velocities for one in message.joints)
        if with_velocities:
            assert [one.velocity for one in message.joints] == [one for _, _, one in told]
        assert not any(one.HasField("acceleration") or one.HasField("effort") for one in message.joints)


def test_our_description_of_joints_is_the_published_one() -> None:
    ours = {
        file.name: file
        for file in descriptor_pb2.FileDescriptorSet.FromString(foxglove.joints_descriptors()).file
    }
    for published in (JointState_pb2.DESCRIPTOR, JointStates_pb2.DESCRIPTOR):
        theirs = descriptor_pb2.FileDescriptorProto.FromString(published.serialized_pb)
        told = ours[theirs.name]
        for message in (*theirs.message_type, *told.message_type):
            for field in message.field:
                field.ClearField("json_name")
        assert told == theirs


@pytest.mark.parametrize("with_velocities", [True, False])
def test_a_value_for_each_joint_is_demanded(with_velocities: bool) -> None:
    encoder = foxglove.JointStatesEncoder(("elbow",), with_velocities)
    with pytest.raises(ValueError, match="zip"):
        encoder.encode(1, (0.1, 0.2), (0.3,))
