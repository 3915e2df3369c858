import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim_fallback.servo_bus.dynamixel import memory as errors
from sim_fallback.servo_bus.dynamixel import table
from sim_fallback.servo_bus.dynamixel.memory import Memory
from sim_fallback.servo_bus.dynamixel.table import MODELS, Item

XM430, XL430, XL330 = MODELS[1020], MODELS[1060], MODELS[1200]


def write(memory: Memory, item: Item, value: int) -> int:
    signed = value < 0
    return memory.write(item.address, value.to_bytes(item.length, "little", signed=signed)).error


@pytest.mark.parametrize("number", MODELS)
def test_a_table_has_no_overlaps_and_starts_within_its_own_ranges(number: int) -> None:
    model = MODELS[number]
    addresses = [at for item in model.items for at in range(item.address, item.address + item.length)]
    assert len(addresses) == len(set(addresses))
    memory = Memory(model)
    for item in model.items:
        low, high = model.ranges.get(item, (item.low, item.high))
        if item.writable and item is not table.SHADOW_ID:
            assert low <= memory.get(item) <= high, item
    assert memory.get(table.MODEL_NUMBER) == number
    assert memory.get(table.GOAL_PWM) == 885


@pytest.mark.parametrize(
    ("number", "limit_c", "volts", "shutdown"),
    [
        (1190, 70, (35, 70), 53),
        (1200, 70, (35, 70), 53),
        (1060, 72, (60, 140), 52),
        (1020, 80, (95, 160), 52),
        (1120, 80, (95, 160), 52),
    ],
)
def test_models_start_with_their_published_values(
    number: int, limit_c: int, volts: tuple[int, int], shutdown: int
) -> None:
    memory = Memory(MODELS[number])
    assert memory.get(table.TEMPERATURE_LIMIT) == limit_c
    assert (memory.get(table.MIN_VOLTAGE), memory.get(table.MAX_VOLTAGE)) == volts
    assert memory.get(table.SHUTDOWN) == shutdown


@given(st.integers(-1_044_479, 1_044_479))
def test_what_was_written_is_read_back(offset: int) -> None:
    memory = Memory(XM430)
    assert write(memory, table.HOMING_OFFSET, offset) == 0
    assert memory.get(table.HOMING_OFFSET) == offset
    assert memory.read(20, 4) == offset.to_bytes(4, "little", signed=True)


@pytest.mark.parametrize(
    ("item", "value", "error"),
    [
        (table.MODEL_NUMBER, 1, errors.ACCESS_ERROR),
        (table.PRESENT_POSITION, 1, errors.ACCESS_ERROR),
        (table.ID, 253, errors.RANGE_ERROR),
        (table.TORQUE_ENABLE, 2, errors.RANGE_ERROR),
        (table.BUS_WATCHDOG, 128, errors.RANGE_ERROR),
        (table.OPERATING_MODE, 2, errors.RANGE_ERROR),
        (table.PROTOCOL, 1, errors.RANGE_ERROR),
        (table.MAX_VOLTAGE, 161, errors.RANGE_ERROR),
        (table.GOAL_POSITION, 4096, errors.LIMIT_ERROR),
        (table.GOAL_POSITION, -1, errors.LIMIT_ERROR),
        (table.GOAL_VELOCITY, 201, errors.LIMIT_ERROR),
        (table.GOAL_VELOCITY, -201, errors.LIMIT_ERROR),
        (table.GOAL_CURRENT, 1194, errors.LIMIT_ERROR),
        (table.GOAL_VELOCITY, -200, 0),
        (table.GOAL_POSITION, 4095, 0),
    ],
)
def test_refusals_have_the_published_numbers(item: Item, value: int, error: int) -> None:
    memory = Memory(XM430)
    before = memory.get(item)
    assert write(memory, item, value) == error
    assert memory.get(item) == (before if error else value)


def test_lengths_gaps_and_ends() -> None:
    memory = Memory(XM430)
    assert memory.write(116, b"\x01\x02").error == errors.LENGTH_ERROR
    assert memory.write(117, b"\x01").error == errors.LENGTH_ERROR
    assert memory.write(66, b"\x01").error == errors.ACCESS_ERROR
    assert memory.write(64, b"").error == errors.ACCESS_ERROR
    assert memory.write(64, b"\x01\x01\x01").error == errors.ACCESS_ERROR
    assert memory.write(64, b"\x00\x01").error == 0
    assert memory.read(66, 2) == b"\0\0"
    assert memory.read(661, 1) == b"\0"
    assert memory.read(661, 2) is None
    assert memory.read(0, 0) is None


def test_a_refused_write_of_many_writes_nothing() -> None:
    memory = Memory(XM430)
    profile = (50).to_bytes(4, "little")
    assert memory.write(108, profile + profile + (5000).to_bytes(4, "little")).error == errors.LIMIT_ERROR
    assert memory.get(table.PROFILE_ACCELERATION) == 0
    assert memory.write(108, profile + profile + (500).to_bytes(4, "little")).error == 0
    assert memory.get(table.PROFILE_VELOCITY) == 50


def test_the_eeprom_is_locked_while_torque_is_on_and_through_a_shadow_id() -> None:
    memory = Memory(XM430)
    assert memory.write(7, b"\x05", only_ram=True).error == errors.ACCESS_ERROR
    memory.put(table.TORQUE_ENABLE, 1)
    assert memory.write(7, b"\x05").error == errors.ACCESS_ERROR
    assert memory.write(65, b"\x01", only_ram=True).error == 0


def test_goals_are_read_only_after_the_watchdog() -> None:
    memory = Memory(XM430)
    memory.put(table.BUS_WATCHDOG, table.WATCHDOG_ERROR)
    for item in sorted(table.GOALS, key=lambda one: one.address):
        assert write(memory, item, 0) == errors.RANGE_ERROR
    assert write(memory, table.BUS_WATCHDOG, 0) == 0
    assert write(memory, table.GOAL_POSITION, 7) == 0


def test_position_limits_bind_in_position_mode_only() -> None:
    memory = Memory(XM430)
    assert write(memory, table.OPERATING_MODE, table.EXTENDED_MODE) == 0
    assert write(memory, table.GOAL_POSITION, -5000) == 0
    assert write(memory, table.GOAL_POSITION, table.MULTI_TURN + 1) == errors.RANGE_ERROR


def test_a_model_without_current_sensor_has_no_current_items() -> None:
    memory = Memory(XL430)
    assert memory.write(102, b"\x01\x00").error == errors.ACCESS_ERROR
    assert write(memory, table.OPERATING_MODE, table.CURRENT_POSITION_MODE) == errors.RANGE_ERROR
    assert write(memory, table.OPERATING_MODE, table.VELOCITY_MODE) == 0


def test_indirect_data_is_what_the_indirect_addresses_say() -> None:
    memory = Memory(XL330)
    assert memory.read(208, 2) == b"\0\0"
    assert memory.write(168, (132).to_bytes(2, "little") + (116).to_bytes(2, "little")).error == 0
    memory.put(table.PRESENT_POSITION, 0x34)
    assert memory.read(208, 1) == b"\x34"
    assert memory.write(209, b"\x07").error == errors.LENGTH_ERROR
    for at in range(4):
        assert memory.write(168 + 2 * at, (116 + at).to_bytes(2, "little")).error == 0
    assert memory.write(208, (777).to_bytes(4, "little")).error == 0
    assert memory.get(table.GOAL_POSITION) == 777


def test_power_keeps_the_eeprom_and_restoring_keeps_what_it_is_told() -> None:
    memory = Memory(XM430)
    for item, value in ((table.ID, 9), (table.PWM_LIMIT, 500), (table.LED, 1), (table.BACKUP_READY, 1)):
        memory.put(item, value)
    memory.power_on()
    values = [memory.get(item) for item in (table.ID, table.PWM_LIMIT, table.LED, table.BACKUP_READY)]
    assert values == [9, 500, 0, 1]
    assert memory.get(table.GOAL_PWM) == 500
    memory.restore(frozenset({table.ID}))
    assert [memory.get(item) for item in (table.ID, table.PWM_LIMIT)] == [9, 885]
