"""What an inverse answers."""

from msgspec import Struct


class Solution(Struct, frozen=True):
    """Joint angles in rad with the gripper last, and whether pitch or roll had to give way."""

    positions_rad: tuple[float, ...]
    pitch_relaxed: bool
    roll_limited: bool


class Unreachable(Struct, frozen=True):
    """No pitch puts the tool point there within the soft limits; the nearest posture where it is known."""

    nearest: Solution | None = None
