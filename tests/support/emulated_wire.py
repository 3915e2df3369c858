"""An emulated chain of six servos on a wire in simulated time, exchanged with tick by tick.

A tick is what the serial bus does on a port: ask, listen for six milliseconds at most, ask again what was
lost, and go on listening in the next tick while nothing has come at all.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

from register_servos import AT, DYNAMIXEL, FEETECH

from robot_bridge.buses import servo_chain
from robot_bridge.buses.chain_state import ChainState
from robot_bridge.buses.serial_bus import QUIET_NS, SILENCE_NS, SILENT_SHARE
from robot_bridge.buses.servo_reading import ChainReading, ServoSample
from robot_bridge.buses.servo_spec import ChainSpec
from sim_fallback.servo_bus.chain import ServoChain
from sim_fallback.servo_bus.dynamixel.chain import DynamixelChain
from sim_fallback.servo_bus.faulted import FaultedChain
from sim_fallback.servo_bus.motor import Sensed, ServoSpec
from sim_fallback.servo_bus.wire import Chain, Reply

PERIOD_NS = 10_000_000
PATIENCE_NS = 6_000_000
SPECS = {"feetech": FEETECH, "dynamixel": DYNAMIXEL}


def emulated(spec: ChainSpec) -> Chain:
    """Emulated servos that carry this calibration, standing at AT."""
    servos = [
        ServoSpec(one.servo_id, one.homing_offset, one.range_min, one.range_max, one.model_number)
        for one in spec.servos
    ]
    made: Chain = ServoChain(servos) if spec is FEETECH else DynamixelChain(servos)
    made.sense([Sensed(AT, 0.0, 0.0)] * 6, 0.01)
    return made


@dataclass
class Wire:
    """The chain's state and its servos; `positions` says where all of them are at a time."""

    spec: ChainSpec
    positions: Callable[[int], float] = lambda now_ns: float(AT)
    seed: int = 1
    now_ns: int = 1_000_000_000
    faulted: FaultedChain = field(init=False)
    state: ChainState = field(init=False)
    pending: list[Reply] = field(default_factory=list)
    asked_ns: int | None = None
    quick: bool = False
    began_ns: int = 0

    def __post_init__(self) -> None:
        self.faulted = FaultedChain(emulated(self.spec), Random(self.seed))
        self.state = servo_chain.start(self.spec)

    def tick(self, stalled_ns: int = 0) -> ChainReading:
        """One period; the client may be stalled between asking and listening."""
        self.now_ns += PERIOD_NS
        now_ns = self.began_ns = self.now_ns
        if self.asked_ns is None:
            self.pending = [reply for reply in self.pending if reply.at_ns > now_ns]
            self.state, sent = servo_chain.begin(self.spec, self.state)
            self._send(sent, now_ns)
            self.asked_ns = now_ns
        self.now_ns += stalled_ns
        until_ns = now_ns + PATIENCE_NS
        ended_ns = self._listen(self.now_ns, until_ns)
        if ended_ns + QUIET_NS < until_ns:
            self.state, sent = servo_chain.repeat(self.spec, self.state, ended_ns, whole=self.quick)
            self._send(sent, ended_ns)
            self._listen(ended_ns, until_ns)
        self.quick = not servo_chain.waiting(self.state)
        if servo_chain.unfinished(self.state) and self.now_ns - self.asked_ns < SILENCE_NS:
            return servo_chain.reading(self.spec, self.state)
        self.asked_ns = None
        self.state, reading = servo_chain.finish(self.spec, self.state, now_ns + PATIENCE_NS)
        self.faulted.drive(PERIOD_NS / 1e9)
        return reading

    def fresh(self, samples: tuple[ServoSample | None, ...]) -> int:
        """How many of the samples were measured in the last tick."""
        return sum(one is not None and one.at_ns >= self.began_ns for one in samples)

    def until(self, phase: str, ticks: int = 100) -> ChainReading:
        """Ticks until the reading says so."""
        for _ in range(ticks):
            reading = self.tick()
            if reading.phase == phase:
                return reading
        raise AssertionError((self.state.phase, self.state.note))

    def send(self, goals: tuple[int, ...]) -> None:
        """Gives the servos their goals."""
        self._send(servo_chain.command(self.spec, self.state, goals), self.now_ns + PATIENCE_NS)

    def _send(self, sent: bytes, now_ns: int) -> None:
        self.faulted.sense([Sensed(self.positions(now_ns), 0.0, 0.0)] * 6, 0.0)
        self.pending += self.faulted.receive(sent, now_ns)

    def _listen(self, from_ns: int, until_ns: int) -> int:
        """Takes what comes until then, or until nothing comes any more; answers when it stopped."""
        heard_ns = from_ns
        pause_ns = servo_chain.frame_ns(self.spec, self.state) + QUIET_NS
        waiting = sorted(self.pending, key=lambda one: one.at_ns)
        while servo_chain.waiting(self.state):
            brief = self.quick or self.state.answers
            latest_ns = until_ns if self.state.answers else until_ns - int(PATIENCE_NS * (1.0 - SILENT_SHARE))
            ends_ns = min(latest_ns, heard_ns + pause_ns) if brief else latest_ns
            if not waiting or waiting[0].at_ns > max(ends_ns, self.now_ns):
                return ends_ns
            reply = waiting.pop(0)
            self.pending.remove(reply)
            self.state = servo_chain.receive(self.spec, self.state, reply.data, reply.at_ns)
            heard_ns = reply.at_ns
        return heard_ns
