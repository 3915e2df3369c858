"""What one tick of the arm becomes in an episode: an observation and an action. Pure."""

from dataclasses import dataclass
from operator import attrgetter
from typing import Literal

from robot_bridge.wire.commands import JointTarget, PoseTarget
from robot_bridge.wire.state import ArmState, told
from teleop.episodes.format import Action, Observation, Source

_measured = attrgetter("position_rad", "velocity_rad_s", "load", "temperature_c", "voltage_v", "age_ns")
_UNMEASURED: tuple[tuple[()], ...] = ((),) * 6


@dataclass(frozen=True, slots=True)
class SentSetpoint:
    """A setpoint that went to the bridge, remembered until the arm state that applied it is recorded."""

    target: PoseTarget | JointTarget
    source: Literal["player", "assist"]
    control_sequence: int


class Tick:
    """One tick's state and the setpoint that it applied; its two messages are made where they are written.

    No frozen dataclass: a hundred are made each second on the event loop, and that takes four times as long.
    """

    __slots__ = ("sent", "state")

    def __init__(self, state: ArmState, sent: SentSetpoint | None) -> None:
        """`sent` is None where no setpoint is in force or it is not known any more."""
        self.state, self.sent = state, sent

    def messages(self) -> tuple[Observation, Action]:
        """What was measured, and what was asked and done."""
        return observation(self.state), action(self.state, self.sent)


def observation(state: ArmState) -> Observation:
    """What was measured in one tick."""
    # A hundred times a second: columns by `zip` take a quarter of what a generator each takes.
    columns = tuple(zip(*map(_measured, state.joints), strict=True)) or _UNMEASURED
    positions, velocities, loads, temperatures, voltages, ages = columns
    return Observation(
        t_ns=state.now_ns,
        tick=state.tick,
        mode=state.mode,
        cause=state.cause,
        positions_rad=positions,
        velocities_rad_s=velocities,
        loads=loads,
        temperatures_c=told(temperatures) if None in temperatures else temperatures,
        voltages_v=told(voltages) if None in voltages else voltages,
        sample_age_ns=ages,
        end_effector=state.measured_pose,
    )


def action(state: ArmState, sent: SentSetpoint | None) -> Action:
    """What was asked and done in one tick; `sequence` is the player's, `command` the bridge's."""
    return Action(
        t_ns=state.now_ns,
        tick=state.tick,
        sequence=0 if sent is None else sent.control_sequence,
        source=source_of(state, sent),
        requested=sent.target if sent is not None and isinstance(sent.target, PoseTarget) else None,
        requested_rad=state.requested_rad,
        applied_rad=state.applied_rad,
        limits=state.limits,
        speed_scale=state.speed_scale,
        command=None if sent is None else state.applied_sequence,
        limited_rad=state.limited_rad,
        applied_ns=state.applied_ns,
        posture=state.posture,
    )


def source_of(state: ArmState, sent: SentSetpoint | None) -> Source:
    """Who moved the arm in a tick: an operator's rest order, whoever made its setpoint, or nobody."""
    if state.posture != "held":
        return "operator"
    return "none" if sent is None else sent.source
