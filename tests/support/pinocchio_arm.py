"""Pinocchio's view of an arm: an independent forward kinematics and Jacobian to measure ours against."""

from dataclasses import dataclass

import numpy as np
import pinocchio as pin
from numpy.typing import NDArray

from robot_bridge.arms import ArmModel

Matrix = NDArray[np.float64]
Origin = tuple[tuple[float, ...], tuple[float, ...]]


@dataclass(frozen=True, slots=True)
class Turn:
    """One published joint: its origin in the parent (m, rpy rad) and the axis that it turns about."""

    xyz_m: tuple[float, float, float]
    rpy_rad: tuple[float, float, float]
    axis: tuple[float, float, float] = (0.0, 0.0, 1.0)


class PinocchioArm:
    """A serial chain built link by link; frames are asked for by the joint's place in the chain."""

    def __init__(self, turns: tuple[Turn, ...]) -> None:
        """Builds the chain from the base on."""
        self._model = pin.Model()
        parent = 0
        for index, turn in enumerate(turns):
            joint = pin.JointModelRevoluteUnaligned(np.array(turn.axis))
            parent = self._model.addJoint(parent, joint, placed(turn.xyz_m, turn.rpy_rad), f"joint{index}")
        self._data = self._model.createData()

    def frame(self, joint: int, positions_rad: tuple[float, ...]) -> Matrix:
        """The 4x4 frame of the link behind this joint."""
        pin.forwardKinematics(self._model, self._data, np.array(positions_rad))
        return np.asarray(self._data.oMi[joint + 1].homogeneous)

    def point_jacobian(
        self, joint: int, point_m: tuple[float, ...], positions_rad: tuple[float, ...]
    ) -> Matrix:
        """How a point fixed in the link behind this joint moves with each joint: 3 rows, m/rad, base axes."""
        q = np.array(positions_rad)
        pin.computeJointJacobians(self._model, self._data, q)
        turning = pin.getJointJacobian(self._model, self._data, joint + 1, pin.LOCAL_WORLD_ALIGNED)
        arm = self._data.oMi[joint + 1].rotation @ np.array(point_m)
        return np.asarray(turning[:3] + np.cross(turning[3:].T, arm).T)


def placed(xyz_m: tuple[float, ...], rpy_rad: tuple[float, ...]) -> pin.SE3:
    """A frame at a place, turned by fixed-axis roll, pitch and yaw."""
    return pin.SE3(pin.rpy.rpyToMatrix(*rpy_rad), np.array(xyz_m))


def oracle_of(model: ArmModel) -> PinocchioArm:
    """The arm of this file."""
    return PinocchioArm(tuple(Turn(joint.xyz_m, joint.rpy_rad) for joint in model.joints))
