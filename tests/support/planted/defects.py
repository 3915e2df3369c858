"""What can be wrong with an episode: each defect changes a good one, and names the rules that may find it.

This suite was written before the validator. A defect is a pure function of a good turn (or of its episode, or
of its file's bytes) and of a source of chance that picks where and how much.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from planted.taping import with_pictures
from planted.turns import Shots, Turn, with_header
from teleop.episodes.arrays import Actions, Observations
from teleop.episodes.format import Closing, Event, Verdict
from teleop.episodes.loading import Episode

Chance = np.random.Generator


@dataclass(frozen=True)
class Defect:
    """A mistake in a turn, an episode or a file's bytes, and the rules that may find it."""

    name: str
    rules: frozenset[str]
    turn: Callable[[Turn, Chance], Turn] | None = None
    episode: Callable[[Episode, Chance], Episode] | None = None
    data: Callable[[bytes, Chance], bytes] | None = None


DEFECTS: list[Defect] = []
_TurnChange = Callable[[Turn, Chance], Turn]
_EpisodeChange = Callable[[Episode, Chance], Episode]


def in_turn(*rules: str) -> Callable[[_TurnChange], _TurnChange]:
    """Enters a change of a turn into the suite."""

    def entered(change: _TurnChange) -> _TurnChange:
        DEFECTS.append(Defect(change.__name__, frozenset(rules), turn=change))
        return change

    return entered


def in_episode(*rules: str) -> Callable[[_EpisodeChange], _EpisodeChange]:
    """Enters a change of an episode into the suite."""

    def entered(change: _EpisodeChange) -> _EpisodeChange:
        DEFECTS.append(Defect(change.__name__, frozenset(rules), episode=change))
        return change

    return entered


def _file(name: str, change: Callable[[bytes, Chance], bytes]) -> None:
    DEFECTS.append(Defect(name, frozenset({"file"}), data=change))


# --- the file
_file("truncated", lambda data, chance: data[: int(len(data) * chance.uniform(0.3, 0.95))])
_file("a_byte_changed", lambda data, chance: _flipped(data, int(chance.integers(100, len(data) - 100))))
_file("zeros_in_the_middle", lambda data, chance: _zeroed(data, int(chance.integers(2000, len(data) // 2))))
_file("emptied", lambda data, chance: b"")


def _flipped(data: bytes, at: int) -> bytes:
    return data[:at] + bytes([data[at] ^ 0x40]) + data[at + 1 :]


def _zeroed(data: bytes, at: int) -> bytes:
    return data[:at] + bytes(512) + data[at + 512 :]


# --- how the turn began and ended
def _closing(turn: Turn, **changes: object) -> Turn:
    fields = {name: getattr(turn.closing, name) for name in Closing.__struct_fields__}
    return replace(turn, closing=Closing(**(fields | changes)))


def _judged(turn: Turn, **changes: object) -> Turn:
    fields = {name: getattr(turn.closing.verdict, name) for name in Verdict.__struct_fields__}
    return _closing(turn, verdict=Verdict(**(fields | changes)))


@in_turn("interrupted")
def interrupted(turn: Turn, chance: Chance) -> Turn:
    """The writer died: no verdict."""
    return _closing(turn, status="interrupted", note="recovered after its writer had stopped", verdict=None)


@in_turn("lost")
def messages_lost(turn: Turn, chance: Chance) -> Turn:
    """A full queue refused messages."""
    return _closing(turn, lost=int(chance.integers(1, 200)))


@in_turn("start", "missing_ticks")
def start_cut_off(turn: Turn, chance: Chance) -> Turn:
    """The first seconds are missing."""
    first = int(chance.integers(120, 200))
    return _rows(turn, slice(first, None))


@in_turn("end")
def end_cut_off(turn: Turn, chance: Chance) -> Turn:
    """The last seconds before the verdict are missing."""
    return _rows(turn, slice(None, -int(chance.integers(120, 200))))


@in_turn("empty")
def nothing_but_a_moment(turn: Turn, chance: Chance) -> Turn:
    """A third of a second is all that there is."""
    turn = _judged(turn, t_ns=int(turn.observations.t_ns[30]))
    shots = {name: _picked(one, slice(None, 8)) for name, one in turn.shots.items()}
    return replace(_rows(turn, slice(None, 30)), shots=shots, events=())


@in_turn("empty")
def no_observation(turn: Turn, chance: Chance) -> Turn:
    """The arm's state was never recorded."""
    return replace(turn, observations=_obs(turn, slice(0, 0)))


@in_turn("empty")
def no_action(turn: Turn, chance: Chance) -> Turn:
    """What the arm was told was never recorded."""
    return replace(turn, actions=_act(turn, slice(0, 0)))


@in_turn("still")
def solved_without_moving(turn: Turn, chance: Chance) -> Turn:
    """A solved turn in which the arm never moved."""
    seen, done = turn.observations, turn.actions
    still = replace(
        seen,
        positions_rad=np.repeat(seen.positions_rad[:1], len(seen.t_ns), axis=0),
        velocities_rad_s=np.zeros_like(seen.velocities_rad_s),
        end_effector=np.repeat(seen.end_effector[:1], len(seen.t_ns), axis=0),
    )
    told = replace(done, applied_rad=np.repeat(done.applied_rad[:1], len(done.t_ns), axis=0))
    return _judged(replace(turn, observations=still, actions=told), solved=True)


@in_turn("header")
def a_joint_named_twice(turn: Turn, chance: Chance) -> Turn:
    """Two joints carry one name."""
    names = turn.header.joint_names
    return with_header(turn, joint_names=(names[0], *names[:-1]))


@in_turn("header", "joint_range", "pose")
def another_arm_in_the_header(turn: Turn, chance: Chance) -> Turn:
    """The header names an arm with other joints."""
    return with_header(turn, arm="widowx_250")


@in_turn("events_outside")
def an_event_from_another_turn(turn: Turn, chance: Chance) -> Turn:
    """An event lies half a minute before the turn."""
    old = Event(turn.header.started_ns - 30_000_000_000, "piece_lifted", {"piece": "blue"})
    return (
        replace(turn, events=(old, *turn.events))
        if turn.header.started_ns > 31_000_000_000
        else replace(
            turn, events=(*turn.events, Event(turn.header.started_ns + 90_000_000_000, "piece_lifted", {}))
        )
    )


# --- time
def _rows(turn: Turn, rows: slice) -> Turn:
    return replace(turn, observations=_obs(turn, rows), actions=_act(turn, rows))


def _obs(turn: Turn, rows: slice | np.ndarray) -> Observations:
    seen = turn.observations
    index = np.arange(len(seen.t_ns))[rows]
    return Observations(*(_cut(getattr(seen, name), index) for name in Observations.__slots__))


def _act(turn: Turn, rows: slice | np.ndarray) -> Actions:
    done = turn.actions
    index = np.arange(len(done.t_ns))[rows]
    return Actions(*(_cut(getattr(done, name), index) for name in Actions.__slots__))


def _cut(values: np.ndarray | tuple, index: np.ndarray) -> np.ndarray | tuple:
    return tuple(values[row] for row in index) if isinstance(values, tuple) else values[index]


def _at(turn: Turn, chance: Chance, low: float = 0.3, high: float = 0.6) -> int:
    return int(len(turn.observations.t_ns) * chance.uniform(low, high))


@in_turn("clock_step", "missing_ticks")
def clock_stepped_forward(turn: Turn, chance: Chance) -> Turn:
    """The arm's clock jumps ahead between two ticks."""
    return _stepped(turn, chance, int(chance.integers(400_000_000, 3_000_000_000)))


@in_turn("clock_step")
def clock_stepped_back(turn: Turn, chance: Chance) -> Turn:
    """The arm's clock jumps back between two ticks."""
    return _stepped(turn, chance, -int(chance.integers(30_000_000, 900_000_000)))


def _stepped(turn: Turn, chance: Chance, by_ns: int) -> Turn:
    t_ns = turn.observations.t_ns.copy()
    t_ns[_at(turn, chance) :] += by_ns
    return replace(
        turn,
        observations=replace(turn.observations, t_ns=t_ns),
        actions=replace(turn.actions, t_ns=t_ns),
    )


@in_turn("missing_ticks")
def ticks_missing(turn: Turn, chance: Chance) -> Turn:
    """A part of a second was not recorded."""
    at = _at(turn, chance)
    gone = np.arange(at, at + int(chance.integers(18, 60)))
    kept = np.setdiff1d(np.arange(len(turn.observations.t_ns)), gone)
    return _rows(turn, kept)


@in_turn("missing_ticks", "rate")
def every_other_tick_missing(turn: Turn, chance: Chance) -> Turn:
    """Half the ticks were never recorded."""
    return _rows(turn, slice(None, None, 2))


@in_turn("time_scale")
def half_rate_stamped_as_full(turn: Turn, chance: Chance) -> Turn:
    """Every other tick is missing and the rest is stamped as if none were: all seems twice as fast."""
    count = len(turn.observations.t_ns) // 2
    thin = _rows(turn, slice(0, 2 * count, 2))
    t_ns, tick = turn.observations.t_ns[:count], turn.observations.tick[:count]
    return replace(
        thin,
        observations=replace(thin.observations, t_ns=t_ns, tick=tick),
        actions=replace(thin.actions, t_ns=t_ns, tick=tick),
    )


@in_turn("tick_order")
def ticks_recorded_twice(turn: Turn, chance: Chance) -> Turn:
    """A stretch of ticks stands in the log twice."""
    at = _at(turn, chance)
    rows = np.concatenate([np.arange(at + 20), np.arange(at, len(turn.observations.t_ns))])
    return _rows(turn, np.sort(rows))


@in_turn("tick_pairs")
def observations_without_actions(turn: Turn, chance: Chance) -> Turn:
    """A stretch of actions is missing while observations went on."""
    at = _at(turn, chance)
    gone = np.arange(at, at + int(chance.integers(10, 40)))
    return replace(turn, actions=_act(turn, np.setdiff1d(np.arange(len(turn.actions.t_ns)), gone)))


@in_turn("tick_pairs")
def actions_stamped_late(turn: Turn, chance: Chance) -> Turn:
    """Actions carry the ticks of their observations, but later times."""
    late = turn.actions.t_ns + int(chance.integers(60_000_000, 400_000_000))
    return replace(turn, actions=replace(turn.actions, t_ns=late))


@in_turn("alignment", "following")
def joint_log_shifted(turn: Turn, chance: Chance) -> Turn:
    """What was measured is a few tenths of a second older than its stamp."""
    by = int(chance.integers(20, 45))
    seen = turn.observations
    rows = np.maximum(np.arange(len(seen.t_ns)) - by, 0)
    moved = _obs(turn, rows)
    return replace(turn, observations=replace(moved, t_ns=seen.t_ns, tick=seen.tick, mode=seen.mode))


@in_turn("alignment", "following")
def action_log_shifted(turn: Turn, chance: Chance) -> Turn:
    """What was applied is a few tenths of a second older than its stamp."""
    by = int(chance.integers(20, 45))
    done = turn.actions
    rows = np.maximum(np.arange(len(done.t_ns)) - by, 0)
    return replace(turn, actions=replace(done, applied_rad=done.applied_rad[rows]))


@in_turn("clock_uncertain")
def page_clock_unknown(turn: Turn, chance: Chance) -> Turn:
    """The page's clock was never known better than a tenth of a second and more."""
    error = np.full(len(turn.inputs.t_ns), int(chance.integers(80_000_000, 400_000_000)), dtype=np.int64)
    return replace(turn, inputs=replace(turn.inputs, offset_error_ns=error))


@in_turn("page_clock_step")
def page_clock_stepped(turn: Turn, chance: Chance) -> Turn:
    """The page's clock offset jumps in the middle of the turn."""
    offset = turn.inputs.offset_ns.copy()
    offset[len(offset) // 2 :] += int(chance.integers(150_000_000, 900_000_000))
    return replace(turn, inputs=replace(turn.inputs, offset_ns=offset))


@in_turn("inputs")
def inputs_missing(turn: Turn, chance: Chance) -> Turn:
    """A player drove the arm, but no input was recorded."""
    given = turn.inputs
    empty = {name: _cut(getattr(given, name), np.arange(0)) for name in type(given).__slots__}
    return replace(turn, inputs=type(given)(**empty))


@in_turn("seen")
def seen_before_it_was_taken(turn: Turn, chance: Chance) -> Turn:
    """The player is said to have seen pictures that were taken later."""
    ahead = np.where(turn.inputs.seen_frame_id >= 0, turn.inputs.seen_frame_id + 40, -1)
    return replace(turn, inputs=replace(turn.inputs, seen_frame_id=ahead))


# --- joints
def _measured(turn: Turn, **changes: np.ndarray) -> Turn:
    return replace(turn, observations=replace(turn.observations, **changes))


def _busiest(turn: Turn) -> int:
    return int(np.argmax(np.ptp(turn.observations.positions_rad, axis=0)))


@in_turn("file", "not_a_number")
def not_a_number(turn: Turn, chance: Chance) -> Turn:
    """A measured angle is not a number."""
    values = turn.observations.positions_rad.copy()
    values[_at(turn, chance), 1] = np.nan
    return _measured(turn, positions_rad=values)


@in_turn("file", "not_a_number")
def action_not_a_number(turn: Turn, chance: Chance) -> Turn:
    """An applied angle is not a number."""
    values = turn.actions.applied_rad.copy()
    values[_at(turn, chance), 0] = np.nan
    return replace(turn, actions=replace(turn.actions, applied_rad=values))


@in_turn("joint_range", "pose", "following")
def degrees_for_radians(turn: Turn, chance: Chance) -> Turn:
    """Measured angles are in degrees."""
    return _measured(turn, positions_rad=np.degrees(turn.observations.positions_rad))


@in_turn("action_range", "following")
def action_in_degrees(turn: Turn, chance: Chance) -> Turn:
    """Applied angles are in degrees."""
    return replace(turn, actions=replace(turn.actions, applied_rad=np.degrees(turn.actions.applied_rad)))


@in_turn("following", "pose")
def two_joints_swapped(turn: Turn, chance: Chance) -> Turn:
    """Two joints stand in each other's column."""
    order = np.arange(turn.observations.positions_rad.shape[1])
    order[[1, 2]] = order[[2, 1]]
    return _measured(turn, positions_rad=turn.observations.positions_rad[:, order])


@in_turn("following", "pose")
def a_joint_with_the_wrong_sign(turn: Turn, chance: Chance) -> Turn:
    """One joint is measured backwards."""
    values = turn.observations.positions_rad.copy()
    values[:, 0] *= -1
    return _measured(turn, positions_rad=values)


@in_turn("following", "pose", "joint_range")
def calibration_off(turn: Turn, chance: Chance) -> Turn:
    """One joint's zero is off by a quarter of a radian and more, in what is measured."""
    values = turn.observations.positions_rad.copy()
    values[:, 1] += chance.uniform(0.25, 0.6)
    return _measured(turn, positions_rad=values)


@in_turn("stale_action")
def stale_action(turn: Turn, chance: Chance) -> Turn:
    """For a second the log repeats an old action while the arm moves on."""
    at = _steepest(turn, 100)
    applied = turn.actions.applied_rad.copy()
    applied[at : at + 100] = applied[at]
    return replace(turn, actions=replace(turn.actions, applied_rad=applied))


def _steepest(turn: Turn, width: int) -> int:
    seen = turn.observations.positions_rad
    gone = np.abs(seen[width:] - seen[:-width]).max(axis=1)
    return int(np.argmax(gone))


@in_turn("stale_state")
def stale_state(turn: Turn, chance: Chance) -> Turn:
    """For a second the log repeats an old measurement while the arm moves on."""
    at = _steepest(turn, 100)
    seen = turn.observations
    changed = {
        name: getattr(seen, name).copy() for name in ("positions_rad", "velocities_rad_s", "end_effector")
    }
    for values in changed.values():
        values[at : at + 100] = values[at]
    return _measured(turn, **changed)


@in_turn("stale_state", "following", "pose")
def a_joint_stuck(turn: Turn, chance: Chance) -> Turn:
    """One joint's measurement never changes although it is told to move."""
    values = turn.observations.positions_rad.copy()
    joint = _busiest(turn)
    values[:, joint] = values[0, joint]
    return _measured(turn, positions_rad=values)


@in_turn("sample_age")
def old_samples(turn: Turn, chance: Chance) -> Turn:
    """Measurements are a third of a second old when they are recorded."""
    ages = turn.observations.sample_age_ns.copy()
    at = _at(turn, chance)
    ages[at : at + 40, 2] = int(chance.integers(300_000_000, 900_000_000))
    return _measured(turn, sample_age_ns=ages)


@in_turn("at_limit", "joint_range", "pose", "following")
def a_joint_at_its_limit(turn: Turn, chance: Chance) -> Turn:
    """One joint leans on its end stop for two seconds."""
    from robot_bridge.arms.load import load_arm

    values, applied = turn.observations.positions_rad.copy(), turn.actions.applied_rad.copy()
    at, top = len(values) // 3, load_arm(turn.header.arm).upper_rad[0] - 0.001
    values[at : at + 200, 0] = top
    applied[at : at + 200, 0] = top
    return replace(_measured(turn, positions_rad=values), actions=replace(turn.actions, applied_rad=applied))


@in_turn("saturated")
def a_servo_at_full_load(turn: Turn, chance: Chance) -> Turn:
    """One servo gives all it has for a second and more."""
    loads = turn.observations.loads.copy()
    at = len(loads) // 3
    loads[at : at + int(chance.integers(100, 180)), 1] = chance.choice([-1.0, 1.0])
    return _measured(turn, loads=loads)


@in_turn("spikes")
def jerk_spikes(turn: Turn, chance: Chance) -> Turn:
    """Single measurements jump out and back."""
    values = turn.observations.positions_rad.copy()
    for row in chance.choice(np.arange(50, len(values) - 50), 5, replace=False):
        values[row, 0] += chance.choice([-1, 1]) * chance.uniform(0.15, 0.5)
    return _measured(turn, positions_rad=values)


@in_turn("noise", "spikes")
def a_noisy_encoder(turn: Turn, chance: Chance) -> Turn:
    """One joint's measurement trembles from tick to tick while its goal is smooth."""
    values = turn.observations.positions_rad.copy()
    values[:, 2] += chance.normal(0, chance.uniform(0.02, 0.05), len(values))
    return _measured(turn, positions_rad=values)


@in_turn("resolution")
def a_coarse_encoder(turn: Turn, chance: Chance) -> Turn:
    """Angles were rounded to whole steps of about three degrees."""
    return _measured(turn, positions_rad=np.round(turn.observations.positions_rad / 0.05) * 0.05)


@in_turn("time_scale", "velocity")
def speeds_missing(turn: Turn, chance: Chance) -> Turn:
    """Speeds are zero while the arm moves."""
    return _measured(turn, velocities_rad_s=np.zeros_like(turn.observations.velocities_rad_s))


@in_turn("time_scale", "velocity")
def speeds_in_degrees(turn: Turn, chance: Chance) -> Turn:
    """Speeds are in degrees a second."""
    return _measured(turn, velocities_rad_s=np.degrees(turn.observations.velocities_rad_s))


@in_turn("pose")
def tool_pose_of_another_frame(turn: Turn, chance: Chance) -> Turn:
    """The tool's place is told from another origin than the arm's base."""
    poses = turn.observations.end_effector.copy()
    poses[:, 0] += chance.uniform(0.03, 0.2)
    return _measured(turn, end_effector=poses)


@in_turn("pose")
def gripper_upside_down(turn: Turn, chance: Chance) -> Turn:
    """The gripper's fraction is 1 where it is shut."""
    poses = turn.observations.end_effector.copy()
    poses[:, 5] = 1 - poses[:, 5]
    return _measured(turn, end_effector=poses)


@in_turn("health")
def too_hot(turn: Turn, chance: Chance) -> Turn:
    """A servo is hotter than it may be."""
    temperatures = turn.observations.temperatures_c.copy()
    temperatures[len(temperatures) // 2 :, 1] = chance.uniform(82, 100)
    return _measured(turn, temperatures_c=temperatures)


@in_turn("action_range")
def action_beyond_the_limits(turn: Turn, chance: Chance) -> Turn:
    """An applied angle lies outside of what the joint can do."""
    from robot_bridge.arms.load import load_arm

    applied = turn.actions.applied_rad.copy()
    at = _at(turn, chance)
    applied[at : at + 30, 1] = load_arm(turn.header.arm).upper_rad[1] + chance.uniform(0.1, 0.5)
    return replace(turn, actions=replace(turn.actions, applied_rad=applied))


# --- pictures
def _camera(turn: Turn, chance: Chance) -> str:
    return str(chance.choice(sorted(turn.shots)))


def _shot(turn: Turn, camera: str, shots: Shots) -> Turn:
    return replace(turn, shots=turn.shots | {camera: shots})


def _picked(shots: Shots, rows: slice | np.ndarray) -> Shots:
    index = np.arange(len(shots.pictures))[rows]
    return Shots(
        tuple(shots.pictures[row] for row in index),
        shots.frame_id[index],
        shots.capture_ns[index],
        shots.encoded_ns[index],
    )


def _repainted(turn: Turn, camera: str, paint: Callable[[int, np.ndarray], np.ndarray]) -> Turn:
    shots = turn.shots[camera]
    pictures = tuple(paint(row, picture) for row, picture in enumerate(shots.pictures))
    return _shot(turn, camera, replace(shots, pictures=pictures))


def _moving_span(turn: Turn, camera: str, seconds: float) -> tuple[int, int]:
    """The rows of pictures during which the arm goes farthest."""
    at = _steepest(turn, int(seconds * 100))
    begun, ended = turn.observations.t_ns[at], turn.observations.t_ns[at] + int(seconds * 1e9)
    rows = np.searchsorted(turn.shots[camera].capture_ns, [begun, ended])
    return int(rows[0]), int(rows[1])


@in_turn("frozen")
def frozen_camera(turn: Turn, chance: Chance) -> Turn:
    """For a second and more a camera repeats one picture while the arm moves."""
    camera = _camera(turn, chance)
    first, last = _moving_span(turn, camera, float(chance.uniform(1.0, 2.0)))
    held = turn.shots[camera].pictures[first]
    return _repainted(turn, camera, lambda row, shown: held if first <= row <= last else shown)


@in_turn("frozen", "still")
def frozen_from_the_start(turn: Turn, chance: Chance) -> Turn:
    """A camera shows one picture for the whole turn."""
    camera = _camera(turn, chance)
    held = turn.shots[camera].pictures[0]
    return _repainted(turn, camera, lambda _, shown: held)


@in_turn("dark")
def black_camera(turn: Turn, chance: Chance) -> Turn:
    """A camera shows nothing but black."""
    return _repainted(turn, _camera(turn, chance), lambda _, shown: np.zeros_like(shown))


@in_turn("dark", "cut")
def black_for_a_second(turn: Turn, chance: Chance) -> Turn:
    """A camera is black for a while."""
    camera = _camera(turn, chance)
    first, last = _moving_span(turn, camera, 1.0)
    return _repainted(turn, camera, lambda row, shown: shown * 0 + 16 if first <= row <= last else shown)


@in_turn("dark")
def overexposed_camera(turn: Turn, chance: Chance) -> Turn:
    """A camera shows nothing but white."""
    return _repainted(turn, _camera(turn, chance), lambda _, shown: np.maximum(shown, 250).astype(np.uint8))


@in_turn("cut")
def cameras_swapped_midway(turn: Turn, chance: Chance) -> Turn:
    """From some moment on two cameras stand in each other's place."""
    one, other = sorted(turn.shots)[:2]
    first, second = turn.shots[one].pictures, turn.shots[other].pictures
    count = min(len(first), len(second))
    at = int(count * chance.uniform(0.3, 0.7))
    mixed = (*first[:at], *second[at:count]), (*second[:at], *first[at:count])
    turn = _shot(turn, one, replace(_picked(turn.shots[one], slice(count)), pictures=mixed[0]))
    return _shot(turn, other, replace(_picked(turn.shots[other], slice(count)), pictures=mixed[1]))


@in_turn("swapped")
def cameras_swapped(turn: Turn, chance: Chance) -> Turn:
    """Two cameras stand in each other's place all the time."""
    one, other = sorted(turn.shots)[:2]
    first, second = turn.shots[one], turn.shots[other]
    return replace(turn, shots=turn.shots | {one: second, other: first})


@in_turn("cut")
def upside_down_midway(turn: Turn, chance: Chance) -> Turn:
    """A camera turns upside down in the middle of the turn."""
    camera = _camera(turn, chance)
    at = len(turn.shots[camera].pictures) // 2
    return _repainted(turn, camera, lambda row, shown: shown[::-1, ::-1] if row >= at else shown)


@in_turn("cut")
def pictures_of_static(turn: Turn, chance: Chance) -> Turn:
    """For half a second a camera shows snow."""
    camera = _camera(turn, chance)
    first, last = _moving_span(turn, camera, 0.5)
    return _repainted(
        turn,
        camera,
        lambda row, shown: (
            chance.integers(0, 255, shown.shape).astype(np.uint8) if first <= row <= last else shown
        ),
    )


@in_turn("picture_size")
def pictures_of_another_size(turn: Turn, chance: Chance) -> Turn:
    """A camera's pictures are not of the size that the header tells."""
    return _repainted(turn, _camera(turn, chance), lambda _, shown: np.ascontiguousarray(shown[:48, :80]))


@in_turn("no_pictures")
def a_camera_without_pictures(turn: Turn, chance: Chance) -> Turn:
    """The header names a camera that recorded nothing."""
    camera = _camera(turn, chance)
    return _shot(turn, camera, _picked(turn.shots[camera], slice(0, 0)))


@in_turn("video_gap")
def a_gap_in_the_video(turn: Turn, chance: Chance) -> Turn:
    """Half a second of pictures and more is missing."""
    camera = _camera(turn, chance)
    shots = turn.shots[camera]
    at = int(len(shots.pictures) * chance.uniform(0.3, 0.6))
    width = round(chance.uniform(0.5, 1.0) * 1e9 / float(np.median(np.diff(shots.capture_ns)))) + 1
    kept = np.setdiff1d(np.arange(len(shots.pictures)), np.arange(at, at + width))
    return _shot(turn, camera, _picked(shots, kept))


@in_turn("video_gap", "video_ends")
def video_ends_early(turn: Turn, chance: Chance) -> Turn:
    """A camera stops in the middle of the turn."""
    camera = _camera(turn, chance)
    kept = int(len(turn.shots[camera].pictures) * chance.uniform(0.4, 0.6))
    return _shot(turn, camera, _picked(turn.shots[camera], slice(kept)))


@in_turn("frame_order")
def frame_ids_repeated(turn: Turn, chance: Chance) -> Turn:
    """Frame ids start anew in the middle of the turn."""
    camera = _camera(turn, chance)
    ids = turn.shots[camera].frame_id.copy()
    ids[len(ids) // 2 :] -= ids[len(ids) // 2] - 1
    return _shot(turn, camera, replace(turn.shots[camera], frame_id=ids))


@in_turn("late_video")
def late_video(turn: Turn, chance: Chance) -> Turn:
    """Pictures take a third of a second and more from the camera into the log."""
    camera = _camera(turn, chance)
    shots = turn.shots[camera]
    late = shots.encoded_ns + int(chance.integers(300_000_000, 900_000_000))
    return _shot(turn, camera, replace(shots, encoded_ns=late))


@in_turn("picture_lag")
def late_video_with_false_stamps(turn: Turn, chance: Chance) -> Turn:
    """Pictures show what was a third of a second and more before their capture time."""
    camera = _camera(turn, chance)
    shots = turn.shots[camera]
    before = shots.capture_ns - int(chance.integers(300_000_000, 500_000_000))
    rows = np.maximum(np.searchsorted(shots.capture_ns, before), 0)
    return _shot(turn, camera, replace(shots, pictures=tuple(shots.pictures[row] for row in rows)))


@in_turn("capture_clock")
def captured_after_encoding(turn: Turn, chance: Chance) -> Turn:
    """Pictures are stamped later than they were encoded."""
    camera = _camera(turn, chance)
    shots = turn.shots[camera]
    ahead = shots.capture_ns + int(chance.integers(100_000_000, 900_000_000))
    return _shot(turn, camera, replace(shots, capture_ns=ahead))


@in_turn("picture_drift", "capture_clock", "late_video")
def a_drifting_camera_clock(turn: Turn, chance: Chance) -> Turn:
    """A camera's capture times run too fast by some percent."""
    camera = _camera(turn, chance)
    shots = turn.shots[camera]
    since = shots.capture_ns - shots.capture_ns[0]
    slow = shots.capture_ns[0] + (since * (1 - chance.uniform(0.03, 0.08))).astype(np.int64)
    return _shot(turn, camera, replace(shots, capture_ns=slow))


@in_episode("picture_notes")
def off_by_one_pictures(episode: Episode, chance: Chance) -> Episode:
    """Every picture stands beside the note of the one before it."""
    camera = str(chance.choice(sorted(episode.pictures)))
    shown = episode.pictures[camera]
    return with_pictures(episode, camera, annex_b=(*shown.annex_b[1:], shown.annex_b[-1]))


@in_episode("undecodable", "picture_notes")
def damaged_pictures(episode: Episode, chance: Chance) -> Episode:
    """Bytes inside some pictures were overwritten."""
    camera = str(chance.choice(sorted(episode.pictures)))
    packets = list(episode.pictures[camera].annex_b)
    for row in chance.choice(np.arange(3, len(packets)), 4, replace=False):
        half = len(packets[row]) // 2
        packets[row] = packets[row][: half // 2] + bytes(half) + packets[row][half // 2 + half :]
    return with_pictures(episode, camera, annex_b=tuple(packets))


@in_episode("undecodable", "picture_notes")
def no_key_frame_at_the_start(episode: Episode, chance: Chance) -> Episode:
    """A camera's first picture needs one that was not recorded."""
    camera = str(chance.choice(sorted(episode.pictures)))
    shown = episode.pictures[camera]
    names = ("frame_id", "capture_ns", "encoded_ns", "keyframe", "encode_begun_ns")
    fields = {name: getattr(shown, name)[1:] for name in names}
    return with_pictures(episode, camera, annex_b=shown.annex_b[1:], **fields)


@in_turn("duplicate")
def the_same_turn_twice(turn: Turn, chance: Chance) -> Turn:
    """A turn under a new id whose content is another's."""
    return with_header(turn, episode_id=f"{turn.header.episode_id}-again")
