"""What stands behind ROS as a drive: absent, starting or ready, step by step and without any transport.

Theory of operation. Joint states that keep coming make the arm present. It is ready once every joint is
told of, every controller listens, and no joint has moved for a moment; the posture in which it stood is
what the bridge then holds, so that becoming ready moves nothing. A joint that falls silent, a controller
that leaves or a link that breaks takes the readiness back at once.
"""

from dataclasses import dataclass, replace
from typing import Literal

from robot_bridge.buses.reading import BusPhase, BusReading, Posture
from robot_bridge.ros import arrivals, joint_states
from robot_bridge.ros.arrivals import Arrivals
from robot_bridge.ros.config import RosArm
from robot_bridge.ros.joint_states import Samples
from robot_bridge.ros.link import LinkView
from robot_bridge.ros.messages import Heard
from robot_bridge.wire.state import Cause

STILL_NS = 150_000_000
STILL_RAD = 0.01


@dataclass(frozen=True, slots=True)
class Drive:
    """The drive after a tick.

    `note` says in a sentence what is wrong, `stood` is where and since when, `met` how often it ceased to be
    absent.
    """

    samples: Samples
    phase: BusPhase = "absent"
    trouble: Cause = "bus_lost"
    note: str = ""
    held_rad: Posture | None = None
    stood: tuple[int, Posture] | None = None
    arrivals: Arrivals = Arrivals()
    met: int = 0
    messages: int = 0
    late: int = 0
    implausible: int = 0


@dataclass(frozen=True, slots=True)
class Seen:
    """One tick's event: the link, and what was heard over it."""

    link: LinkView
    heard: tuple[Heard, ...]


Verdict = tuple[Literal["absent", "starting"], Cause, str]


def start(config: RosArm) -> Drive:
    """Nothing known about any joint."""
    return Drive((None,) * len(config.joints))


def step(config: RosArm, drive: Drive, seen: Seen, now_ns: int) -> Drive:
    """The drive after what was seen in this tick."""
    if not seen.link.up:
        drive = replace(drive, arrivals=Arrivals())
    for heard in seen.heard:
        drive = _hear(config, drive, heard)
    verdict = _verdict(config, drive, seen.link, now_ns)
    there = verdict is None or verdict[0] != "absent"
    drive = replace(drive, met=drive.met + (there and drive.phase == "absent"))
    if verdict is not None:
        return _down(config, drive, verdict)
    posture = tuple(sample.position_rad for sample in drive.samples if sample is not None)
    if drive.phase == "ready":
        return replace(drive, note=seen.link.mismatch)
    return _settle(replace(drive, phase="starting", trouble="none", note=seen.link.mismatch), posture, now_ns)


def reading(drive: Drive) -> BusReading:
    """What the controller gets to know."""
    return BusReading(drive.phase, drive.samples, drive.held_rad, drive.trouble)


def measured(drive: Drive) -> Posture:
    """The newest positions of all joints (rad); only for a drive that is ready."""
    return tuple(sample.position_rad for sample in drive.samples if sample is not None)


def _hear(config: RosArm, drive: Drive, heard: Heard) -> Drive:
    at_ns, known = heard.at_ns, drive.arrivals
    if config.stamps == "checked":
        known, at_ns = arrivals.step(known, heard.at_ns, heard.states.stamp_ns)
    merged = joint_states.merge(config.joints, drive.samples, heard.states, at_ns)
    return replace(
        drive,
        samples=merged.samples,
        arrivals=known,
        messages=drive.messages + 1,
        late=drive.late + (heard.at_ns - at_ns > config.silence_ms * 1_000_000),
        implausible=drive.implausible + merged.implausible,
    )


def _verdict(config: RosArm, drive: Drive, link: LinkView, now_ns: int) -> Verdict | None:
    """What keeps the drive from being ready, if anything."""
    if not link.up:
        return "absent", "bus_lost", link.note or link.mismatch
    silence_ns = config.silence_ms * 1_000_000
    silent = [
        joint.name
        for joint, sample in zip(config.joints, drive.samples, strict=True)
        if sample is None or now_ns - sample.at_ns > silence_ns
    ]
    if len(silent) == len(config.joints):
        nobody = f"none of the arm's joints is told of on {config.joint_states}"
        return "absent", "bus_lost", link.mismatch or nobody
    if silent:
        return "starting", "servo_missing", f"{config.joint_states} does not tell of {', '.join(silent)}"
    if link.unheard:
        return "starting", "bus_lost", link.mismatch or f"no controller listens to {link.unheard[0]}"
    return None


def _down(config: RosArm, drive: Drive, verdict: Verdict) -> Drive:
    phase, trouble, note = verdict
    samples = start(config).samples if phase == "absent" else drive.samples
    return replace(drive, phase=phase, trouble=trouble, note=note, samples=samples, held_rad=None, stood=None)


def _settle(drive: Drive, posture: Posture, now_ns: int) -> Drive:
    """Ready once the arm has stood still for a moment: its last trajectory has run out."""
    if drive.stood is None or not _near(drive.stood[1], posture):
        return replace(drive, stood=(now_ns, posture))
    if now_ns - drive.stood[0] < STILL_NS:
        return drive
    return replace(drive, phase="ready", held_rad=posture)


def _near(one: Posture, other: Posture) -> bool:
    return all(abs(a - b) <= STILL_RAD for a, b in zip(one, other, strict=True))
