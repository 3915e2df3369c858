"""Writes docs/reactions.html: click a fault, watch what the bridge does, by the tables that it runs itself.

python scripts/reactions.py            prints the page
python scripts/reactions.py --write    writes it
"""

import json
import re
import sys
from pathlib import Path
from typing import get_args

from robot_bridge.fences import GUARDS
from robot_bridge.health import BUS_FAULTS
from robot_bridge.rest import HOT, POSTURES
from robot_bridge.safety import ENDS_LEASE, TABLE
from robot_bridge.wire.state import Cause

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "reactions.html"
WORDS = ROOT / "web_client" / "src" / "i18n" / "arm.ts"
NO_EVENT = ("none", "boot", "stop_pressed", "turn_over")
HOLDS = (
    "silence",
    "deadline",
    "hold_to_run_lost",
    "stale_picture",
    "link_lost",
    "operator",
    "rejected_commands",
)
ENGLISH = re.compile(r"^  (\w+): \{\s*en: \"((?:[^\"\\]|\\.)*)\"", re.MULTILINE)


def english(name: str) -> dict[str, str]:
    """The English words of one list of the web client, by cause."""
    text = WORDS.read_text()
    start = text.index(f"export const {name}")
    return dict(ENGLISH.findall(text[start : text.index("\n};", start)]))


def tables() -> dict[str, object]:
    """Everything that the page reads."""
    words, advice = english("CAUSE_WORDS"), english("STOPPED_ADVICE")
    causes: tuple[Cause, ...] = get_args(Cause)
    sentence = {cause: words[cause][0].upper() + words[cause][1:] for cause in causes}
    return {
        "modes": TABLE,
        "guards": [
            {
                "event": guard.event,
                "modes": guard.modes,
                "fence": guard.fence,
                "refused_when": guard.refused_when,
                "reason": guard.reason,
                "sentence": guard.sentence,
            }
            for guard in GUARDS
            if guard.event != "setpoint"
        ],
        "postures": POSTURES,
        "ends_lease": ENDS_LEASE,
        "hot": HOT,
        "bus_faults": BUS_FAULTS,
        "holds": HOLDS,
        "faults": [cause for cause in causes if cause not in (*NO_EVENT, *HOLDS)],
        "causes": {cause: {"words": sentence[cause], "advice": advice[cause]} for cause in causes},
    }


def page() -> str:
    """The whole page."""
    folder = Path(__file__).parent
    text = (folder / "reactions.html").read_text()
    text = text.replace("/*TABLES*/", json.dumps(tables(), indent=1))
    return text.replace("/*REACTIONS*/\n", (folder / "reactions.js").read_text())


if __name__ == "__main__":
    if "--write" in sys.argv[1:]:
        PAGE.write_text(page())
    else:
        print(page(), end="")
