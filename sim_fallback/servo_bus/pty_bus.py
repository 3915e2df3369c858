"""Serves a servo chain on a pseudo-terminal, so that any client can open it as a serial port.

One thread waits for bytes, for the next reply's time, or for a wake-up; it does nothing between.
Replies to one read of the terminal are delivered together when the last of them is over, as a USB
adapter does; replies that a fault makes late come on their own.
"""

import contextlib
import os
import select
import threading
import time
import tty
from collections.abc import Sequence
from pathlib import Path
from random import Random

from sim_fallback.realtime import become_punctual
from sim_fallback.servo_bus.faulted import FaultedChain
from sim_fallback.servo_bus.faults import Fault, Replug, Unplug
from sim_fallback.servo_bus.injector import Chances
from sim_fallback.servo_bus.motor import Drive, Sensed
from sim_fallback.servo_bus.wire import Chain, Reply, joined

_READ_BYTES = 4096
_AWAKE_NS = 100_000
"""How long before a reply is due the thread stops sleeping: a timer would wake it some 50 us late."""


class PtyBus:
    """A serial port that does not exist: `path` is a symlink to the pseudo-terminal behind it."""

    def __init__(self, chain: Chain | FaultedChain, path: Path, *, restless: bool = False) -> None:
        """Prepares the bus; nothing exists before `start`.

        A restless bus never sleeps: it takes a core, and hears a question as soon as a servo's chip would,
        where waking up takes a process some 50 us.
        """
        self.path = path
        self._chain = chain if isinstance(chain, FaultedChain) else FaultedChain(chain, Random(0))
        self._lock = threading.Lock()
        self._wake = os.eventfd(0, os.EFD_CLOEXEC)
        self._thread: threading.Thread | None = None
        self._ends: tuple[int, int] | None = None
        self._restless = restless

    def start(self) -> None:
        """Opens the pseudo-terminal, links it at `path`, and serves it from a thread."""
        self.replug()

    def close(self) -> None:
        """Unplugs the bus for good."""
        self.unplug()
        os.close(self._wake)

    def unplug(self) -> None:
        """Takes the port away: the client's descriptor fails with EIO and the link is gone."""
        if self._thread is None or self._ends is None:
            return
        os.eventfd_write(self._wake, 1)
        self._thread.join()
        self._thread = None
        self.path.unlink(missing_ok=True)
        for end in self._ends:
            os.close(end)
        self._ends = None

    def replug(self) -> None:
        """Brings the port back as a new pseudo-terminal under the same link; the servos kept power."""
        if self._thread is not None:
            return
        master, slave = os.openpty()  # our slave end keeps the line up while no client has it open
        tty.setraw(slave)
        os.set_blocking(master, False)
        self._ends = (master, slave)
        self._link(os.ttyname(slave))
        self._thread = threading.Thread(target=self._serve, args=(master,), name="servo-bus", daemon=True)
        self._thread.start()

    def drive(self, dt_s: float) -> tuple[Drive, ...]:
        """Calls the chain's `drive` while no instruction is being carried out."""
        with self._lock:
            return self._chain.drive(dt_s)

    def sense(self, sensed: Sequence[Sensed], dt_s: float) -> None:
        """Calls the chain's `sense` while no instruction is being carried out."""
        with self._lock:
            self._chain.sense(sensed, dt_s)

    def inject(self, fault: Fault) -> None:
        """Switches one fault on, at the plug or in the chain, while no instruction is being carried out."""
        match fault:
            case Unplug():
                self.unplug()
            case Replug():
                self.replug()
            case _:
                with self._lock:
                    self._chain.inject(fault)

    def reseed(self, chances: Chances) -> None:
        """Takes the faults' chance from here from now on."""
        with self._lock:
            self._chain.reseed(chances)

    @property
    def goal_changed_ns(self) -> int:
        """When an instruction last changed a servo's goal (CLOCK_MONOTONIC); 0 before the first."""
        return self._chain.goal_changed_ns

    def _link(self, target: str) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        fresh = self.path.with_name(self.path.name + ".new")
        fresh.unlink(missing_ok=True)
        fresh.symlink_to(target)
        fresh.replace(self.path)

    def _serve(self, master: int) -> None:
        become_punctual()
        waiting: list[Reply] = []
        while True:
            readable, _, _ = select.select([master, self._wake], [], [], self._patience_s(waiting))
            if self._wake in readable:
                os.eventfd_read(self._wake)
                return
            if master in readable:
                waiting += self._receive(os.read(master, _READ_BYTES))
                waiting.sort(key=lambda reply: reply.at_ns)
            while waiting and time.monotonic_ns() >= waiting[0].at_ns - _AWAKE_NS:
                _deliver(master, waiting.pop(0))

    def _patience_s(self, waiting: Sequence[Reply]) -> float | None:
        """How long nothing has to be done unless bytes come."""
        if self._restless:
            return 0.0
        return max(0, waiting[0].at_ns - _AWAKE_NS - time.monotonic_ns()) / 1e9 if waiting else None

    def _receive(self, data: bytes) -> tuple[Reply, ...]:
        """Returns the answers to these bytes, those on time as one delivery at the time of the last."""
        with self._lock:
            return joined(self._chain.receive(data, time.monotonic_ns()))


def _deliver(master: int, reply: Reply) -> None:
    """Hands a reply over when its last byte has crossed the wire, and not before."""
    while time.monotonic_ns() < reply.at_ns:
        pass
    # A client that never reads fills the terminal; like a real adapter, we then drop.
    with contextlib.suppress(BlockingIOError):
        os.write(master, reply.data)
