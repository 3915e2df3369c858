"""The proof: episodes of scripted players, curated by a recipe, train policies that solve the puzzle's move.

    make proof                                   everything; what is done already is kept and not done again
    python tests/proof/run.py --only bc,clean    some of the table's rows
    python tests/proof/run.py --good 12 --attempts 5 --seeds 1 --steps 0.1     a quick look, proving nothing

Results are kept in artefacts/proof under the hash of what they were made from: the code, the episodes, the
recipe, the seed. Exit code 1 when a bar is not met.
"""

import argparse
import hashlib
import json
import os
import platform
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from dataclasses import asdict, dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))

from proof.contrasts import CONTRASTS, Contrast, Found, joined, promises, table
from proof.datasets import export
from proof.rolling import FIRST_SEED, Served, roll
from proof.turn import Plan, play

from teleop.curation import curating
from teleop.curation.runners import Processes
from teleop.episodes.exporting.selected import kept
from teleop.episodes.exporting.taking import Asked
from teleop.episodes.validation.files import validate_files

ROOT = Path(__file__).resolve().parents[2]
PYTHON = ROOT / ".venv-lerobot" / "bin" / "python"
LEARNER = Path(__file__).with_name("learner.py")
RECIPE = ROOT / "tests" / "support" / "proof" / "recipe.toml"
HOME = ROOT / "artefacts" / "proof"
GOOD = 72
"""Steady players' turns; as many each of unsteady and of failing ones: two spoilt turns to one good."""
DELAY_S = 0.3
STEPS = {"act": (5000, 64), "bc": (3000, 256)}
NICE, SAYS_EVERY_S = 10, 10.0
_RIG = "tests/support"
MOVED_BY = (
    *("robot_bridge", "game", "sim_fallback", f"{_RIG}/lock_step.py", f"{_RIG}/simulated_arm.py"),
    *(f"{_RIG}/proof/task.py", f"{_RIG}/proof/table.py"),
)
PLAYED_BY = (*MOVED_BY, "teleop/cell", "teleop/wire", f"{_RIG}/proof/player.py", f"{_RIG}/proof/turn.py")
JUDGED_BY = ("teleop/curation", "teleop/episodes")
READ_BY = ("teleop/episodes", f"{_RIG}/proof/datasets.py")
TRIED_BY = (*MOVED_BY, f"{_RIG}/proof/rolling.py", "tests/proof/learner.py")


@dataclass(frozen=True)
class Job:
    """One policy: what it learns from, its seed, and the tasks on which it is tried."""

    contrast: Contrast
    seed: int
    dataset: str
    episodes: int
    steps: int
    attempts: int
    out: str


class Phases:
    """How long each phase took, told as it goes."""

    def __init__(self) -> None:
        """Nothing yet."""
        self.took: dict[str, float] = {}
        self._began_s = time.monotonic()

    def done(self, name: str, words: str) -> None:
        """Ends a phase."""
        now_s = time.monotonic()
        self.took[name] = now_s - self._began_s
        self._began_s = now_s
        say(f"{name}: {words} ({self.took[name]:.0f} s)")


def say(text: str) -> None:
    """Prints one line of progress at once."""
    print(f"[proof] {text}", flush=True)


def key(*parts: object) -> str:
    """The hash of what something is made from."""
    return hashlib.sha256(json.dumps(parts, sort_keys=True, default=str).encode()).hexdigest()[:16]


def code(folders: Iterable[str]) -> str:
    """The hash of all sources in these folders, and of these files."""
    total = hashlib.sha256()
    for place in folders:
        top = ROOT / place
        for file in sorted(top.rglob("*")) if top.is_dir() else [top]:
            if file.suffix in (".py", ".toml"):
                total.update(f"{file.relative_to(ROOT)}\n".encode() + file.read_bytes())
    return total.hexdigest()[:16]


def plans(good: int) -> list[Plan]:
    """Every turn that is played: two spoilt ones to each good one, and good ones from afar.

    More turns are the same turns and others, so that what was played stays of use.
    """
    near = [Plan(number, "good") for number in range(good)]
    poor = [Plan(1000 + number, "poor") for number in range(good)]
    failed = [Plan(2000 + number, "failed") for number in range(good)]
    far = [Plan(3000 + number, "good", DELAY_S) for number in range(good)]
    return [*near, *poor, *failed, *far]


def play_one(plan: Plan, folder: Path) -> dict[str, Any]:
    """Plays a turn unless it was, and says what became of it."""
    told = folder / f"{plan.episode_id}.json"
    if not told.exists():
        for begun in folder.glob(f"{plan.episode_id}.*"):
            begun.unlink()
        _write(told, asdict(play(plan, folder)))
    known: dict[str, Any] = json.loads(told.read_text())
    return known


def learn_and_try(job: Job) -> dict[str, Any]:
    """Trains a policy and tries it, unless that was done."""
    out = Path(job.out)
    if not out.exists():
        attempts = []
        with Served(PYTHON, LEARNER, _written(job), lambda said: _hear(out, said)) as served:
            for number in range(job.attempts):
                attempts.append(asdict(roll(served, FIRST_SEED + number)))
                _say_to(out, f"{sum(one['solved'] for one in attempts)} of {len(attempts)} attempts solved")
        told = json.loads(out.with_suffix(".json").read_text())
        result = {
            "solved": sum(one["solved"] for one in attempts),
            "attempts": len(attempts),
            "seconds": [one["seconds"] for one in attempts],
            "limited": [one["limited"] for one in attempts],
            "episodes": job.episodes,
            "rows": told["rows"],
            "train_s": told["seconds"],
            "parameters": told["parameters"],
        }
        _write(out, result)
    known: dict[str, Any] = json.loads(out.read_text())
    return known


def _written(job: Job) -> Path:
    """The learner's job as a file."""
    out = Path(job.out)
    task = {
        "dataset": job.dataset,
        "scene": f"{job.dataset}.npz",
        "policy": job.contrast.policy,
        "rows": job.contrast.rows,
        "seed": job.seed,
        "steps": job.steps,
        "batch": STEPS[job.contrast.policy][1],
        "out": str(out.with_suffix(".pt")),
    }
    _write(out.with_suffix(".job"), task)
    return out.with_suffix(".job")


def _hear(out: Path, said: str) -> None:
    """What the learner says while it trains."""
    if said.startswith("{"):
        told = json.loads(said)
        _say_to(out, f"step {told['step']} of {told['of']}, loss {told['loss']:.4f}")


def _say_to(out: Path, text: str) -> None:
    out.with_suffix(".now").write_text(text)


def _write(file: Path, value: object) -> None:
    new = file.with_name(f"{file.name}.new")
    new.write_text(json.dumps(value))
    new.replace(file)


def in_pool(
    work: Callable[..., dict[str, Any]],
    tasks: Sequence[tuple[Any, ...]],
    workers: int,
    now: Callable[[], str],
) -> list[dict[str, Any]]:
    """Does all tasks in worker processes, in their order, and says every ten seconds how far it is."""
    began_s = said_s = time.monotonic()
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        futures: list[Future[dict[str, Any]]] = [pool.submit(work, *task) for task in tasks]
        left = set(futures)
        while left:
            finished, left = wait(left, timeout=1.0, return_when=FIRST_COMPLETED)
            for one in finished:
                one.result()
            if time.monotonic() - said_s > SAYS_EVERY_S:
                said_s = time.monotonic()
                done = len(futures) - len(left)
                bar = "#" * (done * 20 // len(futures))
                say(f"[{bar:<20}] {done}/{len(futures)} after {said_s - began_s:.0f} s {now()}")
        return [future.result() for future in futures]


def collect(home: Path, good: int, workers: int) -> tuple[Path, list[dict[str, Any]]]:
    """All episodes, and what is known of how each came to be."""
    wanted = plans(good)
    folder = home / f"episodes-{key(code(PLAYED_BY))}"
    folder.mkdir(parents=True, exist_ok=True)
    return folder, in_pool(play_one, [(plan, folder) for plan in wanted], workers, lambda: "turns played")


def sets(home: Path, folder: Path, played: list[dict[str, Any]], workers: int) -> dict[str, list[Asked]]:
    """The episodes of each set; the recipe sees near episodes only, and nothing of who played them how."""
    near = [folder / one["file"] for one in played if not one["round_trip_s"]]
    good = [one for one in played if one["kind"] == "good" and one["solved"]]
    files = curating.run(RECIPE.read_text(), near, home / "records", Processes(workers))
    selection = home / f"recipe-{key(folder.name, RECIPE.read_text(), code(JUDGED_BY))}"
    curating.write(files, selection)
    return {
        "all": [Asked(path) for path in near],
        "curated": kept(near, selection),
        "clean": [Asked(folder / one["file"]) for one in good if not one["round_trip_s"]],
        "late": [Asked(folder / one["file"]) for one in good if one["round_trip_s"]],
    }


def export_all(home: Path, chosen: dict[str, list[Asked]], workers: int) -> dict[str, Path]:
    """Each set's dataset."""
    found: dict[str, Path] = {}
    for name, asked in chosen.items():
        out = home / f"set-{name}-{key(asked, code(READ_BY))}"
        if not out.with_suffix(".npz").exists():
            export(asked, out, workers, lambda _: None)
        found[name] = out
    return found


def jobs(
    home: Path, wanted: Sequence[Contrast], exported: dict[str, Path], sizes: dict[str, int], how: Any
) -> list[Job]:
    """Every policy of every seed, the longest first."""
    made = []
    for contrast in wanted:
        steps = max(1, round(STEPS[contrast.policy][0] * how.steps))
        attempts = min(contrast.attempts, how.attempts or contrast.attempts)
        for seed in range(1, how.seeds + 1):
            dataset = exported[contrast.episodes]
            made_from = (
                dataset.name,
                asdict(contrast),
                seed,
                steps,
                attempts,
                code(TRIED_BY),
            )
            out = home / f"policy-{contrast.name}-{seed}-{key(*made_from)}.result"
            size = sizes[contrast.episodes]
            made.append(Job(contrast, seed, str(dataset), size, steps, attempts, str(out)))
    return sorted(made, key=lambda job: job.contrast.policy != "act")


def now_of(work: Sequence[Job]) -> str:
    """What the policies under way say of themselves."""
    told = []
    for job in work:
        note = Path(job.out).with_suffix(".now")
        if note.exists() and not Path(job.out).exists():
            told.append(f"{job.contrast.name} {job.seed}: {note.read_text()}")
    return "; ".join(told)


def main() -> int:
    """Proves it, or says what is missing."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--home", type=Path, default=HOME, help="where results are kept")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1, help="processes")
    parser.add_argument("--good", type=int, default=GOOD, help="good turns; all in all four times as many")
    parser.add_argument("--seeds", type=int, default=3, help="policies of each kind")
    parser.add_argument("--steps", type=float, default=1.0, help="share of the training steps")
    parser.add_argument("--attempts", type=int, default=0, help="of each policy, at most")
    parser.add_argument("--only", default="", help="these rows of the table")
    how = parser.parse_args()
    os.nice(NICE)
    wanted = [one for one in CONTRASTS if not how.only or one.name in how.only.split(",")]
    phases, home = Phases(), how.home.absolute()
    folder, played = collect(home, how.good, how.workers)
    kinds = {kind: [one for one in played if one["kind"] == kind] for kind in ("good", "poor", "failed")}
    told = ", ".join(f"{sum(one['solved'] for one in of)} of {len(of)} {kind}" for kind, of in kinds.items())
    simulated = sum(one["seconds"] for one in played)
    phases.done("collect", f"{len(played)} episodes, {simulated:.0f} s of play; solved: {told}")
    reports = validate_files([folder / one["file"] for one in played], how.workers)
    sound = sum(not report.findings for report in reports)
    rules = sorted({finding.rule for report in reports for finding in report.findings})
    phases.done(
        "validate", f"{sound} of {len(reports)} without a finding; else: {', '.join(rules) or 'none'}"
    )
    chosen = sets(home, folder, played, how.workers)
    phases.done("curate", ", ".join(f"{name} {len(paths)}" for name, paths in chosen.items()))
    needed = {one.episodes for one in wanted}
    exported = export_all(home, {name: chosen[name] for name in chosen if name in needed}, how.workers)
    phases.done("export", f"{len(exported)} datasets")
    work = jobs(home, wanted, exported, {name: len(paths) for name, paths in chosen.items()}, how)
    results = in_pool(learn_and_try, [(job,) for job in work], how.workers, lambda: now_of(work))
    phases.done("train and try", f"{len(work)} policies")
    by_name: dict[str, list[dict[str, Any]]] = {}
    for job, result in zip(work, results, strict=True):
        by_name.setdefault(job.contrast.name, []).append(result)
    return tell({name: joined(of) for name, of in by_name.items()}, phases, how)


def tell(found: dict[str, Found], phases: Phases, how: Any) -> int:
    """Prints set-up, table and promises; 1 when one is not kept."""
    whole_s = sum(phases.took.values())
    print(
        f"\n{platform.machine()}, {os.cpu_count()} cores, {how.workers} workers, seeds 1 to {how.seeds}; ",
        end="",
    )
    print(", ".join(f"{name} {took:.0f} s" for name, took in phases.took.items()), f"= {whole_s:.0f} s\n")
    print(table(found))
    if len(found) < len(CONTRASTS):
        print("Some rows were left out: nothing is proved.")
        return 0
    kept_all = True
    for one in promises(found):
        kept_all &= one.met
        print(f"{one.what:<42}{one.bar:>18}   {one.measured:<16}{'met' if one.met else 'NOT MET'}")
    return 0 if kept_all else 1


if __name__ == "__main__":
    raise SystemExit(main())
