"""The exchange with the chain, against servos of a few registers: start-up, reading, and every fault."""

from dataclasses import dataclass, field, replace

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from robot_bridge.arms import JointCalibration, load_arm, nominal_calibration
from robot_bridge.buses import feetech as sts
from robot_bridge.buses import servo_chain
from robot_bridge.buses.servo_chain import ChainState
from robot_bridge.buses.servo_reading import ChainReading
from robot_bridge.buses.servo_spec import chain_spec

SO101 = load_arm("so101")
CALIBRATION = tuple(
    msgspec.structs.replace(entry, homing_offset=offset)
    for entry, offset in zip(nominal_calibration(SO101), (0, 12, -7, 100, -400, 3), strict=True)
)
SPEC = chain_spec(SO101, CALIBRATION)
PERIOD_NS = 10_000_000
AT = 2000


def registers(entry: JointCalibration) -> bytearray:
    """A servo's memory after power-on, standing at AT."""
    memory = bytearray(256)
    memory[3:5] = sts.words(777)
    memory[9:13] = sts.words(entry.range_min, entry.range_max)
    memory[31:33] = sts.words(sts.unsigned(entry.homing_offset, 11))
    memory[48:50] = sts.words(1000)
    memory[55] = 1
    memory[56:58] = sts.words(AT)
    memory[62:64] = bytes((74, 30))
    return memory


@dataclass
class Bench:
    """A chain state and six register files, exchanged without wire or time."""

    state: ChainState = field(default_factory=lambda: servo_chain.start(SPEC))
    memories: dict[int, bytearray] = field(
        default_factory=lambda: {entry.id: registers(entry) for entry in CALIBRATION}
    )
    now_ns: int = 1_000_000_000
    mute: frozenset[int] = frozenset()
    writable_limits: bool = True
    goal_deaf: frozenset[int] = frozenset()
    phases: list[str] = field(default_factory=list)

    def tick(self, before: bytes = b"") -> ChainReading:
        """One exchange; `before` is on the wire ahead of the answers."""
        self.now_ns += PERIOD_NS
        self.state, sent = servo_chain.begin(SPEC, self.state)
        answers = before + self.answer(sent)
        if servo_chain.waiting(SPEC, self.state):
            self.state = servo_chain.receive(SPEC, self.state, answers[:7])
            self.state = servo_chain.receive(SPEC, self.state, answers[7:])
        self.state, reading = servo_chain.finish(SPEC, self.state, self.now_ns)
        if self.phases[-1:] != [self.state.phase]:
            self.phases.append(self.state.phase)
        return reading

    def ready(self) -> "Bench":
        for _ in range(20):
            if self.tick().phase == "ready":
                return self
        raise AssertionError(self.phases, self.state.note)

    def answer(self, sent: bytes) -> bytes:
        """Carries out instruction frames and returns what the servos answer."""
        answers = b""
        while sent:
            length = sent[3]
            code, parameters = sent[4], sent[5 : 3 + length]
            sent = sent[4 + length :]
            if code == sts.SYNC_WRITE:
                self.write(parameters[0], parameters[1], parameters[2:])
            elif code == sts.SYNC_READ:
                first, count = parameters[0], parameters[1]
                answers += b"".join(
                    sts.frame(one, self.memories[one][65], bytes(self.memories[one][first : first + count]))
                    for one in parameters[2:]
                    if one not in self.mute
                )
        return answers

    def write(self, address: int, length: int, rows: bytes) -> None:
        for at in range(0, len(rows), length + 1):
            memory = self.memories[rows[at]]
            deaf = address == sts.ACCELERATION and rows[at] in self.goal_deaf
            if deaf:
                memory[41], memory[46:48] = rows[at + 1], rows[at + 6 : at + 8]
            elif address != sts.LIMITS or (memory[55] == 0 and self.writable_limits):
                memory[address : address + length] = rows[at + 1 : at + 1 + length]


def goal(bench: Bench, servo_id: int) -> int:
    return sts.word(bytes(bench.memories[servo_id]), 42)


def test_the_start_up_ends_with_torque_on_and_every_goal_where_the_servo_stands() -> None:
    bench = Bench().ready()
    assert bench.phases == ["inspect", "sense", "guard", "engage", "ready"]
    for entry, servo in zip(CALIBRATION, SPEC.servos, strict=True):
        memory = bytes(bench.memories[entry.id])
        assert memory[40] == 1 and goal(bench, entry.id) == AT
        assert sts.word(memory, 48) == servo.torque_limit and sts.word(memory, 46) == servo.goal_speed
    reading = bench.tick()
    assert reading.held_steps == (AT,) * 6 and reading.trouble == "none"
    assert reading.samples[0] is not None and reading.samples[0].position_steps == AT


def test_torque_comes_on_only_after_the_goals_are_read_back() -> None:
    bench = Bench()
    while bench.state.phase != "engage":
        assert not any(memory[40] for memory in bench.memories.values())
        bench.tick()
    assert all(goal(bench, one) == AT for one in SPEC.ids)


def test_servos_under_torque_keep_the_goal_they_hold() -> None:
    bench = Bench()
    for memory in bench.memories.values():
        memory[40] = 1
        memory[42:44] = sts.words(AT + 30)
    assert bench.ready().tick().held_steps == (AT + 30,) * 6


def test_servos_under_torque_with_a_far_goal_are_told_to_stay() -> None:
    bench = Bench()
    for memory in bench.memories.values():
        memory[40] = 1
        memory[42:44] = sts.words(AT + 300)
    assert bench.ready().tick().held_steps == (AT,) * 6


def test_wrong_position_limits_are_written_and_locked_again() -> None:
    bench = Bench()
    bench.memories[2][9:13] = sts.words(0, 4095)
    bench.ready()
    assert bench.phases[:3] == ["inspect", "limits", "inspect"]
    servo = SPEC.servos[1]
    assert bytes(bench.memories[2][9:13]) == sts.words(servo.range_min, servo.range_max)
    assert bench.memories[2][55] == 1


def test_limits_that_do_not_take_are_given_up() -> None:
    bench = Bench(writable_limits=False)
    bench.memories[2][9:13] = sts.words(0, 4095)
    for _ in range(10):
        reading = bench.tick()
    assert bench.phases.count("limits") == 3
    assert reading.trouble == "servo_bounds" and "position limits" in bench.state.note


@pytest.mark.parametrize(
    ("address", "value", "note"),
    [(3, 8, "another model"), (31, 77, "calibration"), (33, 1, "calibration")],
)
def test_servos_that_are_not_the_calibrated_ones_are_never_driven(
    address: int, value: int, note: str
) -> None:
    bench = Bench()
    bench.memories[4][address] = value
    for _ in range(30):
        assert bench.tick().phase == "starting"
    assert note in bench.state.note and "wrist_flex" in bench.state.note
    assert not any(memory[40] for memory in bench.memories.values())


def test_a_servo_that_moves_during_start_up_is_sensed_again() -> None:
    bench = Bench()
    while bench.state.phase != "guard":
        bench.tick()
    bench.memories[1][56:58] = sts.words(AT + 40)
    bench.tick()
    assert bench.state.phase == "sense"
    assert bench.ready().tick().held_steps == (AT + 40, *(AT,) * 5)


def test_a_servo_that_does_not_take_its_goal_gets_no_torque() -> None:
    bench = Bench(goal_deaf=frozenset({3}))
    for _ in range(30):
        assert bench.tick().phase == "starting"
    assert not any(memory[40] for memory in bench.memories.values())


def test_torque_that_does_not_take_is_tried_again() -> None:
    bench = Bench()
    while bench.state.phase != "engage":
        bench.tick()
    bench.memories[1][48] = 0
    bench.tick()
    assert bench.state.phase == "sense"
    bench.ready()


@pytest.mark.parametrize(("mute", "trouble"), [({3}, "servo_missing"), ({1, 2, 3, 4, 5, 6}, "bus_lost")])
def test_silence_during_start_up_is_said_after_ten_tries(mute: set[int], trouble: str) -> None:
    bench = Bench(mute=frozenset(mute))
    for _ in range(9):
        assert bench.tick().trouble == "none"
    assert bench.tick().trouble == trouble
    assert "elbow_flex" in bench.state.note
    bench.mute = frozenset()
    bench.ready()


def test_one_silent_servo_costs_nobody_else_a_sample() -> None:
    bench = Bench().ready()
    bench.mute = frozenset({3})
    before = bench.tick().samples[2]
    for _ in range(5):
        reading = bench.tick()
    assert reading.phase == "ready"
    assert reading.samples[2] == before
    assert all(s is not None and s.at_ns == bench.now_ns for i, s in enumerate(reading.samples) if i != 2)
    assert bench.state.counts.missing_answers == 6


@pytest.mark.parametrize(("mute", "trouble"), [({3}, "servo_missing"), ({1, 2, 3, 4, 5, 6}, "bus_lost")])
def test_long_silence_starts_the_chain_over(mute: set[int], trouble: str) -> None:
    bench = Bench().ready()
    bench.mute = frozenset(mute)
    for _ in range(60 if len(mute) == 6 else 20):
        assert bench.tick().phase == "ready"
    reading = bench.tick()
    assert (reading.phase, reading.trouble, reading.held_steps) == ("starting", trouble, None)
    bench.mute = frozenset()
    assert bench.ready().tick().trouble == "none"


def test_a_servo_that_rebooted_is_found_within_eight_ticks() -> None:
    bench = Bench().ready()
    bench.memories[5][40] = 0
    for _ in range(8):
        reading = bench.tick()
        if reading.phase == "starting":
            break
    assert reading.trouble == "servo_rebooted" and "wrist_roll" in bench.state.note


def test_a_late_answer_never_passes_for_a_fresh_one() -> None:
    bench = Bench().ready()
    for _ in range(40):
        state, sent = servo_chain.begin(SPEC, bench.state)
        late = bench.answer(sent)
        bench.state = replace(state, answers={})
        bench.memories[1][56:58] = sts.words(AT + 20)
        fresh = bench.tick(before=late)
        assert fresh.samples[0] is not None and fresh.samples[0].position_steps == AT + 20
        bench.memories[1][56:58] = sts.words(AT)


@pytest.mark.parametrize(
    ("address", "data"),
    [(56, sts.words(AT + 900)), (58, sts.words(0x7FFF)), (63, b"\xfa")],
)
def test_impossible_values_are_dropped_and_age(address: int, data: bytes) -> None:
    bench = Bench().ready()
    before = bench.tick().samples[0]
    old = bytes(bench.memories[1][address : address + len(data)])
    bench.memories[1][address : address + len(data)] = data
    assert bench.tick().samples[0] == before
    assert bench.state.counts.implausible_samples == 1
    bench.memories[1][address : address + len(data)] = old
    fresh = bench.tick().samples[0]
    assert fresh is not None and fresh.at_ns == bench.now_ns


@given(st.lists(st.binary(max_size=60), max_size=12))
def test_junk_on_the_wire_yields_no_impossible_jump(noise: list[bytes]) -> None:
    bench = Bench().ready()
    for junk in noise:
        reading = bench.tick(before=junk)
        for sample in reading.samples:
            assert sample is None or abs(sample.position_steps - AT) < 400


def test_goals_go_out_with_acceleration_and_speed() -> None:
    bench = Bench().ready()
    bench.answer(servo_chain.command(SPEC, tuple(range(2001, 2007))))
    assert [goal(bench, one) for one in SPEC.ids] == list(range(2001, 2007))
    assert bench.memories[1][41] == SPEC.acceleration


def test_an_unplugged_chain_must_be_verified_again() -> None:
    bench = Bench().ready()
    bench.state = servo_chain.unplug(SPEC, bench.state)
    assert (bench.state.phase, bench.state.trouble) == ("identify", "bus_lost")
    assert bench.ready().state.counts.starts == 1


def test_a_servo_without_a_sample_takes_its_first() -> None:
    bench = Bench().ready()
    bench.state = replace(bench.state, samples=(None,) * 6)
    assert bench.tick().samples[0] is not None
