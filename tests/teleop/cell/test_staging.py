"""Staging runs the owner's command with the layout, and knows when it failed."""

import json
import sys

from game.puzzle import load_puzzles
from teleop.cell.staging import stage

TOWER = load_puzzles()["tower"]


async def test_the_command_gets_the_layout(tmp_path):
    copy = f"import shutil, sys; shutil.copy(sys.argv[1], {str(tmp_path / 'seen.json')!r})"
    assert await stage((sys.executable, "-c", copy, "{layout}"), TOWER)
    seen = json.loads((tmp_path / "seen.json").read_text())
    assert seen["version"] == 1 and len(seen["pieces"]) == len(TOWER.pieces)


async def test_failure_and_a_missing_command_are_told():
    assert not await stage(("false", "{layout}"), TOWER)
    assert not await stage(("/no/such/command",), TOWER)


async def test_without_a_command_people_lay_the_pieces_out():
    assert await stage((), TOWER)
