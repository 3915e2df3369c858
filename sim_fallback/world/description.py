"""Our SO-101 for the physics engine: masses, and boxes in place of meshes, on the arm model's frames.

Masses, centres of mass and inertias are the published model's (SO-ARM100,
Simulation/SO101/so101_new_calib.urdf). The boxes are ours.
"""

import math
from dataclasses import dataclass

from robot_bridge.arms import ArmModel, Joint
from sim_fallback.scene import Vector

FIXED_PAD_X_M = -0.0079
"""Inner face of the fixed finger in the gripper's frame."""
JAW_PARALLEL_RAD = 0.24
"""Jaw angle at which the pads are parallel, 30 mm apart; they meet near the joint's lower limit."""


@dataclass(frozen=True, slots=True)
class Box:
    """An axis-aligned box in its link's frame after turning that frame by `turn_rad` about its z axis."""

    low: Vector
    high: Vector
    turn_rad: float = 0.0

    @property
    def size(self) -> Vector:
        """Edge lengths in metres."""
        return (self.high[0] - self.low[0], self.high[1] - self.low[1], self.high[2] - self.low[2])

    @property
    def centre(self) -> Vector:
        """Centre in the link's frame."""
        x, y, z = ((a + b) / 2 for a, b in zip(self.low, self.high, strict=True))
        c, s = math.cos(self.turn_rad), math.sin(self.turn_rad)
        return (c * x - s * y, s * x + c * y, z)


@dataclass(frozen=True, slots=True)
class LinkBody:
    """Mass, centre of mass, inertia about it (xx xy xz yy yz zz), and collision boxes of one link."""

    mass_kg: float
    centre_m: Vector
    inertia: tuple[float, float, float, float, float, float]
    boxes: tuple[Box, ...]


BODIES: dict[str, LinkBody] = {
    "base": LinkBody(
        0.147,
        (0.0207, 0.002, 0.034),
        (1.36117e-4, 4.59787e-7, 9.75275e-8, 1.14686e-4, -4.97151e-6, 1.30364e-4),
        (Box((-0.031, -0.056, 0.0), (0.065, 0.056, 0.07)),),
    ),
    "shoulder": LinkBody(
        0.100006,
        (-0.0307604, -1.66727e-5, -0.0252713),
        (8.3759e-5, 7.55525e-8, -1.16342e-6, 8.10403e-5, 1.54663e-7, 2.39783e-5),
        (Box((-0.051, -0.026, -0.064), (0.012, 0.029, -0.008)),),
    ),
    "upper_arm": LinkBody(
        0.103,
        (-0.0898471, -0.00838224, 0.0184089),
        (4.08002e-5, -1.97819e-5, -4.03016e-8, 1.47318e-4, 8.97326e-9, 1.42487e-4),
        (
            Box((-0.13, -0.012, -0.012), (0.012, 0.012, 0.05)),
            Box((-0.13, -0.038, -0.012), (-0.095, -0.012, 0.05)),
        ),
    ),
    "lower_arm": LinkBody(
        0.104,
        (-0.0980701, 0.00324376, 0.0182831),
        (2.87438e-5, 7.41152e-6, 1.26409e-6, 1.59844e-4, -4.90188e-8, 1.4529e-4),
        (Box((-0.145, -0.013, -0.012), (0.012, 0.018, 0.05)),),
    ),
    "wrist": LinkBody(
        0.079,
        (-0.000103312, -0.0386143, 0.0281156),
        (3.68263e-5, 1.7893e-8, -5.28128e-8, 2.5391e-5, 3.6412e-6, 2.1e-5),
        (Box((-0.018, -0.06, -0.006), (0.014, 0.012, 0.05)),),
    ),
    "gripper": LinkBody(
        0.087,
        (0.000213627, 0.000245138, -0.025187),
        (2.75087e-5, -3.35241e-7, -5.7352e-6, 4.33657e-5, -5.17847e-8, 3.45059e-5),
        (
            Box((-0.028, -0.022, -0.05), (0.03, 0.022, -0.002)),
            Box((-0.024, -0.01, -0.08), (-0.0115, 0.01, -0.05)),
            Box((FIXED_PAD_X_M - 0.006, -0.009, -0.104), (FIXED_PAD_X_M, 0.009, -0.074)),
        ),
    ),
    "jaw": LinkBody(
        0.012,
        (-0.00157495, -0.0300244, 0.0192755),
        (6.61427e-6, -3.19807e-7, -5.90717e-9, 1.89032e-6, -1.09945e-7, 5.28738e-6),
        (
            Box((0.004, -0.056, 0.009), (0.014, 0.0, 0.029), -JAW_PARALLEL_RAD),
            Box((0.0019, -0.0816, 0.010), (0.0079, -0.0506, 0.028), -JAW_PARALLEL_RAD),
        ),
    ),
}


def _numbers(values: tuple[float, ...]) -> str:
    return " ".join(f"{value:.9g}" for value in values)


def _link(name: str, body: LinkBody) -> str:
    axes = ("ixx", "ixy", "ixz", "iyy", "iyz", "izz")
    inertia = " ".join(f'{axis}="{value:.9g}"' for axis, value in zip(axes, body.inertia, strict=True))
    boxes = "".join(
        f'<collision><origin xyz="{_numbers(box.centre)}" rpy="0 0 {box.turn_rad:.9g}"/>'
        f'<geometry><box size="{_numbers(box.size)}"/></geometry></collision>'
        for box in body.boxes
    )
    return (
        f'<link name="{name}_link"><inertial><origin xyz="{_numbers(body.centre_m)}"/>'
        f'<mass value="{body.mass_kg}"/><inertia {inertia}/></inertial>{boxes}</link>'
    )


def _joint(frame: Joint, parent: str) -> str:
    return (
        f'<joint name="{frame.name}" type="revolute"><origin xyz="{_numbers(frame.xyz_m)}" '
        f'rpy="{_numbers(frame.rpy_rad)}"/><parent link="{parent}_link"/><child link="{frame.child}_link"/>'
        f'<axis xyz="0 0 1"/><limit lower="{frame.limits_rad[0]}" upper="{frame.limits_rad[1]}" '
        f'effort="2.94" velocity="6"/></joint>'
    )


def urdf(model: ArmModel) -> str:
    """The arm as URDF text; links are named `<link>_link`, so that no link shares a joint's name."""
    names = (model.base_link, *(joint.child for joint in model.joints))
    links = "".join(_link(name, BODIES[name]) for name in names)
    joints = "".join(_joint(joint, parent) for joint, parent in zip(model.joints, names, strict=False))
    return f'<?xml version="1.0"?><robot name="{model.name}">{links}{joints}</robot>'
