"""Measures the servo bus against emulated servos of both makers, and prints median, p95 and p99.

The servos run in a process of their own behind a pseudo-terminal, at wire time for 1 Mbit/s.

make bench                                     briefly
python tests/bench/bus.py --seconds 20
"""

import argparse
import gc
import os
import platform
import select
import statistics
import subprocess
import sys
import tempfile
import time
import tty
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))

from corrupted_frames import passed
from emulated_wire import SPECS, Wire, emulated
from register_servos import AT, CALIBRATION, DYNAMIXEL, SO101

from robot_bridge.buses import servo_chain
from robot_bridge.buses.bus import Goals
from robot_bridge.buses.serial_bus import SerialBus
from robot_bridge.buses.serial_port import SerialPort
from robot_bridge.buses.servo_angles import ServoAngles
from sim_fallback.servo_bus.faults import Dead, Late, Noise
from sim_fallback.servo_bus.pty_bus import PtyBus

ANGLES = ServoAngles(SO101, CALIBRATION)
GOALS = Goals(ANGLES.angles((AT,) * 6), (0.0,) * 6)
PATIENCE_NS = 6_000_000
BRIDGE_PRIORITY = 40
ANSWERED_BYTES = 132  # of six Feetech servos, the median of the blocks asked


def row(name: str, unit: str, values: list[float]) -> None:
    """Prints one line of numbers."""
    ordered = sorted(values) or [float("nan")]
    shares = [ordered[min(len(ordered) - 1, int(share * len(ordered)))] for share in (0.95, 0.99)]
    numbers = [statistics.median(ordered), *shares]
    print(f"{name:<58}{unit:<12}" + "".join(f"{n:9.3f}" for n in numbers) + f"{len(values):>7}")


@contextmanager
def core(number: int) -> Iterator[None]:
    """Keeps this process to one core meanwhile: servos have chips of their own and cost the bus no time."""
    cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {sorted(cores)[number]})
    yield
    os.sched_setaffinity(0, cores)


def serve(path: Path, protocol: str) -> None:
    """Serves six emulated servos until the standard input ends."""
    with core(-1):
        bus = PtyBus(emulated(SPECS[protocol]), path, restless=True)
        bus.start()
        sys.stdin.read()
        bus.close()


@contextmanager
def as_the_bridge() -> Iterator[None]:
    """Runs as the bridge's loop does: on a core of its own, by real-time priority, not collecting garbage."""
    before = os.sched_getscheduler(0), os.sched_getparam(0)
    with core(0):
        with suppress(PermissionError):
            os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(BRIDGE_PRIORITY))
        gc.disable()
        yield
        gc.enable()
        os.sched_setscheduler(0, *before)


def real_time() -> str:
    """What the header says of the priority."""
    with as_the_bridge():
        return "real-time" if os.sched_getscheduler(0) == os.SCHED_FIFO else "no real-time"


def echo(path: Path) -> None:
    """Answers each question at once with as many bytes as six servos would; ends with its parent's pipe."""
    master, slave = os.openpty()
    tty.setraw(slave)
    path.symlink_to(os.ttyname(slave))
    while sys.stdin not in select.select([master, sys.stdin], [], [])[0]:
        os.read(master, 4096)
        os.write(master, bytes(ANSWERED_BYTES))


def terminal(seconds: float) -> None:
    """What the pseudo-terminal and two wake-ups add to every cycle: a question answered at once."""
    with tempfile.TemporaryDirectory(prefix="armcade-bus-") as folder:
        path = Path(folder) / "bus"
        command = [sys.executable, __file__, "--echo", str(path)]
        with subprocess.Popen(command, stdin=subprocess.PIPE) as process, as_the_bridge():
            while not path.exists():
                time.sleep(0.01)
            port, took = SerialPort(str(path), 1_000_000), []
            ends = time.monotonic() + seconds
            while time.monotonic() < ends:
                time.sleep(0.002)
                began_ns, answered = time.monotonic_ns(), 0
                port.write(bytes(20))
                while answered < ANSWERED_BYTES:
                    answered += len(port.read(began_ns + 10**9))
                took.append((time.monotonic_ns() - began_ns) / 1e6)
            row("pseudo-terminal and wake-ups alone, no wire, no codec", "ms", took)
            port.close()
            process.communicate()


@contextmanager
def servos(protocol: str) -> Iterator[SerialBus]:
    """A bus that is ready, with its servos in another process."""
    with tempfile.TemporaryDirectory(prefix="armcade-bus-") as folder:
        path = Path(folder) / "bus"
        command = [sys.executable, __file__, "--serve", str(path), protocol]
        with subprocess.Popen(command, stdin=subprocess.PIPE) as process, as_the_bridge():
            bus = made(path, protocol)
            until(bus, "ready")
            yield bus
            bus.close()
            process.communicate()


def made(path: Path, protocol: str) -> SerialBus:
    """The bus of the emulated arm; of Dynamixels it is an SO-101 with other servos."""
    servo = SO101.servo
    if SPECS[protocol] is DYNAMIXEL:
        servo = type(servo)(**{**_fields(servo), "protocol": "dynamixel-2", "model_number": 1200})
    model = type(SO101)(**{**_fields(SO101), "servo": servo})
    return SerialBus(str(path), ServoAngles(model, CALIBRATION), PATIENCE_NS)


def _fields(struct: object) -> dict[str, object]:
    return {name: getattr(struct, name) for name in type(struct).__struct_fields__}


def until(bus: SerialBus, phase: str) -> None:
    """Exchanges until the bus is in this phase; raises TimeoutError after ten seconds."""
    ends = time.monotonic() + 10.0
    while bus.exchange().phase != phase:
        if time.monotonic() > ends:
            raise TimeoutError(bus.note)
        time.sleep(0.002)


def on_wire_ns(bus: SerialBus) -> int:
    """How long question, answers and goals of the last cycle take on the wire."""
    chain, spec = bus.chain, bus._spec
    question = len(spec.protocol.ask(chain.asked, chain.block, joint=chain.joint))
    answers = spec.protocol.answers_bytes(6, chain.block, joint=chain.joint)
    return (question + answers + len(servo_chain.command(spec, chain, (AT,) * 6))) * spec.byte_ns


def cycles(protocol: str, seconds: float) -> None:
    """Full state and goals as fast as they go, then at 100 Hz."""
    with servos(protocol) as bus:
        took, share = [], []
        ends = time.monotonic() + seconds
        while time.monotonic() < ends:
            began_ns = time.monotonic_ns()
            bus.exchange()
            bus.send(GOALS)
            # The goals leave while the bridge does other things; the next question waits for them.
            took.append((time.monotonic_ns() - began_ns) / 1e6)
            share.append((time.monotonic_ns() - began_ns) / on_wire_ns(bus))
        row(f"{protocol}: state and goals, one cycle", "ms", took)
        row(f"{protocol}: state and goals, cycle by wire time", "ratio", share)
        used, since = time.process_time(), time.monotonic()
        loads = []
        due = time.monotonic()
        for number in range(int(seconds * 100)):
            bus.exchange()
            bus.send(GOALS)
            due += 0.01
            time.sleep(max(0.0, due - time.monotonic()))
            if number % 100 == 99:
                now_used, now = time.process_time(), time.monotonic()
                loads.append(100.0 * (now_used - used) / (now - since))
                used, since = now_used, now
        row(f"{protocol}: processor at 100 Hz", "% of a core", loads)


def plug(protocol: str, times: int) -> None:
    """From pulling the plug to the bus saying so, and from its return to ready."""
    with tempfile.TemporaryDirectory(prefix="armcade-bus-") as folder:
        path = Path(folder) / "bus"
        chain = PtyBus(emulated(SPECS[protocol]), path)
        chain.start()
        bus = made(path, protocol)
        gone, back, moved = [], [], []
        for _ in range(times):
            until(bus, "ready")
            chain.unplug()
            began = time.monotonic()
            until(bus, "absent")
            gone.append(1e3 * (time.monotonic() - began))
            chain.replug()
            began = time.monotonic()
            until(bus, "ready")
            back.append(1e3 * (time.monotonic() - began))
            moved.append(max(abs(drive.target_steps - AT) for drive in chain.drive(0.01)))
        row(f"{protocol}: unplugged until told", "ms", gone)
        row(f"{protocol}: plugged in until ready", "ms", back)
        row(f"{protocol}: moved by it", "steps", moved)
        bus.close()
        chain.close()


def faults(protocol: str, ticks: int) -> None:
    """Shares of fresh samples under faults, in simulated time at 100 Hz."""
    for name, fault, of in (
        ("one byte in a thousand damaged: samples", Noise(flip=1e-3), 6),
        ("one dead servo: samples of the other five", Dead((4,)), 5),
        ("one answer in twenty 80 ms late: samples", Late(chance=0.05, late_ms=80.0), 6),
    ):
        wire = Wire(SPECS[protocol])
        wire.until("ready")
        wire.faulted.inject(fault)
        fresh = 0
        for _ in range(ticks):
            samples = wire.tick().samples
            fresh += wire.fresh(samples if of == 6 else (*samples[:3], *samples[4:]))
        share = 100.0 * fresh / (of * ticks)
        print(f"{protocol + ': ' + name:<58}{'% of all':<12}{share:9.2f}{ticks:>25}")


def damage(protocol: str, frames: int, *, joint: bool) -> None:
    """How many damaged frames pass the checksum, the gate, and are implausible all the same."""
    found = passed(SPECS[protocol], frames, joint=joint)
    told = f"{found.checksum} past the checksum, {found.gate} past the gate, {found.implausible} implausible"
    name = f"{protocol}: damaged {'joint answers' if joint else 'answers'}"
    print(f"{name:<58}{'frames':<12}{found.frames:9} {told}")


def rusty(seconds: float) -> None:
    """The same question by another library, where it is installed: positions only, goals not."""
    try:
        import rustypot
    except ModuleNotFoundError:
        print("rustypot is not installed: nothing to compare with")
        return
    with tempfile.TemporaryDirectory(prefix="armcade-bus-") as folder:
        path = Path(folder) / "bus"
        command = [sys.executable, __file__, "--serve", str(path), "feetech"]
        with subprocess.Popen(command, stdin=subprocess.PIPE) as process:
            while not path.exists():
                time.sleep(0.01)
            other = rustypot.Sts3215PyController(str(path), 1_000_000, 0.5)
            took = []
            ends = time.monotonic() + seconds
            while time.monotonic() < ends:
                began = time.monotonic()
                other.sync_read_present_position([1, 2, 3, 4, 5, 6])
                took.append(1e3 * (time.monotonic() - began))
            row("feetech by rustypot: positions alone (0.62 ms on the wire)", "ms", took)
            process.communicate()


def main() -> int:
    """Measures and prints."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seconds", type=float, default=5.0, help="how long each cycle is measured")
    parser.add_argument("--frames", type=int, default=1_000_000, help="how many damaged frames")
    parser.add_argument("--echo", help=argparse.SUPPRESS)
    parser.add_argument("--serve", nargs=2, metavar=("PATH", "PROTOCOL"), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.serve:
        serve(Path(arguments.serve[0]), arguments.serve[1])
        return 0
    if arguments.echo:
        with core(-1):
            echo(Path(arguments.echo))
        return 0
    machine = f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    print(f"{machine}, load {os.getloadavg()[0]:.1f},")
    print("six emulated servos behind a pseudo-terminal, 1 Mbit/s, in a process and on a core of their own;")
    print(f"the bus on another, with {real_time()} priority, not collecting garbage, as the bridge runs;")
    print("plugs in one process, samples under faults in simulated time at 100 Hz")
    print(f"{'':<58}{'unit':<12}{'median':>9}{'p95':>9}{'p99':>9}{'n':>7}")
    terminal(arguments.seconds)
    for protocol in SPECS:
        cycles(protocol, arguments.seconds)
        plug(protocol, 10)
        faults(protocol, int(arguments.seconds * 200))
        damage(protocol, arguments.frames, joint=False)
        if SPECS[protocol].protocol.joint_answers:
            damage(protocol, arguments.frames, joint=True)
    rusty(arguments.seconds)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
