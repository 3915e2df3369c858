"""Log lines leave through a thread of their own."""

import json

import pytest

from robot_bridge.log import Log


def test_lines_are_json_objects_in_order(capsys: pytest.CaptureFixture[str]) -> None:
    log = Log()
    log.say("one", mode="hold")
    log.say("two", stop_id=None)
    log.close()
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert lines == [
        {"process": "bridge", "event": "one", "mode": "hold"},
        {"process": "bridge", "event": "two", "stop_id": None},
    ]
