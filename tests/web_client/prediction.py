"""Writes what the bridge makes of random inputs, for the page's prediction of it to be compared with.

Run: python tests/web_client/prediction.py FILE [RESTS [FORECASTS]]. Too much to keep: the test beside it
writes it anew, with fewer rests and forecasts than it takes for a figure to be told.
"""

import json
import math
import random
import sys
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))

import msgspec
from lock_step import IdealServos, LockStep

from robot_bridge import limits, reference
from robot_bridge.arms import ArmModel, load_arm
from robot_bridge.clearance import Surroundings
from robot_bridge.kinematics import Solution, forward, inverse
from robot_bridge.limits import Posture
from robot_bridge.tool_speed import slower
from robot_bridge.trajectory import Motion, Planner, still
from robot_bridge.wire.commands import Command, Enable, PoseTarget, Reset, Setpoint
from robot_bridge.wire.state import ArmState
from robot_bridge.zones import KeepOut

SEED = 11
AIMS, ROOMS, FORECASTS, RESTS = 10_000, 100, 40, 8
PERIOD_S, PERIOD_NS = 0.01, 10_000_000
GHOST_M_S, GHOST_RAD_S = 0.15, 1.1
DRIVEN_TICKS, RESTING_TICKS, BEGIN_TICK = 100, 80, 10
LATER_TICKS = (10, 20, 40)
ROUND_TRIPS_TICKS = (10, 20, 30, 40)
BOXES = (
    KeepOut("post", (0.2, 0.3), (0.12, 0.2), (0.0, 0.3)),
    KeepOut("shelf", (0.24, 0.5), (-0.3, -0.1), (0.0, 0.1)),
)
Row = list[float]


def rounded(values: Posture | Row) -> Row:
    """Nine digits: far below any tolerance."""
    return [round(value, 9) + 0.0 for value in values]


def row(pose: PoseTarget) -> Row:
    """A pose as x, y, z, pitch, roll, gripper."""
    return rounded([pose.x_m, pose.y_m, pose.z_m, pose.pitch_rad, pose.roll_rad, pose.gripper])


def asked(model: ArmModel, dice: random.Random) -> PoseTarget:
    """A pose in the workspace and up to 3 cm around it."""
    box = model.workspace
    x, y, z = (dice.uniform(low - 0.03, high + 0.03) for low, high in (box.x_m, box.y_m, box.z_m))
    return PoseTarget(x, y, z, dice.uniform(-1.6, 0.4), dice.uniform(-2.0, 2.0), dice.random())


def free(around: Surroundings, dice: random.Random) -> Posture:
    """A posture that keeps every room and holds a pose: where an arm can stand."""
    model = around.model
    while True:
        found = inverse(model, asked(model, dice), model.ready_rad)
        if isinstance(found, Solution) and min(around.rooms(found.positions_rad)) > 0.0:
            return found.positions_rad


def aim_case(around: Surroundings, dice: random.Random, start: Posture) -> list[object]:
    """A pose asked for, where the reference stands, the posture that the bridge aims at and its pose."""
    target = asked(around.model, dice)
    aim = limits.aim(around.model, target, start)
    return [
        row(target),
        rounded(start),
        rounded(aim.posture_rad),
        row(forward(around.model, aim.posture_rad)),
    ]


def forecast_case(kept: Surroundings, planner: Planner, dice: random.Random, jaws: bool) -> dict[str, object]:
    """An arm that follows a ghost until its player lets go: its motion then, and its postures after that.

    The ghost knows of no boxes, the arm of those of its surroundings; with `jaws` the gripper moves as well.
    """
    scale, way = dice.choice((1.0, 0.7)), list(ghost_way(Surroundings(kept.model), dice))
    if jaws:
        turned = dice.randrange(DRIVEN_TICKS - 20, DRIVEN_TICKS)
        way[turned:] = [msgspec.structs.replace(pose, gripper=1.0 - pose.gripper) for pose in way[turned:]]
    around = kept
    motion, ahead = still(around.model.ready_rad), around.model.ready_rad
    for pose in way:
        motion, ahead = stepped(around, planner, motion, ahead, (pose, scale))
    told = {
        "asked": row(way[-1]),
        "scale": scale,
        "reference": rounded(ahead),
        "boxes": bool(kept.zones),
        "jaws": jaws,
    }
    parts = (motion.positions_rad, motion.velocities_rad_s, motion.accelerations_rad_s2)
    later: list[Row] = []
    for tick in range(1, LATER_TICKS[-1] + 1):
        motion, ahead = stepped(around, planner, motion, ahead, (way[-1], scale))
        if tick in LATER_TICKS:
            later.append(rounded(motion.positions_rad))
    return {**told, "moving": [rounded(part) for part in parts], "later": later}


def stepped(
    around: Surroundings, planner: Planner, motion: Motion, ahead: Posture, told: tuple[PoseTarget, float]
) -> tuple[Motion, Posture]:
    """One period of an arm that follows its goals, by the bridge's pure rooms."""
    model, (target, scale) = around.model, told
    aim = limits.aim(model, target, ahead)
    pace = reference.Pace(PERIOD_S, scale, motion.positions_rad, motion.positions_rad)
    ahead = limits.within(model, reference.advance(around, ahead, aim, pace)[0])
    after = planner.follow(motion, ahead)
    speeds = slower(model, after)
    return (after if speeds is None else planner.follow(motion, ahead, speeds)), ahead


def rest_case(around: Surroundings, dice: random.Random, round_trip_ticks: int) -> dict[str, object]:
    """A ghost driven at random and let go: what the bridge's arm reported of it, and where it came to rest.

    A report names, by its index, the pose that it rests on; the last pose goes on under further numbers.
    """
    model, way = around.model, list(ghost_way(around, dice))
    delay = round_trip_ticks // 2

    def script(tick: int, now_ns: int) -> tuple[Command, ...]:
        if tick < BEGIN_TICK:
            return ()
        if tick == BEGIN_TICK:
            return (Reset(1, "boot-1"), Enable(1, 1, 1))
        seen = min(len(way) - 1, max(0, tick - BEGIN_TICK - delay))
        return (Setpoint(1, 1, 1, tick, now_ns + 100_000_000, way[seen]),)

    let_go = BEGIN_TICK + len(way) - 1
    told: list[ArmState] = list(
        LockStep(IdealServos(model), model).play(script, let_go + delay + RESTING_TICKS)
    )
    at_rest = told[-1]
    assert at_rest.mode == "play", at_rest
    return {
        "round_trip_ms": round_trip_ticks * 10,
        "asked": row(way[-1]),
        "applied": rounded(told[let_go - delay].applied_rad),
        "rest": rounded(tuple(joint.position_rad for joint in at_rest.joints)),
        "pose": row(at_rest.measured_pose),
        "way": [row(pose) for pose in way],
        "reports": [
            [one.applied_sequence - BEGIN_TICK - delay, *rounded(one.applied_rad)]
            for one in told
            if one.applied_sequence > BEGIN_TICK + delay
        ],
    }


def ghost_way(around: Surroundings, dice: random.Random) -> Iterator[PoseTarget]:
    """Poses of a ghost that stops where the page's does, one each tick, with a new direction now and then."""
    model = around.model
    pose = forward(model, model.ready_rad)
    speeds = [0.0] * 5
    for tick in range(DRIVEN_TICKS):
        if tick % 40 == 0:
            heading, climb = dice.uniform(-math.pi, math.pi), dice.uniform(-1.0, 0.6)
            flat = GHOST_M_S * math.sqrt(1.0 - climb * climb)
            speeds = [flat * math.cos(heading), flat * math.sin(heading), GHOST_M_S * climb]
            speeds += [dice.uniform(-GHOST_RAD_S, GHOST_RAD_S) for _ in range(2)]
        wanted = limits.boxed(model, moved(pose, speeds))
        found = inverse(model, wanted, model.ready_rad)
        if isinstance(found, Solution) and min(around.rooms(found.positions_rad)) >= 0.0:
            pose = wanted
        yield pose


def moved(pose: PoseTarget, speeds: Row) -> PoseTarget:
    """The pose one period later."""
    x, y, z, pitch, roll = (speed * PERIOD_S for speed in speeds)
    return PoseTarget(
        pose.x_m + x,
        pose.y_m + y,
        pose.z_m + z,
        min(0.4, max(-math.pi / 2, pose.pitch_rad + pitch)),
        min(2.0, max(-2.0, pose.roll_rad + roll)),
        pose.gripper,
    )


def document(rests: int = RESTS, forecasts: int = FORECASTS) -> dict[str, object]:
    """All cases."""
    model, dice = load_arm("so101"), random.Random(SEED)
    around, planner = Surroundings(model), Planner(model, PERIOD_S)
    among = Surroundings(model, BOXES)
    starts = [free(around, dice) for _ in range(60)]
    return {
        "aims": [aim_case(around, dice, dice.choice(starts)) for _ in range(AIMS)],
        "rooms": [
            [rounded(posture), rounded(among.rooms(posture))]
            for posture in (free(around, dice) for _ in range(ROOMS))
        ],
        "boxes": [{"x_m": one.x_m, "y_m": one.y_m, "z_m": one.z_m} for one in BOXES],
        "forecasts": [
            forecast_case(among if number % 3 == 1 else around, planner, dice, number % 3 == 2)
            for number in range(forecasts)
        ],
        "rests": [
            rest_case(around, dice, ROUND_TRIPS_TICKS[number % len(ROUND_TRIPS_TICKS)])
            for number in range(rests)
        ],
    }


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(json.dumps(document(*map(int, sys.argv[2:]))))
