"""Same seed, same commands: the whole chain from bridge to sealed episode gives the same bytes."""

from hashlib import sha256
from pathlib import Path

import episode_headers
import pytest
from lock_step import TICK_NS, LockStep
from simulated_arm import SimulatedArm

from robot_bridge.arms import load_arm
from robot_bridge.wire.commands import Command, Enable, PoseTarget, Reset, Setpoint
from robot_bridge.wire.frames import Frame
from sim_fallback.camera.pinhole import CAMERAS
from sim_fallback.cell import SimulatedCell
from teleop.cell.encoder import H264Encoder
from teleop.cell.quality import Size, bit_rate_for
from teleop.episodes.container import Closing, EpisodeFile
from teleop.episodes.format import Header, Message, Picture, Verdict
from teleop.episodes.ticks import action, observation
from teleop.wire.player_out import Bilingual

pytestmark = [pytest.mark.system, pytest.mark.timeout(240)]
TICKS = 240
START_NS = 1_000_000_000
WORDS = Bilingual(en="a turn", zh="一回合")
DOWN = PoseTarget(x_m=0.185, y_m=0.0, z_m=0.03, pitch_rad=-1.4, roll_rad=0.0, gripper=0.5)
AWAY = PoseTarget(x_m=0.25, y_m=0.08, z_m=0.08, pitch_rad=-1.2, roll_rad=0.0, gripper=0.2)


def commands(number: int, now_ns: int) -> tuple[Command, ...]:
    """Reset and enable at the twentieth tick; then down for a while, then away."""
    if number < 20:
        return ()
    if number == 20:
        return (Reset(1, "boot-1"), Enable(1, 1, 1))
    return (Setpoint(1, 1, 1, number, now_ns + 50_000_000, DOWN if number < 140 else AWAY),)


def header() -> Header:
    """Provenance with every time fixed."""
    return episode_headers.header(
        "same",
        joint_names=load_arm("so101").joint_names,
        cameras=tuple(CAMERAS.values()),
        puzzle_id="sort_colours",
        started_ns=START_NS,
    )


def encoder_for(size: Size) -> H264Encoder:
    """What a cell records with."""
    return H264Encoder(size, size, bit_rate_for(size))


class Pictures:
    """Renders and encodes both cameras 30 times a second of simulated time."""

    def __init__(self, cell: SimulatedCell) -> None:
        self._cell = cell
        self._encoders = {name: encoder_for(Size(c.width, c.height)) for name, c in CAMERAS.items()}

    def take(self, frame_id: int, now_ns: int) -> list[Message]:
        """The next picture of each camera."""
        taken: list[Message] = []
        for name, encoder in self._encoders.items():
            i420 = self._cell.picture(name)
            keyframe = frame_id == 1
            annex_b, _ = encoder.encode(Frame(frame_id, now_ns, i420), frame_id * 3000, keyframe)
            taken.append(Picture(name, frame_id, now_ns, now_ns, keyframe, annex_b))
        return taken


def play(folder: Path, seed: int) -> tuple[str, str]:
    """One short turn in lock-step; the hashes of the sealed episode and of the last state."""
    model = load_arm("so101")
    arm = SimulatedArm(model, seed)
    cell = arm.cell
    folder.mkdir()
    episode, pictures = EpisodeFile(folder / "same.mcap", header()), Pictures(cell)
    for number, arm_state in enumerate(LockStep(arm, model, START_NS).play(commands, TICKS), start=1):
        if arm_state.joints:  # a cell records no tick that measured nothing
            episode.add(observation(arm_state))
            episode.add(action(arm_state, None))
        if number % 10 in (0, 3, 7):
            for picture in pictures.take(number * 3 // 10, START_NS + number * TICK_NS):
                episode.add(picture)
    verdict = Verdict(START_NS + TICKS * TICK_NS, False, WORDS, 0, 0, 2.4, 0, "1")
    sealed = episode.seal(Closing("complete", "", 0, 0, verdict))
    assert arm_state.mode == "play"
    assert sha256(sealed.path.read_bytes()).hexdigest() == sealed.sha256
    last = sha256(cell.state_bytes()).hexdigest()
    cell.close()
    return sealed.sha256, last


def test_same_seed_and_commands_give_the_same_episode(tmp_path: Path) -> None:
    assert play(tmp_path / "first", seed=7) == play(tmp_path / "second", seed=7)


def test_another_seed_gives_other_pictures_and_the_same_motion(tmp_path: Path) -> None:
    first, second = play(tmp_path / "first", seed=7), play(tmp_path / "second", seed=8)
    assert first[0] != second[0]
    assert first[1] == second[1]
