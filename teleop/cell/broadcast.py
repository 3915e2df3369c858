"""What the cell sends by the clock: arm state to pages, status and thumbnails to the hub."""

import asyncio
import time

import cv2
import msgspec
import numpy as np

from robot_bridge.wire.frames import Frame
from robot_bridge.wire.state import ArmState, JointState, told
from teleop.cell.bridge_client import BridgeClient
from teleop.cell.recorder import RecorderStatus, SentSetpoints
from teleop.cell.visitors import Visitors
from teleop.metrics import CellMetrics
from teleop.wire.cell_to_hub import CellStatus, Thumbnail
from teleop.wire.player_out import Slowing, State

PLAYER_HZ = 60
WATCHERS_EVERY = 3
THUMBNAIL_WIDTH = 320
JPEG_QUALITY = 70
_ENCODER = msgspec.msgpack.Encoder()


class StateBroadcast:
    """Sends the newest arm state to pages: 60 times a second to the player, 20 times to the others."""

    def __init__(
        self, bridge: BridgeClient, visitors: Visitors, setpoints: SentSetpoints, metrics: CellMetrics
    ) -> None:
        """Reads the state from `bridge` each time."""
        self._bridge, self._visitors = bridge, visitors
        self._setpoints, self._metrics = setpoints, metrics
        self._round = 0
        self._joints: tuple[JointState, ...] = ()

    def send(self, move_id: int | None, slowed: tuple[Slowing, ...] = ()) -> None:
        """Sends one state; a bridge that is silent shows as a state that grows old."""
        now_ns = time.monotonic_ns()
        arm = self._bridge.last_state
        if arm is None:
            return
        alive = self._bridge.state(now_ns) is not None
        self._round += 1
        everyone = self._round % WATCHERS_EVERY == 0
        receivers = [one for one in self._visitors.greeted if everyone or one.role == "player"]
        if receivers:
            state = self.state(arm, now_ns if alive else arm.now_ns, alive, move_id, slowed)
            message = _ENCODER.encode(state)
            for visitor in receivers:
                visitor.show(message)

    def state(
        self, arm: ArmState, now_ns: int, alive: bool, move_id: int | None, slowed: tuple[Slowing, ...] = ()
    ) -> State:
        """The arm as pages draw it; `now_ns` is what the page will echo.

        While the bus is lost the joints are those measured last.
        """
        sent = self._setpoints.find(arm.applied_sequence)
        joints = self._joints = arm.joints or self._joints
        return State(
            version=1,
            now_ns=now_ns,
            mode=arm.mode if alive or arm.mode == "latched" else "hold",
            cause=arm.cause if alive else "link_lost",
            stop_id=arm.stop_id,
            stop_generation=arm.stop_generation,
            applied_sequence=0 if sent is None else sent.control_sequence,
            measured_rad=tuple(joint.position_rad for joint in joints),
            applied_rad=arm.applied_rad,
            measured_pose=arm.measured_pose,
            applied_pose=arm.applied_pose,
            limits=arm.limits,
            speed_scale=arm.speed_scale,
            loads=tuple(joint.load for joint in joints),
            temperatures_c=told(joint.temperature_c for joint in joints),
            voltages_v=told(joint.voltage_v for joint in joints),
            move_id=move_id,
            bus_ok=arm.bus_ok and alive,
            posture=arm.posture,
            slowed=slowed if arm.mode == "play" else (),
        )

    async def keep_time(self, period_s: float) -> None:
        """Sleeps to the next multiple of the period and measures how late the loop woke."""
        now_s = time.monotonic()
        until_s = (now_s // period_s + 1) * period_s
        await asyncio.sleep(until_s - now_s)
        self._metrics.loop_lag.observe(max(0.0, time.monotonic() - until_s))


def cell_status(
    arm: ArmState | None,
    alive: bool,
    turn_id: str | None,
    viewers: int,
    cameras_ok: bool,
    recorder: RecorderStatus,
) -> CellStatus:
    """The cell in a few words for the lobby; a silent bridge shows as latched with its link lost."""
    return CellStatus(
        version=1,
        mode=arm.mode if arm is not None and alive else "latched",
        cause=arm.cause if arm is not None and alive else "link_lost",
        stop_id=None if arm is None else arm.stop_id,
        stop_generation=0 if arm is None else arm.stop_generation,
        turn_id=turn_id,
        viewers=viewers,
        positions_rad=() if arm is None else tuple(joint.position_rad for joint in arm.joints),
        temperatures_c=() if arm is None else told(joint.temperature_c for joint in arm.joints),
        bus_ok=arm is not None and arm.bus_ok and alive,
        cameras_ok=cameras_ok,
        recorder=recorder,
        posture="held" if arm is None else arm.posture,
        bus_note="" if arm is None else arm.bus_note,
    )


def thumbnail(frame: Frame, width: int, height: int) -> Thumbnail:
    """A small JPEG of an I420 picture; takes about a millisecond."""
    planes = np.frombuffer(frame.i420, np.uint8).reshape(height * 3 // 2, width)
    picture = cv2.cvtColor(planes, cv2.COLOR_YUV2BGR_I420)
    small = cv2.resize(
        picture, (THUMBNAIL_WIDTH, THUMBNAIL_WIDTH * height // width), interpolation=cv2.INTER_AREA
    )
    _, jpeg = cv2.imencode(".jpg", small, (cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY))
    return Thumbnail(version=1, jpeg=jpeg.tobytes())
