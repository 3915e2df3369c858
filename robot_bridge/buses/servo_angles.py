"""Between a servo chain's steps and the arm's joint angles, by the calibration of this very arm."""

from dataclasses import dataclass, field

from robot_bridge.arms import ArmModel, JointCalibration, Scale, scale
from robot_bridge.buses.reading import BusReading, JointSample, Posture
from robot_bridge.buses.servo_reading import ChainReading, ServoSample


@dataclass(frozen=True, slots=True)
class ServoAngles:
    """One arm and its calibration, entries in the arm's joint order, and the scales that follow from them."""

    model: ArmModel
    calibration: tuple[JointCalibration, ...]
    _scales: tuple[Scale, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        scales = (scale(self.model, joint, entry) for joint, entry in enumerate(self.calibration))
        object.__setattr__(self, "_scales", tuple(scales))

    def reading(self, chain: ChainReading) -> BusReading:
        """The chain's reading in angles."""
        pairs = zip(self._scales, chain.samples, strict=True)
        samples = tuple([None if sample is None else _in_angles(joint, sample) for joint, sample in pairs])
        held = None if chain.held_steps is None else self.angles(chain.held_steps)
        return BusReading(chain.phase, samples, held, chain.trouble)

    def steps(self, positions_rad: Posture) -> tuple[int, ...]:
        """Goals in whole steps."""
        return tuple([joint.steps(angle) for joint, angle in zip(self._scales, positions_rad, strict=True)])

    def angles(self, steps: tuple[int, ...]) -> Posture:
        """The angles that these steps are."""
        return tuple([joint.rad(at) for joint, at in zip(self._scales, steps, strict=True)])

    def quantised(self, positions_rad: Posture) -> Posture:
        """The angles that goals at these angles are once rounded to whole steps."""
        return self.angles(self.steps(positions_rad))


def _in_angles(joint: Scale, sample: ServoSample) -> JointSample:
    return JointSample(
        joint.rad(sample.position_steps),
        sample.velocity_steps_s * joint.rad_per_step,
        sample.load,
        sample.voltage_v,
        sample.temperature_c,
        sample.trouble,
        sample.status,
        sample.at_ns,
    )
