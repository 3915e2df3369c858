"""What all episodes of one dataset share: arm, joints and cameras. Pure."""

from dataclasses import dataclass

from teleop.episodes.format import Header


@dataclass(frozen=True, slots=True)
class Camera:
    """One camera of a dataset and its picture size in pixels."""

    name: str
    width: int
    height: int

    @property
    def key(self) -> str:
        """The name that LeRobot's policies look for."""
        return f"observation.images.{self.name}"


@dataclass(frozen=True, slots=True)
class Signature:
    """What all episodes of one dataset share."""

    arm: str
    joint_names: tuple[str, ...]
    cameras: tuple[Camera, ...]


def signature_of(header: Header) -> Signature:
    """The signature of one episode."""
    cameras = tuple(Camera(one.camera, one.width, one.height) for one in header.cameras)
    return Signature(header.arm, header.joint_names, cameras)
