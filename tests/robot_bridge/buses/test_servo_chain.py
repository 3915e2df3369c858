"""The exchange with the chain, against servos of a few registers: start-up, reading, and every fault."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from register_servos import AT, CALIBRATION, DYNAMIXEL, FEETECH, PERIOD_NS, WIDOWX, Bench

from robot_bridge.buses import dynamixel, servo_chain
from robot_bridge.buses import feetech as sts
from robot_bridge.buses.servo_protocol import Purpose
from robot_bridge.buses.servo_reading import ChainReading, ServoSample
from robot_bridge.buses.servo_spec import ChainSpec

both = pytest.mark.parametrize("spec", [FEETECH, DYNAMIXEL], ids=["feetech", "dynamixel"])
SILENCES = [({3}, "servo_missing"), ({1, 2, 3, 4, 5, 6}, "bus_lost")]


def fresh(bench: Bench, sample: ServoSample | None) -> bool:
    """Whether the sample was on the wire in the bench's last tick."""
    return sample is not None and bench.now_ns - sample.at_ns < PERIOD_NS


@both
def test_the_start_up_ends_with_torque_on_and_every_goal_where_the_servo_stands(spec: ChainSpec) -> None:
    bench = Bench(spec).ready()
    assert bench.phases == ["inspect", "sense", "guard", "engage", "ready"]
    assert bench.everywhere("torque") == {1} and bench.everywhere("goal") == {AT}
    assert 0 not in bench.everywhere("speed") and 0 not in bench.everywhere("acceleration")
    assert bench.servos.get(6, "limit") == (400 if spec is FEETECH else 354)
    reading = bench.tick()
    assert reading.held_steps == (AT,) * 6 and reading.trouble == "none"
    assert reading.samples[0] is not None and reading.samples[0].position_steps == AT


def test_the_dynamixel_bus_watchdog_is_armed_before_torque() -> None:
    bench = Bench(DYNAMIXEL)
    while bench.state.phase != "engage":
        bench.tick()
    assert bench.everywhere("watchdog") == {5} and bench.everywhere("torque") == {0}


@both
def test_torque_comes_on_only_after_the_goals_are_read_back(spec: ChainSpec) -> None:
    bench = Bench(spec)
    while bench.state.phase != "engage":
        assert bench.everywhere("torque") == {0}
        bench.tick()
    assert bench.everywhere("goal") == {AT}


@both
@pytest.mark.parametrize(("ahead", "held"), [(30, AT + 30), (300, AT)])
def test_servos_under_torque_keep_a_near_goal_and_stay_from_a_far_one(
    spec: ChainSpec, ahead: int, held: int
) -> None:
    bench = Bench(spec)
    for one in spec.ids:
        bench.servos.put(one, "torque", 1)
        bench.servos.put(one, "goal", AT + ahead)
    assert bench.until("ready").held_steps == (held,) * 6


@both
def test_wrong_position_limits_are_written_for_good(spec: ChainSpec) -> None:
    bench = Bench(spec)
    bench.servos.put(2, "min", 0)
    bench.servos.put(2, "max", 4095)
    bench.ready()
    assert bench.phases[:3] == ["inspect", "limits", "inspect"]
    limits = bench.servos.get(2, "min"), bench.servos.get(2, "max")
    assert limits == (spec.servos[1].range_min, spec.servos[1].range_max)
    if spec is FEETECH:
        assert bench.servos.memories[2][55] == 1


def test_dynamixel_servos_are_told_to_answer_without_delay() -> None:
    bench = Bench(DYNAMIXEL)
    bench.servos.memories[3][9] = 250
    bench.ready()
    assert bench.servos.memories[3][9] == 0


@both
def test_limits_that_do_not_take_are_given_up(spec: ChainSpec) -> None:
    bench = Bench(spec)
    bench.servos.writable_limits = False
    bench.servos.put(2, "min", 0)
    for _ in range(10):
        reading = bench.tick()
    assert bench.phases.count("limits") == 3
    assert reading.trouble == "servo_bounds"
    assert bench.state.note.startswith("shoulder_lift does not take its position limits (registers ")


LOOSE = [("speed_kept", 0), ("speed_kept", 1023), ("current_kept", 0), ("current_kept", 1750)]


@pytest.mark.parametrize(("name", "value"), LOOSE)
def test_only_a_loose_bound_of_the_one_servo_is_written_for_good_and_only_once(name: str, value: int) -> None:
    bench = Bench(DYNAMIXEL)
    bench.servos.put(3, name, value)
    bench.ready()
    assert bench.servos.settled == [(3, bench.servos.places[name][0])]
    assert bench.servos.get(3, name) == {"speed_kept": 88, "current_kept": 1323}[name]
    bench.state = servo_chain.unplug(DYNAMIXEL, bench.state)
    bench.ready()
    assert len(bench.servos.settled) == 1


def test_a_tighter_bound_is_left_as_its_owner_set_it() -> None:
    bench = Bench(DYNAMIXEL).ready()
    assert bench.servos.settled == []
    assert (bench.everywhere("speed_kept"), bench.everywhere("current_kept")) == ({50}, {100})


def test_a_model_without_a_current_sensor_has_its_duty_limited_for_good() -> None:
    bench = Bench(WIDOWX)
    bench.servos.put(9, "duty_kept", 885)
    bench.servos.put(9, "current_kept", 0)
    bench.ready()
    assert bench.servos.settled == [(9, 36)] and bench.servos.get(9, "duty_kept") == 354
    assert bench.servos.get(9, "current") == 0, "it has no such register"
    assert bench.servos.get(1, "current") == 684


def test_what_cannot_be_written_under_torque_is_said_with_what_to_do() -> None:
    bench = Bench(DYNAMIXEL)
    bench.servos.put(3, "speed_kept", 1023)
    bench.servos.put(3, "torque", 1)
    for _ in range(10):
        reading = bench.tick()
    assert reading.trouble == "servo_bounds" and bench.servos.settled == []
    note = "elbow_flex takes no velocity limit (register 44) while it carries torque: hold the arm and switch"
    assert bench.state.note.startswith(note)
    assert bench.servos.get(3, "torque") == 1, "an arm that hangs in the air is not let go of"
    bench.servos.put(3, "torque", 0)
    bench.ready()


def test_a_chain_that_shall_be_let_go_of_is_so_before_its_bounds_are_right() -> None:
    bench = Bench(DYNAMIXEL)
    bench.servos.put(3, "speed_kept", 1023)
    bench.servos.put(3, "torque", 1)
    bench.state = servo_chain.release(bench.state)
    bench.until("released")
    bench.state = servo_chain.engage(bench.state)
    bench.ready()
    assert bench.servos.settled == [(3, 44)]


@both
@pytest.mark.parametrize("outside", [92, 4096])
def test_torque_never_turns_a_servo_far_into_its_range(spec: ChainSpec, outside: int) -> None:
    bench = Bench(spec)
    bench.servos.put(2, "position", spec.servos[1].range_max + outside)
    for _ in range(20):
        reading = bench.tick()
    assert (reading.phase, reading.trouble) == ("starting", "servo_bounds")
    assert bench.state.note.startswith(
        f"shoulder_lift stands {outside} steps outside its range: move it back"
    )
    assert bench.everywhere("torque") == {0}
    bench.servos.put(2, "position", spec.servos[1].range_max + 20)
    assert bench.until("ready").held_steps == (AT, spec.servos[1].range_max, *(AT,) * 4)


def test_a_shadow_takes_what_is_written_to_its_leader_and_is_read_like_every_servo() -> None:
    bench = Bench(WIDOWX)
    for servo_id in (3, 5):
        bench.servos.put(servo_id, "speed_kept", 131)
    reading = bench.until("ready")
    assert len(reading.samples) == 7 and reading.held_steps == (AT,) * 7
    assert bench.servos.settled == [(3, 44), (5, 44)]
    for name in ("torque", "goal", "watchdog", "limit", "speed", "current"):
        assert bench.servos.get(3, name) == bench.servos.get(2, name) != 0
    for _ in range(40):
        assert bench.tick().phase == "ready" and {3, 5} < set(bench.state.asked)


SHADOWS = [
    ("secondary", 255, "shoulder_shadow does not follow servo 2 (register 12 holds 255)"),
    ("drive", 0, "shoulder_shadow counts the other way round (register 10 holds 0)"),
    ("drive", 3, "shoulder_shadow follows a cable instead of goals (register 10 holds 3)"),
    ("mode", 0, "shoulder_shadow is not in a position mode (register 11 holds 0)"),
    ("model", 1060, "shoulder_shadow is another model of servo: 1060 instead of 1020"),
    ("position", AT + 31, "shoulder_shadow stands 31 steps from its leader"),
    ("hardware", 32, "shoulder_shadow shut itself down for overload"),
]


@pytest.mark.parametrize(("name", "value", "note"), SHADOWS)
def test_a_shadow_that_is_not_what_its_leader_is_keeps_the_arm_without_torque(
    name: str, value: int, note: str
) -> None:
    bench = Bench(WIDOWX)
    bench.servos.put(3, name, value)
    for _ in range(30):
        assert bench.tick().phase == "starting"
    assert bench.state.note.startswith(note)
    assert bench.everywhere("torque") == {0}


def test_a_leader_with_a_leader_of_its_own_is_not_driven() -> None:
    bench = Bench(WIDOWX)
    bench.servos.put(4, "secondary", 2)
    for _ in range(30):
        assert bench.tick().phase == "starting"
    assert bench.state.note.startswith("elbow obeys servo 2 too (register 12 should hold 255)")


FIRST = [("hardware", 32, "overload"), ("temperature", 90, "none"), ("position", AT + 80, "following_error")]


@pytest.mark.parametrize(("name", "value", "trouble"), FIRST)
def test_a_joint_is_as_hot_and_as_ill_as_the_worse_of_its_servos(name: str, value: int, trouble: str) -> None:
    bench = Bench(WIDOWX).ready()
    bench.servos.put(3, name, 50 if name == "temperature" else value)
    if name == "temperature":  # no servo warms by tens of degrees at once
        for celsius in range(bench.servos.get(2, name), value):
            bench.servos.put(3, name, celsius)
            for _ in range(12):
                bench.tick()
    for _ in range(8):
        sample = bench.tick().samples[1]
    assert sample is not None and sample.trouble == trouble
    assert name != "temperature" or sample.temperature_c == value - 1
    assert sample.position_steps == AT


def test_a_leader_s_own_trouble_is_told_before_its_shadow_s() -> None:
    bench = Bench(WIDOWX).ready()
    bench.servos.put(2, "hardware", 4)
    bench.servos.put(3, "hardware", 32)
    for _ in range(8):
        sample = bench.tick().samples[1]
    assert sample is not None and sample.trouble == "overheat"


def test_a_shadow_read_later_than_its_leader_may_be_where_it_was() -> None:
    bench = Bench(WIDOWX).ready()
    bench.servos.mute = frozenset({3})
    for tick in range(1, 8):
        for servo_id in (2, 3):
            bench.servos.put(servo_id, "position", AT + 15 * tick)
        sample = bench.tick().samples[1]
        assert sample is not None and sample.trouble == "none" and not fresh(bench, sample)


def test_a_shadow_that_falls_silent_or_restarts_ends_the_ready_chain() -> None:
    bench = Bench(WIDOWX).ready()
    bench.servos.mute = frozenset({5})
    for _ in range(30):
        reading = bench.tick()
    assert (reading.phase, reading.trouble) == ("starting", "servo_missing")
    assert bench.state.note == "no answer from elbow_shadow"
    bench.servos.mute = frozenset()
    bench.ready()
    bench.servos.put(5, "torque", 0)
    for _ in range(60):
        reading = bench.tick()
        if reading.phase != "ready":
            break
    assert reading.trouble == "servo_rebooted" and bench.state.note.startswith("elbow_shadow lost")


def test_a_silent_shadow_is_named() -> None:
    bench = Bench(WIDOWX)
    bench.servos.mute = frozenset({5})
    for _ in range(30):
        reading = bench.tick()
    assert (reading.trouble, bench.state.note) == ("servo_missing", "no answer from elbow_shadow")
    bench.servos.mute = frozenset()
    bench.ready()


@pytest.mark.parametrize("name", ["goal", "speed", "limit", "current", "torque"])
def test_a_shadow_that_does_not_take_what_its_leader_took_is_named(name: str) -> None:
    bench = Bench(WIDOWX)
    bench.servos.put(5, "limit", 885)
    bench.servos.put(5, "current", 1193)
    address, size = bench.servos.places[name]
    bench.servos.deaf = {5: frozenset(range(address, address + size))}
    notes = set()
    for _ in range(60):
        assert bench.tick().phase == "starting"
        notes.add(bench.state.note)
    assert any(note.startswith("elbow_shadow ") and " take" in note for note in notes)


def test_a_shadow_that_keeps_its_torque_is_named() -> None:
    bench = Bench(WIDOWX).ready()
    bench.servos.deaf = {5: frozenset({bench.servos.places["torque"][0]})}
    bench.state = servo_chain.release(bench.state)
    assert bench.tick().phase == "releasing"
    assert bench.state.note == "elbow_shadow keeps its torque"


@both
@pytest.mark.parametrize(
    ("name", "value", "note"),
    [("model", 8, "another model of servo: 8"), ("homing", 77, "calibration"), ("mode", 1, "position mode")],
)
def test_servos_that_are_not_the_calibrated_ones_are_never_driven(
    spec: ChainSpec, name: str, value: int, note: str
) -> None:
    bench = Bench(spec)
    bench.servos.put(4, name, value)
    for _ in range(30):
        assert bench.tick().phase == "starting"
    assert note in bench.state.note and "wrist_flex" in bench.state.note
    assert bench.everywhere("torque") == {0}


@both
def test_a_servo_that_moves_during_start_up_is_sensed_again(spec: ChainSpec) -> None:
    bench = Bench(spec)
    while bench.state.phase != "guard":
        bench.tick()
    bench.servos.put(1, "position", AT + 40)
    bench.tick()
    assert bench.state.phase == "sense"
    assert bench.until("ready").held_steps == (AT + 40, *(AT,) * 5)


@both
@pytest.mark.parametrize("name", ["goal", "speed", "acceleration", "limit"])
def test_a_servo_that_does_not_take_a_bound_gets_no_torque_and_is_named(spec: ChainSpec, name: str) -> None:
    bench = Bench(spec)
    address, size = bench.servos.places[name]
    bench.servos.deaf = {3: frozenset(range(address, address + size))}
    notes = set()
    for _ in range(60):
        assert bench.tick().phase == "starting"
        notes.add(bench.state.note)
    assert bench.everywhere("torque") == {0}
    assert any(note.startswith("elbow_flex does not take its") for note in notes)


@both
def test_torque_that_does_not_take_is_tried_again_and_named(spec: ChainSpec) -> None:
    bench = Bench(spec)
    bench.servos.deaf = {3: frozenset({bench.servos.places["torque"][0]})}
    for _ in range(40):
        assert bench.tick().phase == "starting"
    assert "elbow_flex takes no torque" in bench.state.note
    bench.servos.deaf = {}
    bench.ready()


@both
@pytest.mark.parametrize(("mute", "trouble"), SILENCES)
def test_silence_during_start_up_is_said_after_ten_tries(
    spec: ChainSpec, mute: set[int], trouble: str
) -> None:
    bench = Bench(spec)
    bench.servos.mute = frozenset(mute)
    for _ in range(9):
        assert bench.tick().trouble == "none"
    assert bench.tick().trouble == trouble
    assert "elbow_flex" in bench.state.note
    bench.servos.mute = frozenset()
    bench.ready()


@both
def test_one_silent_servo_costs_nobody_else_a_sample_and_is_named_soon(spec: ChainSpec) -> None:
    bench = Bench(spec).ready()
    bench.servos.mute = frozenset({3})
    before = bench.tick().samples[2]
    for tick in range(200):
        reading = bench.tick()
        assert reading.samples[2] == before
        assert all(fresh(bench, s) for i, s in enumerate(reading.samples) if i != 2)
        assert tick < 8 or "elbow_flex" in bench.state.note
    assert (reading.phase, reading.trouble) == ("starting", "servo_missing")
    bench.servos.mute = frozenset()
    assert bench.until("ready").trouble == "none"
    assert bench.state.note == ""


@both
def test_a_silent_servo_is_not_asked_last(spec: ChainSpec) -> None:
    bench = Bench(spec).ready()
    bench.servos.mute = frozenset({6})
    bench.tick()
    assert servo_chain.waiting(bench.state)
    bench.tick()
    assert bench.state.asked == (6, 1, 2, 3, 4, 5) and not servo_chain.waiting(bench.state)


@both
@pytest.mark.parametrize(("mute", "trouble"), SILENCES)
def test_long_silence_starts_the_chain_over(spec: ChainSpec, mute: set[int], trouble: str) -> None:
    bench = Bench(spec).ready()
    bench.servos.mute = frozenset(mute)
    for _ in range(199 if len(mute) == 6 else 19):
        assert bench.tick().phase == "ready"
    reading = bench.tick()
    assert (reading.phase, reading.trouble, reading.held_steps) == ("starting", trouble, None)
    bench.servos.mute = frozenset()
    assert bench.until("ready").trouble == "none"


@both
def test_a_chain_that_falls_silent_while_it_is_partial_is_lost(spec: ChainSpec) -> None:
    bench = Bench(spec).ready()
    bench.servos.mute = frozenset({3})
    bench.until("starting")
    bench.servos.mute = frozenset(spec.ids)
    for _ in range(21):
        reading = bench.tick()
    assert reading.trouble == "bus_lost"


@both
def test_a_partial_chain_waits_until_all_answer_in_one_tick(spec: ChainSpec) -> None:
    bench = Bench(spec).ready()
    bench.servos.mute = frozenset({3})
    bench.until("starting")
    for tick in range(40):
        bench.servos.mute = frozenset({2 + tick % 3})
        assert (bench.tick().phase, bench.state.phase) == ("starting", "partial")
    bench.servos.mute = frozenset()
    bench.ready()


@both
def test_a_servo_that_rebooted_is_found_within_eight_ticks(spec: ChainSpec) -> None:
    bench = Bench(spec).ready()
    bench.servos.put(5, "torque", 0)
    bench.servos.put(5, "speed", 0)
    for _ in range(8):
        reading = bench.tick()
        if reading.phase == "starting":
            break
    assert reading.trouble == "servo_rebooted" and "wrist_roll" in bench.state.note


@both
def test_one_damaged_answer_does_not_pass_for_a_reboot(spec: ChainSpec) -> None:
    bench = Bench(spec).ready()
    while bench.state.suspect is None:
        bench.servos.put(5, "speed", 0)
        assert bench.tick().phase == "ready"
    bench.servos.memories[5] = Bench(spec).ready().servos.memories[5]
    for _ in range(20):
        assert bench.tick().phase == "ready"
    assert bench.state.suspect is None


def test_a_watchdog_that_tripped_is_cleared_with_the_goal_where_the_servo_stands() -> None:
    bench = Bench(DYNAMIXEL).ready()
    bench.servos.put(2, "watchdog", 255)
    bench.servos.put(2, "position", AT + 20)
    bench.until("starting")
    assert "shoulder_lift was stopped by its own watchdog" in bench.state.note
    reading = bench.until("ready")
    assert reading.held_steps == (AT, AT + 20, AT, AT, AT, AT)
    assert bench.everywhere("watchdog") == {5}


def test_a_servo_that_shut_itself_down_is_named_and_restarts_only_when_an_operator_lets_it() -> None:
    bench = Bench(DYNAMIXEL).ready()
    bench.servos.put(2, "hardware", 0b10_0000)
    bench.servos.put(2, "torque", 0)
    for _ in range(2):
        reading = bench.tick()
    assert reading.samples[1] is not None
    assert (reading.samples[1].trouble, reading.samples[1].status) == ("overload", 0xA0)
    for _ in range(40):
        reading = bench.tick()
    assert (reading.phase, reading.trouble) == ("starting", "overload")
    assert "shoulder_lift" in bench.state.note and bench.servos.get(2, "hardware")
    bench.state = servo_chain.engage(bench.state)
    assert bench.until("ready").trouble == "none"
    assert bench.everywhere("torque") == {1} and not bench.state.consent


def test_a_named_alert_keeps_its_name_in_answers_that_do_not_say_it() -> None:
    bench = Bench(DYNAMIXEL).ready()
    bench.servos.put(2, "hardware", 0b100)
    lengths = []
    for tick in range(12):
        reading = bench.tick()
        lengths.append(bench.state.block.length)
        assert reading.phase == "ready"
        if tick > 1:
            assert reading.samples[1] is not None and reading.samples[1].trouble == "overheat"
    assert lengths[1] > 80 and sum(length < 40 for length in lengths) >= 9


@both
def test_a_released_chain_is_read_without_torque_until_it_is_engaged(spec: ChainSpec) -> None:
    bench = Bench(spec).ready()
    bench.state = servo_chain.release(bench.state)
    assert servo_chain.command(spec, bench.state, (AT,) * 6) == b""
    reading = bench.until("released")
    assert bench.everywhere("torque") == {0} and reading.held_steps is None
    for one in spec.ids:
        bench.servos.put(one, "position", AT + 90)
    for _ in range(20):
        reading = bench.tick()
    assert (reading.phase, reading.trouble) == ("released", "none")
    assert fresh(bench, reading.samples[0])
    bench.state = servo_chain.engage(bench.state)
    assert bench.until("ready").held_steps == (AT + 90,) * 6
    assert bench.everywhere("goal") == {AT + 90}


@both
def test_a_released_chain_stays_released_over_a_new_start(spec: ChainSpec) -> None:
    bench = Bench(spec).ready()
    bench.state = servo_chain.release(bench.state)
    bench.until("released")
    bench.state = servo_chain.unplug(spec, bench.state)
    for one in spec.ids:
        bench.servos.put(one, "torque", 1)
    bench.until("released")
    assert bench.everywhere("torque") == {0}


@both
def test_a_release_during_start_up_is_kept(spec: ChainSpec) -> None:
    bench = Bench(spec)
    bench.state = servo_chain.release(bench.state)
    bench.until("released")
    assert "guard" not in bench.phases
    bench.state = servo_chain.engage(bench.state)
    bench.tick()
    assert bench.state.phase == "inspect"


@both
def test_torque_that_does_not_go_is_named(spec: ChainSpec) -> None:
    bench = Bench(spec).ready()
    bench.servos.deaf = {1: frozenset({bench.servos.places["torque"][0]})}
    bench.state = servo_chain.release(bench.state)
    assert bench.tick().phase == "releasing"
    assert bench.state.note == "shoulder_pan keeps its torque"
    bench.servos.deaf = {}
    bench.until("released")


@both
def test_torque_that_comes_back_on_a_released_chain_is_taken_again(spec: ChainSpec) -> None:
    bench = Bench(spec).ready()
    bench.state = servo_chain.release(bench.state)
    bench.until("released")
    bench.servos.put(1, "torque", 1)
    for _ in range(12):
        bench.tick()
    assert bench.everywhere("torque") == {0} and bench.state.phase == "released"


@both
def test_every_question_differs_in_length_from_the_twelve_before_it(spec: ChainSpec) -> None:
    bench = Bench(spec)
    asked: list[int] = []
    for tick in range(300):
        bench.servos.mute = frozenset(spec.ids if tick % 50 > 45 else ())
        bench.tick()
        if bench.state.block.length:
            asked.append(bench.state.block.length)
    assert all(len(set(asked[at : at + 13])) == 13 for at in range(len(asked) - 13))


@both
def test_a_late_answer_never_passes_for_a_fresh_one(spec: ChainSpec) -> None:
    bench = Bench(spec).ready()
    for _ in range(40):
        state, sent = servo_chain.begin(spec, bench.state)
        late = bench.servos.answer(sent)
        bench.state = replace(state, answers={})
        bench.servos.put(1, "position", AT + 20)
        now = bench.tick(before=late)
        assert now.samples[0] is not None and now.samples[0].position_steps == AT + 20
        bench.servos.put(1, "position", AT)


@both
@given(data=st.data())
def test_no_delay_drop_or_duplicate_makes_a_stale_value_fresh(spec: ChainSpec, data: st.DataObject) -> None:
    """Each value on the wire is the tick in which it was measured; answers come up to twelve ticks late."""
    bench = Bench(spec).ready()
    wire: dict[int, list[bytes]] = {}
    for tick in range(40):
        for one in spec.ids:
            bench.servos.put(one, "position", AT + tick)
        reading = _delayed(bench, wire, tick, data)
        if reading.phase != "ready":
            return
        assert all(s.position_steps == AT + tick for s in reading.samples if s and fresh(bench, s))


def _delayed(bench: Bench, wire: dict[int, list[bytes]], tick: int, data: st.DataObject) -> ChainReading:
    """One exchange over a wire that holds frames back, doubles and drops them."""
    bench.now_ns += PERIOD_NS
    bench.state, sent = servo_chain.begin(bench.spec, bench.state)
    fates = st.lists(st.integers(0, 12), max_size=2)
    for frame in bench.servos.answers(sent):
        for delay in data.draw(fates) if data.draw(st.integers(0, 3)) == 0 else [0]:
            wire.setdefault(tick + delay, []).append(frame)
    for frame in data.draw(st.permutations(wire.get(tick, []))):
        bench.state = servo_chain.receive(bench.spec, bench.state, frame, bench.now_ns)
    bench.state, reading = servo_chain.finish(bench.spec, bench.state, bench.now_ns)
    return reading


@both
@pytest.mark.parametrize(
    ("name", "value"),
    [("position", AT + 900), ("velocity", 0x7FFF), ("temperature", 250), ("temperature", 60)],
)
def test_impossible_values_are_dropped_and_age(spec: ChainSpec, name: str, value: int) -> None:
    bench = Bench(spec).ready()
    before = bench.tick().samples[0]
    old = bench.servos.get(1, name)
    bench.servos.put(1, name, value)
    assert bench.tick().samples[0] == before
    assert bench.state.counts.implausible_samples == 1
    bench.servos.put(1, name, old)
    assert fresh(bench, bench.tick().samples[0])


@both
@given(noise=st.lists(st.binary(max_size=60), max_size=12))
def test_junk_on_the_wire_yields_no_impossible_jump(spec: ChainSpec, noise: list[bytes]) -> None:
    bench = Bench(spec).ready()
    for junk in noise:
        reading = bench.tick(before=junk)
        for sample in reading.samples:
            assert sample is None or abs(sample.position_steps - AT) < 400


@both
def test_every_sample_carries_the_time_of_its_own_frame(spec: ChainSpec) -> None:
    bench = Bench(spec).ready()
    state, sent = servo_chain.begin(spec, bench.state)
    frames = bench.servos.answers(sent)
    at_ns = bench.now_ns + PERIOD_NS
    state = servo_chain.receive(spec, state, b"".join(frames), at_ns)
    state, reading = servo_chain.finish(spec, state, at_ns)
    after = [len(b"".join(frames[index + 1 :])) * 10_000 for index in range(6)]
    assert [sample.at_ns for sample in reading.samples if sample] == [at_ns - late for late in after]


@both
def test_goals_go_out_with_acceleration_and_speed(spec: ChainSpec) -> None:
    bench = Bench(spec).ready()
    bench.servos.answer(servo_chain.command(spec, bench.state, tuple(range(2001, 2007))))
    assert [bench.servos.get(one, "goal") for one in spec.ids] == list(range(2001, 2007))
    assert 0 not in bench.everywhere("acceleration") and 0 not in bench.everywhere("speed")


def test_a_clean_line_is_read_by_joint_answers_until_a_gap() -> None:
    bench = Bench(DYNAMIXEL).ready()
    for _ in range(60):
        assert all(fresh(bench, sample) for sample in bench.tick().samples)
    assert bench.state.joint
    bench.servos.mute = frozenset({3})
    lost = sum(not fresh(bench, sample) for _ in range(20) for sample in bench.tick().samples)
    assert lost <= 4 + 20 and not bench.state.joint
    bench.servos.mute = frozenset()
    for _ in range(60):
        bench.tick()
    assert bench.state.joint and bench.state.phase == "ready"


def test_servos_that_know_no_joint_answers_are_not_asked_for_them_again() -> None:
    bench = Bench(DYNAMIXEL).ready()
    bench.servos.fast = False
    asked = []
    for _ in range(200):
        assert bench.tick().phase == "ready"
        asked.append(bench.state.joint)
    assert asked.count(True) == 1 and bench.state.counts.missing_answers == 6


def test_feetech_servos_are_never_asked_for_joint_answers() -> None:
    bench = Bench(FEETECH).ready()
    for _ in range(60):
        bench.tick()
        assert not bench.state.joint


@both
def test_what_a_servo_is_asked_has_enough_lengths_for_twelve_ticks_of_two_questions(spec: ChainSpec) -> None:
    purposes: tuple[Purpose, ...] = ("model", "settings", "told", "check", "state")
    for purpose in purposes:
        lengths = [block.length for block in spec.protocol.blocks(purpose)]
        assert len(set(lengths)) == len(lengths) == 26


@both
def test_a_lost_answer_is_asked_for_once_more_in_the_same_tick(spec: ChainSpec) -> None:
    bench = Bench(spec).ready()
    state, sent = servo_chain.begin(spec, bench.state)
    at_ns = bench.now_ns + PERIOD_NS
    for frame in bench.servos.answers(sent)[1:]:
        state = servo_chain.receive(spec, state, frame, at_ns)
    assert not servo_chain.waiting(state)
    state, again = servo_chain.repeat(spec, state, at_ns, whole=False)
    assert state.asked == (1,) and servo_chain.waiting(state)
    assert servo_chain.frame_ns(spec, state) == (state.block.length + 12) * 10_000
    state = servo_chain.receive(spec, state, bench.servos.answer(again), at_ns)
    assert servo_chain.repeat(spec, state, at_ns, whole=True) == (state, b"")
    state, reading = servo_chain.finish(spec, state, at_ns)
    assert all(sample is not None and sample.at_ns > bench.now_ns for sample in reading.samples)


@both
def test_a_lost_question_is_asked_once_more_only_where_answers_come_at_once(spec: ChainSpec) -> None:
    bench = Bench(spec).ready()
    state, _ = servo_chain.begin(spec, bench.state)
    assert servo_chain.repeat(spec, state, bench.now_ns, whole=False) == (state, b"")
    repeated, again = servo_chain.repeat(spec, state, bench.now_ns, whole=True)
    assert repeated.asked == spec.ids and repeated.block.length != state.block.length and again
    assert servo_chain.repeat(spec, state, bench.now_ns + 60_000_000, whole=True) == (state, b"")


def test_an_unplugged_chain_must_be_verified_again() -> None:
    bench = Bench(FEETECH).ready()
    bench.state = servo_chain.unplug(FEETECH, bench.state)
    assert (bench.state.phase, bench.state.trouble) == ("identify", "bus_lost")
    assert bench.state.samples == (None,) * 6
    assert bench.ready().state.counts.starts == 1


def test_a_servo_without_a_sample_takes_its_first() -> None:
    bench = Bench(FEETECH).ready()
    bench.state = replace(bench.state, samples=(None,) * 6)
    assert bench.tick().samples[0] is not None


def test_start_up_is_listened_to_until_it_is_whole_and_reading_only_while_nothing_has_come() -> None:
    bench = Bench(FEETECH)
    for whole in (False, True):
        state, sent = servo_chain.begin(FEETECH, bench.state)
        frames = bench.servos.answers(sent)
        assert servo_chain.unfinished(state)
        state = servo_chain.receive(FEETECH, state, frames[0], bench.now_ns)
        assert servo_chain.unfinished(state) is not whole
        bench.ready()


def test_an_arm_may_hold_frames_that_need_stuffing() -> None:
    bench = Bench(DYNAMIXEL).ready()
    bench.servos.memories[1][136:140] = b"\xff\xff\xfd\x00"
    assert b"\xff\xff\xfd\xfd" in bench.servos.answer(dynamixel.sync_read([1], 124, 23))
    assert fresh(bench, bench.tick().samples[0]) and bench.state.counts.missing_answers == 0


def test_answers_nobody_asked_for_are_junk() -> None:
    bench = Bench(FEETECH)
    state = servo_chain.receive(FEETECH, bench.state, sts.frame(1, 0, b"ab"), 0)
    assert state.counts.junk_bytes == 8 and not state.answers


def test_the_calibration_is_the_chains() -> None:
    assert [servo.homing_offset for servo in FEETECH.servos] == [entry.homing_offset for entry in CALIBRATION]
