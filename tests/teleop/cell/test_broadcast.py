"""What pages and the hub are told of the arm, also when it cannot be seen."""

import msgspec
import pytest
from cell_neighbours import MODEL, BridgeDouble

from teleop.cell.broadcast import StateBroadcast, cell_status
from teleop.cell.recorder import SentSetpoint, SentSetpoints
from teleop.metrics import CellMetrics
from teleop.wire.player_out import ControlOut


@pytest.fixture
def arm(tmp_path):
    bridge = BridgeDouble(tmp_path / "bridge.sock")
    yield bridge.state()
    bridge.close()


def broadcast(setpoints: SentSetpoints) -> StateBroadcast:
    return StateBroadcast(None, None, setpoints, CellMetrics())


def test_the_page_hears_its_own_sequence_number(arm):
    setpoints = SentSetpoints()
    setpoints.add(1000, SentSetpoint(arm.applied_pose, "player", 17))
    moving = msgspec.structs.replace(arm, applied_sequence=1000, mode="play")
    state = broadcast(setpoints).state(moving, 5, True, 3)
    assert (state.applied_sequence, state.now_ns, state.move_id, state.bus_ok) == (17, 5, 3, True)
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(state), type=ControlOut) == state
    assert len(msgspec.msgpack.encode(state)) < 1200
    assert broadcast(setpoints).state(arm, 5, True, None).applied_sequence == 0


def test_while_the_bus_is_lost_the_last_measured_joints_are_shown(arm):
    sender = broadcast(SentSetpoints())
    before = sender.state(arm, 1, True, None)
    after = sender.state(msgspec.structs.replace(arm, joints=(), bus_ok=False), 2, True, None)
    assert after.measured_rad == before.measured_rad and not after.bus_ok


def test_a_silent_bridge_shows_as_a_held_arm_without_bus(arm):
    state = broadcast(SentSetpoints()).state(arm, arm.now_ns, False, None)
    assert (state.mode, state.cause, state.bus_ok) == ("hold", "link_lost", False)
    latched = msgspec.structs.replace(arm, mode="latched", stop_id="stop-1")
    assert broadcast(SentSetpoints()).state(latched, arm.now_ns, False, None).mode == "latched"


def test_status_of_a_cell_that_has_never_seen_its_arm(arm):
    unseen = cell_status(None, False, None, 0, False, "idle")
    assert (unseen.mode, unseen.cause, unseen.bus_ok, unseen.positions_rad) == (
        "latched",
        "link_lost",
        False,
        (),
    )
    silent = cell_status(arm, False, "turn-1", 2, True, "recording")
    assert (silent.mode, silent.bus_ok, silent.viewers) == ("latched", False, 2)
    assert silent.bus_note == ""
    said = msgspec.structs.replace(arm, bus_note="a controller has incompatible quality of service")
    assert cell_status(said, True, None, 0, True, "idle").bus_note == said.bus_note
    well = cell_status(arm, True, None, 0, True, "idle")
    assert (well.mode, well.bus_ok, len(well.positions_rad)) == ("idle", True, len(MODEL.joints))
