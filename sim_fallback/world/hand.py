"""The assisted grasp carried out: what the jaws touch, the fixture, and who collides with whom."""

import pybullet

from sim_fallback.joints import Motor
from sim_fallback.world import grasp
from sim_fallback.world.arm import Arm
from sim_fallback.world.table import Table

TOUCH_M = 0.0004
CLEAR_M = 0.0006
FIXTURE_FORCE_N = 60.0
_FACING = 0.6  # cosine between a contact's normal and the jaws' axis
_SHUTTING_RAD = 0.01
_IDENTITY = (0.0, 0.0, 0.0, 1.0)


class Hand:
    """Watches both pads and holds at most one piece."""

    def __init__(self, client: int, arm: Arm, table: Table) -> None:
        """Starts with nothing held."""
        self._client, self._arm, self._table = client, arm, table
        self._state = grasp.GraspState()
        self._fixture: int | None = None

    @property
    def held(self) -> int | None:
        """Index of the held piece."""
        return self._state.piece if self._state.phase == "held" else None

    def limited(self, jaw: Motor) -> Motor:
        """The jaw's motor command with the held piece in its way."""
        if self.held is None:
            return jaw
        return Motor(jaw.torque_on, max(jaw.target_rad, self._state.jaw_rad), jaw.torque_fraction)

    def squeeze_rad(self, jaw: Motor) -> float:
        """How far the jaw is asked to shut past the held piece."""
        return max(0.0, self._state.jaw_rad - jaw.target_rad) if self.held is not None else 0.0

    def drop(self) -> None:
        """Lets go at once and forgets the piece, before the pieces are laid out anew."""
        self._remove_fixture()
        self._state = grasp.GraspState()

    def step(self, jaw: Motor) -> None:
        """Looks at the contacts of the last physics step and acts on them."""
        self._state, effects = grasp.step(self._state, self._touch(jaw))
        for effect in effects:
            match effect:
                case grasp.Hold():
                    self._fix(effect.piece)
                case grasp.LetGo():
                    self._remove_fixture()
                case grasp.Collide():
                    self._collide(effect.piece, True)

    def _touch(self, jaw: Motor) -> grasp.Touch:
        angle = self._arm.jaw_rad()
        shutting = jaw.torque_on and jaw.target_rad < angle - _SHUTTING_RAD
        leaving = self._state.piece if self._state.phase == "leaving" else None
        between = None
        if leaving is not None:
            between = leaving if shutting and self._both_near(leaving) else None
        elif self._state.phase == "free" and shutting:
            between = self._between()
        clear = leaving is not None and not self._near(leaving, CLEAR_M)
        return grasp.Touch(between, clear, angle, shutting, jaw.torque_on)

    def _between(self) -> int | None:
        """The piece that both pads touch from opposite sides."""
        on_jaw = self._pressed(self._arm.jaw_link, 1.0)
        if not on_jaw:
            return None
        both = on_jaw & self._pressed(self._arm.gripper_link, -1.0)
        return min(both) if both else None

    def _pressed(self, link: int, side: float) -> frozenset[int]:
        """Pieces that this pad touches with a normal along the jaws' axis (`side` times gripper x)."""
        contacts = pybullet.getContactPoints(
            bodyA=self._arm.body, linkIndexA=link, physicsClientId=self._client
        )
        if not contacts:
            return frozenset()
        axis = self._jaws_axis()
        found = set()
        for contact in contacts:
            facing = side * sum(a * b for a, b in zip(contact[7], axis, strict=True))
            if contact[8] < TOUCH_M and facing > _FACING and contact[2] in self._table.pieces:
                found.add(self._table.pieces.index(contact[2]))
        return frozenset(found)

    def _jaws_axis(self) -> tuple[float, float, float]:
        state = pybullet.getLinkState(self._arm.body, self._arm.gripper_link, physicsClientId=self._client)
        x, y, z, w = state[5]
        return (1 - 2 * (y * y + z * z), 2 * (x * y + w * z), 2 * (x * z - w * y))

    def _both_near(self, piece: int) -> bool:
        links = (self._arm.gripper_link, self._arm.jaw_link)
        return all(self._touches(link, piece, TOUCH_M) for link in links)

    def _near(self, piece: int, distance_m: float) -> bool:
        links = (self._arm.gripper_link, self._arm.jaw_link)
        return any(self._touches(link, piece, distance_m) for link in links)

    def _touches(self, link: int, piece: int, distance_m: float) -> bool:
        body = self._table.pieces[piece]
        points = pybullet.getClosestPoints(
            self._arm.body, body, distance_m, linkIndexA=link, physicsClientId=self._client
        )
        return len(points) > 0

    def _fix(self, piece: int) -> None:
        """Fixes the piece where it is; the engine wants the frame in the link's centre of mass."""
        self._collide(piece, False)
        state = pybullet.getLinkState(self._arm.body, self._arm.gripper_link, physicsClientId=self._client)
        pose = self._table.pose(piece)
        back = pybullet.invertTransform(state[0], state[1])
        position, orientation = pybullet.multiplyTransforms(*back, pose.position_m, pose.orientation)
        self._fixture = pybullet.createConstraint(
            self._arm.body,
            self._arm.gripper_link,
            self._table.pieces[piece],
            -1,
            pybullet.JOINT_FIXED,
            (0.0, 0.0, 0.0),
            position,
            (0.0, 0.0, 0.0),
            orientation,
            _IDENTITY,
            physicsClientId=self._client,
        )
        pybullet.changeConstraint(self._fixture, maxForce=FIXTURE_FORCE_N, physicsClientId=self._client)

    def _remove_fixture(self) -> None:
        if self._fixture is not None:
            pybullet.removeConstraint(self._fixture, physicsClientId=self._client)
            self._fixture = None

    def _collide(self, piece: int, enabled: bool) -> None:
        for link in self._arm.links:
            pybullet.setCollisionFilterPair(
                self._arm.body,
                self._table.pieces[piece],
                link,
                -1,
                int(enabled),
                physicsClientId=self._client,
            )
