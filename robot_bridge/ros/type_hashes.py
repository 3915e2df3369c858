"""Topics and types on the wire of ROS 2: names as DDS knows them, and the RIHS01 hashes of the definitions.

The hashes are those of the published message definitions; the tests compute them anew from these.
"""

TYPE_HASHES = {
    "sensor_msgs/msg/JointState": ("RIHS01_a13ee3a330e346c9d87b5aa18d24e11690752bd33a0350f11c5882bc9179260e"),
    "trajectory_msgs/msg/JointTrajectory": (
        "RIHS01_179b33eba59d676f6d967ac71fe35e7ca2f64b2f3928f4a018cec115e213796e"
    ),
    "std_msgs/msg/Float64MultiArray": (
        "RIHS01_1025ddc6b9552d191f89ef1a8d2f60f3d373e28b283d8891ddcc974e8c55397f"
    ),
    "control_msgs/msg/JointJog": ("RIHS01_ba249455a20f70168a1acb7bf43b776b72ff1f7eb5fc4cfea443f749e963c6e7"),
    "geometry_msgs/msg/TwistStamped": (
        "RIHS01_5f0fcd4f81d5d06ad9b4c4c63e3ea51b82d6ae4d0558f1d475229b1121db6f64"
    ),
}


def dds_topic(topic: str) -> str:
    """The name of a topic as DDS knows it."""
    return f"rt{topic}"


def user_data(ros_type: str) -> bytes:
    """What an endpoint says of its type to others, so that they need not guess."""
    return f"typehash={TYPE_HASHES[ros_type]};".encode()
