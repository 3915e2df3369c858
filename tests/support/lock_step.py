"""Controller, servo chain and simulated cell in lock-step: no clock, no port, no thread."""

from collections.abc import Callable, Iterator

import msgspec

from game.puzzle import load_puzzles
from game.table import layout
from robot_bridge.arms import ArmModel, nominal_calibration
from robot_bridge.buses import servo_chain
from robot_bridge.buses.servo_angles import ServoAngles
from robot_bridge.buses.servo_spec import chain_spec
from robot_bridge.controller import Controller, Inputs
from robot_bridge.wire.commands import Command
from robot_bridge.wire.state import ArmState
from sim_fallback.cell import SimulatedCell
from sim_fallback.layout import Layout

TICK_NS = 10_000_000
START_NS = 1_000_000_000
Script = Callable[[int, int], tuple[Command, ...]]


def simulated_cell(model: ArmModel, seed: int, puzzle: str = "sort_colours") -> SimulatedCell:
    """A cell with this puzzle's pieces on the table."""
    cell = SimulatedCell(model, nominal_calibration(model), seed)
    assert cell.arrange(msgspec.convert(layout(load_puzzles()[puzzle]), Layout)) == ""
    return cell


def states(cell: SimulatedCell, model: ArmModel, script: Script, ticks: int) -> Iterator[ArmState]:
    """What the bridge says after each tick of 10 ms while `script(tick, now_ns)` commands it."""
    calibration = nominal_calibration(model)
    spec, angles = chain_spec(model, calibration), ServoAngles(model, calibration)
    controller = Controller(model, angles.quantised, TICK_NS / 1e9)
    state, chain = controller.boot("boot-1", 1, START_NS), servo_chain.start(spec)
    for number in range(1, ticks + 1):
        now_ns = START_NS + number * TICK_NS
        chain, sent = servo_chain.begin(spec, chain)
        for reply in cell.receive(sent, now_ns):
            chain = servo_chain.receive(spec, chain, reply.data, now_ns)
        chain, reading = servo_chain.finish(spec, chain, now_ns)
        tick = controller.tick(state, Inputs(script(number, now_ns), angles.reading(reading)), now_ns)
        state = tick.state
        if tick.goals is not None:
            cell.receive(servo_chain.command(spec, chain, angles.steps(tick.goals.positions_rad)), now_ns)
        while (cell.steps + 1) / 240 <= number / 100:
            cell.step()
        yield tick.arm_state
