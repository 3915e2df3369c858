"""The simulated cell in lock-step: no thread, no wall clock; time passes only when asked to.

Same seed, same layout and same bytes on the bus at the same times: bit-identical states and pictures.
"""

import struct
from collections.abc import Sequence
from random import Random

from robot_bridge.arms import ArmModel, JointCalibration
from robot_bridge.wire.frames import CameraCalibration
from sim_fallback.camera.pinhole import CAMERAS
from sim_fallback.camera.renderer import Renderer
from sim_fallback.camera.stage import Moment, Stage, moment
from sim_fallback.coupling import Coupling, servo_chain
from sim_fallback.joints import JointReading
from sim_fallback.layout import Layout
from sim_fallback.pacing import STEP_HZ, STEP_S
from sim_fallback.scene import PieceTruth, Scene
from sim_fallback.servo_bus import FaultedChain, Reply
from sim_fallback.world.world import World


class SimulatedCell:
    """Servo chain, physics and cameras, advanced by whole physics steps of 1/240 s."""

    def __init__(self, model: ArmModel, calibration: Sequence[JointCalibration], seed: int) -> None:
        """Powers the servos up at the arm's rest pose, beside an empty table."""
        self.chain = FaultedChain(servo_chain(model, calibration), Random(seed))
        self.world = World(model)
        self.steps = 0
        self._coupling = Coupling(model, calibration)
        self._seed = seed
        self._stage: Stage | None = None
        self._moment: Moment | None = None
        self._renderers: dict[str, Renderer] = {}
        self._pictures = dict.fromkeys(CAMERAS, 0)
        self._sense()

    @property
    def now_ns(self) -> int:
        """Simulated time since power-up."""
        return self.steps * 1_000_000_000 // STEP_HZ

    def receive(self, data: bytes, now_ns: int | None = None) -> tuple[Reply, ...]:
        """Puts bytes on the bus (now, or at a given time) and returns the servos' answers."""
        return self.chain.receive(data, self.now_ns if now_ns is None else now_ns)

    def step(self, dt_s: float = STEP_S) -> None:
        """Lets time pass: as many whole physics steps as fit `dt_s` best."""
        for _ in range(max(1, round(dt_s * STEP_HZ))):
            self.world.step(self._coupling.motors(self.chain.drive(STEP_S)))
            self._sense()
            self.steps += 1

    def arrange(self, layout: Layout) -> str:
        """Lays the pieces out anew; returns why the arm is in their way, or an empty string."""
        self._stage, self._moment = None, None
        return self.world.arrange(layout)

    def readings(self) -> tuple[JointReading, ...]:
        """The joints as the physics has them."""
        return self.world.readings()

    def truth(self) -> tuple[PieceTruth, ...]:
        """The true pose of each piece."""
        return self.world.truth()

    def scene(self) -> Scene:
        """What the cameras see now."""
        return self.world.scene(self.now_ns)

    def picture(self, camera: str) -> bytes:
        """The next picture of a camera: I420, 640 x 480."""
        if self._stage is None:
            self._stage = Stage(self.world.layout, self._seed)
            for renderer in self._renderers.values():
                renderer.restage(self._stage)
        if camera not in self._renderers:
            self._renderers[camera] = Renderer(CAMERAS[camera], self._stage, self._seed)
        self._pictures[camera] += 1
        self._moment = moment(self._stage, self.scene(), self._moment)
        return self._renderers[camera].picture(self._moment, self._pictures[camera])

    def state_bytes(self) -> bytes:
        """Every joint and piece to the last bit, for comparing runs."""
        joints = [
            value for one in self.readings() for value in (one.position_rad, one.velocity_rad_s, one.load)
        ]
        pieces = [value for one in self.truth() for value in (*one.position_m, *one.orientation)]
        return struct.pack(f"<{len(joints) + len(pieces)}d", *joints, *pieces)

    def calibrations(self) -> dict[str, CameraCalibration]:
        """The cameras' calibrations by name."""
        return dict(CAMERAS)

    def close(self) -> None:
        """Frees the physics."""
        self.world.close()

    def _sense(self) -> None:
        self.chain.sense(self._coupling.sensed(self.world.readings()), STEP_S)
