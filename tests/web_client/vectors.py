"""Writes what the page takes from the bridge: the arm's bounds, and vectors for the page's tests of its own.

Run: python tests/web_client/vectors.py
"""

import json
import math
import random
from pathlib import Path

from robot_bridge.arms import load_arm
from robot_bridge.arms.model import ArmModel
from robot_bridge.kinematics import Solution, forward, inverse, link_frames
from robot_bridge.wire.commands import PoseTarget

WHERE = Path(__file__).with_name("vectors.json")
ARM = Path(__file__).parents[2] / "web_client" / "src" / "predict" / "so101.json"
PERIOD_S = 0.01
SEED = 20
POSTURES = 60
POSES = 200


def rounded(values: tuple[float, ...] | list[float]) -> list[float]:
    """Nine digits: far below any tolerance, and the same on every machine."""
    return [round(value, 9) + 0.0 for value in values]


def pose_row(pose: PoseTarget) -> list[float]:
    """A pose as x, y, z, pitch, roll, gripper."""
    return rounded([pose.x_m, pose.y_m, pose.z_m, pose.pitch_rad, pose.roll_rad, pose.gripper])


def posture(model: ArmModel, dice: random.Random) -> tuple[float, ...]:
    """Joint angles within the soft limits."""
    return tuple(dice.uniform(low, high) for low, high in zip(model.lower_rad, model.upper_rad, strict=True))


def forward_case(model: ArmModel, joints: tuple[float, ...]) -> dict[str, object]:
    """One posture with its link frames (rows of 3x4) and its tool pose."""
    frames = {
        name: rounded([value for row in frame[:3] for value in row])
        for name, frame in link_frames(model, joints).items()
    }
    return {"joints": rounded(joints), "pose": pose_row(forward(model, joints)), "frames": frames}


def inverse_case(model: ArmModel, dice: random.Random) -> dict[str, object]:
    """One pose in and around the workspace with the joint angles that the bridge takes for it."""
    box = model.workspace
    pose = PoseTarget(
        x_m=round(dice.uniform(box.x_m[0] - 0.05, box.x_m[1] + 0.05), 6),
        y_m=round(dice.uniform(*box.y_m), 6),
        z_m=round(dice.uniform(*box.z_m), 6),
        pitch_rad=round(dice.uniform(-math.pi / 2, 0.3), 6),
        roll_rad=round(dice.uniform(-2.5, 2.5), 6),
        gripper=round(dice.random(), 6),
    )
    near = tuple(round(value, 6) for value in posture(model, dice))
    found = inverse(model, pose, near)
    answer = None
    if isinstance(found, Solution):
        answer = {
            "joints": rounded(found.positions_rad),
            "pitch_relaxed": found.pitch_relaxed,
            "roll_limited": found.roll_limited,
        }
    return {"pose": pose_row(pose), "near": rounded(near), "answer": answer}


def bounds(model: ArmModel) -> dict[str, object]:
    """What bounds the arm, for the page's prediction of it; links are numbered from the base, 0."""
    links = (model.base_link, *(joint.child for joint in model.joints))
    return {
        "period_s": PERIOD_S,
        "tool_speed_m_s": model.tool_speed_m_s,
        "tool_turn_rad_s": model.tool_turn_rad_s,
        "tool_lead_m": model.tool_lead_m,
        "table_clearance_m": model.table_clearance_m,
        "velocity_rad_s": model.motion.velocity_rad_s,
        "acceleration_rad_s2": model.motion.acceleration_rad_s2,
        "jerk_rad_s3": model.motion.jerk_rad_s3,
        "rest_rad": model.rest_rad,
        "ready_rad": model.ready_rad,
        "guard_points": [{"link": links.index(one.link), "at": one.xyz_m} for one in model.guard_points],
        "capsules": [
            {"link": links.index(one.link), "from": one.from_m, "to": one.to_m, "radius": one.radius_m}
            for one in model.capsules
        ],
    }


def arm() -> str:
    """The text of the page's file of bounds."""
    return json.dumps(bounds(load_arm("so101")), indent=2) + "\n"


def vectors() -> str:
    """The text of the file."""
    model, dice = load_arm("so101"), random.Random(SEED)
    postures = [model.rest_rad, model.ready_rad, *(posture(model, dice) for _ in range(POSTURES))]
    document = {
        "workspace": {"x_m": model.workspace.x_m, "y_m": model.workspace.y_m, "z_m": model.workspace.z_m},
        "limits": [
            {"name": name, "lower_rad": low, "upper_rad": high}
            for name, low, high in zip(model.joint_names, model.lower_rad, model.upper_rad, strict=True)
        ],
        "forward": [forward_case(model, joints) for joints in postures],
        "inverse": [inverse_case(model, dice) for _ in range(POSES)],
    }
    return json.dumps(document, indent=None, separators=(",", ":")).replace('{"', '\n{"') + "\n"


if __name__ == "__main__":
    WHERE.write_text(vectors())
    ARM.write_text(arm())
