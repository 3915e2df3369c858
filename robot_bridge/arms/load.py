"""Loads an arm model by name from the files beside this module."""

import tomllib
from functools import lru_cache
from importlib import resources

from robot_bridge.arms.model import ArmModel
from robot_bridge.toml_table import InvalidTable, read_table


@lru_cache(maxsize=8)
def load_arm(name: str) -> ArmModel:
    """The model of this name; raises InvalidTable when there is none or its file is wrong."""
    folder = resources.files("robot_bridge.arms")
    known = sorted(item.name[:-5] for item in folder.iterdir() if item.name.endswith(".toml"))
    if name not in known:
        raise InvalidTable(f"there is no arm named {name!r}; known arms: {', '.join(known)}")
    return parse_arm((folder / f"{name}.toml").read_text(encoding="utf-8"), f"{name}.toml")


def parse_arm(text: str, where: str) -> ArmModel:
    """The model written in this TOML text; raises InvalidTable naming the wrong key."""
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InvalidTable(f"{where}: {error}") from error
    model = read_table(table, ArmModel, where)
    _check(model, where)
    return model


def _check(model: ArmModel, where: str) -> None:
    count = len(model.joints)
    motion = model.motion
    lengths = {
        "rest_rad": model.rest_rad,
        "ready_rad": model.ready_rad,
        "torque_limit": model.servo.torque_limit,
        "velocity_rad_s": motion.velocity_rad_s,
        "acceleration_rad_s2": motion.acceleration_rad_s2,
        "jerk_rad_s3": motion.jerk_rad_s3,
        "stop_acceleration_rad_s2": motion.stop_acceleration_rad_s2,
        "stop_jerk_rad_s3": motion.stop_jerk_rad_s3,
        "look_ahead_rad": motion.look_ahead_rad,
    }
    for key, values in lengths.items():
        if len(values) != count:
            raise InvalidTable(f"{where}: `{key}` has {len(values)} entries for {count} joints")
    for posture in ("rest_rad", "ready_rad"):
        for joint, value, lower, upper in zip(
            model.joints, lengths[posture], model.lower_rad, model.upper_rad, strict=True
        ):
            if not lower <= value <= upper:
                raise InvalidTable(f"{where}: `{posture}` puts {joint.name} outside its soft limits")
    _check_servos(model, where)
    _check_links(model, where)


def _check_servos(model: ArmModel, where: str) -> None:
    taken = [number for joint in model.joints for number in (joint.servo_id, *joint.shadow_ids)]
    for number in taken:
        if taken.count(number) > 1:
            raise InvalidTable(f"{where}: servo id {number} is used twice")


def _check_links(model: ArmModel, where: str) -> None:
    links = {model.base_link, *(joint.child for joint in model.joints)}
    for kind, parts in (("guard point", model.guard_points), ("capsule", model.capsules)):
        for part in parts:
            if part.link not in links:
                raise InvalidTable(f"{where}: {kind} on unknown link {part.link!r}")
