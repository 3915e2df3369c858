"""What a dead cell must remember is on disk, whole, at any moment of dying."""

import json
import signal
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest
from cell_neighbours import lease

from teleop.cell.durable import Durable
from teleop.wire.cell_to_hub import TurnResult
from teleop.wire.player_out import Bilingual


def result(turn_id: str, ended_utc_ns: int = 1) -> TurnResult:
    reason = Bilingual(en="done", zh="完成")
    return TurnResult(
        1, turn_id, "test", 1, "tower", 1, True, reason, 900, 3, 12.5, 3, ended_utc_ns, None, "", 0
    )


def test_a_new_folder_knows_nothing(tmp_path):
    durable = Durable(tmp_path / "state")
    assert durable.lease_epoch == 0 and durable.interrupted() is None and durable.unsent() == ()


def test_the_epoch_and_the_running_turn_survive(tmp_path):
    Durable(tmp_path).begin(lease(7))
    again = Durable(tmp_path)
    assert again.lease_epoch == 7 and again.interrupted() == lease(7)


def test_a_kept_result_ends_its_turn_and_no_other(tmp_path):
    durable = Durable(tmp_path)
    durable.begin(lease(2))
    durable.keep(result("turn-1"))
    assert durable.interrupted() == lease(2)
    durable.keep(result("turn-2"))
    assert durable.interrupted() is None and Durable(tmp_path).lease_epoch == 2


def test_results_come_oldest_first_and_go_when_kept_elsewhere(tmp_path):
    durable = Durable(tmp_path)
    for turn_id, ended in (("b", 2), ("c", 3), ("a", 1)):
        durable.keep(result(turn_id, ended))
    assert [one.turn_id for one in Durable(tmp_path).unsent()] == ["a", "b", "c"]
    durable.drop("b")
    durable.drop("b")
    assert [one.turn_id for one in durable.unsent()] == ["a", "c"]


def test_a_held_result_ends_its_turn_and_waits_for_its_episode(tmp_path):
    durable = Durable(tmp_path)
    durable.begin(lease(2))
    durable.hold(result("turn-2"))
    again = Durable(tmp_path)
    assert again.interrupted() is None and again.unsent() == () and again.pending() == (result("turn-2"),)
    again.keep(result("turn-2"))
    assert again.pending() == () and again.unsent() == (result("turn-2"),)


def test_a_part_left_by_a_crash_is_not_read(tmp_path):
    durable = Durable(tmp_path)
    durable.begin(lease(3))
    (tmp_path / "lease_epoch.json.part").write_bytes(b"{")
    (tmp_path / "outbox" / "x.json.part").write_bytes(b"{")
    assert Durable(tmp_path).lease_epoch == 3 and Durable(tmp_path).unsent() == ()


def test_a_damaged_file_is_an_error_not_a_guess(tmp_path):
    (tmp_path / "lease_epoch.json").write_bytes(b"{}")
    with pytest.raises(msgspec.MsgspecError):
        Durable(tmp_path)


KEEPER = """
import sys
from pathlib import Path
from teleop.cell.durable import Durable
from teleop.wire.cell_to_hub import TurnResult
from teleop.wire.player_out import Bilingual
durable = Durable(Path(sys.argv[1]))
text = Bilingual("a", "b")
for i in range(100_000):
    durable.keep(TurnResult(1, f"t{i}", "c", 1, "p", 1, True, text, 1, 1, 1.0, 1, i, None, "", 0))
    print(i, flush=True)
"""


@pytest.mark.system
@pytest.mark.parametrize("after", [1, 7, 20])
def test_what_was_kept_before_a_kill_is_there_after_it(tmp_path, after):
    command = [sys.executable, "-c", KEEPER, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=Path(__file__).parents[3]) as process:
        assert process.stdout is not None
        kept = [json.loads(process.stdout.readline()) for _ in range(after)]
        process.send_signal(signal.SIGKILL)
        kept += [json.loads(line) for line in process.stdout if line.endswith(b"\n")]
    found = {one.turn_id for one in Durable(tmp_path).unsent()}
    assert {f"t{i}" for i in kept} <= found and len(found) <= len(kept) + 1
