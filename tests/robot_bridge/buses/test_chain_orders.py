"""Orders to release and to engage, which come at any moment: also between a question and its answers."""

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
