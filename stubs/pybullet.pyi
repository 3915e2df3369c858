from collections.abc import Sequence

DIRECT: int
POSITION_CONTROL: int
JOINT_FIXED: int
GEOM_PLANE: int
GEOM_BOX: int
URDF_USE_INERTIA_FROM_FILE: int

_Vector = tuple[float, float, float]
_Quaternion = tuple[float, float, float, float]
_JointState = tuple[float, float, tuple[float, ...], float]
_LinkState = tuple[_Vector, _Quaternion, _Vector, _Quaternion, _Vector, _Quaternion]
_Contact = tuple[int, int, int, int, int, _Vector, _Vector, _Vector, float, float]

def connect(method: int, /) -> int: ...
def disconnect(physicsClientId: int = 0) -> None: ...
def setGravity(x: float, y: float, z: float, physicsClientId: int = 0) -> None: ...
def setPhysicsEngineParameter(
    fixedTimeStep: float = ...,
    numSolverIterations: int = ...,
    numSubSteps: int = ...,
    deterministicOverlappingPairs: int = ...,
    physicsClientId: int = 0,
) -> None: ...
def stepSimulation(physicsClientId: int = 0) -> None: ...
def performCollisionDetection(physicsClientId: int = 0) -> None: ...
def loadURDF(fileName: str, useFixedBase: bool = ..., flags: int = ..., physicsClientId: int = 0) -> int: ...
def createCollisionShape(
    shapeType: int, halfExtents: Sequence[float] = ..., physicsClientId: int = 0
) -> int: ...
def createMultiBody(
    baseMass: float = ...,
    baseCollisionShapeIndex: int = ...,
    basePosition: Sequence[float] = ...,
    baseOrientation: Sequence[float] = ...,
    physicsClientId: int = 0,
) -> int: ...
def removeBody(bodyUniqueId: int, physicsClientId: int = 0) -> None: ...
def changeDynamics(
    bodyUniqueId: int,
    linkIndex: int,
    lateralFriction: float = ...,
    spinningFriction: float = ...,
    rollingFriction: float = ...,
    restitution: float = ...,
    physicsClientId: int = 0,
) -> None: ...
def resetJointState(
    bodyUniqueId: int, jointIndex: int, targetValue: float, physicsClientId: int = 0
) -> None: ...
def setJointMotorControlArray(
    bodyUniqueId: int,
    jointIndices: Sequence[int],
    controlMode: int,
    targetPositions: Sequence[float] = ...,
    targetVelocities: Sequence[float] = ...,
    forces: Sequence[float] = ...,
    positionGains: Sequence[float] = ...,
    velocityGains: Sequence[float] = ...,
    physicsClientId: int = 0,
) -> None: ...
def getJointState(bodyUniqueId: int, jointIndex: int, physicsClientId: int = 0) -> _JointState: ...
def getJointStates(
    bodyUniqueId: int, jointIndices: Sequence[int], physicsClientId: int = 0
) -> tuple[_JointState, ...]: ...
def getLinkState(
    bodyUniqueId: int, linkIndex: int, computeForwardKinematics: int = ..., physicsClientId: int = 0
) -> _LinkState: ...
def getLinkStates(
    bodyUniqueId: int, linkIndices: Sequence[int], computeForwardKinematics: int = ..., physicsClientId: int = 0
) -> tuple[_LinkState, ...]: ...
def getBasePositionAndOrientation(
    bodyUniqueId: int, physicsClientId: int = 0
) -> tuple[_Vector, _Quaternion]: ...
def getBaseVelocity(bodyUniqueId: int, physicsClientId: int = 0) -> tuple[_Vector, _Vector]: ...
def resetBaseVelocity(
    objectUniqueId: int,
    linearVelocity: Sequence[float] = ...,
    angularVelocity: Sequence[float] = ...,
    physicsClientId: int = 0,
) -> None: ...
def getContactPoints(
    bodyA: int = ..., bodyB: int = ..., linkIndexA: int = ..., physicsClientId: int = 0
) -> tuple[_Contact, ...]: ...
def getClosestPoints(
    bodyA: int, bodyB: int, distance: float, linkIndexA: int = ..., physicsClientId: int = 0
) -> tuple[_Contact, ...]: ...
def setCollisionFilterPair(
    bodyUniqueIdA: int,
    bodyUniqueIdB: int,
    linkIndexA: int,
    linkIndexB: int,
    enableCollision: int,
    physicsClientId: int = 0,
) -> None: ...
def createConstraint(
    parentBodyUniqueId: int,
    parentLinkIndex: int,
    childBodyUniqueId: int,
    childLinkIndex: int,
    jointType: int,
    jointAxis: Sequence[float],
    parentFramePosition: Sequence[float],
    childFramePosition: Sequence[float],
    parentFrameOrientation: Sequence[float] = ...,
    childFrameOrientation: Sequence[float] = ...,
    physicsClientId: int = 0,
) -> int: ...
def changeConstraint(userConstraintUniqueId: int, maxForce: float = ..., physicsClientId: int = 0) -> None: ...
def removeConstraint(userConstraintUniqueId: int, physicsClientId: int = 0) -> None: ...
def invertTransform(position: _Vector, orientation: _Quaternion) -> tuple[_Vector, _Quaternion]: ...
def multiplyTransforms(
    positionA: _Vector, orientationA: _Quaternion, positionB: _Vector, orientationB: _Quaternion
) -> tuple[_Vector, _Quaternion]: ...
