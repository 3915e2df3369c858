"""Who is asked in a tick and for how long, and orders that come between a question and its answers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from register_servos import DYNAMIXEL, FEETECH, PERIOD_NS, WIDOWX, Bench

from robot_bridge.buses import servo_chain
from robot_bridge.buses.servo_spec import ChainSpec

every = pytest.mark.parametrize("spec", [FEETECH, DYNAMIXEL, WIDOWX], ids=["feetech", "dynamixel", "widowx"])
ORDERS = {"keep": lambda state: state, "release": servo_chain.release, "engage": servo_chain.engage}
Turn = tuple[str, str, bool]
turns = st.lists(st.tuples(st.sampled_from(sorted(ORDERS)), st.sampled_from(sorted(ORDERS)), st.booleans()))


def exchange(bench: Bench, turn: Turn) -> None:
    """One exchange with an order before the question, one before the answers, and perhaps no answers."""
    before, between, answered = turn
    bench.now_ns += PERIOD_NS
    state, sent = servo_chain.begin(bench.spec, ORDERS[before](bench.state))
    answers = bench.servos.answer(sent)
    state = ORDERS[between](state)
    if answered:
        state = servo_chain.receive(bench.spec, state, answers, bench.now_ns)
    bench.state, _ = servo_chain.finish(bench.spec, state, bench.now_ns)


@every
@pytest.mark.parametrize("order", ["release", "engage"])
def test_an_order_between_question_and_answers_waits_for_the_next_question(
    spec: ChainSpec, order: str
) -> None:
    bench = Bench(spec).ready()
    if order == "engage":
        bench.state = servo_chain.release(bench.state)
        bench.until("released")
    phase = bench.state.phase
    exchange(bench, ("keep", order, True))
    assert (bench.state.phase, bench.state.note) == (phase, "")
    bench.until("released" if order == "release" else "ready", 10)


@every
@given(played=turns)
def test_orders_at_any_moment_end_as_the_last_one_says(spec: ChainSpec, played: list[Turn]) -> None:
    bench = Bench(spec).ready()
    for turn in played:
        exchange(bench, turn)
        assert "another model" not in bench.state.note
    wanted = bench.state.released
    bench.until("released" if wanted else "ready")
    assert bench.everywhere("torque") == {0 if wanted else 1}


def test_a_chain_too_long_for_a_tick_is_asked_by_turns() -> None:
    bench = Bench(WIDOWX).ready()
    counts = set()
    for _ in range(120):
        reading = bench.tick()
        counts.add(len(bench.state.due))
        answers = WIDOWX.protocol.answers_bytes(
            len(bench.state.due), bench.state.block, joint=bench.state.joint
        )
        assert answers * WIDOWX.byte_ns <= 5_700_000
        assert all(one is not None and bench.now_ns - one.at_ns < 3 * PERIOD_NS for one in reading.samples)
    assert max(counts) == 9 and min(counts) < 9


@pytest.mark.parametrize("servo_id", [servo.servo_id for servo in WIDOWX.everyone])
def test_every_servo_of_a_long_chain_is_found_when_it_restarted(servo_id: int) -> None:
    bench = Bench(WIDOWX).ready()
    bench.servos.put(servo_id, "torque", 0)
    for _ in range(120):
        reading = bench.tick()
        if reading.phase != "ready":
            break
    assert reading.trouble == "servo_rebooted"


@every
def test_nobody_waits_for_bytes_that_came_damaged(spec: ChainSpec) -> None:
    bench = Bench(spec).ready()
    state, sent = servo_chain.begin(spec, bench.state)
    *whole, last = bench.servos.answers(sent)
    for frame in whole:
        state = servo_chain.receive(spec, state, frame, bench.now_ns)
    assert servo_chain.waiting(state)
    half = servo_chain.receive(spec, state, last[:-2], bench.now_ns)
    assert servo_chain.waiting(half)
    damaged = servo_chain.receive(spec, half, bytes((last[-2] ^ 1, last[-1] ^ 1)), bench.now_ns)
    assert not servo_chain.waiting(damaged) and len(damaged.answers) == len(whole)
