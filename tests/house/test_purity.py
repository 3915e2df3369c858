"""Pure rooms import no clock, socket, log, thread or randomness, and nothing else that acts."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ACTING = {
    "time", "asyncio", "logging", "os", "random", "secrets", "socket", "threading", "subprocess", "select",
    "datetime", "uuid", "queue", "multiprocessing", "signal", "sys", "structlog", "serial", "aiortc",
    "websockets", "cyclonedds", "litestar", "sqlalchemy", "uvicorn", "prometheus_client", "concurrent",
}  # fmt: skip
PURE = [
    "game/**/*.py",
    "robot_bridge/wire/commands.py",
    "robot_bridge/wire/state.py",
    "robot_bridge/wire/units.py",
    "robot_bridge/kinematics/**/*.py",
    "teleop/clock.py",
    "teleop/wire/*_in.py",
    "teleop/wire/*_out.py",
    "teleop/wire/*_to_*.py",
    "teleop/episodes/format.py",
    "teleop/episodes/layouts/rlds_features.py",
    "teleop/episodes/layouts/tfrecord.py",
    "teleop/episodes/exporting/contract.py",
    "teleop/episodes/exporting/origin.py",
    "teleop/episodes/exporting/rows.py",
    "teleop/episodes/exporting/signature.py",
    "teleop/episodes/lerobot_v3/places.py",
    "teleop/episodes/journal/codec.py",
    "teleop/episodes/journal/entries.py",
    "teleop/tickets.py",
    "teleop/hub/queue.py",
    "teleop/hub/fleet.py",
    "teleop/hub/buckets.py",
    "teleop/hub/signalling.py",
    "teleop/hub/access.py",
    "teleop/hub/ranking.py",
    "teleop/hub/ranges.py",
    "teleop/hub/turn_credentials.py",
    "teleop/cell/arm_view.py",
    "teleop/cell/feedback.py",
    "teleop/cell/bit_rate.py",
    "teleop/cell/quality.py",
    "teleop/cell/flexfec.py",
    "teleop/cell/frame_map.py",
    "teleop/cell/gates.py",
    "teleop/cell/keyframes.py",
    "teleop/cell/playout.py",
    "teleop/cell/pulse.py",
    "teleop/cell/puzzle_info.py",
    "teleop/cell/redundancy.py",
    "teleop/cell/repairs.py",
    "teleop/cell/resending.py",
    "teleop/cell/rtp.py",
    "teleop/cell/sdp.py",
    "teleop/cell/texts.py",
    "teleop/cell/token_bucket.py",
    "teleop/cell/turn.py",
    "robot_bridge/safety.py",
    "robot_bridge/fences.py",
    "robot_bridge/capsules.py",
    "robot_bridge/clearance.py",
    "robot_bridge/conditioning.py",
    "robot_bridge/contact.py",
    "robot_bridge/jog.py",
    "robot_bridge/limits.py",
    "robot_bridge/lowering.py",
    "robot_bridge/pursuit.py",
    "robot_bridge/rest.py",
    "robot_bridge/reference.py",
    "robot_bridge/tool_speed.py",
    "robot_bridge/way_down.py",
    "robot_bridge/zones.py",
    "robot_bridge/trajectory.py",
    "robot_bridge/controller.py",
    "robot_bridge/orders.py",
    "robot_bridge/health.py",
    "robot_bridge/watchdog.py",
    "robot_bridge/buses/feetech.py",
    "robot_bridge/buses/feetech_servos.py",
    "robot_bridge/buses/dynamixel.py",
    "robot_bridge/buses/dynamixel_models.py",
    "robot_bridge/buses/dynamixel_servos.py",
    "robot_bridge/buses/servo_protocol.py",
    "robot_bridge/buses/servo_spec.py",
    "robot_bridge/buses/servo_chain.py",
    "robot_bridge/buses/chain_*.py",
    "robot_bridge/buses/plausible.py",
    "robot_bridge/ros/arrivals.py",
    "robot_bridge/ros/config.py",
    "robot_bridge/ros/controllers.py",
    "robot_bridge/ros/dds_settings.py",
    "robot_bridge/ros/drive.py",
    "robot_bridge/ros/flights.py",
    "robot_bridge/ros/joint_states.py",
    "robot_bridge/ros/line.py",
    "robot_bridge/ros/messages.py",
    "robot_bridge/ros/qos.py",
    "robot_bridge/ros/rosbridge_json.py",
    "robot_bridge/ros/tool_motion.py",
    "robot_bridge/ros/type_hashes.py",
    "robot_bridge/tools/arm_servos.py",
    "robot_bridge/tools/bars.py",
    "robot_bridge/tools/calibrating.py",
    "robot_bridge/tools/complaint.py",
    "robot_bridge/tools/dialect.py",
    "robot_bridge/tools/dynamixel_expectations.py",
    "robot_bridge/tools/expectations.py",
    "robot_bridge/tools/figures.py",
    "robot_bridge/tools/identity.py",
    "robot_bridge/tools/jogging.py",
    "robot_bridge/tools/ports.py",
    "robot_bridge/tools/refusal_texts.py",
    "robot_bridge/tools/registers.py",
    "robot_bridge/tools/texts.py",
    "robot_bridge/tools/travel.py",
    "teleop/arm/guidance.py",
    "teleop/arm/headings.py",
    "teleop/arm/jog_words.py",
    "teleop/arm/keys.py",
    "teleop/arm/reports.py",
    "sim_fallback/world/grasp.py",
    "sim_fallback/bare_arm.py",
    "sim_fallback/coupling.py",
    "sim_fallback/joints.py",
    "sim_fallback/pacing.py",
    "sim_fallback/servo_bus/chain.py",
    "sim_fallback/servo_bus/dynamixel/*.py",
    "sim_fallback/servo_bus/faulted.py",
    "sim_fallback/servo_bus/faults.py",
    "sim_fallback/servo_bus/health.py",
    "sim_fallback/servo_bus/injector.py",
    "sim_fallback/servo_bus/motor.py",
    "sim_fallback/servo_bus/packets.py",
    "sim_fallback/servo_bus/profile.py",
    "sim_fallback/servo_bus/registers.py",
    "sim_fallback/servo_bus/servo.py",
    "sim_fallback/servo_bus/wire.py",
    "tests/support/link/chance.py",
    "tests/support/link/course.py",
    "tests/support/link/law.py",
]


def pure_files() -> list[Path]:
    """All files that the patterns name."""
    return sorted({path for pattern in PURE for path in ROOT.glob(pattern)})


@pytest.mark.parametrize("path", pure_files(), ids=lambda p: str(p.relative_to(ROOT)))
def test_pure_room_cannot_act(path: Path) -> None:
    imported = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            imported |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            imported.add((node.module or "").split(".")[0])
    assert imported & ACTING == set()


def test_the_list_finds_files() -> None:
    for pattern in PURE:
        assert list(ROOT.glob(pattern)), pattern
