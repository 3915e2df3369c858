"""The chain knows when an instruction last changed a goal: what the safety tests look at."""

from sim_fallback.servo_bus import ServoChain
from sim_fallback.servo_bus.servo import ServoSpec


def write_goal(steps: int) -> bytes:
    body = bytes([1, 5, 3, 42]) + steps.to_bytes(2, "little")
    return b"\xff\xff" + body + bytes([~sum(body) & 0xFF])


def test_only_a_new_goal_counts() -> None:
    chain = ServoChain([ServoSpec(1, 0, 0, 4095)])
    assert chain.goal_changed_ns == 0
    chain.receive(write_goal(2100), 1_000_000)
    assert chain.goal_changed_ns == 1_000_000
    chain.receive(write_goal(2100), 2_000_000)
    assert chain.goal_changed_ns == 1_000_000
    chain.receive(write_goal(2101), 3_000_000)
    assert chain.goal_changed_ns == 3_000_000
