"""Makes synthetic episodes whose pictures carry their own frame id, so that any mix-up shows."""

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

import av
import episode_headers
import numpy as np
import numpy.typing as npt
import pytest
from episode_headers import JOINTS, START_NS

from robot_bridge.wire.commands import JointTarget, PoseTarget
from robot_bridge.wire.frames import CameraCalibration
from teleop.episodes.format import (
    Action,
    Bilingual,
    Command,
    Event,
    Header,
    Input,
    Message,
    Network,
    Observation,
    Picture,
    Sent,
    Verdict,
)
from teleop.episodes.writer import EpisodeWriter, Sealed, episode_path

WIDTH, HEIGHT, BITS = 96, 64, 12
TICK_NS = 10_000_000


def drawn(frame_id: int, width: int = WIDTH, height: int = HEIGHT) -> npt.NDArray[np.uint8]:
    """An I420 picture whose columns are the bits of its frame id."""
    picture = np.full((height * 3 // 2, width), 128, dtype=np.uint8)
    for bit in range(BITS):
        left, right = bit * width // BITS, (bit + 1) * width // BITS
        picture[:height, left:right] = 220 if frame_id >> bit & 1 else 30
    return picture


def read_id(grey: npt.NDArray[np.integer | np.floating]) -> int:
    """The frame id of a picture: grey values 0..255, shape (height, width)."""
    width = grey.shape[1]
    middles = [(2 * bit + 1) * width // (2 * BITS) for bit in range(BITS)]
    return sum(1 << bit for bit, x in enumerate(middles) if grey[:, x].mean() > 125)


class Encoder:
    """What a cell's encoder does: one access unit a picture, key frames on demand."""

    def __init__(self, width: int = WIDTH, height: int = HEIGHT) -> None:
        self._codec = av.VideoCodecContext.create("libx264", "w")
        self._codec.width, self._codec.height = width, height
        self._codec.pix_fmt = "yuv420p"
        self._codec.time_base = Fraction(1, 90_000)
        self._codec.options = {
            "preset": "ultrafast",
            "tune": "zerolatency",
            "profile": "baseline",
            "x264-params": "threads=1:sliced-threads=0:repeat-headers=1:keyint=300:scenecut=0",
        }
        self._count, self._size = 0, (width, height)

    def encode(self, frame_id: int, keyframe: bool) -> bytes:
        """The picture of this id as Annex B."""
        frame = av.VideoFrame.from_ndarray(drawn(frame_id, *self._size), format="yuv420p")
        frame.pts, frame.time_base = self._count * 3000, Fraction(1, 90_000)
        frame.pict_type = av.video.frame.PictureType.I if keyframe else av.video.frame.PictureType.NONE
        self._count += 1
        return b"".join(bytes(packet) for packet in self._codec.encode(frame))


@dataclass
class Script:
    """What a synthetic turn is like."""

    episode_id: str = "ep-1"
    seconds: float = 1.0
    cameras: tuple[str, ...] = ("overview", "wrist")
    silent: tuple[str, ...] = ()
    camera_period_ns: int = 33_333_333
    jitter_ns: int = 0
    dropped: tuple[int, ...] = ()
    camera_start_ns: int = 12_345_678
    first_keyframe: int = 0
    solved: bool = True
    prompt: str = "Build the tower"
    size: tuple[int, int] = (WIDTH, HEIGHT)
    joints: tuple[str, ...] = JOINTS
    with_inputs: bool = True
    observations: bool = True
    extra: list[Message] = field(default_factory=list)


def calibration(camera: str, size: tuple[int, int] = (WIDTH, HEIGHT)) -> CameraCalibration:
    """A plausible calibration."""
    return episode_headers.calibration(camera, size)


def header_of(script: Script) -> Header:
    """The header of a scripted turn."""
    return episode_headers.header(
        script.episode_id,
        joint_names=script.joints,
        cameras=tuple(calibration(camera, script.size) for camera in script.cameras),
        prompt=Bilingual(script.prompt, "搭一座塔"),
    )


def pose(phase: float) -> PoseTarget:
    """A pose that moves with the phase."""
    return PoseTarget(0.2 + 0.05 * math.sin(phase), 0.05 * math.cos(phase), 0.1, -1.5, 0.1, 0.5)


def joints_at(t_ns: int, count: int, lead: float = 0.0) -> tuple[float, ...]:
    """Joint angles at a moment; `lead` makes an action differ from its observation."""
    phase = (t_ns - START_NS) / 1e9 + lead
    return tuple(math.sin(phase * (1 + joint / 7)) for joint in range(count))


def ticks(script: Script) -> list[Message]:
    """Observations, actions and inputs of a turn."""
    messages: list[Message] = []
    count = len(script.joints)
    for tick in range(int(script.seconds * 1e9) // TICK_NS):
        t_ns = START_NS + 3_000_000 + tick * TICK_NS
        still = (0.0,) * count
        messages.append(
            Observation(
                t_ns, tick, "play" if tick % 50 else "hold", "none", joints_at(t_ns, count),
                joints_at(t_ns, count, 1.0), still, (31.0,) * count, (7.4,) * count, (1_000_000,) * count,
                pose(t_ns / 1e9),
            )
        )  # fmt: skip
        asked = joints_at(t_ns, count, 0.2) if tick % 10 not in (0, 5, 6) else None
        messages.append(
            Action(
                t_ns, tick, tick, "player", pose(t_ns / 1e9), asked, joints_at(t_ns, count, 0.1),
                ("velocity",) if tick % 3 == 0 else (), 1.0,
            )
        )  # fmt: skip
        if script.with_inputs and tick % 2 and tick > 5:
            seen = tick // 4
            messages.append(
                Input(t_ns, tick, tick * 10_000, -7, 900_000, "keyboard", True, True, pose(0.0),
                      "overview", seen, 1, 33_000_000)
            )  # fmt: skip
    return messages


def traces(script: Script) -> list[Message]:
    """What came with format 2: a setpoint, a picture as it was sent, and what the link was like."""
    t_ns = START_NS + 60_000_000
    camera = script.cameras[0]
    return [
        Command(t_ns, 90, 5, "player", pose(0.0), 1.0, t_ns + 100_000_000),
        Command(t_ns + 1, 91, 5, "assist", JointTarget((0.1,) * 5, 0.5), 0.5, t_ns + 100_000_000, move_id=2),
        Sent(t_ns, camera, 1, t_ns - 9, t_ns - 6, t_ns - 3, 48, 32, 700, True, "vp8"),
        Network(t_ns, -7, 900_000, 1.5, 80_000_000, 4_000_000, 0, None, 1e6, 9e5, None, False, 2, 1, 0.5),
    ]


def pictures(script: Script, camera: str) -> list[Message]:
    """A camera's pictures: variable rate, dropped ones missing before the encoder."""
    found: list[Message] = []
    encoder = Encoder(*script.size)
    shift = 7_000_000 * script.cameras.index(camera)
    random = np.random.default_rng(len(camera))
    for number in range(
        int(script.seconds * 1e9 - script.camera_start_ns - shift) // script.camera_period_ns
    ):
        jitter = int(random.integers(0, script.jitter_ns + 1))
        capture_ns = START_NS + script.camera_start_ns + shift + number * script.camera_period_ns + jitter
        if number in script.dropped:
            continue
        keyframe = not found
        annex_b = encoder.encode(number + 1, keyframe)
        if number >= script.first_keyframe or not keyframe:
            flag = keyframe and number >= script.first_keyframe
            times_ns = (capture_ns, capture_ns + 4_000_000)
            found.append(Picture(camera, number + 1, *times_ns, flag, annex_b, capture_ns + 1_000_000))
    return found


def script_messages(script: Script) -> list[Message]:
    """All messages of a turn in the order in which a cell would put them."""
    messages = ticks(script) if script.observations else []
    for camera in script.cameras:
        if camera not in script.silent:
            messages += pictures(script, camera)
    messages += traces(script) if script.cameras else []
    messages.append(Event(START_NS + 100_000_000, "piece_lifted", {"piece": "red", "height_m": 0.04}))
    messages += script.extra

    def arrival(message: Message) -> int:
        return message.encoded_ns if isinstance(message, Picture) else message.t_ns

    return sorted(messages, key=arrival)


def verdict_of(script: Script) -> Verdict:
    """How the referee judged the turn."""
    end_ns = START_NS + int(script.seconds * 1e9)
    reason = (
        Bilingual("All cubes in place", "全部到位") if script.solved else Bilingual("Time is up", "时间到")
    )
    return Verdict(end_ns, script.solved, reason, 900, 3 if script.solved else 0, script.seconds, 4, "1")


Record = Callable[..., Sealed]


@pytest.fixture
def episodes(tmp_path: Path) -> Path:
    """An empty directory of episodes."""
    folder = tmp_path / "episodes"
    folder.mkdir()
    return folder


@pytest.fixture
def record(episodes: Path) -> Record:
    """Records a scripted turn and gives the sealed episode."""

    def recorded(judged: bool = True, folder: Path = episodes, **facts: object) -> Sealed:
        script = Script(**facts)  # type is checked by the dataclass's users
        writer = EpisodeWriter(episode_path(folder, script.episode_id), header_of(script))
        for message in script_messages(script):
            writer.put(message)
        return writer.close(verdict_of(script) if judged else None)

    return recorded


@pytest.fixture
def synthetic() -> "type[Synthetic]":
    """The pieces from which a test makes its own episodes."""
    return Synthetic


class Synthetic:
    """Names the makers above, since tests cannot import this file."""

    Script = Script
    Encoder = Encoder
    START_NS = START_NS
    JOINTS = JOINTS
    header = staticmethod(header_of)
    messages = staticmethod(script_messages)
    pictures = staticmethod(pictures)
    verdict = staticmethod(verdict_of)
    read_id = staticmethod(read_id)
    joints_at = staticmethod(joints_at)
    calibration = staticmethod(calibration)
    pose = staticmethod(pose)
