"""The tools on emulated Dynamixel arms: found, measured, judged, calibrated, and put back."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace
from servo_rig import DynamixelRig

from robot_bridge.arms import ArmModel, load_arm, nominal_calibration, read_calibration
from robot_bridge.buses import dynamixel
from robot_bridge.tools import whole_arm
from robot_bridge.tools.bench import bench
from robot_bridge.tools.calibrating import Carried, Failed, File, Free, Home, Store, job, share
from robot_bridge.tools.check import check
from robot_bridge.tools.dialect import DYNAMIXEL_2
from robot_bridge.tools.expectations import Row, worst
from robot_bridge.tools.identity import Known, identify
from robot_bridge.tools.ports import Candidate
from robot_bridge.tools.scan import FoundBus, scan
from robot_bridge.tools.servo_link import ServoLink
from robot_bridge.tools.travel import Travel
from robot_bridge.tools.unfinished import beside
from robot_bridge.tools.workbench import Workbench
from sim_fallback.servo_bus.dynamixel import table
from sim_fallback.servo_bus.dynamixel.table import Item

pytestmark = pytest.mark.system
WIDOWX = load_arm("widowx_250")


@pytest.fixture(params=["koch_v1_1", "omx", "widowx_250"])
def model(request: pytest.FixtureRequest) -> ArmModel:
    return load_arm(request.param)


@pytest.fixture
def rig(model: ArmModel, tmp_path: Path) -> Iterator[DynamixelRig]:
    made = DynamixelRig(tmp_path / "bus", model, nominal_calibration(model))
    yield made
    made.close()


@pytest.fixture
def big(tmp_path: Path) -> Iterator[DynamixelRig]:
    """A WidowX, whose shoulder and elbow have shadows."""
    made = DynamixelRig(tmp_path / "bus", WIDOWX, nominal_calibration(WIDOWX))
    yield made
    made.close()


def opened(rig: DynamixelRig) -> ServoLink:
    """The rig's port."""
    return ServoLink(str(rig.path), 1_000_000, DYNAMIXEL_2)


def scanned(rig: DynamixelRig, model: ArmModel) -> FoundBus:
    """Only its own ids, to be quick."""
    return scan(Candidate(str(rig.path)), rig.chain.ids, dialects=(whole_arm.dialect_of(model),))


def bounded(rig: DynamixelRig, model: ArmModel, file: Path) -> None:
    """Stores the nominal calibration, and with it the bounds that the bridge asks for."""
    with opened(rig) as link:
        made = Workbench(link, model, file)
        assert made.carry_out(Store(nominal_calibration(model))) == Carried()


def differing(rows: tuple[Row, ...]) -> set[tuple[str, str, str]]:
    """Servo, register and advice of what is not right."""
    return {(row.servo, row.register, row.advice) for row in rows if row.verdict != "ok"}


def test_a_scan_only_asks_and_knows_the_arm(rig: DynamixelRig, model: ArmModel) -> None:
    found = scanned(rig, model)
    assert (found.baud, found.protocol, found.complaints) == (1_000_000, "dynamixel-2", ())
    assert {data[7] for data in rig.heard} == {dynamixel.PING, dynamixel.READ}
    assert whole_arm.carries(found, model)
    assert {one.model for one in found.servos} <= set(DYNAMIXEL_2.models.values())
    here = Known("this", model, nominal_calibration(model))
    there = Known("that", model, (replace(here.calibration[0], homing_offset=9), *here.calibration[1:]))
    assert identify((there, here), whole_arm.images(found)) == "this"


def test_a_silent_shadow_is_no_whole_arm(big: DynamixelRig) -> None:
    big.poke(5, table.ID, 77)
    found = scan(Candidate(str(big.path)), range(1, 10), dialects=(DYNAMIXEL_2,))
    assert len(found.servos) == 8 and not whole_arm.carries(found, WIDOWX)


def test_a_bench_counts_cycles_against_the_wire(rig: DynamixelRig, model: ArmModel) -> None:
    with opened(rig) as link:
        ids = [joint.servo_id for joint in model.joints]
        found = bench(link, ids, 5, 0.0, lambda: False)
    assert (found.cycles, found.missing_answers, found.junk_bytes) == (5, 0, 0)
    asked, answered = 14 + len(ids), len(ids) * (11 + 23)
    assert found.wire_ms == pytest.approx((asked + answered) * 0.01)


def test_servos_as_delivered_lack_the_bridges_bounds_and_have_them_once_calibrated(
    rig: DynamixelRig, model: ArmModel, tmp_path: Path
) -> None:
    entries = nominal_calibration(model)
    with opened(rig) as link:
        rows = check(link, model, entries)
    lacking = {row.register for row in rows if row.verdict == "wrong"}
    assert (
        lacking <= {"44 velocity_limit", "38 current_limit", "36 pwm_limit"}
        and "44 velocity_limit" in lacking
    )
    assert {row.advice for row in rows if row.verdict == "wrong"} == {"start"}
    bounded(rig, model, tmp_path / "arm.json")
    with opened(rig) as link:
        found = check(link, model, entries)
    assert {(row.register, row.advice) for row in found if row.verdict != "ok"} == {
        ("9 return_delay", "start")
    }


BROKEN: list[tuple[int, Item, int, str, str]] = [
    (3, table.SHADOW_ID, 255, "12 secondary_id", "group"),
    (3, table.DRIVE_MODE, 0, "10 drive_mode", "group"),
    (7, table.DRIVE_MODE, 0, "10 drive_mode", "group"),
    (4, table.SHADOW_ID, 2, "12 secondary_id", "group"),
    (2, table.OPERATING_MODE, table.VELOCITY_MODE, "11 mode", "calibrate"),
    (1, table.OPERATING_MODE, table.EXTENDED_MODE, "11 mode", "unclipped"),
    (5, table.MIN_POSITION, 0, "52 min_position", "limits"),
    (8, table.TEMPERATURE_LIMIT, 90, "31 max_temperature", "factory"),
    (1, table.SHUTDOWN, 0, "63 shutdown", "factory"),
    (1, table.STARTUP, 1, "60 startup", "factory"),
    (1, table.CURRENT_LIMIT, 1193, "38 current_limit", "start"),
    (9, table.PWM_LIMIT, 100, "36 pwm_limit", "tighter"),
    (1, table.VELOCITY_LIMIT, 0, "44 velocity_limit", "start"),
]


def test_a_check_names_the_one_register_that_is_wrong(big: DynamixelRig, tmp_path: Path) -> None:
    """One after another on one arm, each put back before the next."""
    bounded(big, WIDOWX, tmp_path / "arm.json")
    for one in big.chain.ids:
        big.poke(one, table.RETURN_DELAY, 0)
    entries = nominal_calibration(WIDOWX)
    with opened(big) as link:
        assert differing(check(link, WIDOWX, entries)) == set()
        for servo_id, item, value, register, advice in BROKEN:
            before = big.chain.servo(servo_id).get(item)
            big.poke(servo_id, item, value)
            told = {(label.split()[0], at, why) for label, at, why in differing(check(link, WIDOWX, entries))}
            assert (str(servo_id), register, advice) in told, (register, told)
            big.poke(servo_id, item, before)
            big.settle()
        assert worst(check(link, WIDOWX, None)) == "ok"


def test_a_calibration_is_carried_out_read_back_and_passes_the_check(
    rig: DynamixelRig, model: ArmModel, tmp_path: Path
) -> None:
    file = tmp_path / "arm.json"
    for one in rig.chain.ids:
        rig.poke(one, table.RETURN_DELAY, 0)
    for at in range(len(rig.hand)):
        rig.hand[at] += 300
    rig.settle()
    with opened(rig) as link:
        made = Workbench(link, model, file)
        assert made.carry_out(Free(clear=True)) == Carried()
        assert set(rig.held(table.OPERATING_MODE)) == {table.EXTENDED_MODE}
        places = link.positions([joint.servo_id for joint in model.joints])
        offsets = tuple(DYNAMIXEL_2.homing(at or 0, 4096) for at in places)
        assert made.carry_out(Home(offsets)) == Carried()
        homed = link.positions([joint.servo_id for joint in model.joints])
        assert homed == pytest.approx((2047,) * len(homed), abs=1), "half a step is rounded"
        ranges = tuple(
            replace(one, homing_offset=offset, range_min=1000, range_max=3100)
            for one, offset in zip(nominal_calibration(model), offsets, strict=True)
        )
        assert made.carry_out(Store(ranges)) == Carried()
        assert made.carry_out(File(ranges)) == Carried()
        rig.settle()
        assert worst(check(link, model, read_calibration(file, model))) == "ok"
    assert set(rig.held(table.OPERATING_MODE)) == {table.POSITION_MODE}
    assert not beside(file).exists() and rig.torque == [False] * len(model.joints)


def test_a_shadow_counts_as_its_leader_does_and_is_in_the_file_as_lerobot_has_it(
    big: DynamixelRig, tmp_path: Path
) -> None:
    big.poke(3, table.SHADOW_ID, 255)
    big.poke(3, table.DRIVE_MODE, 0)
    big.poke(5, table.HOMING_OFFSET, 200)
    file = tmp_path / "arm.json"
    with opened(big) as link:
        made = Workbench(link, WIDOWX, file)
        entries = nominal_calibration(WIDOWX)
        for effect in (Free(clear=True), Home((50,) * 7)):
            assert made.carry_out(effect) == Carried()
        stored = tuple(replace(one, homing_offset=50) for one in entries)
        for effect in (Store(stored), File(stored)):
            assert made.carry_out(effect) == Carried()
    places = dict(zip(big.chain.ids, big.held(table.PRESENT_POSITION), strict=True))
    assert abs(places[3] - places[2]) <= 1 and abs(places[5] - places[4]) <= 1
    assert big.chain.servo(3).shadow == 2 and big.chain.servo(3).get(table.DRIVE_MODE) == 1
    assert '"shoulder_shadow"' in file.read_text()
    assert read_calibration(file, WIDOWX) == stored


def test_what_was_held_before_is_put_back(big: DynamixelRig, tmp_path: Path) -> None:
    items = (
        table.HOMING_OFFSET,
        table.MIN_POSITION,
        table.MAX_POSITION,
        table.OPERATING_MODE,
        table.SHADOW_ID,
    )
    big.poke(3, table.SHADOW_ID, 100)
    before = [big.held(item) for item in items]
    with opened(big) as link:
        Workbench(link, WIDOWX, tmp_path / "arm.json").carry_out(Free(clear=True))
        assert [big.held(item) for item in items] != before
        Workbench(link, WIDOWX, tmp_path / "arm.json").restore()
    assert [big.held(item) for item in items] == before


def test_a_register_that_is_right_is_not_written_again(big: DynamixelRig, tmp_path: Path) -> None:
    bounded(big, WIDOWX, tmp_path / "arm.json")
    big.heard.clear()
    bounded(big, WIDOWX, tmp_path / "arm.json")
    assert dynamixel.WRITE not in {data[7] for data in big.heard}


def test_a_servo_that_refuses_is_named(big: DynamixelRig, tmp_path: Path) -> None:
    big.chain.refused = frozenset({(4, table.VELOCITY_LIMIT.address)})
    with opened(big) as link:
        event = Workbench(link, WIDOWX, tmp_path / "arm.json").carry_out(Store(nominal_calibration(WIDOWX)))
    assert isinstance(event, Failed)
    assert (event.complaint.servo, event.complaint.register) == ("4 (elbow)", "44 velocity_limit")


def test_an_offset_too_large_for_position_mode_ends_in_extended_mode(
    big: DynamixelRig, tmp_path: Path
) -> None:
    entries = tuple(replace(one, homing_offset=1500) for one in nominal_calibration(WIDOWX))
    with opened(big) as link:
        assert Workbench(link, WIDOWX, tmp_path / "arm.json").carry_out(Store(entries)) == Carried()
    assert set(big.held(table.OPERATING_MODE)[:7]) == {table.EXTENDED_MODE}


def test_every_joint_of_the_arm_can_be_swept_far_enough(model: ArmModel) -> None:
    todo = job(model, DYNAMIXEL_2.homing, DYNAMIXEL_2.offset_sign, DYNAMIXEL_2.most_offset)
    assert [joint.drive_mode for joint in todo.joints] == [joint.drive_mode for joint in model.joints]
    assert all(share(joint, Travel(0, 0, joint.expected_steps)) >= 1.0 for joint in todo.joints)
