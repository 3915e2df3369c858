import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim_fallback.servo_bus.dynamixel import memory as errors
from sim_fallback.servo_bus.dynamixel import table
from sim_fallback.servo_bus.dynamixel.health import ENCODER_ERROR, OVERHEATING, OVERLOAD, VOLTAGE_ERROR
from sim_fallback.servo_bus.dynamixel.servo import CLEAR_TURNS, RECALL, STORE, DynamixelServo
from sim_fallback.servo_bus.dynamixel.table import MODELS, Item
from sim_fallback.servo_bus.motor import SOUND, Ailment, Drive, Sensed, ServoSpec

DT = 0.01


def servo(homing: int = 0, low: int = 0, high: int = 4095, model: int = 1020) -> DynamixelServo:
    return DynamixelServo(ServoSpec(1, homing, low, high, model), MODELS[model], 3)


def at(
    one: DynamixelServo, position: float, velocity: float = 0.0, load: float = 0.0, volts: float | None = None
) -> None:
    one.sense(Sensed(position, velocity, load), one.model.nominal_v if volts is None else volts, DT)


def put(one: DynamixelServo, item: Item, value: int) -> int:
    return one.write(item.address, value.to_bytes(item.length, "little", signed=value < 0))


def follow(one: DynamixelServo, steps: int, position: float | None = None) -> Drive:
    """Lets time pass with a shaft that goes where it is driven."""
    for _ in range(steps):
        drive = one.drive(DT)
        at(one, drive.target_steps if position is None else position)
    return drive


def test_wakes_limp_with_its_goal_where_the_shaft_is() -> None:
    one = servo(low=1000, high=3000)
    at(one, 1234.4)
    assert one.get(table.GOAL_POSITION) == one.get(table.PRESENT_POSITION) == 1234
    assert one.drive(DT) == Drive(False, 1234.4, 0.0)
    assert one.get(table.MAX_POSITION) == 3000


def test_a_goal_written_without_torque_is_gone_to_when_torque_comes() -> None:
    one = servo()
    at(one, 2000.0)
    assert put(one, table.GOAL_POSITION, 2100) == 0
    assert one.drive(DT).target_steps == 2000.0
    assert put(one, table.TORQUE_ENABLE, 1) == 0
    assert follow(one, 100).target_steps == 2100.0


def test_a_goal_brings_torque_along_where_the_drive_mode_says_so() -> None:
    one = servo()
    at(one, 2000.0)
    put(one, table.DRIVE_MODE, table.TORQUE_BY_GOAL)
    assert put(one, table.PROFILE_VELOCITY, 100) == 0
    assert not one.drive(DT).torque_on
    assert put(one, table.GOAL_POSITION, 2100) == 0
    assert follow(one, 100) == Drive(True, 2100.0, 1.0)
    assert put(one, table.TORQUE_ENABLE, 0) == 0
    one.ail(Ailment(temperature_c=99.0))
    at(one, 2100.0)
    put(one, table.GOAL_POSITION, 2000)
    assert not one.drive(DT).torque_on, "not where an error has shut it down"


def test_follows_its_profile() -> None:
    one = servo()
    at(one, 2000.0)
    put(one, table.PROFILE_VELOCITY, 64)
    put(one, table.PROFILE_ACCELERATION, 20)
    put(one, table.TORQUE_ENABLE, 1)
    put(one, table.GOAL_POSITION, 3000)
    targets = []
    for _ in range(200):
        targets.append(one.drive(DT).target_steps)
        at(one, targets[-1], velocity=400.0)
    fastest = max(after - before for before, after in zip(targets, targets[1:], strict=False))
    assert fastest == pytest.approx(64 * table.STEPS_S_PER_UNIT * DT)
    assert targets[0] == pytest.approx(2000.0 + 20 * table.STEPS_S2_PER_UNIT * DT * DT)
    assert targets[-1] == 3000.0
    assert one.get(table.MOVING) == 1
    assert one.get(table.MOVING_STATUS) == 1


def test_a_profile_by_time_arrives_in_time() -> None:
    one = servo(model=1190)
    at(one, 2000.0)
    put(one, table.DRIVE_MODE, table.TIME_BASED)
    put(one, table.PROFILE_ACCELERATION, 100)
    put(one, table.PROFILE_VELOCITY, 500)
    put(one, table.TORQUE_ENABLE, 1)
    put(one, table.GOAL_POSITION, 3000)
    assert follow(one, 25).target_steps == pytest.approx(2500.0, abs=40)
    assert follow(one, 30).target_steps == 3000.0


def test_velocity_mode_turns_for_ever_and_past_the_turn() -> None:
    one = servo()
    at(one, 4000.0)
    put(one, table.OPERATING_MODE, table.VELOCITY_MODE)
    put(one, table.TORQUE_ENABLE, 1)
    put(one, table.GOAL_VELOCITY, 100)
    drive = follow(one, 100)
    assert drive.target_steps == pytest.approx(4000.0 + 100 * table.STEPS_S_PER_UNIT)
    assert one.get(table.PRESENT_POSITION) == round(drive.target_steps)
    assert one.get(table.VELOCITY_TRAJECTORY) == 100


def test_current_and_pwm_modes_leave_the_shaft_free() -> None:
    one = servo()
    at(one, 2000.0)
    put(one, table.OPERATING_MODE, table.CURRENT_MODE)
    put(one, table.TORQUE_ENABLE, 1)
    assert not one.drive(DT).torque_on


@given(st.integers(-1024, 1024), st.integers(0, 4095))
def test_homing_offset_of_the_calibration_cancels_out(homing: int, actual: int) -> None:
    one = servo(homing=homing)
    at(one, actual + homing)
    assert one.get(table.PRESENT_POSITION) == actual + homing


@given(st.booleans(), st.integers(-1000, 1000), st.integers(1024, 3000), st.integers(1024, 3000))
def test_a_goal_is_reached_as_the_register_counts_it(
    reverse: bool, offset: int, start: int, goal: int
) -> None:
    one = servo()
    at(one, float(start))
    put(one, table.DRIVE_MODE, table.REVERSED if reverse else 0)
    put(one, table.HOMING_OFFSET, offset)
    put(one, table.OPERATING_MODE, table.EXTENDED_MODE)
    put(one, table.TORQUE_ENABLE, 1)
    put(one, table.GOAL_POSITION, goal)
    follow(one, 600)
    assert one.get(table.PRESENT_POSITION) == goal


def test_a_calibration_in_reverse_counts_as_it_was_written() -> None:
    one = DynamixelServo(ServoSpec(1, 300, 0, 4095, 1020, drive_mode=table.REVERSED), MODELS[1020], 3)
    at(one, 1500.0, velocity=table.STEPS_S_PER_UNIT * 10)
    assert (one.get(table.DRIVE_MODE), one.get(table.PRESENT_POSITION)) == (table.REVERSED, 1500)
    assert one.get(table.PRESENT_VELOCITY) == 10
    put(one, table.TORQUE_ENABLE, 1)
    put(one, table.GOAL_POSITION, 1700)
    assert follow(one, 100).target_steps == 1700.0
    put(one, table.TORQUE_ENABLE, 0)
    put(one, table.DRIVE_MODE, 0)
    one.reboot()
    at(one, 1700.0)
    assert one.get(table.PRESENT_POSITION) == 4096 - 1400 + 300, "the shaft stands 1400 steps before its zero"


def test_the_limits_in_the_eeprom_bound_what_the_shaft_does() -> None:
    one = servo(model=1200)
    at(one, 2000.0)
    assert put(one, table.VELOCITY_LIMIT, 20) == 0
    assert put(one, table.CURRENT_LIMIT, 147) == 0
    put(one, table.OPERATING_MODE, table.CURRENT_POSITION_MODE)
    put(one, table.PROFILE_VELOCITY, 200)
    put(one, table.TORQUE_ENABLE, 1)
    assert put(one, table.CURRENT_LIMIT, 1000) == errors.ACCESS_ERROR
    assert put(one, table.GOAL_CURRENT, 148) == errors.LIMIT_ERROR
    put(one, table.GOAL_POSITION, 3000)
    drive = follow(one, 100)
    assert drive.target_steps == pytest.approx(2000.0 + 20 * table.STEPS_S_PER_UNIT)
    assert drive.torque_fraction == pytest.approx(0.1)


def test_reverse_mode_turns_every_sign() -> None:
    one = servo()
    put(one, table.DRIVE_MODE, table.REVERSED)
    one.reboot()
    at(one, 1000.0, velocity=table.STEPS_S_PER_UNIT * 10, load=0.5)
    assert one.get(table.PRESENT_POSITION) == 3096
    assert one.get(table.PRESENT_VELOCITY) == -10
    assert one.get(table.PRESENT_CURRENT) == -round(0.5 * 2.3 / 0.00269)
    assert one.get(table.PRESENT_PWM) == -442


def test_feedback_speaks_the_published_units() -> None:
    one = servo(model=1060)
    one.sense(Sensed(1999.6, -10 * table.STEPS_S_PER_UNIT, -0.25), 11.14, DT)
    assert one.get(table.PRESENT_POSITION) == 2000
    assert one.get(table.PRESENT_VELOCITY) == -10
    assert one.get(table.PRESENT_CURRENT) == -250
    assert one.get(table.PRESENT_VOLTAGE) == 111
    assert one.get(table.PRESENT_TEMPERATURE) == 25
    assert one.amperes == pytest.approx(0.35)
    one.drive(0.5)
    assert one.get(table.REALTIME_TICK) == 500


def test_switching_the_mode_resets_profile_and_limits() -> None:
    one = servo(model=1200)
    put(one, table.PROFILE_VELOCITY, 9)
    put(one, table.GOAL_CURRENT, 100)
    assert put(one, table.OPERATING_MODE, table.CURRENT_POSITION_MODE) == 0
    assert (one.get(table.PROFILE_VELOCITY), one.get(table.GOAL_CURRENT)) == (0, 1750)
    put(one, table.PROFILE_VELOCITY, 9)
    assert put(one, table.OPERATING_MODE, table.CURRENT_POSITION_MODE) == 0
    assert one.get(table.PROFILE_VELOCITY) == 9


def test_goal_current_caps_the_torque_in_its_mode() -> None:
    one = servo(model=1200)
    at(one, 2000.0)
    put(one, table.OPERATING_MODE, table.CURRENT_POSITION_MODE)
    put(one, table.GOAL_CURRENT, 147)
    put(one, table.TORQUE_ENABLE, 1)
    assert one.drive(DT).torque_fraction == pytest.approx(0.1)
    put(one, table.GOAL_CURRENT, 0)
    assert not one.drive(DT).torque_on


def watched() -> DynamixelServo:
    """A servo on its way at full speed, its watchdog armed with 100 ms."""
    one = servo()
    at(one, 1000.0)
    put(one, table.TORQUE_ENABLE, 1)
    put(one, table.PROFILE_VELOCITY, 100)
    put(one, table.BUS_WATCHDOG, 5)
    put(one, table.GOAL_POSITION, 4000)
    return one


def test_the_watchdog_stops_the_servo_and_locks_its_goals_until_cleared() -> None:
    one = watched()
    moved = follow(one, 10).target_steps
    assert moved > 1000.0
    stopped = follow(one, 1)
    assert one.get(table.BUS_WATCHDOG) == table.WATCHDOG_ERROR
    assert stopped.torque_on
    assert follow(one, 100).target_steps == stopped.target_steps == pytest.approx(moved, abs=1e-6)
    assert put(one, table.GOAL_POSITION, 100) == errors.RANGE_ERROR
    assert put(one, table.BUS_WATCHDOG, 0) == 0
    assert follow(one, 10).target_steps == stopped.target_steps
    assert put(one, table.GOAL_POSITION, 1500) == 0
    assert follow(one, 400).target_steps == 1500.0


def test_any_instruction_feeds_the_watchdog() -> None:
    one = watched()
    for _ in range(50):
        one.hear()
        follow(one, 5)
    assert one.get(table.BUS_WATCHDOG) == 5
    assert one.drive(DT).target_steps > 4095 / 2


def test_without_torque_the_watchdog_sleeps() -> None:
    one = watched()
    put(one, table.TORQUE_ENABLE, 0)
    follow(one, 100)
    assert one.get(table.BUS_WATCHDOG) == 5


def test_the_manuals_watchdog_example() -> None:
    one = servo()
    at(one, 0.0)
    put(one, table.OPERATING_MODE, table.VELOCITY_MODE)
    put(one, table.TORQUE_ENABLE, 1)
    put(one, table.GOAL_VELOCITY, 50)
    put(one, table.BUS_WATCHDOG, 100)
    before = follow(one, 190).target_steps
    there = follow(one, 12).target_steps
    assert there > before
    assert follow(one, 50).target_steps == there
    assert put(one, table.GOAL_VELOCITY, 150) == errors.RANGE_ERROR
    put(one, table.BUS_WATCHDOG, 0)
    assert put(one, table.GOAL_VELOCITY, 150) == 0
    assert follow(one, 10).target_steps > there


def test_a_shutdown_takes_the_torque_until_a_reboot() -> None:
    one = servo()
    at(one, 2000.0)
    put(one, table.TORQUE_ENABLE, 1)
    for _ in range(210):
        at(one, 2000.0, load=1.0)
    assert one.get(table.HARDWARE_ERROR) == OVERLOAD
    assert one.alert
    assert one.get(table.TORQUE_ENABLE) == 0
    put(one, table.TORQUE_ENABLE, 1)
    assert one.get(table.TORQUE_ENABLE) == 0
    assert not one.drive(DT).torque_on
    assert one.reboot() == 0
    assert not one.alert
    at(one, 2000.0)
    put(one, table.TORQUE_ENABLE, 1)
    assert one.drive(DT).torque_on


def test_what_the_shutdown_mask_leaves_out_is_told_and_not_acted_on() -> None:
    one = servo()
    put(one, table.TORQUE_ENABLE, 1)
    at(one, 2000.0, volts=5.0)
    assert one.get(table.HARDWARE_ERROR) == VOLTAGE_ERROR
    assert one.get(table.TORQUE_ENABLE) == 1


def test_ailments() -> None:
    one = servo()
    at(one, 2000.0)
    put(one, table.TORQUE_ENABLE, 1)
    one.ail(Ailment(encoder=True))
    at(one, 2500.0)
    assert one.get(table.PRESENT_POSITION) == 2000
    assert one.get(table.HARDWARE_ERROR) == ENCODER_ERROR
    one.ail(Ailment(load=0.5))
    at(one, 2000.0)
    assert one.get(table.PRESENT_PWM) == 442
    one.ail(Ailment(dead=True))
    assert one.silent
    assert not one.drive(DT).torque_on
    one.ail(Ailment(temperature_c=90.0))
    at(one, 2000.0)
    at(one, 2000.0)
    assert one.get(table.HARDWARE_ERROR) == ENCODER_ERROR | OVERHEATING
    assert one.get(table.TORQUE_ENABLE) == 0
    one.ail(SOUND)
    assert not one.silent


def test_a_staged_write_waits_for_its_action() -> None:
    one = servo()
    assert one.act() == errors.INSTRUCTION_ERROR
    assert one.stage(table.LED.address, b"\x01") == 0
    assert (one.get(table.LED), one.get(table.REGISTERED)) == (0, 1)
    assert one.act() == 0
    assert (one.get(table.LED), one.get(table.REGISTERED)) == (1, 0)


def test_startup_can_switch_torque_on_and_recall_the_ram() -> None:
    one = servo()
    put(one, table.POSITION_P_GAIN, 123)
    put(one, table.STARTUP, 2)
    one.reboot()
    assert one.get(table.POSITION_P_GAIN) == 800
    put(one, table.POSITION_P_GAIN, 123)
    assert one.back_up(STORE) == 0
    put(one, table.STARTUP, 3)
    one.reboot()
    assert one.get(table.POSITION_P_GAIN) == 123
    assert one.get(table.TORQUE_ENABLE) == 1
    assert one.back_up(RECALL) == errors.RESULT_FAIL
    put(one, table.TORQUE_ENABLE, 0)
    assert one.back_up(RECALL) == 0
    assert one.get(table.STARTUP) == 2


def test_backups_need_a_known_order_and_something_stored() -> None:
    one = servo()
    assert one.back_up(b"\x03CTRL") == errors.RANGE_ERROR
    assert one.back_up(RECALL) == errors.RESULT_FAIL


def test_factory_reset_keeps_what_its_option_says() -> None:
    for option, kept in ((0xFF, (1, 1)), (1, (9, 1)), (2, (9, 3))):
        one = DynamixelServo(ServoSpec(9, 77, 500, 3000, 1020), MODELS[1020], 3)
        assert one.reset(option) == 0
        assert (one.get(table.ID), one.get(table.BAUD)) == kept
        assert (one.get(table.HOMING_OFFSET), one.get(table.MIN_POSITION)) == (0, 0)
        assert one.get(table.FIRMWARE) == 45
    assert servo().reset(7) == errors.RANGE_ERROR


def test_clear_forgets_whole_turns_of_a_shaft_that_stands() -> None:
    one = servo()
    put(one, table.OPERATING_MODE, table.EXTENDED_MODE)
    at(one, 9000.0)
    at(one, 9000.0 + 4096.0, velocity=1000.0)
    assert one.get(table.PRESENT_POSITION) == 9000 - 2 * 4096 + 4096
    assert one.clear(CLEAR_TURNS) == errors.RESULT_FAIL
    assert one.clear(b"\x02") == errors.RANGE_ERROR
    at(one, 9000.0 + 4096.0)
    assert one.clear(CLEAR_TURNS) == 0
    assert one.get(table.PRESENT_POSITION) == 9000 - 2 * 4096
