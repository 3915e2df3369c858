"""What every emulated servo shares, whatever its protocol: calibration, drive, senses, and ailments."""

from dataclasses import dataclass

STS3215 = 777


@dataclass(frozen=True, slots=True)
class ServoSpec:
    """What calibration wrote into one servo: id, homing offset and position range (steps), and its model.

    A shadow obeys what is written to another servo's id too, and a servo in drive mode 1 counts the other
    way round, where its firmware can.
    """

    id: int
    homing_offset: int
    range_min: int
    range_max: int
    model: int = STS3215
    shadow_of: int | None = None
    drive_mode: int = 0


@dataclass(frozen=True, slots=True)
class Drive:
    """What the servo's controller asks of the motor: target in calibrated steps, share of stall torque."""

    torque_on: bool
    target_steps: float
    torque_fraction: float


@dataclass(frozen=True, slots=True)
class Sensed:
    """What the physics measured: calibrated steps, step/s, motor torque as a signed share of stall."""

    position_steps: float
    velocity_steps_s: float
    load_fraction: float


@dataclass(frozen=True, slots=True)
class Ailment:
    """What is wrong with a servo: mute (a loose plug), dead, a forced load or heat, a failed encoder.

    A mute servo goes on moving to its last goal; a dead one is limp, and silent too.
    """

    mute: bool = False
    dead: bool = False
    load: float | None = None
    temperature_c: float | None = None
    encoder: bool = False

    @property
    def silent(self) -> bool:
        """Whether it neither hears nor answers."""
        return self.mute or self.dead


SOUND = Ailment()
