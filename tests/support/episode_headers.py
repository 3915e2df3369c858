"""The header of an episode that was never played, and its cameras: one builder for every test and bench."""

from typing import Any

from robot_bridge.wire.frames import CameraCalibration
from teleop.episodes.format import FORMAT_VERSION, Bilingual, Consent, Header

JOINTS = ("shoulder_pan", "shoulder_lift", "elbow_flex", "wrist_flex", "wrist_roll", "gripper")
LEVEL = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0)
START_NS = 5_000_000_000


def calibration(
    camera: str, size: tuple[int, int], focal_px: float = 100.0, height_m: float = 0.5
) -> CameraCalibration:
    """A camera that looks along the axes, its middle in the middle of the picture; `size` in pixels."""
    width, height = size
    return CameraCalibration(
        1, camera, width, height, focal_px, focal_px, width / 2, height / 2, LEVEL, (0.0, 0.0, height_m)
    )


def header(episode_id: str, **changes: Any) -> Header:
    """A header of today's format with these fields instead of the usual ones; no cameras by default."""
    usual: dict[str, Any] = {
        "format_version": FORMAT_VERSION,
        "episode_id": episode_id,
        "turn_id": f"turn-{episode_id}",
        "cell_id": "home",
        "source": "sim",
        "grasp_model": "assisted",
        "software": "armcade 0.1.0",
        "cell_config_sha256": "a" * 64,
        "calibration_sha256": "b" * 64,
        "arm": "so101",
        "joint_names": JOINTS,
        "cameras": (),
        "puzzle_id": "tower",
        "puzzle_version": 1,
        "puzzle_title": Bilingual("Tower", "高塔"),
        "prompt": Bilingual("Build the tower", "搭一座塔"),
        "language": "en",
        "pseudonym": "quiet-otter",
        "consent": Consent("c-1", "2026-01", "c" * 64, "en", 1_700_000_000_000_000_000),
        "referee_version": "1",
        "started_utc_ns": 1_760_000_000_000_000_000,
        "started_ns": START_NS,
    }
    return Header(**(usual | changes))
