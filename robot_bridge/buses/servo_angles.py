"""Between a servo chain's steps and the arm's joint angles, by the calibration of this very arm."""

from dataclasses import dataclass

from robot_bridge.arms import ArmModel, JointCalibration, rad_to_steps, steps_to_rad
from robot_bridge.buses.reading import BusReading, JointSample, Posture
from robot_bridge.buses.servo_reading import ChainReading, ServoSample


@dataclass(frozen=True, slots=True)
class ServoAngles:
    """One arm and its calibration, entries in the arm's joint order."""

    model: ArmModel
    calibration: tuple[JointCalibration, ...]

    def reading(self, chain: ChainReading) -> BusReading:
        """The chain's reading in angles."""
        samples = tuple(
            None if sample is None else self._sample(index, sample)
            for index, sample in enumerate(chain.samples)
        )
        held = None if chain.held_steps is None else self.angles(chain.held_steps)
        return BusReading(chain.phase, samples, held, chain.trouble)

    def steps(self, positions_rad: Posture) -> tuple[int, ...]:
        """Goals in whole steps."""
        return tuple(
            rad_to_steps(self.model, index, entry, angle)
            for index, (entry, angle) in enumerate(zip(self.calibration, positions_rad, strict=True))
        )

    def angles(self, steps: tuple[int, ...]) -> Posture:
        """The angles that these steps are."""
        return tuple(
            steps_to_rad(self.model, index, entry, at)
            for index, (entry, at) in enumerate(zip(self.calibration, steps, strict=True))
        )

    def quantised(self, positions_rad: Posture) -> Posture:
        """The angles that goals at these angles are once rounded to whole steps."""
        return self.angles(self.steps(positions_rad))

    def _sample(self, index: int, sample: ServoSample) -> JointSample:
        entry = self.calibration[index]
        zero = steps_to_rad(self.model, index, entry, 0.0)
        return JointSample(
            position_rad=steps_to_rad(self.model, index, entry, sample.position_steps),
            velocity_rad_s=steps_to_rad(self.model, index, entry, sample.velocity_steps_s) - zero,
            load=sample.load,
            voltage_v=sample.voltage_v,
            temperature_c=sample.temperature_c,
            trouble=sample.trouble,
            status=sample.status,
            at_ns=sample.at_ns,
        )
