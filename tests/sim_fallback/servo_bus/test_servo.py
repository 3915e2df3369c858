import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim_fallback.servo_bus import registers as reg
from sim_fallback.servo_bus.health import OVERLOAD_FAULT
from sim_fallback.servo_bus.servo import MAX_SPEED_STEPS_S, Sensed, Servo, ServoSpec

DT = 0.01


def servo(homing: int = 0, low: int = 0, high: int = 4095) -> Servo:
    return Servo(ServoSpec(id=1, homing_offset=homing, range_min=low, range_max=high))


def at(one: Servo, position: float, velocity: float = 0.0, load: float = 0.0) -> None:
    one.sense(Sensed(position, velocity, load), 7.4, DT)


def word(value: int) -> bytes:
    return value.to_bytes(2, "little")


def test_wakes_limp_with_its_goal_where_the_shaft_is() -> None:
    one = servo(low=1000, high=3000)
    at(one, 1234.4)
    assert one.get(reg.GOAL_POSITION) == one.get(reg.PRESENT_POSITION) == 1234
    assert not one.drive(DT).torque_on
    assert one.drive(DT).target_steps == 1234.4


def test_without_torque_the_goal_register_moves_nothing() -> None:
    one = servo()
    at(one, 2000.0)
    one.write(42, word(3000))
    assert one.drive(DT).target_steps == 2000.0


def test_follows_goal_speed_and_acceleration() -> None:
    one = servo()
    at(one, 2000.0)
    one.write(41, bytes((50,)) + word(3000) + word(0) + word(400))
    one.write(40, b"\x01")
    first = one.drive(DT)
    assert first.torque_on
    assert first.target_steps == pytest.approx(2000.0 + 5000 * DT * DT)
    targets = [one.drive(DT).target_steps for _ in range(300)]
    fastest = max(after - before for before, after in zip(targets, targets[1:], strict=False))
    assert fastest == pytest.approx(400 * DT)
    assert targets[-1] == 3000.0


def test_speed_zero_is_the_motors_own_limit() -> None:
    one = servo()
    at(one, 0.0)
    one.write(42, word(4000))
    one.write(40, b"\x01")
    assert one.drive(DT).target_steps == pytest.approx(MAX_SPEED_STEPS_S * DT)


@pytest.mark.parametrize(("goal", "reached"), [(100, 1000.0), (4000, 3000.0), (2222, 2222.0)])
def test_goals_are_clipped_to_the_position_limits(goal: int, reached: float) -> None:
    one = servo(low=1000, high=3000)
    at(one, 2000.0)
    one.write(42, word(goal))
    one.write(40, b"\x01")
    for _ in range(200):
        drive = one.drive(DT)
    assert drive.target_steps == reached


def test_limits_of_zero_mean_no_limits() -> None:
    one = servo(low=0, high=0)
    at(one, 2000.0)
    one.write(42, word(4000))
    one.write(40, b"\x01")
    for _ in range(200):
        drive = one.drive(DT)
    assert drive.target_steps == 4000.0


@given(st.integers(-2047, 2047), st.floats(0, 4095))
def test_homing_offset_of_the_calibration_cancels_out(homing: int, position: float) -> None:
    one = servo(homing=homing)
    at(one, position)
    assert one.get(reg.PRESENT_POSITION) == round(position) % 4096


def test_another_homing_offset_moves_the_register_and_not_the_shaft() -> None:
    one = servo(homing=100)
    at(one, 2000.0)
    one.write(31, word(0))
    at(one, 2000.0)
    assert one.get(reg.PRESENT_POSITION) == 2100
    one.write(42, word(2100))
    one.write(40, b"\x01")
    for _ in range(50):
        drive = one.drive(DT)
    assert drive.target_steps == 2000.0


@pytest.mark.parametrize("position", [700.0, 2048.0, 3999.0])
def test_torque_128_makes_the_present_angle_the_centre_without_motion(position: float) -> None:
    one = servo(homing=-300)
    at(one, position)
    one.write(40, b"\x01")
    one.write(40, b"\x80")
    assert one.get(reg.TORQUE_ENABLE) == 1
    assert one.get(reg.PRESENT_POSITION) == 2048
    for _ in range(50):
        drive = one.drive(DT)
    assert drive.target_steps == pytest.approx(position, abs=1.0)


def test_a_new_centre_survives_power_only_when_unlocked() -> None:
    for lock, kept in ((1, 0), (0, 952)):
        one = servo()
        at(one, 3000.0)
        one.write(55, bytes((lock,)))
        one.set_centre()
        assert one.get(reg.HOMING_OFFSET) == 952
        one.power_cycle()
        assert one.get(reg.HOMING_OFFSET) == kept


def test_other_torque_values_are_ignored_and_2_is_limp() -> None:
    one = servo()
    at(one, 2000.0)
    one.write(40, b"\x01")
    one.write(40, b"\x55")
    assert one.drive(DT).torque_on
    one.write(40, b"\x02")
    assert not one.drive(DT).torque_on


def test_only_position_mode_moves() -> None:
    one = servo()
    at(one, 2000.0)
    one.write(33, b"\x01")
    one.write(42, word(3000))
    one.write(40, b"\x01")
    assert one.drive(DT).target_steps == 2000.0


def test_feedback_registers_speak_the_published_units() -> None:
    one = servo()
    one.sense(Sensed(1999.6, -120.4, -0.25), 7.26, DT)
    assert one.get(reg.PRESENT_POSITION) == 2000
    assert one.get(reg.PRESENT_SPEED) == -120
    assert one.get(reg.PRESENT_LOAD) == -250
    assert one.get(reg.PRESENT_CURRENT) == round(-0.25 * 2.5 / 0.0065)
    assert one.get(reg.PRESENT_VOLTAGE) == 73
    assert one.get(reg.PRESENT_TEMPERATURE) == 25
    assert one.read(60, 2) == word(250 | 1 << 10)
    assert one.amperes == 0.625


def test_moving_is_told_while_the_profile_or_the_shaft_moves() -> None:
    one = servo()
    at(one, 2000.0)
    assert one.get(reg.MOVING) == 0
    one.write(42, word(2100))
    one.write(40, b"\x01")
    at(one, 2000.0)
    assert one.get(reg.MOVING) == 1
    for _ in range(200):
        one.drive(DT)
    at(one, 2100.0)
    assert one.get(reg.MOVING) == 0
    at(one, 2100.0, velocity=200.0)
    assert one.get(reg.MOVING) == 1


def test_a_staged_write_waits_for_its_action() -> None:
    one = servo()
    one.stage(41, b"\x21")
    assert (one.get(reg.ACCELERATION), one.get(reg.ASYNC_FLAG)) == (0, 1)
    one.act()
    one.act()
    assert (one.get(reg.ACCELERATION), one.get(reg.ASYNC_FLAG)) == (0x21, 0)


def overloaded() -> Servo:
    one = servo()
    at(one, 2000.0)
    one.write(40, b"\x01")
    for _ in range(210):
        at(one, 2000.0, load=1.0)
    assert one.get(reg.STATUS) == OVERLOAD_FAULT
    assert one.drive(DT).torque_fraction == 0.2
    return one


def test_an_overloaded_servo_recovers_when_torque_is_switched_on_anew() -> None:
    one = overloaded()
    one.write(40, b"\x01")
    assert one.get(reg.STATUS) == 0
    assert one.drive(DT).torque_fraction == 1.0


@pytest.mark.parametrize(("goal", "status"), [(1900, 0), (2100, OVERLOAD_FAULT)])
def test_an_overloaded_servo_recovers_when_its_goal_goes_the_other_way(goal: int, status: int) -> None:
    one = overloaded()
    one.write(42, word(goal))
    assert one.get(reg.STATUS) == status


def test_no_torque_left_is_no_torque_at_all() -> None:
    one = servo()
    at(one, 2000.0)
    one.write(40, b"\x01")
    one.write(48, word(0))
    assert not one.drive(DT).torque_on


def test_power_loss_forgets_torque_and_keeps_the_calibration() -> None:
    one = servo(homing=77, low=500, high=3500)
    at(one, 2500.0)
    one.write(40, b"\x01\x20" + word(2600))
    one.power_cycle()
    at(one, 2500.0)
    assert not one.drive(DT).torque_on
    assert [one.get(item) for item in (reg.HOMING_OFFSET, reg.MIN_POSITION, reg.MAX_POSITION)] == [
        77,
        500,
        3500,
    ]
    assert one.get(reg.GOAL_POSITION) == 2500


def test_factory_reset_forgets_the_calibration() -> None:
    one = servo(homing=77, low=500)
    one.restore_factory()
    assert (one.get(reg.HOMING_OFFSET), one.get(reg.MIN_POSITION), one.get(reg.ID)) == (0, 0, 1)
