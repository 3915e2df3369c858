"""The table and the pieces on it, in the physics engine."""

import math

import pybullet

from sim_fallback.layout import PieceLayout
from sim_fallback.scene import Pose

DENSITY_KG_M3 = 740.0
"""A printed 30 mm cube weighs 20 g."""
TABLE_FRICTION = 0.8
PIECE_FRICTION = 0.9


class Table:
    """A plane at z = 0 and cubes that can be laid out anew."""

    def __init__(self, client: int) -> None:
        """Makes the empty table."""
        self._client = client
        plane = pybullet.createCollisionShape(pybullet.GEOM_PLANE, physicsClientId=client)
        self.body = pybullet.createMultiBody(0.0, plane, physicsClientId=client)
        pybullet.changeDynamics(self.body, -1, lateralFriction=TABLE_FRICTION, physicsClientId=client)
        self.pieces: tuple[int, ...] = ()

    def lay_out(self, pieces: tuple[PieceLayout, ...]) -> None:
        """Takes all pieces away and puts these there."""
        for body in self.pieces:
            pybullet.removeBody(body, physicsClientId=self._client)
        self.pieces = tuple(self._cube(piece) for piece in pieces)

    def pose(self, piece: int) -> Pose:
        """True pose of the piece with this index."""
        position, orientation = pybullet.getBasePositionAndOrientation(
            self.pieces[piece], physicsClientId=self._client
        )
        return Pose(position, orientation)

    def speed(self, piece: int) -> float:
        """How fast a piece moves: the greater of m/s and 0.03 times its turning in rad/s."""
        linear, angular = pybullet.getBaseVelocity(self.pieces[piece], physicsClientId=self._client)
        return max(math.hypot(*linear), 0.03 * math.hypot(*angular))

    def carry(self, piece: int, velocity_m_s: tuple[float, float], turn_rad_s: float) -> None:
        """Moves a piece with the ground below it, as a belt would: until `stand` nothing brakes it."""
        body = self.pieces[piece]
        falling = pybullet.getBaseVelocity(body, physicsClientId=self._client)[0][2]
        pybullet.changeDynamics(body, -1, lateralFriction=0.0, physicsClientId=self._client)
        pybullet.resetBaseVelocity(
            body, (*velocity_m_s, falling), (0.0, 0.0, turn_rad_s), physicsClientId=self._client
        )

    def stand(self, piece: int) -> None:
        """Lets the piece lie as pieces do."""
        body = self.pieces[piece]
        pybullet.changeDynamics(body, -1, lateralFriction=PIECE_FRICTION, physicsClientId=self._client)

    def _cube(self, piece: PieceLayout) -> int:
        half = piece.size_m / 2
        shape = pybullet.createCollisionShape(
            pybullet.GEOM_BOX, halfExtents=(half, half, half), physicsClientId=self._client
        )
        body = pybullet.createMultiBody(
            DENSITY_KG_M3 * piece.size_m**3,
            shape,
            basePosition=(piece.x_m, piece.y_m, piece.z_m),
            baseOrientation=(0.0, 0.0, math.sin(piece.yaw_rad / 2), math.cos(piece.yaw_rad / 2)),
            physicsClientId=self._client,
        )
        pybullet.changeDynamics(
            body,
            -1,
            lateralFriction=PIECE_FRICTION,
            spinningFriction=0.001,
            rollingFriction=0.0,
            restitution=0.0,
            physicsClientId=self._client,
        )
        return body
