"""A hand on the bus: drives the lock-step cell by servo frames only, as a bridge would."""

import importlib
import math
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest

from robot_bridge.arms import ArmModel, load_arm, nominal_calibration, rad_to_steps
from robot_bridge.kinematics import Unreachable, forward, inverse
from robot_bridge.wire.commands import PoseTarget
from sim_fallback.layout import EMPTY_LAYOUT, Layout, PieceLayout, SlotLayout
from sim_fallback.servo_bus import packets

if TYPE_CHECKING:
    from sim_fallback.cell import SimulatedCell

GOAL, TORQUE = 42, 40
TICK_S = 1 / 120


class Driver:
    """Streams goal positions at 120 Hz along straight lines of the tool."""

    def __init__(self, cell: "SimulatedCell", model: ArmModel) -> None:
        self.cell, self.model = cell, model
        self.calibration = nominal_calibration(model)
        self.joints = tuple(one.position_rad for one in cell.readings())
        for entry in self.calibration:
            cell.receive(packets.instruction_frame(entry.id, packets.WRITE, bytes((TORQUE, 1))))

    def goal(self, joints: tuple[float, ...]) -> None:
        """One sync write of all goal positions, then one tick of simulated time."""
        rows = bytearray()
        for at, (entry, angle) in enumerate(zip(self.calibration, joints, strict=True)):
            steps = rad_to_steps(self.model, at, entry, angle)
            rows += bytes((entry.id,)) + steps.to_bytes(2, "little")
        frame = packets.instruction_frame(packets.BROADCAST, packets.SYNC_WRITE, bytes((GOAL, 2)) + rows)
        self.cell.receive(frame)
        self.cell.step(TICK_S)
        self.joints = joints

    def joints_to(self, joints: tuple[float, ...], seconds: float) -> None:
        start, count = self.joints, max(1, round(seconds / TICK_S))
        for k in range(1, count + 1):
            share = k / count
            smooth = share * share * (3 - 2 * share)
            self.goal(tuple(a + (b - a) * smooth for a, b in zip(start, joints, strict=True)))

    def tool_to(self, pose: PoseTarget, seconds: float) -> None:
        start, count = forward(self.model, self.joints), max(1, round(seconds / TICK_S))
        for k in range(1, count + 1):
            share = k / count
            smooth = share * share * (3 - 2 * share)
            between = PoseTarget(
                *(
                    getattr(start, name) + (getattr(pose, name) - getattr(start, name)) * smooth
                    for name in ("x_m", "y_m", "z_m", "pitch_rad", "roll_rad", "gripper")
                )
            )
            found = inverse(self.model, between, self.joints)
            assert not isinstance(found, Unreachable)
            self.goal(found.positions_rad)

    def jaws(self, gripper: float, seconds: float = 0.5) -> None:
        low, high = self.model.gripper.shut_rad, self.model.gripper.open_rad
        self.joints_to((*self.joints[:-1], low + gripper * (high - low)), seconds)

    def wait(self, seconds: float) -> None:
        self.joints_to(self.joints, seconds)

    def piece(self, name: str) -> tuple[float, float, float]:
        return next(one.position_m for one in self.cell.truth() if one.piece == name)

    def held(self) -> list[str]:
        return [one.piece for one in self.cell.truth() if one.held]


def facing(x_m: float, y_m: float) -> float:
    return math.atan2(y_m, x_m - 0.0388353)


@pytest.fixture(scope="session")
def model() -> ArmModel:
    return load_arm("so101")


@pytest.fixture
def layout() -> Layout:
    """Three cubes that face the arm, in three of six slots."""
    places = {"red": (0.2, 0.09), "green": (0.25, -0.04), "blue": (0.18, -0.09)}
    colours = {"red": "#e5484d", "green": "#46a758", "blue": "#3b82f6"}
    pieces = tuple(
        PieceLayout(name, tag, 0.03, colours[name], x, y, 0.015, facing(x, y))
        for tag, (name, (x, y)) in enumerate(places.items(), start=1)
    )
    slots = tuple(
        SlotLayout(f"s{at}", x, y, 0.028, "#e5484d" if at == 0 else None)
        for at, (x, y) in enumerate(((0.2, 0.09), (0.25, -0.04), (0.18, -0.09), (0.27, 0.05)))
    )
    return Layout(version=1, pieces=pieces, slots=slots, fiducials=EMPTY_LAYOUT.fiducials)


@pytest.fixture
def new_cell(model: ArmModel) -> Iterator[Callable[..., "SimulatedCell"]]:
    """Makes lock-step cells and closes them."""
    pytest.importorskip("pybullet")
    module = importlib.import_module("sim_fallback.cell")
    cells: list[SimulatedCell] = []

    def make(seed: int = 1) -> "SimulatedCell":
        cells.append(module.SimulatedCell(model, nominal_calibration(model), seed))
        return cells[-1]

    yield make
    for cell in cells:
        cell.close()


@pytest.fixture
def new_driver(new_cell: Callable[..., "SimulatedCell"], model: ArmModel) -> Callable[..., Driver]:
    """Makes a driver of a fresh cell with this layout on the table."""

    def make(layout: Layout, seed: int = 1) -> Driver:
        cell = new_cell(seed)
        assert cell.arrange(layout) == ""
        return Driver(cell, model)

    return make
