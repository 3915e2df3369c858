"""Rules about joints: values that can be, and that fit each other. Pure."""

from collections.abc import Callable

import numpy as np

from robot_bridge.arms.model import ArmModel
from robot_bridge.kinematics.pose import forward
from teleop.episodes.arrays import Flags, Floats, Integers
from teleop.episodes.loading import Episode
from teleop.episodes.validation.evidence import (
    NANOSECONDS,
    Evidence,
    Findings,
    arm_joints,
    finding,
    in_play,
    longest,
    moment,
    paired,
    runs,
    span,
)

RANGE_RAD, ACTION_RAD = 0.1, 0.02
AT_LIMIT_RAD, AT_LIMIT_S = 0.01, 1.0
FULL_LOAD, FULL_LOAD_S = 0.97, 0.5
SPIKE_RAD, NOISE_RAD, COARSE_RAD = 0.1, 0.012, 0.012
MOVES_RAD, STILL_RAD = 0.3, 0.02
STALE_S, STALE_RAD, SETTLED_S = 0.4, 0.06, 0.2
FOLLOWING_RAD, FOLLOWING_TIMES, FOLLOWING_S = 0.1, 1.6, 0.3
LAG_S, LEAD_S, LAG_STEP_S, LAG_REACH_S = 0.12, -0.06, 0.02, 0.6
SPEED_WINDOW, SPEED_RATIO = 10, (0.75, 1.33)
POSE_ROWS, POSE_M, POSE_RAD, POSE_GRIPPER, POSE_SHARE = 40, 0.01, 0.1, 0.08, 0.2


def numbers(evidence: Evidence) -> Findings:
    """`not_a_number`: is every measured and applied value a number?"""
    episode = evidence.episode
    seen = episode.observations
    columns = {
        "positions_rad": seen.positions_rad, "velocities_rad_s": seen.velocities_rad_s, "loads": seen.loads,
        "applied_rad": episode.actions.applied_rad,
    }  # fmt: skip
    for name, values in columns.items():
        rows = np.flatnonzero(~np.isfinite(values).all(axis=1))
        if len(rows):
            yield finding("not_a_number", f"{name}, row {rows[0]}", len(rows), 0, "it holds no number")


def ranges(evidence: Evidence) -> Findings:
    """`joint_range`, `action_range`, `at_limit`: can the joints be there, and should they be told to?"""
    episode, model = evidence.episode, evidence.model
    if model is None or len(model.joints) != len(episode.header.joint_names):
        return
    low, high = np.array(model.lower_rad), np.array(model.upper_rad)
    seen, done = episode.observations, episode.actions
    for rule, t_ns, values, bound in (
        ("joint_range", seen.t_ns, seen.positions_rad, RANGE_RAD),
        ("action_range", done.t_ns, done.applied_rad, ACTION_RAD),
    ):
        beyond = np.maximum(low - values, values - high)
        if beyond.size and np.nanmax(beyond) > bound:
            row, joint = np.unravel_index(int(np.nanargmax(beyond)), beyond.shape)
            where = f"joint {episode.header.joint_names[joint]}, {moment(episode, int(t_ns[row]))}"
            yield finding(rule, where, float(beyond[row, joint]), bound, "it lies beyond the joint's limits")
    near = np.minimum(seen.positions_rad - low, high - seen.positions_rad) < AT_LIMIT_RAD
    yield from _lasting(episode, "at_limit", near, (AT_LIMIT_S, "the joint leans on its end stop"))


def servos(evidence: Evidence) -> Findings:
    """`saturated`, `health`: were the servos asked too much?"""
    episode, model = evidence.episode, evidence.model
    seen = episode.observations
    full = np.abs(seen.loads) >= FULL_LOAD
    yield from _lasting(episode, "saturated", full, (FULL_LOAD_S, "the servo gave all it has"))
    if model is None:
        return
    for name, values, low, high in (
        ("temperatures_c", seen.temperatures_c, -np.inf, model.servo.max_temperature_c),
        ("voltages_v", seen.voltages_v, model.servo.min_voltage_v, model.servo.max_voltage_v),
    ):
        if values.size and (values.max() > high or values.min() < low):
            value = float(values.max() if values.max() > high else values.min())
            yield finding("health", name, value, high if value > high else low, "out of its bounds")


def _lasting(episode: Episode, rule: str, flags: Flags, bound: tuple[float, str]) -> Findings:
    shortest_s, text = bound
    if not flags.size:
        return
    for joint in range(flags.shape[1] - 1):
        found = longest(flags[:, joint], episode.observations.t_ns)
        if found is not None and found[2] >= shortest_s:
            t_ns = episode.observations.t_ns[[found[0], found[1]]].tolist()
            where = f"joint {episode.header.joint_names[joint]}, {span(episode, *t_ns)}"
            yield finding(rule, where, found[2], shortest_s, text)


def texture(evidence: Evidence) -> Findings:
    """`spikes`, `noise`, `resolution`, `still`: do the measurements look like a joint's?"""
    episode = evidence.episode
    values = episode.observations.positions_rad
    if not evidence.judgeable or not np.isfinite(values).all():
        return
    names, t_ns = episode.header.joint_names, episode.observations.t_ns
    off = np.abs(values[2:-2] - _median_of_five(values))
    if off.max() > SPIKE_RAD:
        row, column = np.unravel_index(int(np.argmax(off)), off.shape)
        where = f"joint {names[column]}, {moment(episode, int(t_ns[row + 2]))}"
        yield finding("spikes", where, float(off.max()), SPIKE_RAD, "a measurement jumps out and back")
    trembling = np.median(np.abs(np.diff(values, n=2, axis=0)), axis=0)
    joint = int(np.argmax(trembling))
    if trembling[joint] > NOISE_RAD:
        text = "it trembles from tick to tick"
        yield finding("noise", f"joint {names[joint]}", float(trembling[joint]), NOISE_RAD, text)
    for joint in np.flatnonzero(np.ptp(values, axis=0) > MOVES_RAD).tolist():
        steps = np.abs(np.diff(values[:, joint]))
        if (step := float(steps[steps > 0].min())) > COARSE_RAD:
            yield finding("resolution", f"joint {names[joint]}", step, COARSE_RAD, "its steps are coarse")
    farthest = float(np.ptp(values, axis=0).max())
    if episode.verdict is not None and episode.verdict.solved and farthest < STILL_RAD:
        yield finding("still", "/observation", farthest, STILL_RAD, "a solved turn without any motion")


def _median_of_five(values: Floats) -> Floats:
    count = len(values) - 4
    return np.median(np.stack([values[shift : shift + count] for shift in range(5)]), axis=0)


def staleness(evidence: Evidence) -> Findings:
    """`stale_action`, `stale_state`: does one side stand while the other moves?"""
    episode = evidence.episode
    if not evidence.judgeable:
        return
    seen, done = paired(episode)
    t_ns = episode.observations.t_ns[seen]
    state = arm_joints(episode.observations.positions_rad[seen])
    action = arm_joints(episode.actions.applied_rad[done])
    for rule, standing, moving in (("stale_action", action, state), ("stale_state", state, action)):
        same = np.concatenate([[False], (np.diff(standing, axis=0) == 0).all(axis=1)])
        for first, last in runs(same):
            begin = int(np.searchsorted(t_ns, t_ns[first] + int(SETTLED_S * NANOSECONDS)))
            if t_ns[last] - t_ns[first] < STALE_S * NANOSECONDS or begin >= last:
                continue
            gone = float(np.ptp(moving[begin : last + 1], axis=0).max())
            if gone > STALE_RAD:
                where = span(episode, int(t_ns[first]), int(t_ns[last]))
                yield finding(rule, where, gone, STALE_RAD, "it stands while the other side moves")
    stuck = (np.ptp(state, axis=0) == 0) & (np.ptp(action, axis=0) > MOVES_RAD / 2)
    for joint in np.flatnonzero(stuck).tolist():
        where = f"joint {episode.header.joint_names[joint]}"
        gone = float(np.ptp(action[:, joint]))
        yield finding("stale_state", where, gone, MOVES_RAD / 2, "it is told to move and never does")


def following(evidence: Evidence) -> Findings:
    """`following`, `alignment`: does the arm go where it is told, when it is told?"""
    episode = evidence.episode
    if not evidence.judgeable:
        return
    seen, done = paired(episode)
    rows = np.flatnonzero(in_play(episode)[seen])
    t_ns = episode.observations.t_ns[seen[rows]]
    state = episode.observations.positions_rad[seen[rows]]
    action = episode.actions.applied_rad[done[rows]]
    if len(rows) < SPEED_WINDOW or not (np.isfinite(state).all() and np.isfinite(action).all()):
        return
    yield from _errors(evidence, t_ns, np.abs(state - action))
    yield from _lag(t_ns, arm_joints(state), arm_joints(action))


def _errors(evidence: Evidence, t_ns: Integers, errors: Floats) -> Findings:
    episode, model = evidence.episode, evidence.model
    joints = errors.shape[1]
    bounds = np.full(joints, 3 * FOLLOWING_RAD)
    if model is not None and len(model.joints) == joints:
        bounds = FOLLOWING_TIMES * np.array(model.motion.look_ahead_rad)
    typical = np.median(errors, axis=0)
    for joint, name in enumerate(episode.header.joint_names):
        found = longest(errors[:, joint] > bounds[joint], t_ns)
        if found is not None and found[2] >= FOLLOWING_S:
            where = f"joint {name}, {span(episode, int(t_ns[found[0]]), int(t_ns[found[1]]))}"
            worst = float(errors[found[0] : found[1] + 1, joint].max())
            yield finding("following", where, worst, float(bounds[joint]), "it is far from its goal")
        elif typical[joint] > FOLLOWING_RAD and joint < joints - 1:
            text = "it is beside its goal all the time"
            yield finding("following", f"joint {name}", float(typical[joint]), FOLLOWING_RAD, text)


def _lag(t_ns: Integers, state: Floats, action: Floats) -> Findings:
    if np.ptp(action, axis=0).max() < MOVES_RAD or np.any(np.diff(t_ns) <= 0):
        return
    t_s = (t_ns - t_ns[0]) / NANOSECONDS
    inner = (t_s > LAG_REACH_S) & (t_s < t_s[-1] - LAG_REACH_S)
    if inner.sum() < SPEED_WINDOW:
        return

    def error(lag_s: float) -> float:
        at = t_s[inner] - lag_s
        told = np.stack([np.interp(at, t_s, column) for column in action.T], axis=1)
        return float(np.mean(np.abs(state[inner] - told)))

    best_s, least = _least(error)
    usual = min(error(lag) for lag in (0.0, LAG_STEP_S, 2 * LAG_STEP_S))
    if not LEAD_S <= best_s <= LAG_S and usual > 2 * least + STALE_RAD / 12:
        text = "what was measured fits what was told at another time"
        yield finding("alignment", "/observation", best_s, LAG_S, text)


def _least(error: Callable[[float], float]) -> tuple[float, float]:
    count = round(LAG_REACH_S / LAG_STEP_S)
    lags = [step * LAG_STEP_S for step in range(-count, count + 1)]
    errors = [error(lag) for lag in lags]
    at = int(np.argmin(errors))
    return lags[at], errors[at]


def speeds(evidence: Evidence) -> Findings:
    """`time_scale`, `velocity`: do measured speeds fit how the angles change?"""
    episode = evidence.episode
    seen, width = episode.observations, SPEED_WINDOW
    if not evidence.judgeable or np.any(np.diff(seen.t_ns) <= 0):
        return
    took = (seen.t_ns[width:] - seen.t_ns[:-width])[:, None] / NANOSECONDS
    changed = (seen.positions_rad[width:] - seen.positions_rad[:-width]) / took
    summed = np.cumsum(seen.velocities_rad_s, axis=0)
    told = (summed[width:] - summed[:-width]) / width
    steady = took[:, 0] < 2 * float(np.median(took))
    moves = np.where(steady[:, None], changed, 0.0)
    weight = float(np.nansum(moves * moves))
    if np.nanmax(np.abs(moves), initial=0.0) < MOVES_RAD or weight == 0.0:
        return
    ratio = float(np.nansum(moves * told)) / weight
    if not SPEED_RATIO[0] <= ratio <= SPEED_RATIO[1]:
        scaled = SPEED_RATIO[0] / 3 < ratio < 3 * SPEED_RATIO[1]
        rule, text = ("time_scale", "all happens too fast or slow") if scaled else ("velocity", "in no unit")
        yield finding(rule, "velocities_rad_s", ratio, SPEED_RATIO[0], f"speeds do not fit angles: {text}")


def poses(evidence: Evidence) -> Findings:
    """`pose`: is the tool where the joints put it?"""
    episode, model = evidence.episode, evidence.model
    seen = episode.observations
    joints = len(episode.header.joint_names)
    if model is None or len(model.joints) != joints or not len(seen.t_ns):
        return
    rows = np.unique(np.linspace(0, len(seen.t_ns) - 1, POSE_ROWS).astype(np.int64))
    off = np.array([_pose_error(model, seen.positions_rad[row], seen.end_effector[row]) for row in rows])
    worst = off.max(axis=1)
    if float(np.mean(worst > 1)) > POSE_SHARE:
        kind = int(np.argmax(np.median(off, axis=0)))
        name, bound = (("place", POSE_M), ("direction", POSE_RAD), ("gripper", POSE_GRIPPER))[kind]
        value = float(np.median(off[:, kind])) * bound
        yield finding("pose", "end_effector", value, bound, f"its {name} is not where the joints put it")


def _pose_error(model: ArmModel, joints: Floats, told: Floats) -> tuple[float, float, float]:
    """Errors of place, direction and gripper, each as a multiple of its bound; endless for no number."""
    if not (np.isfinite(joints).all() and np.isfinite(told).all()):
        return (np.inf, np.inf, np.inf)
    is_at = forward(model, tuple(joints.tolist()))
    place = float(np.linalg.norm(told[:3] - np.array([is_at.x_m, is_at.y_m, is_at.z_m])))
    turned = told[3:5] - np.array([is_at.pitch_rad, is_at.roll_rad])
    wrapped = float(np.abs((turned + np.pi) % (2 * np.pi) - np.pi).max())
    jaw = abs(float(told[5]) - min(1.0, max(0.0, is_at.gripper)))
    return place / POSE_M, wrapped / POSE_RAD, jaw / POSE_GRIPPER
