"""The event loop's thread goes first, the threads it starts do not."""

import os
import subprocess
import sys

import pytest

from teleop import urgency

SCRIPT = """
import os, threading
from teleop.urgency import give_way, hurry
seen = [hurry(), os.getpriority(os.PRIO_PROCESS, 0)]
def run():
    seen.append(os.getpriority(os.PRIO_PROCESS, 0))
    give_way()
    seen.append(os.getpriority(os.PRIO_PROCESS, 0))
thread = threading.Thread(target=run); thread.start(); thread.join()
give_way(); print(*seen, os.getpriority(os.PRIO_PROCESS, 0))
"""


def test_the_loop_hurries_and_its_threads_give_way() -> None:
    said = subprocess.run([sys.executable, "-c", SCRIPT], check=True, capture_output=True, text=True)
    hurried = "True -10 -10 0 0"
    refused = "False 0 0 0 0"
    assert said.stdout.strip() == (hurried if os.geteuid() == 0 else refused)


def test_a_user_without_the_right_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_which: int, _who: int, _niceness: int) -> None:
        raise PermissionError

    monkeypatch.setattr(os, "setpriority", refuse)
    assert urgency.hurry() is False
