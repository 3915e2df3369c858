"""Trains a policy from an exported dataset, and serves it; runs in LeRobot's environment (lerobot_env.py).

    .venv-lerobot/bin/python tests/proof/learner.py JOB.json

A job names the dataset (read through LeRobot's own class), what stands on the table in each of its rows,
the policy (`act`: LeRobot's ACT without pictures; `bc`: a small network that answers with the next actions at
once), and the seed. Training is told line by line as JSON and left out when the policy is there already. Then
each line of standard input, an observation as JSON, is answered with a line: the next actions. One thread;
the same job gives the same policy.
"""

import importlib
import json
import os
import sys
import time
import types
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

os.environ["HF_HUB_OFFLINE"] = "1"
JOINTS, SCENE = 6, 5
CHUNK = 16
SAYS_EVERY_S = 5.0
ACT_SIZE = {
    "dim_model": 64,
    "n_heads": 4,
    "dim_feedforward": 256,
    "n_encoder_layers": 2,
    "n_vae_encoder_layers": 1,
}
BC_WIDTH, BC_LAYERS, BLUR = 256, 3, 0.02


@dataclass(frozen=True)
class Job:
    """What to train: `steps` of `batch` rows; `rows` is `true`, `screen` or `shuffled`."""

    dataset: str
    scene: str
    policy: str
    rows: str
    seed: int
    steps: int
    batch: int
    out: str


@dataclass(frozen=True)
class Rows:
    """Observations (N, 11), the actions that followed (N, CHUNK, 6), and which of them lie past the end."""

    seen: Any
    next: Any
    padded: Any


def main() -> int:
    """Trains unless that was done, then serves."""
    job = Job(**json.loads(Path(sys.argv[1]).read_text()))
    torch = importlib.import_module("torch")
    torch.set_num_threads(1)
    if not Path(job.out).exists():
        train(torch, job)
    serve(torch, Path(job.out))
    return 0


def read(job: Job) -> Rows:
    """The rows of a job, episode by episode."""
    numpy = importlib.import_module("numpy")
    dataset = _lerobot("lerobot.datasets.lerobot_dataset").LeRobotDataset(
        "local/proof", root=Path(job.dataset)
    )
    table = dataset.hf_dataset.with_format("numpy")
    columns = {name: numpy.stack(list(table[name])) for name in ("observation.state", "requested_action")}
    uids, segments = (numpy.stack(list(table[name])).reshape(-1) for name in ("episode_uid", "segment"))
    scenes = numpy.load(job.scene)
    seen, after, padded = [], [], []
    for uid in dict.fromkeys(uids.tolist()):
        here = uids == uid
        state, action = columns["observation.state"][here], columns["requested_action"][here]
        scene = scenes[f"scene-{uid}"]
        if job.rows == "screen":
            state, scene = scenes[f"screen-state-{uid}"], scenes[f"screen-scene-{uid}"]
        at = numpy.arange(len(state))[:, None] + numpy.arange(CHUNK)[None]
        ends = numpy.searchsorted(segments[here], segments[here], side="right")[:, None]
        seen.append(numpy.concatenate([state, scene], axis=1))
        after.append(action[numpy.minimum(at, ends - 1)])
        padded.append(at >= ends)
    rows = Rows(*(numpy.concatenate(one) for one in (seen, after, padded)))
    if job.rows == "shuffled":
        order = numpy.random.default_rng(job.seed).permutation(len(rows.next))
        rows = Rows(rows.seen, rows.next[order], rows.padded[order])
    return rows


def train(torch: Any, job: Job) -> None:
    """Trains and keeps the policy with the scale of its inputs and outputs."""
    rows = read(job)
    torch.manual_seed(job.seed)
    seen, after = (torch.tensor(one, dtype=torch.float32) for one in (rows.seen, rows.next))
    padded = torch.tensor(rows.padded)
    scale = {
        "seen_mean": seen.mean(0),
        "seen_sd": seen.std(0) + 1e-3,
        "next_mean": after.mean((0, 1)),
        "next_sd": after.std((0, 1)) + 1e-3,
    }
    seen, after = (
        (seen - scale["seen_mean"]) / scale["seen_sd"],
        (after - scale["next_mean"]) / scale["next_sd"],
    )
    model = POLICIES[job.policy](torch)
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3, weight_decay=1e-4)
    easing = torch.optim.lr_scheduler.OneCycleLR(optimizer, 1e-3, job.steps, pct_start=0.05)
    began_s = said_s = time.monotonic()
    for step in range(1, job.steps + 1):
        pick = torch.randint(len(seen), (job.batch,))
        blurred = seen[pick] + BLUR * torch.randn(job.batch, seen.shape[1])
        loss = model.loss(blurred, after[pick], padded[pick])
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 10.0)
        optimizer.step()
        easing.step()
        if time.monotonic() - said_s > SAYS_EVERY_S or step == job.steps:
            said_s = time.monotonic()
            print(json.dumps({"step": step, "of": job.steps, "loss": loss.item()}), flush=True)
    told = {"rows": len(seen), "seconds": time.monotonic() - began_s, "cpu_s": time.process_time()}
    told |= {"parameters": sum(one.numel() for one in model.parameters()), "loss": loss.item()}
    Path(job.out).with_suffix(".json").write_text(json.dumps(told))
    torch.save({"policy": job.policy, "scale": scale, "weights": model.state_dict()}, f"{job.out}.new")
    os.replace(f"{job.out}.new", job.out)


def serve(torch: Any, file: Path) -> None:
    """Answers observations until the input ends."""
    kept = torch.load(file, weights_only=True)
    model, scale = POLICIES[kept["policy"]](torch), kept["scale"]
    model.load_state_dict(kept["weights"])
    model.eval()
    print("ready", flush=True)
    for line in sys.stdin:
        seen = (torch.tensor([json.loads(line)]) - scale["seen_mean"]) / scale["seen_sd"]
        with torch.no_grad():
            answer = model.chunk(seen)[0] * scale["next_sd"] + scale["next_mean"]
        print(json.dumps(answer.tolist()), flush=True)


def small_network(torch: Any) -> Any:
    """Behaviour cloning: a few layers from one observation to the next actions, by least absolute error."""

    class Network(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            layers: list[Any] = []
            width = JOINTS + SCENE
            for _ in range(BC_LAYERS):
                layers += [torch.nn.Linear(width, BC_WIDTH), torch.nn.LayerNorm(BC_WIDTH), torch.nn.GELU()]
                width = BC_WIDTH
            self.net = torch.nn.Sequential(*layers, torch.nn.Linear(width, CHUNK * JOINTS))

        def chunk(self, seen: Any) -> Any:
            return self.net(seen).reshape(-1, CHUNK, JOINTS)

        def loss(self, seen: Any, after: Any, padded: Any) -> Any:
            return ((self.chunk(seen) - after).abs() * ~padded[..., None]).mean()

    return Network()


def act(torch: Any) -> Any:
    """LeRobot's own ACT, with joints as state and the table as environment, and no pictures."""
    of = _lerobot("lerobot.configs.types")
    config = _lerobot("lerobot.policies.act.configuration_act").ACTConfig(
        input_features={
            "observation.state": of.PolicyFeature(of.FeatureType.STATE, (JOINTS,)),
            "observation.environment_state": of.PolicyFeature(of.FeatureType.ENV, (SCENE,)),
        },
        output_features={"action": of.PolicyFeature(of.FeatureType.ACTION, (JOINTS,))},
        chunk_size=CHUNK,
        n_action_steps=CHUNK,
        device="cpu",
        **ACT_SIZE,
    )
    policy = _lerobot("lerobot.policies.act.modeling_act").ACTPolicy

    class Act(policy):
        def chunk(self, seen: Any) -> Any:
            return self.predict_action_chunk(_named(seen))

        def loss(self, seen: Any, after: Any, padded: Any) -> Any:
            return self.forward(_named(seen) | {"action": after, "action_is_pad": padded})[0]

    return Act(config)


def _named(seen: Any) -> dict[str, Any]:
    return {"observation.state": seen[:, :JOINTS], "observation.environment_state": seen[:, JOINTS:]}


def _lerobot(module: str) -> Any:
    """A module of LeRobot's, without what only pictures and other policies need (see lerobot_read.py)."""
    if "lerobot.policies" not in sys.modules:
        sys.modules["torchvision._meta_registrations"] = types.ModuleType("torchvision._meta_registrations")
        root = Path(str(importlib.import_module("lerobot").__file__)).parent
        bare = types.ModuleType("lerobot.policies")
        bare.__path__ = [str(root / "policies")]
        sys.modules["lerobot.policies"] = bare
    return importlib.import_module(module)


POLICIES: dict[str, Callable[[Any], Any]] = {"act": act, "bc": small_network}

if __name__ == "__main__":
    raise SystemExit(main())
