"""Good turns of any arm, player and camera, as arrays: what a cell records when nothing is wrong."""

from dataclasses import dataclass, replace

import episode_headers
import numpy as np
import numpy.typing as npt

from robot_bridge.arms.load import load_arm
from robot_bridge.arms.model import ArmModel
from robot_bridge.kinematics.pose import forward
from teleop.episodes.arrays import Actions, Floats, Inputs, Integers, Observations
from teleop.episodes.format import Bilingual, Closing, Event, Header, Verdict

ARMS = ("so101", "so100", "koch_v1_1", "omx", "widowx_250", "omx_f")
DEVICES = ("keyboard", "gamepad", "touch", "puzzle")
TICK_NS = 10_000_000
Grey = npt.NDArray[np.uint8]
SIZE = (96, 64)
HOLD_S = 0.5
LAG_S = 0.02


@dataclass(frozen=True)
class Plan:
    """What a good turn is like; every number is one that real cells show."""

    seed: int = 0
    arm: str = "so101"
    seconds: float = 6.0
    cameras: tuple[str, ...] = ("overview", "wrist")
    fps: float = 30.0
    jitter_ns: int = 2_000_000
    camera_jitter_ns: int = 1_000_000
    dropped: float = 0.0
    noise: float = 1.5
    encode_ns: int = 6_000_000
    offset_error_ns: int = 1_200_000
    device: str = "keyboard"
    solved: bool = True
    vigour: float = 1.0
    pauses: bool = False
    tremor_rad: float = 0.0
    latency_ns: int = 40_000_000
    pseudonym: str = "quiet-otter"
    cell: str = "home"
    puzzle: str = "tower"
    episode_id: str = ""

    @property
    def name(self) -> str:
        """The episode's id."""
        return self.episode_id or f"ep-{self.seed}"


@dataclass(frozen=True)
class Shots:
    """One camera's pictures before encoding: grey pictures, their ids and times."""

    pictures: tuple[Grey, ...]
    frame_id: Integers
    capture_ns: Integers
    encoded_ns: Integers


@dataclass(frozen=True)
class Turn:
    """A turn before it is written: arrays of everything, and the pictures as pixels."""

    header: Header
    closing: Closing
    observations: Observations
    actions: Actions
    inputs: Inputs
    events: tuple[Event, ...]
    shots: dict[str, Shots]


def varied(seed: int) -> Plan:
    """A good turn unlike the others: arm, length, rate, cameras, device, player and link are drawn."""
    draw = np.random.default_rng((7, seed))
    cameras = [("overview", "wrist"), ("overview",), ("overview", "wrist", "side")][draw.integers(3)]
    return Plan(
        seed=seed,
        arm=ARMS[draw.integers(len(ARMS))],
        seconds=float(draw.uniform(3.0, 9.0)),
        cameras=cameras,
        fps=float(draw.choice([15.0, 25.0, 30.0, 60.0])),
        jitter_ns=int(draw.choice([0, 1_000_000, 4_000_000])),
        camera_jitter_ns=int(draw.choice([0, 2_000_000, 8_000_000])),
        dropped=float(draw.choice([0.0, 0.0, 0.02, 0.08])),
        noise=float(draw.choice([0.0, 1.0, 3.0])),
        encode_ns=int(draw.choice([3_000_000, 12_000_000, 45_000_000])),
        offset_error_ns=int(draw.choice([600_000, 2_000_000, 9_000_000])),
        device=DEVICES[draw.integers(4)],
        solved=bool(draw.random() < 0.7),
        vigour=float(draw.uniform(0.4, 1.0)),
        pauses=bool(draw.random() < 0.3),
        tremor_rad=float(draw.choice([0.0, 0.0, 0.004, 0.015])),
        latency_ns=int(draw.choice([5_000_000, 60_000_000, 180_000_000])),
        pseudonym=f"player-{draw.integers(12)}",
        cell=f"cell-{draw.integers(3)}",
        puzzle=f"puzzle-{draw.integers(4)}",
    )


def good_turn(plan: Plan) -> Turn:
    """The turn of a plan, the same each time."""
    draw = np.random.default_rng((11, plan.seed))
    model = load_arm(plan.arm)
    header = _header(plan, model)
    count = round(plan.seconds * 1e9) // TICK_NS
    start = header.started_ns + 4_000_000
    t_ns = start + np.arange(count, dtype=np.int64) * TICK_NS
    t_ns = t_ns + draw.integers(0, plan.jitter_ns + 1, count)
    t_s = (t_ns - header.started_ns) / 1e9
    path = _Path(model, plan, draw)
    observations = _observations(model, plan, path, (t_ns, t_s), draw)
    actions = _actions(model, plan, path, (t_ns, t_s))
    shots = {camera: _shots(plan, header, path, number, draw) for number, camera in enumerate(plan.cameras)}
    inputs = _inputs(plan, header, actions, shots[plan.cameras[0]])
    end_ns = int(t_ns[-1]) + 8_000_000
    reason = Bilingual("All in place", "全部到位") if plan.solved else Bilingual("Time is up", "时间到")
    verdict = Verdict(end_ns, plan.solved, reason, 900, 3 if plan.solved else 0, plan.seconds, 4, "1")
    events = (
        Event(header.started_ns, "turn_begun", {}),
        Event(int(t_ns[count // 2]), "piece_lifted", {"piece": "red"}),
        Event(int(t_ns[count * 3 // 4]), "piece_placed", {"piece": "red"}),
    )
    closing = Closing("complete", "", 0, 0, verdict)
    return Turn(header, closing, observations, actions, inputs, events, shots)


class _Path:
    """Goals through which the joints go in smooth moves, with rests between them."""

    def __init__(self, model: ArmModel, plan: Plan, draw: np.random.Generator) -> None:
        margin = model.motion.soft_margin_rad + 0.12
        low, high = np.array(model.lower_rad) + margin, np.array(model.upper_rad) - margin
        home = np.clip(np.array(model.ready_rad), low, high)
        self._knots, self._times = [home], [HOLD_S]
        fastest = np.array(model.motion.velocity_rad_s) * 0.5 * plan.vigour
        while self._times[-1] < plan.seconds:
            goal = np.clip(home + draw.uniform(-0.55, 0.55, len(home)), low, high)
            took = float(np.max(np.abs(goal - self._knots[-1]) / fastest)) * 1.9
            rest = float(draw.uniform(0.4, 1.2)) if plan.pauses else float(draw.uniform(0.0, 0.12))
            self._knots += [goal, goal]
            self._times += [self._times[-1] + max(took, 0.35), self._times[-1] + max(took, 0.35) + rest]
        self._tremor, self._phase = plan.tremor_rad, draw.uniform(0, 6.28, len(home))
        self._end = plan.seconds - 0.2

    def at(self, t_s: Floats) -> Floats:
        """Joint angles at these moments (R, J)."""
        knots, times = np.array(self._knots), np.array(self._times)
        t_s = np.minimum(t_s, self._end)
        index = np.clip(np.searchsorted(times, t_s, side="right"), 1, len(times) - 1)
        before, after = times[index - 1], times[index]
        share = np.clip((t_s - before) / np.maximum(after - before, 1e-9), 0.0, 1.0)[:, None]
        smooth = share**3 * (10 - 15 * share + 6 * share**2)
        way = knots[index - 1] + (knots[index] - knots[index - 1]) * smooth
        shake = self._tremor * np.sin(2 * np.pi * 6.0 * t_s[:, None] + self._phase)
        return way + shake * (t_s[:, None] > HOLD_S)


def _observations(
    model: ArmModel, plan: Plan, path: _Path, times: tuple[Integers, Floats], draw: np.random.Generator
) -> Observations:
    t_ns, t_s = times
    step = 2 * np.pi / model.servo.steps_per_turn
    measured = np.round(path.at(t_s - LAG_S) / step) * step
    ahead, behind = path.at(t_s - LAG_S + 0.02), path.at(t_s - LAG_S - 0.02)
    velocities = (ahead - behind) / 0.04
    joints, count = measured.shape[1], len(t_ns)
    poses = [forward(model, tuple(row)) for row in measured.tolist()]
    loads = np.clip(0.1 + 0.25 * velocities + draw.normal(0, 0.02, velocities.shape), -0.8, 0.8)
    return Observations(
        t_ns=t_ns,
        tick=10_000 + np.arange(count, dtype=np.int64),
        mode=tuple("idle" if at < HOLD_S * 0.8 else "play" for at in t_s.tolist()),
        cause=("none",) * count,
        positions_rad=measured,
        velocities_rad_s=velocities,
        loads=loads,
        temperatures_c=np.full((count, joints), 31.0) + draw.integers(0, 2, (count, joints)),
        voltages_v=np.full((count, joints), (model.servo.min_voltage_v + model.servo.max_voltage_v) / 2),
        sample_age_ns=draw.integers(1_000_000, 12_000_000, (count, joints)),
        end_effector=np.array(
            [(p.x_m, p.y_m, p.z_m, p.pitch_rad, p.roll_rad, p.gripper) for p in poses], dtype=np.float64
        ),
    )


def _actions(model: ArmModel, plan: Plan, path: _Path, times: tuple[Integers, Floats]) -> Actions:
    t_ns, t_s = times
    applied, asked = path.at(t_s), path.at(t_s + 0.06)
    playing = t_s >= HOLD_S * 0.8
    asked[~playing] = np.nan
    poses = np.full((len(t_ns), 6), np.nan)
    for row in np.flatnonzero(playing)[::1]:
        pose = forward(model, tuple(asked[row].tolist()))
        poses[row] = (pose.x_m, pose.y_m, pose.z_m, pose.pitch_rad, pose.roll_rad, pose.gripper)
    number = np.arange(len(t_ns), dtype=np.int64)
    return Actions(
        t_ns=t_ns,
        tick=10_000 + number,
        sequence=np.where(playing, number // 2 * 2, 0),
        source=("player",) * len(t_ns),
        requested=poses,
        requested_rad=asked,
        applied_rad=applied,
        limits=tuple(("velocity",) if row % 17 == 0 and playing[row] else () for row in number.tolist()),
        speed_scale=np.ones(len(t_ns)),
        command=np.full(len(t_ns), -1, dtype=np.int64),
        limited_rad=applied,
        applied_ns=t_ns + 1_500_000,
        posture=("held",) * len(t_ns),
    )


def _inputs(plan: Plan, header: Header, actions: Actions, seen: Shots) -> Inputs:
    rows = np.flatnonzero(actions.sequence > 0)[::2]
    t_ns = actions.t_ns[rows]
    count = len(rows)
    newest = np.searchsorted(seen.encoded_ns + plan.latency_ns, t_ns, side="right") - 1
    known = newest >= 0
    offset = np.full(count, header.started_ns - 3_000_000_000, dtype=np.int64)
    sent_ns = t_ns - plan.latency_ns - offset
    return Inputs(
        t_ns=t_ns,
        sequence=actions.sequence[rows],
        client_us=sent_ns // 1000,
        offset_ns=offset,
        offset_error_ns=np.full(count, plan.offset_error_ns, dtype=np.int64),
        device=(plan.device,) * count,
        hold_to_run=np.ones(count, dtype=np.bool_),
        stick=np.ones(count, dtype=np.bool_),
        pose=actions.requested[rows],
        seen_camera=tuple(plan.cameras[0] if one else None for one in known.tolist()),
        seen_frame_id=np.where(known, seen.frame_id[np.maximum(newest, 0)], -1),
        seen_error_frames=np.where(known, 1, -1),
        seen_error_ns=np.where(known, round(1e9 / plan.fps), -1),
        received_ns=t_ns - 100_000,
        echo_ns=np.full(count, -1, dtype=np.int64),
        speed_scale=np.ones(count),
        slowed=((),) * count,
        move_id=np.full(count, -1, dtype=np.int64),
        seen_displayed_ns=np.full(count, -1, dtype=np.int64),
    )


def _shots(plan: Plan, header: Header, path: _Path, number: int, draw: np.random.Generator) -> Shots:
    count = int((plan.seconds - 0.05) * plan.fps)
    nominal = header.started_ns + 9_000_000 + 3_000_000 * number
    capture = nominal + np.round(np.arange(count) * 1e9 / plan.fps).astype(np.int64)
    capture = capture + draw.integers(0, plan.camera_jitter_ns + 1, count)
    kept = np.flatnonzero((draw.random(count) >= plan.dropped) | (np.arange(count) == 0))
    capture = capture[kept]
    joints = path.at((capture - header.started_ns) / 1e9 - LAG_S)
    scene = scenery(plan, number)
    moving = plan.cameras[number] == "wrist"
    pictures = tuple(_picture(scene, row, moving, plan.noise, draw) for row in joints)
    encoded = capture + plan.encode_ns + draw.integers(0, 3_000_000, len(capture))
    return Shots(pictures, 500 + kept.astype(np.int64), capture, encoded)


def scenery(plan: Plan, number: int) -> Grey:
    """What stands before a camera: the same in all episodes of a cell, larger than a picture."""
    key = sum(plan.cell.encode()) * 10 + number
    coarse = np.random.default_rng((13, key)).uniform(30, 220, (18, 24))
    tall = np.repeat(np.repeat(coarse, 8, axis=0), 8, axis=1)
    smooth = sum(np.roll(tall, (dy, dx), (0, 1)) for dy in range(0, 8, 2) for dx in range(0, 8, 2)) / 16
    return smooth.astype(np.uint8)


def _picture(scene: Grey, joints: Floats, moving: bool, noise: float, draw: np.random.Generator) -> Grey:
    width, height = SIZE
    reach = np.concatenate([joints, joints])
    if moving:
        dx = int(48 + 45 * np.sin(reach[0]))
        dy = int(40 + 38 * np.sin(reach[1] + reach[2]))
        picture = scene[dy : dy + height, dx : dx + width].astype(np.float64)
        opening = int(6 + 8 * abs(np.sin(reach[len(joints) - 1])))
        picture[-14:, width // 2 - opening - 6 : width // 2 - opening] = 20
        picture[-14:, width // 2 + opening : width // 2 + opening + 6] = 20
    else:
        picture = scene[20 : 20 + height, 30 : 30 + width].astype(np.float64)
        x, y = width / 2, float(height - 4)
        heading = -np.pi / 2 + reach[0] * 0.8
        for joint, length in ((1, 20), (2, 18), (3, 12)):
            for step in range(length):
                column, line = int(x + step * np.cos(heading)), int(y + step * np.sin(heading))
                picture[max(0, line - 3) : line + 3, max(0, column - 3) : column + 3] = 240 - 30 * joint
            x, y = x + length * np.cos(heading), y + length * np.sin(heading)
            heading += reach[joint] * 0.7
    if noise:
        picture = picture + draw.normal(0, noise, picture.shape)
    return np.clip(picture, 0, 255).astype(np.uint8)


def _header(plan: Plan, model: ArmModel) -> Header:
    started = 5_000_000_000 + plan.seed * 100_000_000_000
    cameras = tuple(episode_headers.calibration(name, SIZE) for name in plan.cameras)
    return episode_headers.header(
        plan.name,
        format_version=1,
        cell_id=plan.cell,
        arm=plan.arm,
        joint_names=model.joint_names,
        cameras=cameras,
        puzzle_id=plan.puzzle,
        pseudonym=plan.pseudonym,
        started_utc_ns=episode_headers.header("").started_utc_ns + plan.seed * 100_000_000_000,
        started_ns=started,
    )


def with_header(turn: Turn, **changes: object) -> Turn:
    """The turn with other header fields."""
    fields = {name: getattr(turn.header, name) for name in Header.__struct_fields__}
    return replace(turn, header=Header(**(fields | changes)))
