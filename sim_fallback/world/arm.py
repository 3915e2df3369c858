"""The arm in the physics engine: motors in, joint readings and link poses out."""

import tempfile
from collections.abc import Sequence
from pathlib import Path

import pybullet

from robot_bridge.arms import ArmModel
from sim_fallback.joints import JointReading, Motor
from sim_fallback.scene import Pose
from sim_fallback.world.description import urdf

STALL_TORQUE_N_M = 2.94
JAW_TORQUE_N_M = 1.0
"""Cap on the jaw: the servo's full torque shoots a piece of a few grams out of the grip."""
GEAR_FRICTION_N_M = 0.35
"""What it takes to turn a servo whose torque is off by its horn."""
_POSITION_GAIN = 0.25
_GRIPPER_LINK, _JAW_LINK = 4, 5


class Arm:
    """Our SO-101 body in one physics client."""

    def __init__(self, client: int, model: ArmModel, start_rad: Sequence[float]) -> None:
        """Loads the body with its joints at `start_rad`."""
        self._client = client
        self.joints = tuple(range(len(model.joints)))
        self.gripper_link, self.jaw_link = _GRIPPER_LINK, _JAW_LINK
        self.links = (-1, *self.joints)
        self._targets = list(start_rad)
        with tempfile.TemporaryDirectory(prefix="armcade-sim-") as folder:
            path = Path(folder) / f"{model.name}.urdf"
            path.write_text(urdf(model), encoding="utf-8")
            self.body = pybullet.loadURDF(
                str(path),
                useFixedBase=True,
                flags=pybullet.URDF_USE_INERTIA_FROM_FILE,
                physicsClientId=client,
            )
        for joint, angle in zip(self.joints, start_rad, strict=True):
            pybullet.resetJointState(self.body, joint, angle, physicsClientId=client)
        for link in (_GRIPPER_LINK, _JAW_LINK):
            pybullet.changeDynamics(self.body, link, lateralFriction=1.0, physicsClientId=client)

    def command(self, motors: Sequence[Motor], dt_s: float) -> None:
        """Sets all motors for the next step; a motor without torque only drags its gear train."""
        targets = [motor.target_rad for motor in motors]
        moved = zip(targets, self._targets, motors, strict=True)
        speeds = [(new - old) / dt_s if motor.torque_on else 0.0 for new, old, motor in moved]
        self._targets = targets
        pybullet.setJointMotorControlArray(
            self.body,
            self.joints,
            pybullet.POSITION_CONTROL,
            targetPositions=targets,
            targetVelocities=speeds,
            forces=[self._force(at, motor) for at, motor in enumerate(motors)],
            positionGains=[_POSITION_GAIN if motor.torque_on else 0.0 for motor in motors],
            velocityGains=[1.0] * len(motors),
            physicsClientId=self._client,
        )

    def readings(self) -> tuple[JointReading, ...]:
        """All joints after the last step, in the arm's order."""
        states = pybullet.getJointStates(self.body, self.joints, physicsClientId=self._client)
        return tuple(
            JointReading(position, velocity, max(-1.0, min(1.0, torque / STALL_TORQUE_N_M)))
            for position, velocity, _, torque in states
        )

    def jaw_rad(self) -> float:
        """The jaw's measured angle."""
        position: float = pybullet.getJointState(self.body, self.joints[-1], physicsClientId=self._client)[0]
        return position

    def link_poses(self) -> tuple[Pose, ...]:
        """Frames of all links, the base first, as the joints stand now."""
        states = pybullet.getLinkStates(
            self.body, self.joints, computeForwardKinematics=1, physicsClientId=self._client
        )
        base = Pose((0.0, 0.0, 0.0), (0.0, 0.0, 0.0, 1.0))
        return (base, *(Pose(state[4], state[5]) for state in states))

    def _force(self, joint: int, motor: Motor) -> float:
        if not motor.torque_on:
            return GEAR_FRICTION_N_M
        force = motor.torque_fraction * STALL_TORQUE_N_M
        return min(force, JAW_TORQUE_N_M) if joint == self.joints[-1] else force
