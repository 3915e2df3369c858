"""A Spin model of the bridge's safety machine, generated from the tables that the bridge itself runs.

The modes come from robot_bridge/safety.py (TABLE), the fences from robot_bridge/fences.py (GUARDS). Around
the bridge stand a hub that grants leases, players who act on what they last saw, people who press stop, an
operator who resets what a screen showed, faults, silence, and a bridge process that may restart. The network
between them is the worst there is: what was sent may arrive at any time, any number of times, in any
order, or never.

    python tests/support/safety_model.py                     the size of the test run
    python tests/support/safety_model.py --size large        two players, more leases and stops
    python tests/support/safety_model.py --print             the model, to read
    python tests/support/safety_model.py --without old_lease a guard taken away: Spin shows what goes wrong

Not in the model: positions and time, the sequence numbers of setpoints (tests/robot_bridge/test_orders.py),
and the bound of 32 remembered stops.
"""

import argparse
import re
import subprocess
import tempfile
import time
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from robot_bridge.fences import GUARDS, Fenced, Guard
from robot_bridge.rest import POSTURES
from robot_bridge.safety import TABLE

TEMPLATE = Path(__file__).with_name("safety_model.pml")
RELATIONS = {"differs": "!=", "is_older": "<", "is_not_newer": "<="}
KNOWN = {"lowering": "0", "hindrance": "0"}
SEEN = {"order_id": "seen_rest"}
UNMODELLED = ("sequence",)
REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Size:
    """How many players, leases, pressed stops, orders to lower and latchings the model may reach."""

    players: int
    leases: int
    stops: int
    rests: int
    latchings: int


@dataclass(frozen=True, slots=True)
class Change:
    """What a mutation takes from the model: a guard, a cell of the table, or a rule outside both."""

    guard: tuple[str, str] | None = None
    cell: tuple[str, str, str] | None = None
    reset_names_the_stop_in_force: bool = False
    stop_ids_count_twice: bool = False


@dataclass(frozen=True, slots=True)
class Verdict:
    """What Spin found: states stored, errors, whether it saw all, the broken line, the seconds it took."""

    states: int
    errors: int
    complete: bool
    broken: str
    seconds: float
    text: str


SIZES = {"test": Size(1, 2, 1, 1, 3), "large": Size(2, 3, 2, 1, 4)}
UNCHANGED = Change()


def promela(size: Size, change: Change = UNCHANGED) -> str:
    """The whole model as text."""
    text = TEMPLATE.read_text()
    parts = {
        "CONSTANTS": _constants(size, change),
        "TABLE": _table(change) + _postures(),
        "GUARDS": _guards(change),
        "DELIVERIES": _deliveries(size),
        "PLAYERS": "".join(f"    :: look({p})\n    :: ask({p})\n" for p in range(size.players)),
    }
    for name, part in parts.items():
        text = text.replace(f"/*{name}*/\n", part)
    return text


def _constants(size: Size, change: Change) -> str:
    modes = "".join(f"#define {mode} {number}\n" for number, mode in enumerate(TABLE))
    bounds = {name.upper(): value for name, value in asdict(size).items()}
    asked = "stop_id" if change.reset_names_the_stop_in_force else "shown"
    seen = "0" if change.stop_ids_count_twice else "seen_stop[i]"
    rest = {REFUSED: len(TABLE), **bounds, "PRESSED_RESET_NAMES": asked, "SEEN_BEFORE(i)": seen}
    return modes + "".join(f"#define {name} {value}\n" for name, value in rest.items())


def _postures() -> str:
    lines = [f"#define {posture} {number}\n" for number, posture in enumerate(POSTURES)]
    for event in POSTURES["held"]:
        chain = "posture"
        for posture, row in POSTURES.items():
            chain = f"(posture == {posture} -> {row[event] or posture} : {chain})"
        lines.append(f"#define to_{event} {chain}\n")
    return "".join(lines)


def _table(change: Change) -> str:
    rows = {mode: dict(row) for mode, row in TABLE.items()}
    lines = []
    for event in rows["latched"]:
        chain = REFUSED
        for mode, row in rows.items():
            target = row[event] or REFUSED
            if change.cell is not None and change.cell[:2] == (mode, event):
                target = change.cell[2]
            chain = f"(mode == {mode} -> {target} : {chain})"
        lines.append(f"#define to_{event} {chain}\n")
    return "".join(lines)


def _guards(change: Change) -> str:
    kept = [g for g in GUARDS if (g.event, g.reason) != change.guard and g.fence not in UNMODELLED]
    return "".join(_refuses(event, kept) for event in ("enable", "reset", "rest", "setpoint"))


def _refuses(event: Fenced, kept: Iterable[Guard]) -> str:
    mine = [guard for guard in GUARDS if guard.event == event and guard.fence not in UNMODELLED]
    told = ", ".join(f"told_{fence}" for fence in dict.fromkeys(guard.fence for guard in mine))
    rows = [_row(guard) for guard in kept if guard.event == event]
    return f"#define refuses_{event}({told}) (0{''.join(rows)})\n"


def _row(guard: Guard) -> str:
    within = "||".join(f"mode == {mode}" for mode in guard.modes)
    if guard.refused_when == "is_among":
        return f" || (({within}) && {SEEN[guard.fence]}[told_{guard.fence}])"
    known = KNOWN.get(guard.fence, guard.fence)
    return f" || (({within}) && (told_{guard.fence}) {RELATIONS[guard.refused_when]} {known})"


def _deliveries(size: Size) -> str:
    pairs = [(e, g) for e in range(1, size.leases + 1) for g in range(1, size.latchings + 1)]
    names = range(1, size.stops + 3 * size.latchings + 1)
    return "".join(
        [
            *(f"    :: enable_arrives({e}, {g})\n    :: setpoint_arrives({e}, {g})\n" for e, g in pairs),
            *(f"    :: press_stop({i})\n    :: stop_arrives({i})\n" for i in range(1, size.stops + 1)),
            *(f"    :: operator_lowers({i})\n    :: rest_arrives({i})\n" for i in range(1, size.rests + 1)),
            *(f"    :: reset_arrives({name})\n" for name in names),
        ]
    )


def check(model: str, hash_bits: int = 24, timeout_s: float = 3600) -> Verdict:
    """Runs Spin breadth first over every state; raises CalledProcessError when it cannot run."""
    with tempfile.TemporaryDirectory(prefix="armcade-spin-") as name:
        folder = Path(name)
        (folder / "model.pml").write_text(model)
        began = time.monotonic()
        _run(folder, "spin", "-a", "model.pml")
        flags = ("-O1", "-DSAFETY", "-DBFS", "-DNOREDUCE", "-DMEMLIM=6000", "-DVECTORSZ=2048")
        _run(folder, "gcc", *flags, "-w", "-o", "pan", "pan.c")
        text = _run(folder, "./pan", "-m1000000", f"-w{hash_bits}", timeout_s=timeout_s)
        seconds = time.monotonic() - began
        trail = _run(folder, "spin", "-T", "-t", "model.pml") if (folder / "model.pml.trail").exists() else ""
    return _verdict(text, trail, seconds)


def _verdict(text: str, trail: str, seconds: float) -> Verdict:
    states = re.search(r"([\d.e+]+) states, stored", text)
    errors = re.search(r"errors: (\d+)", text)
    broken = re.search(r"assertion violated \(?(.*?)\)? \(at depth", text)
    if states is None or errors is None:
        raise RuntimeError(f"Spin gave no verdict:\n{text}")
    complete = "Search not completed" not in text and "max search depth" not in text
    what = broken.group(1) if broken is not None else ""
    count = int(float(states.group(1)))
    return Verdict(count, int(errors.group(1)), complete, what, seconds, trail)


def simulate(model: str, seed: int, steps: int) -> str:
    """One random run of the model, as the lines that it prints."""
    with tempfile.TemporaryDirectory(prefix="armcade-spin-") as name:
        folder = Path(name)
        (folder / "model.pml").write_text(model)
        return _run(folder, "spin", "-T", f"-n{seed}", f"-u{steps}", "model.pml")


def _run(folder: Path, *command: str, timeout_s: float = 600) -> str:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=timeout_s)
    if done.returncode:
        raise RuntimeError(f"{command[0]} failed ({done.returncode}):\n{done.stdout}\n{done.stderr}")
    return done.stdout


def _change(reason: str | None) -> Change:
    guards = [guard for guard in GUARDS if guard.reason == reason]
    if reason is not None and not guards:
        raise SystemExit(f"no such guard: {reason}; there are {sorted({g.reason for g in GUARDS})}")
    return Change(guard=(guards[0].event, guards[0].reason)) if guards else UNCHANGED


def main() -> int:
    """Checks one size of the model and prints what Spin says."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--size", choices=sorted(SIZES), default="test")
    parser.add_argument("--without", metavar="REASON", help="the reason of the guard to take away")
    parser.add_argument("--print", action="store_true", help="print the model and end")
    chosen = parser.parse_args()
    model = promela(SIZES[chosen.size], _change(chosen.without))
    if chosen.print:
        print(model)
        return 0
    verdict = check(model, hash_bits=28 if chosen.size == "large" else 24)
    seen = "all" if verdict.complete else "NOT ALL"
    print(f"{verdict.states:,} states, {seen} seen, {verdict.errors} errors, {verdict.seconds:.1f} s")
    print(
        "".join(f"  {line}\n" for line in (f"broken: {verdict.broken}", *verdict.text.splitlines()[-25:]))
        if verdict.errors
        else "",
        end="",
    )
    return 1 if verdict.errors or not verdict.complete else 0


if __name__ == "__main__":
    raise SystemExit(main())
