"""The simulated cell around one turn, in lock-step: bridge, servos, physics, camera, referee and recorder.

Nothing here has a clock: a tick is 10 ms of simulated time. Messages come from the cell's own recorder,
judgement from the game's referee, and the arm obeys nothing but the bridge's controller with all its limits.
"""

import asyncio
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cache
from math import atan2, hypot
from pathlib import Path
from random import Random

import av
import msgspec
import numpy as np
from lock_step import LockStep
from simulated_arm import SimulatedArm

from game import referee
from game.referee import REFEREE_VERSION
from game.rules import PieceSighting
from game.scoring import SCORING_VERSION, UNSOLVED, score
from proof.task import DISC_M, FOOT_X_M, RAIL_RAD, TURNS_RAD_S, Task, drawn
from robot_bridge.arms import load_arm
from robot_bridge.wire.commands import Command, Reset
from robot_bridge.wire.frames import CameraCalibration
from robot_bridge.wire.state import ArmState
from sim_fallback.camera.pinhole import CAMERAS
from sim_fallback.camera.renderer import Renderer
from sim_fallback.camera.stage import Moment, Stage, moment
from teleop.cell.provenance import puzzle_sha256
from teleop.cell.puzzle_info import bilingual
from teleop.cell.recorder import Recorder, SentSetpoints
from teleop.cell.streams import EncodedPicture
from teleop.episodes.format import FORMAT_VERSION, Bilingual, Ending, Header, Verdict
from teleop.episodes.journal.compaction import compact
from teleop.metrics import CellMetrics
from teleop.wire.hub_to_cell import Consent

SO101 = load_arm("so101")
CAMERA = "overview"
START_NS = 10_000_000_000
RESET_TICK = 10
PICTURE_TICKS, LOOK_TICKS = 5, 5
"""The camera takes twenty pictures a second, and the referee looks at each."""
ENCODE_NS = 6_400_000
SIGHT_SD_M = 0.0005
"""How far off the referee's eye sees a piece, about what docs/video.md's pictures allow."""
SHRINK = 5
LYING_M = 0.02
"""Below this a cube of 30 mm lies on what is under it."""
GIVEN_UP = Bilingual(en="The turn was given back.", zh="玩家提前结束了这一局。")
SIGHTING = "sighting"
"""The event that tells where the referee's eye saw the cube."""
_AT_READY = msgspec.structs.replace(SO101, rest_rad=SO101.ready_rad)


def _small(whole: CameraCalibration) -> CameraCalibration:
    width, height = whole.width // SHRINK, whole.height // SHRINK
    return msgspec.structs.replace(
        whole,
        width=width,
        height=height,
        fx=whole.fx / SHRINK,
        fy=whole.fy / SHRINK,
        cx=(width - 1) / 2,
        cy=(height - 1) / 2,
    )


CALIBRATION = _small(CAMERAS[CAMERA])


@cache
def _stage() -> Stage:
    """The table's mesh and paint, alike for every task."""
    return Stage(drawn(0).layout, 1)


@dataclass
class Camera:
    """A small picture of the whole table as H.264, every second one a key frame, as recordings have them."""

    seed: int
    taken: int = 0
    _before: Moment | None = None
    _codec: av.VideoCodecContext = field(init=False)
    _renderer: Renderer = field(init=False)

    def __post_init__(self) -> None:
        """Opens the encoder."""
        self._renderer = Renderer(CALIBRATION, _stage(), self.seed)
        self._codec = av.VideoCodecContext.create("libx264", "w")
        self._codec.width, self._codec.height = CALIBRATION.width, CALIBRATION.height
        self._codec.pix_fmt, self._codec.time_base = "yuv420p", Fraction(1, 90_000)
        self._codec.options = {
            "preset": "ultrafast",
            "tune": "zerolatency",
            "profile": "baseline",
            "x264-params": "threads=1:sliced-threads=0:repeat-headers=1:keyint=600:scenecut=0",
        }

    def take(self, world: SimulatedArm, now_ns: int) -> EncodedPicture:
        """The picture of this moment."""
        self._before = moment(_stage(), world.cell.scene(), self._before)
        planes = np.frombuffer(self._renderer.picture(self._before, self.taken), np.uint8)
        frame = av.VideoFrame.from_ndarray(
            planes.reshape(CALIBRATION.height * 3 // 2, CALIBRATION.width), format="yuv420p"
        )
        keyframe = self.taken % 2 == 0
        kinds = av.video.frame.PictureType
        frame.pts, frame.time_base = self.taken * 4500, Fraction(1, 90_000)
        frame.pict_type = kinds.I if keyframe else kinds.NONE
        data = b"".join(bytes(packet) for packet in self._codec.encode(frame))
        self.taken += 1
        return EncodedPicture(
            self.taken,
            now_ns,
            now_ns + ENCODE_NS,
            keyframe,
            frame.pts,
            data,
            encode_begun_ns=now_ns + 2_000_000,
        )


class Table:
    """One turn's world; `tick` lets 10 ms pass, and the referee judges."""

    def __init__(self, task: Task, seed: int, directory: Path | None = None) -> None:
        """The cube lies, the arm stands ready; episodes go to `directory`, if one is named."""
        self.task = task
        self.world = SimulatedArm(_AT_READY, seed)
        assert self.world.cell.arrange(task.layout) == ""
        self.bridge = LockStep(self.world, SO101, START_NS)
        self.setpoints = SentSetpoints()
        self.solved_s: float | None = None
        self.over = False
        self.cube = PieceSighting(task.layout.pieces[0].id, *task.start, 0.015, 0.0, 0.0)
        self.recorder = (
            None if directory is None else Recorder(directory, self.setpoints, CellMetrics(), lambda: None)
        )
        self._camera = Camera(seed) if self.recorder is not None else None
        self._directory = directory
        self._referee: referee.RefereeState | None = None
        self._eye = Random(seed)
        self._ticks = 0
        self._pictures: list[EncodedPicture] = []

    @property
    def now_ns(self) -> int:
        """The simulated clock."""
        return self.bridge.now_ns

    def begin(self, episode_id: str, pseudonym: str) -> None:
        """The turn's clock runs: record and judge."""
        self._referee = referee.start(self.task.puzzle, self.now_ns)
        if self.recorder is not None:
            assert self.recorder.begin(_header(self.task, episode_id, pseudonym, self.now_ns))
            self.note("turn_begun", turn_id=f"turn-{episode_id}", puzzle=self.task.puzzle.id)

    def note(self, kind: str, **data: str | int | float | bool | None) -> None:
        """Records an event."""
        if self.recorder is not None:
            self.recorder.note(self.now_ns, kind, **data)

    def tick(self, *commands: Command) -> tuple[ArmState, EncodedPicture | None]:
        """One period of the bridge; a picture when one was taken in it."""
        self._ticks += 1
        first = (Reset(1, "boot-1"),) if self._ticks == RESET_TICK else ()
        self._turn()
        arm = self.bridge.tick(*first, *commands)
        if self.recorder is not None:
            self.recorder.take_state(arm)
        if self._ticks % LOOK_TICKS == 0:
            self._look()
        if self._ticks % PICTURE_TICKS or self.recorder is None or self._camera is None:
            return arm, None
        picture = self._camera.take(self.world, self.now_ns)
        self.recorder.take_picture(CAMERA, picture)
        return arm, picture

    def finish(self, ending: Ending) -> Path | None:
        """Ends the turn, as solved if the referee says so; the episode's file, if there is one."""
        self.world.cell.close()
        state = self._referee
        if self.recorder is None or self._directory is None or state is None:
            return None
        took_s = referee.elapsed_s(state, self.now_ns) if self.solved_s is None else self.solved_s
        solved = self.solved_s is not None
        points = score(self.task.puzzle, took_s, state.moves) if solved else UNSOLVED
        reason = bilingual(referee.SOLVED) if solved else GIVEN_UP
        verdict = Verdict(
            t_ns=self.now_ns,
            solved=solved,
            reason=reason,
            score=points.points,
            stars=points.stars,
            time_s=took_s,
            moves=state.moves,
            referee_version=REFEREE_VERSION,
            ending="solved" if solved else ending,
        )
        journal = asyncio.run(self.recorder.finish(verdict))
        assert journal is not None
        made = compact(journal, self._directory / f"{journal.name.split('.')[0]}.mcap", wait=True)
        assert made is not None and made.sealed is not None
        return made.sealed.path

    def _turn(self) -> None:
        """The disc carries what lies on it while the turn runs, up to its rail."""
        (true,) = self.world.cell.truth()
        x_m, y_m, z_m = true.position_m
        around_m, angle_rad = hypot(x_m - FOOT_X_M, y_m), atan2(y_m, x_m - FOOT_X_M)
        lies = around_m <= DISC_M and z_m < LYING_M and not true.held
        if self._referee is None or not lies or angle_rad >= RAIL_RAD:
            self.world.cell.world.stand(0)
            return
        along = (-TURNS_RAD_S * y_m, TURNS_RAD_S * (x_m - FOOT_X_M))
        self.world.cell.world.carry(0, along, TURNS_RAD_S)

    def _look(self) -> None:
        """One look of the referee's eye; the jaws hide a cube that they hold."""
        (true,) = self.world.cell.truth()
        seen: tuple[PieceSighting, ...] = ()
        if not true.held:
            x, y, z = (one + self._eye.gauss(0.0, SIGHT_SD_M) for one in true.position_m)
            self.cube = PieceSighting(true.piece, x, y, z, 0.0, 0.2)
            seen = (self.cube,)
        if self._referee is None:
            return
        self.note(SIGHTING, x_m=self.cube.x_m, y_m=self.cube.y_m, z_m=self.cube.z_m, hidden=true.held)
        event = referee.Sighting(self.now_ns, seen)
        self._referee, effects = referee.step(self._referee, event, self.now_ns)
        for effect in effects:
            self._judge(effect)

    def _judge(self, effect: referee.Effect) -> None:
        match effect:
            case referee.GoalReached(_, time_s):
                self.note("goal_reached", time_s=time_s)
                self.solved_s, self.over = time_s, True
            case referee.PiecePlaced(piece, slot, level):
                self.note("piece_placed", piece=piece, slot=slot, level=level)
            case referee.PieceLifted(piece):
                self.note("piece_lifted", piece=piece)
            case referee.PieceDropped(piece):
                self.note("piece_dropped", piece=piece)
            case referee.TimeUp():
                self.note("time_up")
                self.over = True


def _header(task: Task, episode_id: str, pseudonym: str, now_ns: int) -> Header:
    puzzle = task.puzzle
    return Header(
        format_version=FORMAT_VERSION,
        episode_id=episode_id,
        turn_id=f"turn-{episode_id}",
        cell_id="proof",
        source="sim",
        grasp_model="assisted",
        software="armcade (proof)",
        cell_config_sha256="",
        calibration_sha256="",
        arm=SO101.name,
        joint_names=SO101.joint_names,
        cameras=(CALIBRATION,),
        puzzle_id=puzzle.id,
        puzzle_version=puzzle.version,
        puzzle_title=bilingual(puzzle.title),
        prompt=Bilingual(
            en=f"Put the red cube into the ring {puzzle.goal[0].slot}.",
            zh=f"把红色方块放进圆圈 {puzzle.goal[0].slot}。",
        ),
        language="en",
        pseudonym=pseudonym,
        consent=Consent("scripted", "scripted-1", "0" * 64, "en", 1_760_000_000_000_000_000),
        referee_version=REFEREE_VERSION,
        started_utc_ns=1_760_000_000_000_000_000 + task.seed * 60_000_000_000,
        started_ns=now_ns,
        puzzle_sha256=puzzle_sha256(puzzle),
        scoring_version=SCORING_VERSION,
    )
