"""Jogging as a state machine: keys and arm states in, the bridge's own commands out. Pure.

A joint moves only while key presses keep coming: a press moves it for `RUN_NS`, the terminal's key repeat
goes on from there, silence is a hold. The target runs ahead of what the bridge applies by at most `LEAD_S`
of travel, so that a stop never leaves a long way to go. Whatever the bridge refuses, it refuses.
"""

import math
from dataclasses import dataclass, replace

from robot_bridge.arms import ArmModel, gripper_fraction
from robot_bridge.wire.commands import Command, Enable, Heartbeat, Hold, JointTarget, Reset, Setpoint, Stop
from robot_bridge.wire.state import ArmState

RUN_NS = 150_000_000
BEAT_NS = 20_000_000
DEADLINE_NS = 100_000_000
STALE_NS = 250_000_000
LEAD_S = 0.15
SPEEDS_RAD_S = (0.1, 0.25, 0.5)


@dataclass(frozen=True, slots=True)
class Jog:
    """The joint that is selected, which way it runs and until when, and what the bridge said last."""

    session: str
    selected: int = 0
    speed: int = 1
    direction: int = 0
    until_ns: int = 0
    target_rad: tuple[float, ...] = ()
    arm: ArmState | None = None
    arm_ns: int = 0
    sequence: int = 0
    stops: int = 0
    note: str = ""
    ended: bool = False


@dataclass(frozen=True, slots=True)
class Key:
    """A key: a digit, "up", "down", "left", "right", "slower", "faster", "stop", "reset" or "end"."""

    name: str


@dataclass(frozen=True, slots=True)
class Seen:
    """What the bridge says."""

    arm: ArmState


@dataclass(frozen=True, slots=True)
class Beat:
    """20 ms have passed."""


@dataclass(frozen=True, slots=True)
class Refused:
    """The bridge refused a command for this reason."""

    reason: str


Event = Key | Seen | Beat | Refused
Next = tuple[Jog, tuple[Command, ...]]


def step(model: ArmModel, jog: Jog, event: Event, now_ns: int) -> Next:
    """The state after the event, and what to tell the bridge."""
    match event:
        case Seen(arm=arm):
            return replace(jog, arm=arm, arm_ns=now_ns), ()
        case Beat():
            return _beat(model, jog, now_ns)
        case Refused(reason=reason):
            return replace(jog, note=reason), ()
    return _key(model, jog, event.name, now_ns)


def _key(model: ArmModel, jog: Jog, name: str, now_ns: int) -> Next:
    match name:
        case "left" | "right":
            return _run(model, jog, -1 if name == "left" else 1, now_ns)
        case "stop" | "end":
            return _stop(jog, ending=name == "end")
        case "reset":
            return _reset(jog)
        case "slower" | "faster":
            speed = jog.speed + (1 if name == "faster" else -1)
            return replace(jog, speed=max(0, min(len(SPEEDS_RAD_S) - 1, speed))), ()
        case "up" | "down":
            return _select(jog, (jog.selected + (1 if name == "down" else -1)) % len(model.joints))
    chosen = int(name) - 1 if name.isdecimal() else -1
    return _select(jog, chosen) if 0 <= chosen < len(model.joints) else (jog, ())


def _select(jog: Jog, joint: int) -> Next:
    halted, commands = _halt(jog)
    return replace(halted, selected=joint), commands


def _halt(jog: Jog) -> Next:
    if jog.direction == 0:
        return jog, ()
    return replace(jog, direction=0, target_rad=()), (Hold(1, "hold_to_run_lost"),)


def _stop(jog: Jog, ending: bool) -> Next:
    stops = jog.stops + 1
    stop = Stop(1, f"jog-{jog.session}-{stops}", "pressed in the jog tool")
    return replace(jog, direction=0, target_rad=(), stops=stops, ended=ending, note=""), (stop,)


def _reset(jog: Jog) -> Next:
    """Names the stop that is on the screen; a reset never moves the arm."""
    if jog.arm is None or jog.arm.stop_id is None:
        return jog, ()
    return replace(jog, note=""), (Reset(1, jog.arm.stop_id),)


def _run(model: ArmModel, jog: Jog, direction: int, now_ns: int) -> Next:
    arm = jog.arm
    if arm is None or now_ns - jog.arm_ns > STALE_NS or not arm.applied_rad:
        return replace(jog, note="silent"), ()
    if arm.mode == "latched":
        return replace(jog, note="latched"), ()
    running = replace(jog, direction=direction, until_ns=now_ns + RUN_NS, note="")
    if jog.direction == direction and arm.mode == "play":
        return running, ()
    enable = Enable(1, max(1, arm.lease_epoch), arm.stop_generation)
    return replace(running, target_rad=arm.applied_rad), (enable,)


def _beat(model: ArmModel, jog: Jog, now_ns: int) -> Next:
    beat = Heartbeat(1, jog.sequence)
    jog = replace(jog, sequence=jog.sequence + 1)
    if jog.direction == 0:
        return jog, (beat,)
    arm = jog.arm
    lost = arm is None or now_ns - jog.arm_ns > STALE_NS or arm.mode == "latched"
    if lost or now_ns >= jog.until_ns or arm is None:
        halted, commands = _halt(jog)
        return halted, (beat, *commands)
    target = _ahead(model, jog, arm)
    setpoint = Setpoint(
        version=1,
        lease_epoch=max(1, arm.lease_epoch),
        stop_generation=arm.stop_generation,
        sequence=jog.sequence,
        deadline_ns=now_ns + DEADLINE_NS,
        target=JointTarget(target[:-1], gripper_fraction(model, target[-1])),
    )
    return replace(jog, target_rad=target), (beat, setpoint)


def _ahead(model: ArmModel, jog: Jog, arm: ArmState) -> tuple[float, ...]:
    """The target one beat further along the selected joint, within the soft limits and the lead."""
    joint, speed = jog.selected, SPEEDS_RAD_S[jog.speed]
    applied = arm.applied_rad[joint]
    further = jog.target_rad[joint] + jog.direction * speed * BEAT_NS / 1e9
    lead = speed * LEAD_S
    bounded = max(applied - lead, min(applied + lead, further))
    bounded = max(model.lower_rad[joint], min(model.upper_rad[joint], bounded))
    return (*jog.target_rad[:joint], bounded, *jog.target_rad[joint + 1 :])


@dataclass(frozen=True, slots=True)
class JointLine:
    """One joint for people: degrees, where between its limits (0 to 1), load as a share, and health."""

    name: str
    degrees: float
    place: float
    load: float
    temperature_c: float | None
    voltage_v: float | None
    status: int
    selected: bool


def lines(model: ArmModel, jog: Jog) -> tuple[JointLine, ...]:
    """One line per joint of the newest arm state."""
    if jog.arm is None:
        return ()
    rows = zip(model.joints, jog.arm.joints, strict=False)
    return tuple(
        JointLine(
            joint.name,
            math.degrees(one.position_rad),
            (one.position_rad - joint.limits_rad[0]) / (joint.limits_rad[1] - joint.limits_rad[0]),
            one.load,
            one.temperature_c,
            one.voltage_v,
            one.status,
            index == jog.selected,
        )
        for index, (joint, one) in enumerate(rows)
    )
