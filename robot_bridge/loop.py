"""The one place with a clock: a fixed-rate loop on absolute deadlines around the controller.

A tick that comes late does not make the next ones hurry: missed deadlines are skipped and counted, and
every tick advances the motion by one period only, so a late loop makes the arm slower, never faster.
"""

import gc
import os
import secrets
import time
from collections.abc import Callable
from pathlib import Path

import msgspec

from robot_bridge import drives
from robot_bridge.arms import load_arm
from robot_bridge.buses.bus import ArmBus
from robot_bridge.buses.reading import BusReading
from robot_bridge.cell_socket import CellSocket
from robot_bridge.config import BridgeConfig
from robot_bridge.controller import Controller, Inputs, Tick
from robot_bridge.gauges import LATE_US, Totals, Window, later, report
from robot_bridge.inbox import Malformed
from robot_bridge.log import Log
from robot_bridge.wire.commands import Command, Stop
from robot_bridge.wire.state import MAX_NOTE, Upward

_PRIORITY = 40
_REPORT_NS = 1_000_000_000
_GOODBYE_NS = 300_000_000


class Bridge:
    """The process: socket, bus, controller, and the numbers about them."""

    def __init__(self, config: BridgeConfig, log: Log) -> None:
        """Reads the arm and its calibration and binds the socket; raises InvalidTable or OSError."""
        model = load_arm(config.arm)
        self._period_ns = 1_000_000_000 // config.rate_hz
        self._bus: ArmBus = drives.build(config, model)
        self._controller = Controller(model, self._bus.quantised, 1.0 / config.rate_hz, config.keep_out)
        self._socket = CellSocket(Path(config.socket))
        now_ns = time.monotonic_ns()
        # Milliseconds since the machine's boot: above every generation that an earlier run handed out.
        self._state = self._controller.boot(f"boot-{secrets.token_hex(4)}", now_ns // 1_000_000, now_ns)
        self._log = log
        self._told: tuple[object, ...] = ()
        self._window = Window()
        self._reported_ns = now_ns
        self._overruns = 0
        self._late = (0,) * len(LATE_US)
        self._realtime = False

    def run(self, ending: Callable[[], bool]) -> None:
        """Ticks until `ending` says so, then stops the arm and leaves it under torque."""
        self._realtime = _become_realtime()
        if not self._realtime:
            self._log.say("no real-time priority", realtime=0)
        gc.collect()
        gc.freeze()
        gc.disable()
        due_ns = time.monotonic_ns()
        while not ending():
            due_ns = self._wait(due_ns)
            self._tick(())
        self._say_goodbye(due_ns)
        self._bus.close()
        self._socket.close()

    def _say_goodbye(self, due_ns: int) -> None:
        """Latches and lets the controlled stop run out."""
        ends_ns = time.monotonic_ns() + _GOODBYE_NS
        stop: tuple[Command, ...] = (Stop(1, f"bridge-end-{secrets.token_hex(4)}", "the bridge is ending"),)
        while time.monotonic_ns() < ends_ns:
            due_ns = self._wait(due_ns)
            self._tick(stop)
            stop = ()
            if self._state.motion is None or self._state.motion.at_rest:
                break

    def _wait(self, due_ns: int) -> int:
        """Sleeps to the deadline; returns the next one, skipping those that have passed already."""
        now_ns = time.monotonic_ns()
        if now_ns < due_ns:
            time.sleep((due_ns - now_ns) / 1e9)
            now_ns = time.monotonic_ns()
        self._window.lateness_ns.append(now_ns - due_ns)
        self._late = later(self._late, now_ns - due_ns)
        missed = max(0, (now_ns - due_ns) // self._period_ns)
        self._overruns += missed
        return due_ns + (missed + 1) * self._period_ns

    def _tick(self, extra: tuple[Command, ...]) -> None:
        began_ns = time.monotonic_ns()
        reading = self._bus.exchange()
        now_ns = time.monotonic_ns()
        commands: tuple[Command | Malformed, ...] = (*self._socket.drain(now_ns), *extra)
        tick = self._controller.tick(self._state, Inputs(commands, reading), now_ns)
        self._state = tick.state
        applied_ns = None
        if tick.goals is not None:
            self._bus.send(tick.goals)
            applied_ns = time.monotonic_ns()
            self._window.answer_ns.append(applied_ns - now_ns)
        if tick.torque == "release":
            self._bus.release()
        elif tick.torque == "engage":
            self._bus.engage()
        told = msgspec.structs.replace(
            tick.arm_state, bus_note=self._bus.note[:MAX_NOTE], applied_ns=applied_ns
        )
        messages: tuple[Upward, ...] = (told, *tick.notices)
        if now_ns - self._reported_ns >= _REPORT_NS:
            messages = (*messages, self._report(reading, now_ns))
        self._socket.send(messages, now_ns)
        self._tell(tick)
        self._window.bus_ns.append(self._bus.cycle_ns)
        self._window.work_ns.append(time.monotonic_ns() - began_ns - self._bus.cycle_ns)

    def _report(self, reading: BusReading, now_ns: int) -> Upward:
        totals = Totals(
            ticks=self._state.tick,
            overruns=self._overruns,
            realtime=self._realtime,
            bus_ok=reading.phase == "ready",
            port_opened=self._bus.opened,
            datagrams=self._socket.received,
            unsent=self._socket.unsent,
            cpu_s=time.process_time(),
            late=self._late,
        )
        message = report(self._window, totals, self._bus.counts, self._state.orders.refusals)
        self._window = Window()
        self._reported_ns = now_ns
        return message

    def _tell(self, tick: Tick) -> None:
        """One log line when the mode, its cause, or the state of the bus has changed."""
        state = tick.arm_state
        told = (state.mode, state.cause, state.stop_id, state.bus_ok, state.posture, self._bus.note)
        if told != self._told:
            self._told = told
            self._log.say(
                "state",
                mode=state.mode,
                cause=state.cause,
                stop_id=state.stop_id,
                bus_ok=state.bus_ok,
                posture=state.posture,
                bus_note=self._bus.note,
            )


def _become_realtime() -> bool:
    """Asks for first-in-first-out scheduling; False where this user may not have it."""
    try:
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(_PRIORITY))
    except OSError:
        return False
    return True
