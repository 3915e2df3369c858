"""What the physics hands to the cameras: where every link and every piece is at one moment."""

from dataclasses import dataclass

import msgspec

Vector = tuple[float, float, float]
Quaternion = tuple[float, float, float, float]

LINKS = ("base", "shoulder", "upper_arm", "lower_arm", "wrist", "gripper", "jaw")


class Pose(msgspec.Struct, frozen=True, array_like=True):
    """Position in metres and orientation as a unit quaternion x, y, z, w, in the arm's base frame."""

    position_m: Vector
    orientation: Quaternion


class Scene(msgspec.Struct, frozen=True, array_like=True, tag="scene"):
    """Poses of the arm's links (order of `LINKS`) and of the pieces (order of the layout)."""

    capture_ns: int
    links: tuple[Pose, ...]
    pieces: tuple[Pose, ...]


@dataclass(frozen=True, slots=True)
class PieceTruth:
    """The true pose of one piece; scores the referee in tests and is never shown to it."""

    piece: str
    position_m: Vector
    orientation: Quaternion
    held: bool
