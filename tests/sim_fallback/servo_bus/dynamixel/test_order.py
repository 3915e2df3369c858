import pytest

from sim_fallback.servo_bus.dynamixel import table
from sim_fallback.servo_bus.dynamixel.memory import Memory
from sim_fallback.servo_bus.dynamixel.order import Order, offset_of, order_of
from sim_fallback.servo_bus.dynamixel.table import MODELS, Item


def order(*values: tuple[Item, int], model: int = 1020, distance: float = 0.0) -> Order:
    memory = Memory(MODELS[model])
    for item, value in values:
        memory.put(item, value)
    return order_of(memory, distance)


def test_speeds_are_in_the_published_units() -> None:
    found = order((table.PROFILE_VELOCITY, 100), (table.PROFILE_ACCELERATION, 10))
    assert found.speed == pytest.approx(100 * 0.229 / 60 * 4096)
    assert found.acceleration == pytest.approx(10 * 214.577 / 3600 * 4096)


def test_velocity_0_is_a_step_at_the_motors_own_speed() -> None:
    found = order((table.PROFILE_ACCELERATION, 10))
    assert (found.speed, found.acceleration) == (46 / 60 * 4096, 0.0)


def test_a_profile_faster_than_the_motor_is_the_motors() -> None:
    open_limit = (table.VELOCITY_LIMIT, 1023)
    assert order((table.PROFILE_VELOCITY, 32_767), open_limit).speed == 46 / 60 * 4096


def test_the_velocity_limit_clips_profiles_and_turning_but_not_a_step() -> None:
    slow = (table.VELOCITY_LIMIT, 60)
    most = 60 * table.STEPS_S_PER_UNIT
    assert order(slow, (table.PROFILE_VELOCITY, 100)).speed == pytest.approx(most)
    assert order(slow, (table.PROFILE_VELOCITY, 50)).speed == pytest.approx(50 * table.STEPS_S_PER_UNIT)
    by_time = (table.DRIVE_MODE, table.TIME_BASED)
    assert order(slow, by_time, (table.PROFILE_VELOCITY, 100), distance=4000.0).speed == pytest.approx(most)
    turning = (table.OPERATING_MODE, table.VELOCITY_MODE)
    assert order(slow, turning, (table.GOAL_VELOCITY, -100)).turn_speed == pytest.approx(-most)
    assert order(slow).speed == 46 / 60 * 4096


@pytest.mark.parametrize(
    ("span", "ramp", "speed", "acceleration"),
    [(1000, 200, 1000 / 0.8, 1000 / 0.8 / 0.2), (1000, 0, 1000.0, 0.0), (1000, 900, 2000.0, 4000.0)],
)
def test_a_profile_by_time_takes_its_time(span: int, ramp: int, speed: float, acceleration: float) -> None:
    found = order(
        (table.DRIVE_MODE, table.TIME_BASED),
        (table.PROFILE_VELOCITY, span),
        (table.PROFILE_ACCELERATION, ramp),
        distance=-1000.0,
        model=1190,
    )
    assert found.speed == pytest.approx(speed)
    assert found.acceleration == pytest.approx(acceleration)


def test_velocity_mode_ramps_without_a_profile_velocity() -> None:
    found = order(
        (table.OPERATING_MODE, table.VELOCITY_MODE),
        (table.GOAL_VELOCITY, -50),
        (table.PROFILE_ACCELERATION, 4),
    )
    assert found.turning
    assert not found.following
    assert found.turn_speed == pytest.approx(-50 * table.STEPS_S_PER_UNIT)
    assert found.acceleration == pytest.approx(4 * table.STEPS_S2_PER_UNIT)


def test_pwm_and_in_its_mode_current_leave_a_share_of_torque() -> None:
    assert order((table.GOAL_PWM, -443)).fraction == pytest.approx(443 / 885)
    assert order((table.GOAL_PWM, 885), (table.PWM_LIMIT, 300)).fraction == pytest.approx(300 / 885)
    half_amp = (table.GOAL_CURRENT, 500)
    assert order(half_amp, model=1200).fraction == 1.0
    by_current = (table.OPERATING_MODE, table.CURRENT_POSITION_MODE)
    assert order(half_amp, by_current, model=1200).fraction == pytest.approx(0.5 / 1.47)
    assert order(by_current, model=1060).fraction == 1.0
    lowered = (table.CURRENT_LIMIT, 300)
    assert order(half_amp, lowered, by_current, model=1200).fraction == pytest.approx(0.3 / 1.47)


@pytest.mark.parametrize(
    ("mode", "offset", "found"),
    [(3, 1024, 1024), (3, 1025, 0), (3, -1025, 0), (4, -4000, -4000), (5, 2000, 2000)],
)
def test_position_mode_ignores_a_homing_offset_of_more_than_a_quarter_turn(
    mode: int, offset: int, found: int
) -> None:
    memory = Memory(MODELS[1020])
    memory.put(table.OPERATING_MODE, mode)
    memory.put(table.HOMING_OFFSET, offset)
    assert offset_of(memory) == found


def test_the_watchdog_counts_20_ms_and_its_error_is_no_time() -> None:
    assert order((table.BUS_WATCHDOG, 5)).watchdog_s == pytest.approx(0.1)
    assert order((table.BUS_WATCHDOG, table.WATCHDOG_ERROR)).watchdog_s == 0.0
    assert order((table.DRIVE_MODE, table.REVERSED)).sign == -1
