"""Mutation tests of the pure rooms: every small change of a room must make one of its own tests fail.

    make mutants                         all rooms; writes docs/mutants.md
    make mutants ROOMS='safety fences'   these rooms; the page keeps what it says of the others

A survivor is either a hole in the tests or a change without a difference; the second kind stands in
tests/mutants/argued.toml, each with its reason. The exit code is 1 when a room's score is below 95 % or
a survivor is not argued.
"""

import argparse
import ast
import importlib
import importlib.util
import os
import resource
import signal
import sys
import time
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, SourceFileLoader
from pathlib import Path
from types import CodeType, ModuleType

import hypothesis
import pytest
from mutations import Mutant, mutants

ROOT = Path(__file__).resolve().parents[2]
ROOMS: dict[str, tuple[str, ...]] = {
    "robot_bridge/safety.py": ("tests/robot_bridge/test_safety.py",),
    "robot_bridge/fences.py": ("tests/robot_bridge/test_fences.py", "tests/robot_bridge/test_safety.py"),
    "robot_bridge/limits.py": ("tests/robot_bridge/test_limits.py",),
    "robot_bridge/contact.py": ("tests/robot_bridge/test_contact.py",),
    "robot_bridge/trajectory.py": ("tests/robot_bridge/test_trajectory.py",),
    "robot_bridge/buses/feetech.py": ("tests/robot_bridge/buses/test_feetech.py",),
    "robot_bridge/buses/dynamixel.py": ("tests/robot_bridge/buses/test_dynamixel.py",),
}
ARGUED = Path(__file__).with_name("argued.toml")
PAGE = ROOT / "docs" / "mutants.md"
BAR = 0.95
LOADED_ONCE = ("msgspec", "numpy", "ruckig", "structlog", "robot_bridge.arms")  # for every fork to find
SETTINGS = Path(__file__).with_name("pytest.ini")
MEMORY_BYTES = 8 << 30


@dataclass(frozen=True, slots=True)
class Score:
    """A room's mutants, those that were noticed, and the survivors."""

    room: str
    total: int
    survivors: tuple[Mutant, ...]

    @property
    def share(self) -> float:
        """Noticed mutants of all."""
        return 1.0 - len(self.survivors) / self.total


class _Planted(MetaPathFinder):
    """Gives one module changed code, and all others as they are."""

    def __init__(self, module: str, path: Path, tree: ast.Module) -> None:
        self._module = module
        self._path = path
        self._code = compile(tree, str(path), "exec")

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """A spec whose loader holds the changed code."""
        if fullname != self._module:
            return None
        loader = _Changed(fullname, str(self._path), self._code)
        return importlib.util.spec_from_file_location(fullname, self._path, loader=loader)


class _Changed(SourceFileLoader):
    def __init__(self, fullname: str, path: str, code: CodeType) -> None:
        super().__init__(fullname, path)
        self._changed = code

    def get_code(self, fullname: str) -> CodeType:
        """The changed code."""
        return self._changed


class _ExamplesFirst:
    """Orders tests by what they cost: a change that an example shows needs no hundred drawn ones."""

    @staticmethod
    def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
        """Puts the tests with drawn examples last."""
        items.sort(key=lambda item: hypothesis.is_hypothesis_test(getattr(item, "obj", None)))


def alive(room: str, trees: Sequence[ast.Module], jobs: int, limit_s: float) -> list[bool]:
    """Which changes the room's tests pass with; a run over the limit counts as noticed."""
    waiting = list(enumerate(trees))[::-1]
    running: dict[int, tuple[int, float]] = {}
    lives = [False] * len(trees)
    while waiting or running:
        while waiting and len(running) < jobs:
            place, tree = waiting.pop()
            pid = os.fork()
            if pid == 0:
                _child(room, tree)
            running[pid] = (place, time.monotonic() + limit_s)
        for pid, (place, ends) in list(running.items()):
            done, status = os.waitpid(pid, os.WNOHANG)
            if not done and time.monotonic() > ends:
                os.kill(pid, signal.SIGKILL)
                done, status = os.waitpid(pid, 0)
            if done:
                del running[pid]
                lives[place] = status == 0
                print(".!"[lives[place]], end="", flush=True)
        time.sleep(0.01)
    return lives


def _child(room: str, tree: ast.Module) -> None:
    """Runs the room's tests on the changed code and ends with their exit code."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    quiet = os.open(os.devnull, os.O_WRONLY)
    os.dup2(quiet, 1)
    os.dup2(quiet, 2)
    code = 1
    try:
        sys.meta_path.insert(0, _Planted(room.removesuffix(".py").replace("/", "."), ROOT / room, tree))
        tests = [str(ROOT / test) for test in ROOMS[room]]
        code = int(pytest.main(["-c", str(SETTINGS), *tests], plugins=[_ExamplesFirst()]))
    finally:
        os._exit(code)


def score(room: str, jobs: int, every: int) -> Score:
    """Tries every mutant of the room; raises RuntimeError when its tests fail unchanged."""
    source = (ROOT / room).read_text()
    if room.removesuffix(".py").replace("/", ".") in sys.modules:
        raise RuntimeError(f"{room} is loaded before it is changed")
    began = time.monotonic()
    if not alive(room, [ast.parse(source)], 1, 300)[0]:
        raise RuntimeError(f"the tests of {room} fail without any change")
    limit_s = 10 + 6 * (time.monotonic() - began)
    all_mutants = list(mutants(source))[::every]
    lives = alive(room, [mutant.tree for mutant in all_mutants], jobs, limit_s)
    left = tuple(mutant for mutant, unnoticed in zip(all_mutants, lives, strict=True) if unnoticed)
    return Score(room, len(all_mutants), left)


def argued() -> dict[str, dict[str, str]]:
    """Why a survivor makes no difference, by room and name."""
    return tomllib.loads(ARGUED.read_text()) if ARGUED.exists() else {}


def unargued(scores: Sequence[Score]) -> list[str]:
    """Survivors without a reason."""
    known = argued()
    return [
        f"{s.room}:{mutant.line}: {mutant.name}"
        for s in scores
        for mutant in s.survivors
        if mutant.name not in known.get(s.room, {})
    ]


def page(scores: Sequence[Score], before: str) -> Iterator[str]:
    """The lines of docs/mutants.md; rooms that were not tried stay as they were before."""
    tried = {s.room: s for s in scores}
    yield "# What the tests would not notice\n"
    yield "Written by `make mutants`: every small change of a pure room (a comparison, a number, a word, a"
    yield "sign, a condition, a field left out) is tried against that room's own test file. What stays"
    yield "unnoticed is listed, with the reason where it makes no difference.\n"
    yield "| room | changes | noticed | score |\n|---|---|---|---|"
    for room in ROOMS:
        if room in tried:
            s = tried[room]
            yield f"| `{room}` | {s.total} | {s.total - len(s.survivors)} | {s.share:.1%} |"
        else:
            yield from (line for line in before.splitlines() if line.startswith(f"| `{room}` |"))
    for room in ROOMS:
        if room in tried:
            yield from _survivors(tried[room])
        else:
            yield from (
                "\n## " + part.rstrip() for part in before.split("\n## ") if part.startswith(f"{room}\n")
            )


def _survivors(s: Score) -> Iterator[str]:
    """The room's own section, when anything survived."""
    if s.survivors:
        yield f"\n## {s.room}\n\n| in | change | why it makes no difference |\n|---|---|---|"
    reasons = argued().get(s.room, {})
    for mutant in s.survivors:
        why = reasons.get(mutant.name, "**open: a hole in the tests**")
        change = f"`{mutant.before}` to `{mutant.after}`".replace("|", "\\|")
        yield f"| `{mutant.within}` | {change} | {why} |"


def main() -> int:
    """Tries the chosen rooms and prints their scores and survivors."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("rooms", nargs="*", help="names of rooms; all when none is given")
    parser.add_argument("--write", action="store_true", help="write docs/mutants.md")
    parser.add_argument("--every", type=int, default=1, help="try only one change in so many")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    chosen = parser.parse_args()
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    for module in LOADED_ONCE:
        importlib.import_module(module)
    hypothesis.settings.register_profile(
        "mutants",
        deadline=None,
        derandomize=True,
        database=None,
        phases=(hypothesis.Phase.explicit, hypothesis.Phase.generate),
    )
    scores = []
    for room in (r for r in ROOMS if not chosen.rooms or Path(r).stem in chosen.rooms):
        began = time.monotonic()
        scores.append(score(room, chosen.jobs, chosen.every))
        s = scores[-1]
        print(
            f"\n{room}: {s.total - len(s.survivors)} of {s.total} noticed ({s.share:.1%})"
            f" in {time.monotonic() - began:.0f} s",
            flush=True,
        )
        for mutant in s.survivors:
            print(f"    {mutant.line}: {mutant.name}", flush=True)
    if chosen.write and chosen.every == 1:
        PAGE.write_text("\n".join(page(scores, PAGE.read_text() if PAGE.exists() else "")) + "\n")
    left = unargued(scores)
    print("".join(f"not argued: {name}\n" for name in left), end="")
    return 1 if left or any(s.share < BAR for s in scores) else 0


if __name__ == "__main__":
    raise SystemExit(main())
