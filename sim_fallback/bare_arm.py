"""An arm without a world, whatever the arm: joints that go where their motors take them. Pure.

Nothing has weight here: a joint under torque is where its servo's own profile is, one without stays where
it is. That is enough to drive any arm's servos through its bridge; the SO-101 has a world with physics.
"""

from collections.abc import Sequence

from sim_fallback.joints import JointReading, Motor


class BareArm:
    """The joints of one arm, in its order."""

    def __init__(self, start_rad: Sequence[float]) -> None:
        """Stands still at these angles."""
        self._readings = tuple(JointReading(angle, 0.0, 0.0) for angle in start_rad)

    def step(self, motors: Sequence[Motor], dt_s: float) -> None:
        """Lets time pass with these motor commands."""
        self._readings = tuple(
            _moved(reading, motor, dt_s) for reading, motor in zip(self._readings, motors, strict=True)
        )

    def readings(self) -> tuple[JointReading, ...]:
        """All joints as they are now."""
        return self._readings


def _moved(reading: JointReading, motor: Motor, dt_s: float) -> JointReading:
    if not motor.torque_on or motor.torque_fraction <= 0.0:
        return JointReading(reading.position_rad, 0.0, 0.0)
    return JointReading(motor.target_rad, (motor.target_rad - reading.position_rad) / dt_s, 0.0)
