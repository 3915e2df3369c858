"""Grasps, releases and new attempts, from how the jaws move and what the referee saw of the pieces. Pure.

The jaws hold something when they push and do not shut: a limit named `grip` cut their way, or they stand
still, wider than they were told, for a tenth of a second. It is lifted when the tool has risen with it, or
the referee saw that; mostly it cannot, for the gripper hides what it holds.
"""

from dataclasses import dataclass, replace
from typing import Literal

from robot_bridge.wire.state import ArmState

GAP = 0.04
OPENED = 0.06
STILL_RAD_S = 0.1
SURE_NS = 100_000_000
LIFTED_M = 0.015
Retry = Literal["", "nothing_lifted", "piece_dropped"]


@dataclass(frozen=True, slots=True)
class Note:
    """Something to record: an event's kind and what it says."""

    kind: Literal["grasp", "release", "retry"]
    data: dict[str, str | int | float | bool | None]


@dataclass(frozen=True, slots=True)
class Handling:
    """Since when the jaws hold something, `opening` wide; why another grasp would be a retry.

    `grasps` counts them; the one that goes on was at height `grasped_m`, and has `lifted` something or not.
    """

    pushing_since_ns: int | None = None
    holding_since_ns: int | None = None
    opening: float = 0.0
    grasps: int = 0
    grasped_m: float = 0.0
    lifted: bool = False
    retry: Retry = ""


def step(state: Handling, arm: ArmState, now_ns: int) -> tuple[Handling, tuple[Note, ...]]:
    """Takes one state of the arm."""
    if not arm.joints:
        return _at_ease(state), ()
    opening = arm.measured_pose.gripper
    if state.holding_since_ns is not None:
        if opening <= state.opening + OPENED:
            return _held(state, opening, arm.measured_pose.z_m), ()
        return _release(state, state.holding_since_ns, now_ns)
    if not _pushes(arm):
        return _at_ease(state), ()
    since_ns = now_ns if state.pushing_since_ns is None else state.pushing_since_ns
    if now_ns - since_ns < SURE_NS:
        return replace(state, pushing_since_ns=since_ns), ()
    return _grasp(state, arm, since_ns)


def hear(state: Handling, kind: str) -> Handling:
    """Takes what the referee saw of a piece: `piece_lifted`, `piece_dropped` or `piece_placed`."""
    match kind:
        case "piece_lifted":
            return replace(state, lifted=True)
        case "piece_dropped":
            return replace(state, retry="piece_dropped")
        case "piece_placed":
            return replace(state, retry="")
    return state


def _at_ease(state: Handling) -> Handling:
    return state if state.pushing_since_ns is None else replace(state, pushing_since_ns=None)


def _pushes(arm: ArmState) -> bool:
    gap = arm.measured_pose.gripper - arm.applied_pose.gripper
    return "grip" in arm.limits or (gap > GAP and abs(arm.joints[-1].velocity_rad_s) < STILL_RAD_S)


def _held(state: Handling, opening: float, height_m: float) -> Handling:
    if opening < state.opening:
        state = replace(state, opening=opening)
    if not state.lifted and height_m >= state.grasped_m + LIFTED_M:
        state = replace(state, lifted=True)
    return state


def _grasp(state: Handling, arm: ArmState, since_ns: int) -> tuple[Handling, tuple[Note, ...]]:
    number, opening = state.grasps + 1, arm.measured_pose.gripper
    again = (Note("retry", {"grasp": number, "reason": state.retry}),) if state.retry else ()
    grasp = Note("grasp", {"grasp": number, "opening": round(opening, 3), "since_ns": since_ns})
    return Handling(None, since_ns, opening, number, arm.measured_pose.z_m), (grasp, *again)


def _release(state: Handling, since_ns: int, now_ns: int) -> tuple[Handling, tuple[Note, ...]]:
    held_s = round((now_ns - since_ns) / 1e9, 3)
    told = Note("release", {"grasp": state.grasps, "held_s": held_s, "lifted": state.lifted})
    retry: Retry = "" if state.lifted else "nothing_lifted"
    return Handling(grasps=state.grasps, retry=retry), (told,)
