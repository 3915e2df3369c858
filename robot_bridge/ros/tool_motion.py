"""How the tool moves when the joints do: the twist of the arm's tool point."""

from robot_bridge.arms.model import ArmModel
from robot_bridge.buses.reading import Posture
from robot_bridge.kinematics.frames import Frame, Point, chain_frames, transform

_STEP_S = 1e-4


def tool_twist(model: ArmModel, positions_rad: Posture, velocities_rad_s: Posture) -> tuple[Point, Point]:
    """Linear (m/s) and angular (rad/s) velocity of the tool point in the base's frame, by differences."""
    half = _STEP_S / 2
    pairs = tuple(zip(positions_rad, velocities_rad_s, strict=True))
    before = chain_frames(model, tuple(at - speed * half for at, speed in pairs))[-2]
    after = chain_frames(model, tuple(at + speed * half for at, speed in pairs))[-2]
    ends = zip(transform(before, model.tool_xyz_m), transform(after, model.tool_xyz_m), strict=True)
    x, y, z = ((there - here) / _STEP_S for here, there in ends)
    return (x, y, z), _turn(before, after)


def _turn(before: Frame, after: Frame) -> Point:
    """The angular velocity between two frames that lie close together."""

    def entry(row: int, column: int) -> float:
        return sum(after[4 * row + k] * before[4 * column + k] for k in range(3))

    rate = 2 * _STEP_S
    return (
        (entry(2, 1) - entry(1, 2)) / rate,
        (entry(0, 2) - entry(2, 0)) / rate,
        (entry(1, 0) - entry(0, 1)) / rate,
    )
