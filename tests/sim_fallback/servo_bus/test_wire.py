from sim_fallback.servo_bus.wire import Reply, byte_ns, joined


def test_a_byte_is_ten_bits() -> None:
    assert (byte_ns(1_000_000), byte_ns(115_200)) == (10_000, 86_805)


def test_replies_on_time_come_together_and_late_ones_alone() -> None:
    first, second, late = Reply(10, b"a"), Reply(20, b"b"), Reply(90, b"c", late=True)
    assert joined((first, late, second)) == (Reply(20, b"ab"), late)
    assert joined((late,)) == (late,)
    assert joined(()) == ()
