"""The simulated cell's physics: one pybullet client, stepped at 240 Hz, deterministic."""

from collections.abc import Sequence

import pybullet

from robot_bridge.arms import ArmModel
from sim_fallback.joints import JointReading, Motor
from sim_fallback.layout import EMPTY_LAYOUT, Layout
from sim_fallback.pacing import STEP_S
from sim_fallback.scene import PieceTruth, Scene
from sim_fallback.world.arm import JAW_TORQUE_N_M, STALL_TORQUE_N_M, Arm
from sim_fallback.world.hand import Hand
from sim_fallback.world.table import Table

GRASP_MODEL = "assisted"
_SQUEEZE_LOAD_PER_RAD = 4.0
_STILL_M_S = 0.004
_OVERLAP_M = -0.001


class World:
    """Arm, table and pieces; one per process and thread."""

    def __init__(self, model: ArmModel) -> None:
        """Sets the arm down in its rest pose beside an empty table."""
        self._client = pybullet.connect(pybullet.DIRECT)
        pybullet.setGravity(0.0, 0.0, -9.81, physicsClientId=self._client)
        pybullet.setPhysicsEngineParameter(
            fixedTimeStep=STEP_S,
            numSolverIterations=50,
            deterministicOverlappingPairs=1,
            physicsClientId=self._client,
        )
        self._table = Table(self._client)
        self._arm = Arm(self._client, model, model.rest_rad)
        self._hand = Hand(self._client, self._arm, self._table)
        self._squeeze = 0.0
        self.layout = EMPTY_LAYOUT

    def arrange(self, layout: Layout) -> str:
        """Lays the pieces out anew; returns why the arm is in their way, or an empty string."""
        self._hand.drop()
        self._table.lay_out(layout.pieces)
        self.layout = layout
        pybullet.performCollisionDetection(physicsClientId=self._client)
        for piece, body in zip(layout.pieces, self._table.pieces, strict=True):
            contacts = pybullet.getContactPoints(
                bodyA=self._arm.body, bodyB=body, physicsClientId=self._client
            )
            if any(contact[8] < _OVERLAP_M for contact in contacts):
                return f"the arm is in the way of piece {piece.id}"
        return ""

    def step(self, motors: Sequence[Motor]) -> None:
        """One physics step with these motor commands."""
        jaw = motors[-1]
        self._arm.command((*motors[:-1], self._hand.limited(jaw)), STEP_S)
        pybullet.stepSimulation(physicsClientId=self._client)
        self._hand.step(jaw)
        strongest = min(jaw.torque_fraction, JAW_TORQUE_N_M / STALL_TORQUE_N_M) if jaw.torque_on else 0.0
        self._squeeze = min(strongest, self._hand.squeeze_rad(jaw) * _SQUEEZE_LOAD_PER_RAD)

    def carry(self, at: int, velocity_m_s: tuple[float, float], turn_rad_s: float) -> None:
        """Carries a piece along the ground as a belt below it would, until `stand`."""
        self._table.carry(at, velocity_m_s, turn_rad_s)

    def stand(self, at: int) -> None:
        """Ends the carrying of a piece."""
        self._table.stand(at)

    def readings(self) -> tuple[JointReading, ...]:
        """All joints after the last step; the jaw's load tells how hard it squeezes a held piece."""
        *joints, jaw = self._arm.readings()
        if self._hand.held is not None:
            jaw = JointReading(jaw.position_rad, jaw.velocity_rad_s, -self._squeeze)
        return (*joints, jaw)

    def scene(self, capture_ns: int) -> Scene:
        """All that a camera sees, stamped with the time of this moment."""
        pieces = tuple(self._table.pose(at) for at in range(len(self._table.pieces)))
        return Scene(capture_ns, self._arm.link_poses(), pieces)

    def truth(self) -> tuple[PieceTruth, ...]:
        """The true pose of each piece."""
        return tuple(self._truth(at, piece.id) for at, piece in enumerate(self.layout.pieces))

    def settled(self) -> bool:
        """Whether no piece moves."""
        return all(self._table.speed(at) < _STILL_M_S for at in range(len(self._table.pieces)))

    def close(self) -> None:
        """Frees the physics client."""
        pybullet.disconnect(physicsClientId=self._client)

    def _truth(self, at: int, piece: str) -> PieceTruth:
        pose = self._table.pose(at)
        return PieceTruth(piece, pose.position_m, pose.orientation, self._hand.held == at)
